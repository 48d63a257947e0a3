"""cuML in the place of our own loops: where it is installed and a GPU is at hand, as on Colab."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cliplab.on_device import gpu_for


def pays(n_multiplications: float) -> bool:
    """Tell whether cuML is there, and a GPU, and enough to do for it."""
    return importlib.util.find_spec("cuml") is not None and gpu_for(n_multiplications) is not None


def tsne(
    vectors: NDArray[np.float32], perplexity: float, random_state: int
) -> tuple[NDArray[np.float32], float]:
    """Draw many images; only the end can be had, with its divergence (NaN if it is not told).

    References
    ----------
    Chan, D. M. et al. (2019). GPU accelerated t-distributed stochastic neighbor embedding.
    Journal of Parallel and Distributed Computing 131, 1-13.
    """
    from cuml.manifold import TSNE

    engine = TSNE(perplexity=perplexity, n_neighbors=int(3 * perplexity), random_state=random_state)
    picture = np.asarray(engine.fit_transform(vectors), dtype=np.float32)
    return picture, float(getattr(engine, "kl_divergence_", np.nan))


def kmeans(
    points: NDArray[np.floating], n_clusters: Sequence[int], random_state: int
) -> dict[int, NDArray[np.intp]]:
    """Partition points into several numbers of clusters, each from ten starts."""
    from cuml.cluster import KMeans

    engines = (KMeans(n_clusters=k, n_init=10, random_state=random_state) for k in n_clusters)
    labelings = (np.asarray(engine.fit(points).labels_, dtype=np.intp) for engine in engines)
    return dict(zip(n_clusters, labelings, strict=True))
