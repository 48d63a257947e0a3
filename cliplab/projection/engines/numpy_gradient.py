"""The gradient of t-SNE from all pairs of images, by numpy on one thread: for a lesson's sizes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from cliplab._core.blas_threads import one_blas_thread

# A tile of so many rows and columns stays in the processor's cache while it is worked on.
_TILE = 256


def tiled_gradient(
    affinities: csr_array,
) -> Callable[[NDArray[np.float32], float], tuple[NDArray[np.float32], float]]:
    """Return a function that computes the gradient tile by tile.

    Each pair of images is in one tile only, which serves both of them.
    """
    n_images = affinities.shape[0]
    edges = [slice(start, start + _TILE) for start in range(0, n_images, _TILE)]
    tiles = [(rows, columns) for i, rows in enumerate(edges) for columns in edges[i:]]
    true = [affinities[rows][:, columns].toarray().astype(np.float32) for rows, columns in tiles]
    closeness = [np.empty_like(tile) for tile in true]
    weights = np.empty(_TILE * _TILE, dtype=np.float32)
    ones = np.ones(n_images, dtype=np.float32)

    def gradient(
        layout: NDArray[np.float32], exaggeration: float
    ) -> tuple[NDArray[np.float32], float]:
        x, y = np.ascontiguousarray(layout.T)
        # 1 + |a|² + |b|² - 2ab of every pair of points a, b as one product.
        squares = x * x + y * y
        left = np.stack([-2 * x, -2 * y, squares, ones], axis=1)
        right = np.stack([x, y, ones, squares + 1])
        pulls = np.zeros((3, n_images), dtype=np.float32)
        with one_blas_thread():
            normalizer = 0.0
            for (rows, columns), close in zip(tiles, closeness, strict=True):
                np.matmul(left[rows], right[:, columns], out=close)
                np.divide(np.float32(1), close, out=close)
                if rows == columns:
                    np.fill_diagonal(close, 0)  # An image is no neighbour of itself.
                total = float((ones[rows] @ close).sum(dtype=np.float64))
                normalizer += total if rows == columns else 2 * total
            scale = np.float32(-1 / (exaggeration * normalizer))
            for (rows, columns), close, near in zip(tiles, closeness, true, strict=True):
                weight = weights[: close.size].reshape(close.shape)
                np.multiply(close, scale, out=weight)
                weight += near
                weight *= close
                # A vector at a time: products of three rows take longer without AVX-512.
                for pull, values in zip(pulls, (x, y, ones), strict=True):
                    pull[columns] += values[rows] @ weight
                    if rows != columns:
                        pull[rows] += weight @ values[columns]
        slope = np.stack([x * pulls[2] - pulls[0], y * pulls[2] - pulls[1]], axis=1)
        return np.float32(4 * exaggeration) * slope, normalizer

    return gradient
