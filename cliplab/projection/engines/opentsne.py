"""t-SNE of more images than the exact gradient is fast enough for, by openTSNE."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.extras import require_extra

_FRAME_EVERY = 25
_EARLY, _LATE, _WARM = 250, 500, 250


def large_frames(
    vectors: NDArray[np.float32], perplexity: float, random_state: int, start: ArrayLike | None
) -> Iterator[tuple[NDArray[np.float32], float, int, float]]:
    """Let a layout of many images settle, and yield the values of a frame as it moves.

    References
    ----------
    Poličar, P. G., Stražar, M. and Zupan, B. (2024). openTSNE: a modular Python library for t-SNE
    dimensionality reduction and embedding. Journal of Statistical Software 109(3).
    """
    require_extra("large", f"t-SNE of {len(vectors):,} images", 'take method="pca"')
    from openTSNE import TSNEEmbedding, affinity, initialization

    affinities = affinity.PerplexityBasedNN(vectors, perplexity, random_state=random_state)
    if start is None:
        first = initialization.pca(vectors, random_state=random_state)
    else:
        first = np.array(start, dtype=np.float64)
    embedding = TSNEEmbedding(first, affinities, random_state=random_state)
    stages = [(_EARLY, 12.0, 0.5), (_LATE, 1.0, 0.8)] if start is None else [(_WARM, 1.0, 0.8)]
    total, done = sum(steps for steps, _, _ in stages), 0
    for steps, exaggeration, momentum in stages:
        for _ in range(0, steps, _FRAME_EVERY):
            embedding.optimize(
                _FRAME_EVERY, exaggeration=exaggeration, momentum=momentum, inplace=True
            )
            done += _FRAME_EVERY
            layout = np.asarray(embedding, dtype=np.float32)
            yield layout, float(embedding.kl_divergence), done, done / total
