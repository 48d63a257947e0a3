"""cuML's t-SNE in the place of openTSNE, where it is installed and a GPU is at hand: on Colab."""

from __future__ import annotations

import importlib.util
import math

import numpy as np
from numpy.typing import NDArray

from cliplab._core.device import gpu_for

_MOST_NEIGHBORS = 1023  # cuML takes no more, and warns of each.


def pays(n_multiplications: float) -> bool:
    """Tell whether cuML is there, and a GPU, and enough to do for it."""
    return importlib.util.find_spec("cuml") is not None and gpu_for(n_multiplications) is not None


def tsne(vectors: NDArray[np.float32], perplexity: float, random_state: int) -> NDArray[np.float32]:
    """Draw many images; only the end can be had.

    Left to itself cuML takes the fewer neighbours the more images there are, down to 30, whatever
    the perplexity. Told a rate, it keeps to those it is asked for: this one, with which openTSNE
    begins too; after the exaggeration cuML doubles it, where openTSNE takes twelve times as much.
    What it calls its divergence is another measure than ours: of one picture 0.65 instead of 2.15.

    References
    ----------
    Chan, D. M. et al. (2019). GPU accelerated t-distributed stochastic neighbor embedding.
    Journal of Parallel and Distributed Computing 131, 1-13.
    """
    from cuml.manifold import TSNE

    engine = TSNE(
        perplexity=perplexity,
        n_neighbors=min(math.ceil(3 * perplexity), _MOST_NEIGHBORS),
        learning_rate_method=None,
        learning_rate=len(vectors) / 3,
        random_state=random_state,
    )
    return np.asarray(engine.fit_transform(vectors), dtype=np.float32)
