"""Cluster numbers that stay from one clustering to the next."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment


def match(labelings: Sequence[NDArray[np.integer]]) -> list[NDArray[np.intp]]:
    """Give clusters numbers that stay from one clustering to the next as far as they can.

    The first is numbered by size, largest first. From one to the next the numbers go to the pairs
    of clusters that share most images in all; what is new gets the new numbers. Where there are
    fewer than before, they move up.

    Parameters
    ----------
    labelings : sequence of ndarray of shape (n_points,)
        Whole numbers from 0 without a gap; -1, for noise, stays.

    Returns
    -------
    list of ndarray of shape (n_points,)
        The same clusters under other numbers.

    References
    ----------
    Kuhn, H. W. (1955). The Hungarian method for the assignment problem. Naval Research Logistics
    Quarterly 2, 83-97.

    Examples
    --------
    >>> import numpy as np
    >>> [labels.tolist() for labels in match([np.array([1, 0, 0]), np.array([0, 1, 2])])]
    [[1, 0, 0], [1, 0, 2]]
    """
    matched: list[NDArray[np.intp]] = []
    for labels in labelings:
        order = np.argsort(-np.bincount(labels[labels >= 0]), kind="stable")
        if matched:
            counts = shared(matched[-1], labels, matched[-1].max() + 1, labels.max() + 1)
            kept = linear_sum_assignment(counts, maximize=True)[1]
            order = np.concatenate([kept, order[~np.isin(order, kept)]])
        renumbered = np.full(len(labels), -1)
        renumbered[labels >= 0] = np.argsort(order)[labels[labels >= 0]]
        matched.append(renumbered)
    return matched


def shared(
    before: NDArray[np.integer], after: NDArray[np.integer], n_before: int, n_after: int
) -> NDArray[np.intp]:
    """Count the images that each cluster of one clustering shares with each of another.

    Parameters
    ----------
    before, after : ndarray of shape (n_points,)
        Cluster numbers; -1 for noise, which is left out.
    n_before, n_after : int
        How many clusters there are.

    Returns
    -------
    ndarray of shape (n_before, n_after)
        Row by row the clusters of `before`.
    """
    counts = np.zeros((n_before, n_after), dtype=np.intp)
    both = (before >= 0) & (after >= 0)
    np.add.at(counts, (before[both], after[both]), 1)
    return counts
