"""When the best word of a cluster is certain enough to be its name."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def exceeds_chance(
    best: Floats, shifts: Floats, mean: Floats, sizes: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """Return whether the best word shifts a cluster's centre more than chance would.

    Parameters
    ----------
    best : ndarray of shape (n_clusters,)
        The score of the best word of each cluster.
    shifts : ndarray of shape (n_clusters, n_features)
        The centres minus the mean of all images, which have unit length.
    mean : ndarray of shape (n_features,)
        The mean of all images.
    sizes : ndarray of shape (n_clusters,)
        The number of images of each cluster.

    Returns
    -------
    ndarray of shape (n_clusters,)

    Notes
    -----
    The mean squared distance of unit vectors from their mean m is 1 - |m|². So the mean of n
    random images out of N has the mean squared distance (1 - |m|²) (1/n - 1/N) from m.
    """
    by_chance = max(0.0, 1 - mean @ mean) * (1 / sizes - 1 / max(1, sizes.sum()))
    exceeds: NDArray[np.bool_] = best * np.linalg.norm(shifts, axis=1) > np.sqrt(by_chance)
    return exceeds


def is_far_ahead(scores: Floats, meanings: Floats) -> NDArray[np.bool_]:
    """Return whether the second best word has at most half the part that the best one has.

    Parameters
    ----------
    scores : ndarray of shape (n_clusters, n_words)
        Cosines of shifts and meanings.
    meanings : ndarray of shape (n_words, n_features)
        The direction of each word from the mean of all words.

    Returns
    -------
    ndarray of shape (n_clusters,)

    Notes
    -----
    A centre with the parts a and b of two words has the scores a + b c and b + a c, where c is
    the cosine of the words. So b is more than half of a if the margin is below
    (1 - c) / (2 + c) of the best score: similar words need a smaller margin.
    """
    second, first = np.argsort(scores, axis=1)[:, -2:].T
    clusters = np.arange(len(scores))
    best = scores[clusters, first]
    margins = best - scores[clusters, second]
    cosines = np.einsum("ij,ij->i", meanings[first], meanings[second])
    # With two words alone, one is the opposite of the other, and the margin equals the bound.
    far_ahead: NDArray[np.bool_] = margins >= best * (1 - cosines) / (2 + cosines) - 1e-9
    return far_ahead
