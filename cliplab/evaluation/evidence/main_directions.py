"""The main directions of some points, and K-means in them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cliplab.clustering.kmeans_search import Search

# Real groups differ in few directions, and noise is the less the fewer there are. Among 8, 16 and
# 32, the silhouettes in 16 named the number of dishes most often.
N_DIRECTIONS = 16
_ROWS_PER_DIRECTION = 6
_SHRINKAGE = 0.1

Floats = NDArray[np.floating]


class Directions(NamedTuple):
    """Where points lie in their main directions: those of the largest variance.

    Attributes
    ----------
    mean : ndarray of shape (n_features,)
        What is subtracted first.
    basis : ndarray of shape (n_features, n_directions)
        The directions, of unit length and at right angles.
    """

    mean: Floats
    basis: Floats

    def scores(self, points: Floats) -> NDArray[np.float32]:
        """Return the points in these directions, shape (n_points, n_directions)."""
        scores: NDArray[np.float32] = ((points - self.mean) @ self.basis).astype(np.float32)
        return scores


def main_directions(points: Floats) -> Directions:
    """Return the directions in which some points vary most.

    There are 16, or fewer where there are few points: one for every six.
    """
    from scipy.linalg import eigh

    mean = points.mean(axis=0, dtype=np.float64).astype(points.dtype)
    centred = points - mean
    n_directions = int(np.clip(len(points) // _ROWS_PER_DIRECTION, 2, N_DIRECTIONS))
    # The largest eigenvectors of the smaller of the two products.
    is_wide = centred.shape[0] < centred.shape[1]
    product = (centred @ centred.T if is_wide else centred.T @ centred).astype(np.float64)
    last = len(product) - 1
    variances, vectors = eigh(product, subset_by_index=[max(0, last - n_directions + 1), last])
    # A direction without variance, up to rounding, is none; one remains if all points are equal.
    tiny = np.finfo(points.dtype).eps * len(product) * variances[-1]
    n_known = max(1, int((variances > tiny).sum()))
    basis = vectors[:, ::-1][:, :n_known].astype(points.dtype)
    if is_wide:
        basis = centred.T @ basis
        basis /= np.maximum(np.linalg.norm(basis, axis=0), np.finfo(points.dtype).tiny)
    return Directions(mean, basis)


def partitions(
    scores: Floats, largest: int, seed: int, is_brief: bool = False
) -> dict[int, NDArray[np.intp]]:
    """Return K-means labels of some points for every k from 2, as far as there are such.

    A brief search is for halves and null data, of which there are many.
    """
    search = Search(scores - scores.mean(axis=0), np.random.default_rng(seed), is_spherical=False)
    (search.run_briefly if is_brief else search.run)(2, largest)
    return {
        k: search.best[k].labels.astype(np.intp)
        for k in range(2, largest + 1)
        if k in search.best and search.best[k].labels.min() >= 0
    }


def whitening(scores: Floats, centers: Floats, labels: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the matrix that makes clusters about as wide in one direction as in another.

    The line between two centres then is the direction that separates the clusters best, as in a
    linear discriminant analysis. A tenth of the covariance is that of a sphere, so that few points
    do not make a direction seem narrow.
    """
    residuals = (scores - centers[labels]).astype(np.float64)
    covariance = residuals.T @ residuals / len(residuals)
    width = max(float(np.trace(covariance)) / len(covariance), float(np.finfo(np.float32).tiny))
    covariance = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * width * np.eye(len(covariance))
    matrix: NDArray[np.float64] = np.linalg.cholesky(np.linalg.inv(covariance))
    return matrix
