"""Adjusted mutual information of a contingency table, and what its interval is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, xlogy

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

# Counts further from their mean, in standard deviations, contribute less than rounding errors.
_DEVIATIONS = 12
# Below this nothing is left to agree by more than chance: every such partition is the same.
_CERTAIN = 1e-12


def adjusted_mutual_information(table: ArrayLike) -> float:
    """Return the adjusted mutual information of the two partitions of a contingency table.

    It equals ``adjusted_mutual_info_score`` of scikit-learn, which takes labels. The two functions
    below need the table.

    Parameters
    ----------
    table : array-like of shape (n_classes, n_clusters)
        Counts of images, in whole numbers. Classes and clusters may be empty.

    Returns
    -------
    float
        0 on average for random partitions, 1 for the same partition.

    Raises
    ------
    ValueError
        If the shape is another, or there is no image.

    References
    ----------
    Vinh, N. X., Epps, J. and Bailey, J. (2010). Information theoretic measures for clusterings
    comparison. Journal of Machine Learning Research 11, 2837-2854.

    Examples
    --------
    >>> round(adjusted_mutual_information([[4, 1], [1, 4]]), 3)
    0.21
    """
    counts, classes, clusters, n_images = _read(table)
    expected, _, _ = _by_chance(classes[:, None], clusters, n_images)
    first, second, both = (_entropy(each, n_images) for each in (classes, clusters, counts))
    return float(_adjusted(first, second, both, expected.sum()))


def agreement_without_each(table: ArrayLike) -> Floats:
    """Return the adjusted mutual information without one image of each cell.

    All images of a cell are alike, so the jackknife of any number of images takes one value for
    each cell. The expected mutual information is a sum over pairs of a class and a cluster.
    Without an image only the terms of its class and its cluster change, so all cells together
    take four such sums.

    Parameters
    ----------
    table : array-like of shape (n_classes, n_clusters)
        Counts of at least two images.

    Returns
    -------
    ndarray of shape (n_classes, n_clusters)
        The value without one image of this class and this cluster; NaN where there is none.

    Examples
    --------
    >>> agreement_without_each([[4, 1], [1, 4]]).round(3).tolist()
    [[0.145, 0.55], [0.55, 0.145]]
    """
    counts, classes, clusters, n_images = _read(table)
    n_rest = n_images - 1
    # A class of all images cannot be larger than the rest; its terms cancel.
    a, b = np.minimum(classes, n_rest), np.minimum(clusters, n_rest)
    a_less, b_less = np.maximum(classes - 1, 0), np.maximum(clusters - 1, 0)
    of_classes = np.array([a, a_less, a, a_less])[:, :, None]
    of_clusters = np.array([b, b, b_less, b_less])[:, None, :]
    same, less_class, less_cluster, less_both = _by_chance(of_classes, of_clusters, n_rest)[0]
    expected = (
        same.sum()
        + (less_class - same).sum(axis=1, keepdims=True)
        + (less_cluster - same).sum(axis=0)
        + (less_both - less_class - less_cluster + same)
    )
    first, second, both = (
        _entropy_without_each(each, n_rest) for each in (classes, clusters, counts)
    )
    without = _adjusted(first[:, None], second, both, expected)
    return np.where(counts > 0, without, np.nan)


def variance_by_chance(table: ArrayLike) -> float:
    """Return the variance of the agreement of random partitions with these sizes.

    The counts that a class and a cluster share by chance have a hypergeometric distribution. Each
    contributes to the mutual information a part that is linear in the count, and a curved rest.
    The variance of all linear parts together is known. The rests are taken as squares: those of
    two counts are correlated by the square of the correlation of the counts, as for normal
    distributions. In simulations with 5 to 60 classes and 200 to 1,000 images the result was
    within 6 % of the variance of shuffled labels.

    Parameters
    ----------
    table : array-like of shape (n_classes, n_clusters)
        Counts of images. Only the sizes of classes and clusters matter.

    Returns
    -------
    float
        The variance of the adjusted mutual information.

    References
    ----------
    Hoeffding, W. (1951). A combinatorial central limit theorem. Annals of Mathematical Statistics
    22, 558-566.

    Examples
    --------
    >>> round(variance_by_chance([[30, 20], [20, 30]]) ** 0.5, 4)
    0.0105
    """
    _, classes, clusters, n_images = _read(table)
    expected, slopes, deviations = _by_chance(classes[:, None], clusters, n_images)
    most = (_entropy(classes, n_images) + _entropy(clusters, n_images)) / 2 - expected.sum()
    if most < _CERTAIN:
        return 0.0
    # The sizes are fixed: what the slopes of one class or cluster have in common has no effect.
    of_classes, of_clusters = classes / n_images, clusters / n_images
    slopes = slopes - slopes @ of_clusters[:, None]
    slopes = slopes - of_classes @ slopes
    linear = n_images**2 / (n_images - 1) * (of_classes @ slopes**2 @ of_clusters)
    correlations = [_squared_correlations(each, n_images) for each in (classes, clusters)]
    curved = (deviations * (correlations[0] @ deviations @ correlations[1])).sum()
    return float((linear + curved) / most**2)


def _read(table: ArrayLike) -> tuple[Counts, Counts, Counts, int]:
    counts = np.asarray(table, dtype=np.int64)
    if counts.ndim != 2 or not counts.any():
        raise ValueError(
            "`table` must have shape (n_classes, n_clusters) and count some images. "
            f"Got shape {counts.shape!r} and {int(counts.sum())} images instead."
        )
    return counts, counts.sum(axis=1), counts.sum(axis=0), int(counts.sum())


def _adjusted(classes: Floats, clusters: Floats, both: Floats, expected: Floats) -> Floats:
    """Return the adjusted mutual information from the three entropies."""
    most = (classes + clusters) / 2 - expected
    is_certain = most < _CERTAIN
    shared = classes + clusters - both
    scores: Floats = np.where(is_certain, 1, (shared - expected) / (most + is_certain))
    return scores


def _entropy(counts: Counts, n_images: int) -> Floats:
    entropy: Floats = np.log(n_images) - xlogy(counts, counts).sum() / n_images
    return entropy


def _entropy_without_each(counts: Counts, n_rest: int) -> Floats:
    """Return the entropy of these sizes without one image of each."""
    terms, fewer = (xlogy(each, each) for each in (counts, np.maximum(counts - 1, 0)))
    entropy: Floats = np.log(n_rest) - (terms.sum() - terms + fewer) / n_rest
    return entropy


def _squared_correlations(sizes: Counts, n_images: int) -> Floats:
    """Return the squared correlations of the counts of two classes in a cluster, by chance."""
    odds = sizes / np.maximum(n_images - sizes, 1)
    squared: Floats = np.outer(odds, odds)
    np.fill_diagonal(squared, 1)
    return squared


def _by_chance(classes: Counts, clusters: Counts, n_images: int) -> tuple[Floats, Floats, Floats]:
    """Return what each class and cluster contribute to the mutual information by chance.

    The two sizes decide it, and many pairs have the same sizes, so each is computed once.

    Returns
    -------
    means, variances : ndarray of the shape of both sizes together
        Of the contribution; the variances without what is linear in the count.
    """
    smaller, larger = np.minimum(classes, clusters), np.maximum(classes, clusters)
    pairs, places = np.unique(smaller * (n_images + 1) + larger, return_inverse=True)
    a, b = np.divmod(pairs, n_images + 1)
    mean = a * b / n_images
    spread = _DEVIATIONS * (1 + np.sqrt(mean))
    lowest = np.maximum(np.maximum(0, a + b - n_images), np.floor(mean - spread).astype(np.int64))
    highest = np.minimum(a, np.ceil(mean + spread).astype(np.int64))

    factorials = gammaln(np.arange(n_images + 1) + 1.0)  # Their logarithms.
    constant = factorials[a] + factorials[b] + factorials[n_images - a] + factorials[n_images - b]
    constant -= factorials[n_images]
    # The counts that each pair can share, one below the other; those beyond the last have no share.
    steps = lowest + np.arange(int((highest - lowest).max()) + 1)[:, None]
    counts = np.minimum(steps, highest)
    others = factorials[counts] + factorials[a - counts] + factorials[b - counts]
    others += factorials[n_images - a - b + counts]
    chance = np.where(steps <= highest, np.exp(constant - others), 0)
    x = xlogy(counts, n_images * counts / np.maximum(a * b, 1)) / n_images
    y = counts - mean
    means, squares, y_means, y_squares, products = (
        (chance * each).sum(axis=0) for each in (x, x * x, y, y * y, x * y)
    )
    y_variances = y_squares - y_means**2
    can_vary = y_variances > _CERTAIN
    slopes = np.where(can_vary, products - means * y_means, 0) / np.where(can_vary, y_variances, 1)
    rest = np.maximum(squares - means**2 - slopes**2 * y_variances, 0)
    every = means, slopes, np.where(can_vary, np.sqrt(rest), 0)
    found = [each[places].reshape(smaller.shape) for each in every]
    return found[0], found[1], found[2]
