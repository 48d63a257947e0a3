"""The gradient of t-SNE from all pairs of images, by torch: on one thread, or on a GPU."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array


def dense_gradient(
    affinities: csr_array, device: str = "cpu"
) -> Callable[[NDArray[np.float32], float], tuple[NDArray[np.float32], float]]:
    """Return a function that computes the gradient with matrices of shape (n, n).

    Products are written as (2, n) @ (n, n): the other way round they take several times as long.
    """
    true = torch.from_numpy(affinities.toarray().astype(np.float32)).to(device)
    closeness, weights = torch.empty_like(true), torch.empty_like(true)
    ones = torch.ones(1, len(true), device=device)

    @lru_cache(maxsize=1)
    def exaggerated(exaggeration: float) -> torch.Tensor:
        return true if exaggeration == 1 else exaggeration * true

    def gradient(
        layout: NDArray[np.float32], exaggeration: float
    ) -> tuple[NDArray[np.float32], float]:
        with one_thread():
            # Each line passes once over all pairs, which is what takes the time. The first gives
            # 1 + |a|² + |b|² - 2ab of every pair of points a, b as one product.
            points = torch.from_numpy(np.ascontiguousarray(layout.T)).to(device)
            squares = (points**2).sum(dim=0, keepdim=True)
            left = torch.cat([-2 * points, squares, ones])
            right = torch.cat([points, ones, squares + 1])
            torch.mm(left.T, right, out=closeness)
            closeness.reciprocal_().fill_diagonal_(0)
            normalizer = closeness.sum(dim=0).sum(dtype=torch.float64).item()
            torch.add(exaggerated(exaggeration), closeness, alpha=-1 / normalizer, out=weights)
            weights.mul_(closeness)
            pulls = torch.cat([points, ones]) @ weights
            slope = points * pulls[2] - pulls[:2]
            return (4 * slope.T).cpu().numpy(), normalizer

    return gradient


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread: two gain little, and on a busy machine wait for each other.

    Measured beside one other busy process on two cores: 3 seconds for a t-SNE instead of 80.
    """
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)
