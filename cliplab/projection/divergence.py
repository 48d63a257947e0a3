"""The Kullback-Leibler divergence of a layout from the true neighbours."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, triu


def kl_divergence(
    affinities: csr_array, layout: NDArray[np.float32], normalizer: float | None = None
) -> float:
    """Compute how much the neighbours in a layout differ from the true ones, in nats.

    0 is perfect.

    Parameters
    ----------
    affinities : csr_array of shape (n_images, n_images)
        The true neighbours.
    layout : ndarray of shape (n_images, 2)
        The coordinates of the images.
    normalizer : float, optional
        The sum over all pairs of 1 / (1 + squared distance), if it is known already.

    Returns
    -------
    float
    """
    if normalizer is None:
        normalizer = float(_closeness(np.ascontiguousarray(layout.T)).sum())
    return divergence_from(affinities)(layout, normalizer)


def divergence_from(affinities: csr_array) -> Callable[[NDArray[np.float32], float], float]:
    """Return a function that computes the divergence of a layout from its normalizer.

    What is the same for every layout is computed once.

    Parameters
    ----------
    affinities : csr_array of shape (n_images, n_images)
        The true neighbours.

    Returns
    -------
    callable
    """
    pairs = triu(affinities, 1).tocoo()
    positive = pairs.data > 0
    true, one, other = pairs.data[positive], pairs.row[positive], pairs.col[positive]
    own = 2 * float(true @ np.log(true))

    def divergence(layout: NDArray[np.float32], normalizer: float) -> float:
        x, y = np.ascontiguousarray(layout.T)
        apart = (x[one] - x[other]) ** 2 + (y[one] - y[other]) ** 2
        # No dot product: BLAS would start a second thread, which competes with the first.
        shared = float((true * np.log1p(apart)).sum())
        return own + 2 * shared + float(np.log(normalizer))

    return divergence


def _closeness(layout: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1 / (1 + squared distance) of all pairs, for a layout of shape (2, n_images)."""
    squares = (layout**2).sum(axis=0)
    apart = np.maximum(squares[:, None] + squares - 2 * layout.T @ layout, 0)
    closeness: NDArray[np.float32] = 1 / (1 + apart)
    np.fill_diagonal(closeness, 0)
    return closeness
