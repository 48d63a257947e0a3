"""Where t-SNE starts, and how small layouts stay two-dimensional."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SMALLEST_SPREAD = 1e-6  # A hundredth of that of the initial layout.


def pca_layout(vectors: NDArray[np.float32], random_state: int) -> NDArray[np.float32]:
    """Return the first two principal components, very small, with a little noise.

    Parameters
    ----------
    vectors : ndarray of shape (n_images, n_features)
        What is projected.
    random_state : int
        The seed of the noise.

    Returns
    -------
    ndarray of shape (n_images, 2)
    """
    import torch

    from cliplab.projection.engines.torch_gradient import one_thread

    points = torch.tensor(vectors)
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        scores, scales, _ = torch.pca_lowrank(points, q=min(8, *points.shape), niter=4)
    layout = (scores[:, :2] * scales[:2]).numpy()
    layout = layout / max(float(layout[:, 0].std()), 1e-12)
    noise = np.random.default_rng(random_state).normal(scale=0.1, size=layout.shape)
    initial: NDArray[np.float32] = (1e-4 * (layout + noise)).astype(np.float32)
    return initial


def spread_out(layout: NDArray[np.float32]) -> NDArray[np.float32]:
    """Keep both axes of a small layout from shrinking to zero, and from becoming the same.

    If the images form no groups, the exaggerated attraction shrinks every direction, one of them
    least. In the end both axes would hold that direction alone, and grow again into a line.
    """
    spreads = layout.std(axis=0)
    if spreads.min() >= _SMALLEST_SPREAD:
        return layout
    spread = layout.astype(np.float64)
    narrow, wide = (spread[:, axis] for axis in np.argsort(spreads, kind="stable"))
    tiny = float(np.finfo(np.float64).tiny)
    narrow -= wide * (float(wide @ narrow) / max(float(wide @ wide), tiny))
    for axis in (wide, narrow):
        factor = max(1.0, _SMALLEST_SPREAD / max(float(axis.std()), tiny))
        np.multiply(axis, factor, out=axis)
    return spread.astype(np.float32)
