"""The gradient of t-SNE from all pairs of images, by torch: on a GPU."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array


def dense_gradient(
    affinities: csr_array, device: str
) -> Callable[[NDArray[np.float32], float], tuple[NDArray[np.float32], float]]:
    """Return a function that computes the gradient with matrices of shape (n, n).

    Products are written as (2, n) @ (n, n): the other way round they take several times as long.
    """
    true = torch.from_numpy(affinities.toarray().astype(np.float32)).to(device)
    closeness, weights = torch.empty_like(true), torch.empty_like(true)
    ones = torch.ones(1, len(true), device=device)

    def gradient(
        layout: NDArray[np.float32], exaggeration: float
    ) -> tuple[NDArray[np.float32], float]:
        # Each line passes once over all pairs, which is what takes the time. The first gives
        # 1 + |a|² + |b|² - 2ab of every pair of points a, b as one product.
        points = torch.from_numpy(np.ascontiguousarray(layout.T)).to(device)
        squares = (points**2).sum(dim=0, keepdim=True)
        left = torch.cat([-2 * points, squares, ones])
        right = torch.cat([points, ones, squares + 1])
        torch.mm(left.T, right, out=closeness)
        closeness.reciprocal_().fill_diagonal_(0)
        normalizer = closeness.sum(dim=0).sum(dtype=torch.float64).item()
        torch.add(true, closeness, alpha=-1 / (exaggeration * normalizer), out=weights)
        weights.mul_(closeness)
        pulls = torch.cat([points, ones]) @ weights
        slope = points * pulls[2] - pulls[:2]
        return (4 * exaggeration * slope.T).cpu().numpy(), normalizer

    return gradient
