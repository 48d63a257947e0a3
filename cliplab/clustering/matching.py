"""The numbers of clusters: matched from one clustering to another, and without gaps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def match(labelings: Sequence[NDArray[np.integer]]) -> list[NDArray[np.intp]]:
    """Renumber clusters so that they keep their numbers from one clustering to the next.

    The first clustering is numbered by size, the largest cluster first. Each other one is matched
    to the one before. If it has fewer clusters, the numbers move up, so that none is left out.

    Parameters
    ----------
    labelings : sequence of ndarray of shape (n_points,)
        Whole numbers from 0 without a gap; -1, for noise, stays.

    Returns
    -------
    list of ndarray of shape (n_points,)
        The same clusters under other numbers.

    Examples
    --------
    >>> import numpy as np
    >>> [labels.tolist() for labels in match([np.array([1, 0, 0]), np.array([0, 1, 2])])]
    [[1, 0, 0], [1, 0, 2]]
    """
    nothing = np.full(len(labelings[0]), -1)
    matched: list[NDArray[np.intp]] = []
    for labels in labelings:
        before = matched[-1] if matched else nothing
        matched.append(without_gaps(match_to(before, labels)))
    return matched


def match_to(before: NDArray[np.integer], after: NDArray[np.integer]) -> NDArray[np.intp]:
    """Renumber the clusters of one clustering like those of another that they match.

    Clusters are matched in pairs so that the pairs share as many images in all as possible. A
    cluster without a match gets a new number, the largest first.

    Parameters
    ----------
    before, after : ndarray of shape (n_points,)
        Whole numbers from 0 without a gap; -1 for noise.

    Returns
    -------
    ndarray of shape (n_points,)
        The clusters of `after` under other numbers; -1 for noise.

    References
    ----------
    Kuhn, H. W. (1955). The Hungarian method for the assignment problem. Naval Research Logistics
    Quarterly 2, 83-97.

    Examples
    --------
    >>> import numpy as np
    >>> match_to(np.array([0, 0, 0, 1, 1]), np.array([2, 2, 0, 1, 1])).tolist()
    [0, 0, 2, 1, 1]
    """
    from scipy.optimize import linear_sum_assignment

    n_before, n_after = (int(labels.max(initial=-1)) + 1 for labels in (before, after))
    matches = linear_sum_assignment(shared(before, after, n_before, n_after), maximize=True)
    numbers = np.full(n_after, -1)
    numbers[matches[1]] = matches[0]
    by_size = np.argsort(-np.bincount(after[after >= 0], minlength=n_after), kind="stable")
    new = by_size[numbers[by_size] == -1]
    numbers[new] = n_before + np.arange(len(new))
    renumbered = np.full(len(after), -1)
    renumbered[after >= 0] = numbers[after[after >= 0]]
    return renumbered


def without_gaps(labels: NDArray[np.integer]) -> NDArray[np.intp]:
    """Give clusters the numbers from 0 without a gap, in the same order; noise stays -1.

    Parameters
    ----------
    labels : ndarray of shape (n_points,)
        Whole numbers; -1 for noise.

    Returns
    -------
    ndarray of shape (n_points,)
        The same clusters.
    """
    codes = np.full(len(labels), -1)
    known = labels != -1
    codes[known] = np.unique(labels[known], return_inverse=True)[1]
    return codes


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
