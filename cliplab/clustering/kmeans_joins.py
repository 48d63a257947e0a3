"""Which of many small clusters to join into a few: K-means of their means, often and fast."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_STARTS = 128
_STEPS = 6
_BEST = 4
# Inertias that differ by a smaller share, of theirs or of that of one cluster, are of one way.
_SAME, _SAME_OF_TOTAL = 1e-5, 1e-6


def joins(
    means: NDArray[np.floating],
    sizes: NDArray[np.integer],
    n_clusters: int,
    random: np.random.Generator,
) -> list[NDArray[np.intp]]:
    """Return the best few ways to join clusters.

    With far fewer clusters than groups it matters which groups share one, and there are many ways.
    Between the means of some two dozen clusters a run of K-means takes so little that all the
    starts run at once. Distances are Euclidean; what is found settles among the points anyway.

    Parameters
    ----------
    means : ndarray of shape (n_means, n_features)
        The means of the clusters that are joined.
    sizes : ndarray of shape (n_means,)
        Their numbers of points. Means of many points are drawn as a start more often.
    n_clusters : int
        How many remain.
    random : Generator
        It draws the starts.

    Returns
    -------
    list of ndarray of shape (n_means,)
        For every mean the cluster that it joins, of at most four different ways, the one with the
        lowest inertia first. None where there are fewer places than clusters.

    References
    ----------
    Efraimidis, P. S. and Spirakis, P. G. (2006). Weighted random sampling with a reservoir.
    Information Processing Letters 97, 181-185.

    Examples
    --------
    >>> means = np.array([[0.0], [1.0], [5.0], [6.0]])
    >>> best, *_ = joins(means, np.array([3, 3, 2, 2]), 2, np.random.default_rng(0))
    >>> (best == best[0]).tolist()
    [True, True, False, False]
    """
    weights, clusters = sizes.astype(means.dtype), np.arange(n_clusters)[:, None]
    # A centre is known by the shares that the means have in it, so products of means are enough.
    products = means @ means.T
    drawn = (random.exponential(size=(_STARTS, len(means))) / weights).argpartition(n_clusters - 1)
    shares = np.zeros((_STARTS, n_clusters, len(means)), dtype=means.dtype)
    shares[np.arange(_STARTS)[:, None], clusters.T, drawn[:, :n_clusters]] = 1
    for _ in range(_STEPS):
        along = (shares.reshape(-1, len(means)) @ products).reshape(shares.shape)
        distances = np.einsum("ijk,ijk->ij", shares, along)[..., None] - 2 * along
        labels = distances.argmin(axis=1)
        shares = (labels[:, None] == clusters) * weights
        # A centre that has lost all its means goes to the origin, and its start is left out below.
        shares /= np.maximum(shares.sum(axis=2, keepdims=True), 1)
    # To the centres before the last step: after so many the order hardly changes any more.
    inertias = (distances.min(axis=1) + products.diagonal()) @ weights
    rounding = _SAME_OF_TOTAL * float(products.diagonal() @ weights)
    best: list[NDArray[np.intp]] = []
    last = -np.inf
    for start in inertias.argsort(kind="stable"):
        is_new = inertias[start] - last > max(_SAME * inertias[start], rounding)
        if is_new and len(np.unique(labels[start])) == n_clusters:
            best.append(labels[start])
            last = inertias[start]
        if len(best) == _BEST:
            break
    return best
