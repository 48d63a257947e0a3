"""Adjusted mutual information of many contingency tables at once, for resampling."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, xlogy

# Counts so many standard deviations from their mean, and some, add less than rounding does.
_DEVIATIONS = 12


def adjusted_mutual_information(tables: ArrayLike) -> NDArray[np.float64]:
    """Tell how far two partitions agree, beyond chance, from how many images they share.

    Equal to ``adjusted_mutual_info_score`` of scikit-learn, which takes one pair of partitions
    at a time. A thousand tables of 16 × 16 take some hundredths of a second here.

    Parameters
    ----------
    tables : array-like of shape (n_tables, n_classes, n_clusters)
        Counts of images; every table of as many images. Classes and clusters may be empty.

    Returns
    -------
    ndarray of shape (n_tables,)
        0 for chance, 1 for the same partition.

    Raises
    ------
    ValueError
        If the shape is another, or the tables are of different numbers of images.

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
    # One class in one cluster, or each image in its own: chance gives the same partition too.
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
    """Return the mutual information to be expected of partitions with these sizes.

    How many images a class and a cluster of given sizes share by chance is hypergeometric. What
    they then add depends on the two sizes alone, and the same pairs come again in many tables:
    each is reckoned once.
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
