"""The gradient of t-SNE in loops compiled by numba: for thousands of images."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from cliplab._core.interrupts import interruptible

# Where neither TBB nor OpenMP is found, numba ends the process when two threads enter parallel
# loops at once. Two projections at once take as long as one after the other.
_ONE_AT_A_TIME = threading.Lock()


def fused_gradient(
    affinities: csr_array,
) -> Callable[[NDArray[np.float32], float], tuple[NDArray[np.float32], float]]:
    """Return a function that computes the gradient without any matrix of shape (n, n)."""
    starts = affinities.indptr.astype(np.int64)
    others = affinities.indices.astype(np.int64)
    true = affinities.data.astype(np.float32)

    def gradient(
        layout: NDArray[np.float32], exaggeration: float
    ) -> tuple[NDArray[np.float32], float]:
        x, y = np.ascontiguousarray(layout[:, 0]), np.ascontiguousarray(layout[:, 1])
        with _ONE_AT_A_TIME, interruptible():
            apart, together, normalizers = _forces(x, y, starts, others, true)
        normalizer = float(normalizers.sum())
        return 4 * (
            np.float32(exaggeration) * together - apart / np.float32(normalizer)
        ), normalizer

    return gradient


@numba.njit(parallel=True, fastmath=True, cache=True)  # type: ignore[misc, unused-ignore]
def _forces(x, y, starts, others, true):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    n_images = len(x)
    apart = np.empty((n_images, 2), dtype=np.float32)
    together = np.empty((n_images, 2), dtype=np.float32)
    normalizers = np.empty(n_images)
    for i in numba.prange(n_images):
        xi, yi = x[i], y[i]
        total = right = down = np.float32(0)
        for j in range(n_images):
            dx, dy = xi - x[j], yi - y[j]
            closeness = np.float32(1) / (np.float32(1) + dx * dx + dy * dy)
            total += closeness
            squared = closeness * closeness
            right += squared * dx
            down += squared * dy
        apart[i, 0], apart[i, 1] = right, down
        normalizers[i] = total - np.float32(1)  # An image is no neighbour of itself.
        right = down = np.float32(0)
        for k in range(starts[i], starts[i + 1]):
            dx, dy = xi - x[others[k]], yi - y[others[k]]
            pull = true[k] / (np.float32(1) + dx * dx + dy * dy)
            right += pull * dx
            down += pull * dy
        together[i, 0], together[i, 1] = right, down
    return apart, together, normalizers
