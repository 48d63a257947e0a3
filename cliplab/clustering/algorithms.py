"""The algorithms: the parameter of each, and how it partitions points into clusters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cliplab.clustering.kmeans_chain import TooManyClustersError, kmeans_chain

Points = NDArray[np.floating]
Labelings = list[NDArray[np.intp]]


@dataclass(frozen=True)
class Algorithm:
    """One way to partition points into clusters.

    Attributes
    ----------
    title : str
        What people call it.
    parameter : str
        Its parameter: ``"n_clusters"`` or ``"min_cluster_size"``.
    metrics : tuple of str
        The distances that it knows.
    partition : callable
        Takes points, the parameter's values, a seed and a metric, and returns a labelling for
        each value.
    about : str
        What it does, in a sentence for a learner.
    most_points : int or None
        The largest number of points, for algorithms that need memory for the distances of all
        pairs.
    """

    title: str
    parameter: str
    metrics: tuple[str, ...]
    partition: Callable[[Points, Sequence[int], int, str], Labelings]
    about: str
    most_points: int | None = None


def _agglomerative(linkage: str) -> Callable[[Points, Sequence[int], int, str], Labelings]:
    def partition(points: Points, ks: Sequence[int], _seed: int, metric: str) -> Labelings:
        from scipy.cluster.hierarchy import cut_tree
        from scipy.cluster.hierarchy import linkage as grow

        _require_different(points, ks)
        # One tree serves every k: it is only cut at another height.
        tree = grow(points, linkage, metric)
        return list(cut_tree(tree, ks).T)

    return partition


def _gaussian_mixture(points: Points, ks: Sequence[int], seed: int, _metric: str) -> Labelings:
    from sklearn.mixture import GaussianMixture

    _require_different(points, ks)
    # A full covariance in hundreds of dimensions has more numbers than there are images.
    # scikit-learn takes seeds below 2**32 only.
    given = {"covariance_type": "diag", "reg_covar": _FLOOR, "random_state": seed % 2**32}
    mixtures = (GaussianMixture(k, **given) for k in ks)
    scaled = points / np.sqrt(points.var(axis=0, dtype=np.float64).mean())
    return [mixture.fit_predict(scaled) for mixture in mixtures]


def _hdbscan(points: Points, sizes: Sequence[int], _seed: int, metric: str) -> Labelings:
    from sklearn.cluster import HDBSCAN
    from sklearn.metrics import pairwise_distances

    # Computed once for every size: in hundreds of dimensions the distances are nearly all of it.
    distances = pairwise_distances(points, metric=metric).astype(np.float64)
    return [
        HDBSCAN(min_cluster_size=size, metric="precomputed", copy=True).fit_predict(distances)
        for size in sizes
    ]


# The least variance of a component in a dimension, where all of them together have 1 on average:
# without it a component that has caught two near-duplicates is infinitely sure of itself.
_FLOOR = 1e-2
# The distances of all pairs of so many are 1.6 to 3.2 GB.
_MOST_PAIRED = 20_000
_BOTH = ("euclidean", "cosine")

ALGORITHMS: dict[str, Algorithm] = {
    "kmeans": Algorithm(
        "K-means",
        "n_clusters",
        _BOTH,
        kmeans_chain,
        "Every image goes to the nearest of k centres. With the cosine it is spherical K-means.",
    ),
    "ward": Algorithm(
        "agglomerative, Ward",
        "n_clusters",
        ("euclidean",),
        _agglomerative("ward"),
        "Begins with every image alone, and joins the two clusters whose union spreads least.",
        _MOST_PAIRED,
    ),
    "average": Algorithm(
        "agglomerative, average",
        "n_clusters",
        _BOTH,
        _agglomerative("average"),
        "Joins the two clusters whose images are nearest on average; lone images stay alone long.",
        _MOST_PAIRED,
    ),
    "gaussian_mixture": Algorithm(
        "Gaussian mixture",
        "n_clusters",
        ("euclidean",),
        _gaussian_mixture,
        "Fits k normal distributions that may be wider in one dimension than in another.",
    ),
    "hdbscan": Algorithm(
        "HDBSCAN",
        "min_cluster_size",
        _BOTH,
        _hdbscan,
        "Takes dense places for clusters, however many, and leaves the rest out as noise.",
        _MOST_PAIRED,
    ),
}


def _require_different(points: Points, ks: Sequence[int]) -> None:
    n_different = len(np.unique(points, axis=0))
    if max(ks) > n_different:
        raise TooManyClustersError(max(ks), n_different, points)


def find_algorithm(name: str, metric: str, n_points: int) -> Algorithm:
    """Return an algorithm by its name, if it knows the metric and takes so many points.

    Raises
    ------
    ValueError
        If there is no such algorithm, it does not know the metric, or there are too many points.
    """
    if name not in ALGORITHMS:
        raise ValueError(f"`algorithm` must be one of {tuple(ALGORITHMS)!r}. Got {name!r} instead.")
    algorithm = ALGORITHMS[name]
    if metric not in algorithm.metrics:
        raise ValueError(
            f"`metric` must be one of {algorithm.metrics!r} for {algorithm.title}. "
            f"Got {metric!r} instead."
        )
    if algorithm.most_points is not None and n_points > algorithm.most_points:
        raise ValueError(
            f"`algorithm` must be 'kmeans' or 'gaussian_mixture' for {n_points:,} images: "
            f"{algorithm.title} takes at most {algorithm.most_points:,}. Got {name!r} instead. "
            "Take a sample: embeddings[::10]."
        )
    return algorithm


def title_of(algorithm: str, metric: str = "euclidean") -> str:
    """Return what people call an algorithm; K-means has another name with the cosine.

    Parameters
    ----------
    algorithm, metric : str
        As in `Clustering`; an algorithm that is not known here is called by its name.

    Returns
    -------
    str
        For people to read.
    """
    if (algorithm, metric) == ("kmeans", "cosine"):
        return "spherical K-means"
    known: Any = ALGORITHMS.get(algorithm)
    return str(known.title) if known else algorithm
