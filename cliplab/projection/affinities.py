"""How much images are neighbours of each other: the affinities of t-SNE."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

# So many rows are sorted at once: the order of all of 10,000 images takes 800 MB.
_ROWS = 512


def joint_affinities(squared_distances: NDArray[np.float32], perplexity: float) -> csr_array:
    """Compute from distances how much two images are neighbours of each other.

    Each image weights its ``3 * perplexity`` nearest images by a Gaussian. Its width, found by
    bisection for all images at once, makes their effective number the perplexity. The two weights
    of a pair are averaged. An image with more equals than that has all of them as neighbours, none
    more than another: any choice of some would be drawn as a shape that is not there.

    Parameters
    ----------
    squared_distances : ndarray of shape (n_images, n_images)
        With infinity on the diagonal.
    perplexity : float
        The effective number of neighbours.

    Returns
    -------
    scipy.sparse.csr_array of shape (n_images, n_images)
        Symmetric, with sum 1.
    """
    n_images = len(squared_distances)
    n_neighbors = min(n_images - 1, int(3 * perplexity + 1))
    nearest = np.empty((n_images, n_neighbors), dtype=np.intp)
    for start in range(0, n_images, _ROWS):
        some = slice(start, start + _ROWS)
        order = np.argpartition(squared_distances[some], n_neighbors - 1, axis=1)
        nearest[some] = order[:, :n_neighbors]
    distances = np.take_along_axis(squared_distances, nearest, axis=1).astype(np.float64)
    is_crowded = distances.max(axis=1) == 0
    distances -= distances.min(axis=1, keepdims=True)
    # In units of its own mean, no image's Gaussian is too wide or too narrow to be found.
    distances /= np.maximum(distances.mean(axis=1, keepdims=True), 1e-12)
    low, high = np.full((n_images, 1), 1e-6), np.full((n_images, 1), 1e6)
    for _ in range(60):
        sharpness = np.sqrt(low * high)
        weights = np.exp(-distances * sharpness)
        shares = weights / weights.sum(axis=1, keepdims=True)
        entropy = -(shares * np.log(np.maximum(shares, 1e-300))).sum(axis=1, keepdims=True)
        too_wide = entropy > np.log(perplexity)
        low, high = np.where(too_wide, sharpness, low), np.where(too_wide, high, sharpness)
    shares[is_crowded] = 0
    rows = np.repeat(np.arange(n_images), n_neighbors)
    one_way = coo_array((shares.ravel(), (rows, nearest.ravel())), shape=(n_images, n_images))
    if is_crowded.any():
        one_way = one_way + _among_equals(squared_distances, np.flatnonzero(is_crowded))
    both_ways = (one_way + one_way.T).tocsr()
    return both_ways / both_ways.sum()


def _among_equals(squared_distances: NDArray[np.float32], crowded: NDArray[np.intp]) -> coo_array:
    """Return weights that are the same for all equals of an image, with sum 1 in each row."""
    is_equal = squared_distances[crowded] == 0
    row, columns = np.nonzero(is_equal)
    weights = 1 / is_equal.sum(axis=1)[row]
    return coo_array((weights, (crowded[row], columns)), shape=squared_distances.shape)
