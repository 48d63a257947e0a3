"""Where t-SNE starts, and how small layouts stay two-dimensional."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cliplab._core.blas_threads import one_blas_thread

_SMALLEST_SPREAD = 1e-6  # A hundredth of that of the initial layout.


def pca_layout(centered: NDArray[np.float32], random_state: int) -> NDArray[np.float32]:
    """Return the first two principal components, very small, with a little noise.

    Of one feature there is one component, and the other axis is noise.

    Parameters
    ----------
    centered : ndarray of shape (n_images, n_features)
        What is projected, with its mean in the origin.
    random_state : int
        The seed of the noise.

    Returns
    -------
    ndarray of shape (n_images, 2)
    """
    from sklearn.utils.extmath import randomized_svd

    n_components = min(2, *centered.shape)
    with one_blas_thread():
        scores, scales, _ = randomized_svd(centered, n_components, n_iter=7, random_state=0)
    layout = np.zeros((len(centered), 2))
    layout[:, :n_components] = scores * scales
    layout /= layout[:, 0].std()
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
