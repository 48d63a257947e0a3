"""The measures of evidence for k, each a function of labels or sweeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.measuring import measure
from cliplab.clustering.silhouettes import silhouettes
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import Clustering
from cliplab.embeddings.points import points_and_space, unit_rows
from cliplab.evaluation.null import null_data

Floats = NDArray[np.float64]
Labels = NDArray[np.integer]
# The rows of a resample, and for every k their labels.
Resample = tuple[NDArray[np.intp], Mapping[int, Labels]]


def comparable(data: Any, sweep: ClusterSweep) -> NDArray[np.floating]:
    """Return the points, scaled to unit length if the sweep uses the cosine distance."""
    points, _ = points_and_space(data)
    return unit_rows(points) if sweep.metric == "cosine" else points


def inertias_from_one(data: Any, sweep: ClusterSweep) -> Floats:
    """Return the inertia for k = 1 and for each k of the sweep."""
    points, space = points_and_space(data)
    together = np.zeros(len(points), dtype=np.int64)
    (one,) = measure(points, [together], space, sweep.metric, sweep.algorithm)
    return np.array([one.inertia, *sweep.inertias])


def reference(data: Any, sweep: ClusterSweep, kind: str, seed: int) -> tuple[Floats, Floats]:
    """Cluster null data like the sweep; return the inertias from k = 1 and the mean silhouettes."""
    null = null_data(data, kind, random_state=seed)
    found = sweep_clusters(null, sweep.n_clusters, random_state=seed, metric=sweep.metric)
    return inertias_from_one(null, found), found.silhouette_scores


def gap_statistic(inertias: Floats, references: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Return the gap statistic and its standard error.

    Parameters
    ----------
    inertias : ndarray of shape (n_values,)
        The inertias of the data, from k = 1.
    references : sequence of ndarray of shape (n_values,)
        The inertias of each null data set.

    Returns
    -------
    gap, error : ndarray of shape (n_values,)
        The mean log inertia of the null data minus that of the data, and its standard error.

    References
    ----------
    Tibshirani, R., Walther, G. and Hastie, T. (2001). Estimating the number of clusters in a
    data set via the gap statistic. Journal of the Royal Statistical Society B 63, 411-423.

    Examples
    --------
    >>> e = np.e
    >>> gap, error = gap_statistic(np.array([e]), [np.array([e**2]), np.array([e**4])])
    >>> (gap.round(3).tolist(), error.round(3).tolist())
    ([2.0], [1.225])
    """
    drawn = np.array([_logarithm(each) for each in references])
    error = drawn.std(axis=0) * np.sqrt(1 + 1 / len(drawn))
    return drawn.mean(axis=0) - _logarithm(inertias), error


def _logarithm(inertias: Floats) -> Floats:
    # If each cluster consists of duplicates of one image, the inertia is 0 or a rounding error.
    floor = np.finfo(np.float64).eps * inertias[0]
    logarithms: Floats = np.log(np.maximum(inertias, floor))
    return logarithms


def resample(data: Any, sweep: ClusterSweep, seed: int, share: float = 0.8) -> Resample:
    """Cluster a random subset of the images for each k that it allows."""
    points, _ = points_and_space(data)
    random = np.random.default_rng(seed)
    rows = np.sort(random.choice(len(points), round(share * len(points)), replace=False))
    n_different = len(np.unique(points[rows], axis=0))
    # If each image is a cluster of its own, any two partitions agree.
    ks = [k for k in sweep.n_clusters if k <= n_different and k < len(rows)]
    found: Mapping[int, Clustering] = (
        sweep_clusters(points[rows], ks, random_state=seed, metric=sweep.metric) if ks else {}
    )
    return rows, {k: each.cluster_labels for k, each in found.items()}


def stability(resamples: Sequence[Resample], n_clusters: Sequence[int]) -> Floats:
    """Return for each k how well the clusters of two resamples agree on their common images.

    It is the mean adjusted Rand index over all pairs of resamples: 1 if all find the same
    clusters. It is NaN if a resample has too few images for k.

    References
    ----------
    Ben-Hur, A., Elisseeff, A. and Guyon, I. (2002). A stability based method for discovering
    structure in clustered data. Pacific Symposium on Biocomputing 7, 6-17.

    Hennig, C. (2007). Cluster-wise assessment of cluster stability. Computational Statistics &
    Data Analysis 52, 258-271.
    """
    from sklearn.metrics import adjusted_rand_score

    pairs = []
    for (rows, labels), (others, other) in combinations(resamples, 2):
        _, here, there = np.intersect1d(rows, others, assume_unique=True, return_indices=True)
        pairs.append(
            [
                adjusted_rand_score(labels[k][here], other[k][there])
                if k in labels and k in other
                else np.nan
                for k in n_clusters
            ]
        )
    mean: Floats = np.mean(pairs, axis=0)
    return mean


def random_start(data: Any, sweep: ClusterSweep, seed: int) -> tuple[list[Labels], Floats]:
    """Run K-means once for each k from random images; return labels and mean silhouettes.

    The search of the sweep looks for the lowest inertia. Single runs show at which local minima
    K-means can end.
    """
    from sklearn.cluster import KMeans

    points = comparable(data, sweep)
    # Two centres on duplicates of one image would leave a cluster empty.
    different = np.unique(points, axis=0)
    random = np.random.default_rng(seed)
    labelings = []
    for k in sweep.n_clusters:
        start = different[random.choice(len(different), k, replace=False)]
        labelings.append(KMeans(k, init=start, n_init=1).fit_predict(points))
    scores = silhouettes(points, labelings, sweep.metric).mean(axis=1, dtype=np.float64)
    return labelings, scores


def agreement_of_starts(starts: Sequence[Sequence[Labels]]) -> Floats:
    """Return for each k the mean adjusted Rand index between two independent starts."""
    from sklearn.metrics import adjusted_rand_score

    pairs = [
        [adjusted_rand_score(*labels) for labels in zip(one, other, strict=True)]
        for one, other in combinations(starts, 2)
    ]
    mean: Floats = np.mean(pairs, axis=0)
    return mean


def classical_scores(data: Any, sweep: ClusterSweep) -> tuple[Floats, Floats]:
    """Return the scores of Calinski and Harabasz (higher is better) and Davies and Bouldin (lower).

    Both are NaN if each image is a cluster of its own.

    References
    ----------
    Caliński, T. and Harabasz, J. (1974). A dendrite method for cluster analysis. Communications
    in Statistics 3, 1-27.

    Davies, D. L. and Bouldin, D. W. (1979). A cluster separation measure. IEEE Transactions on
    Pattern Analysis and Machine Intelligence 1, 224-227.
    """
    from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

    points = comparable(data, sweep)

    def each(score: Callable[[Any, Any], float]) -> Floats:
        return np.array(
            [
                score(points, found.cluster_labels) if found.n_clusters < len(found) else np.nan
                for found in sweep.clusterings
            ]
        )

    return each(calinski_harabasz_score), each(davies_bouldin_score)


def beats_null(scores: Floats, null_scores: Floats) -> bool:
    """Return whether the scores stand out more, at their best k, than those of all null data.

    For each k all scores, real and null, are standardized together. How much a data set stands
    out is its largest standardized score over all k, which accounts for the choice among many k.
    So a data set that is distributed like n null data sets stands out with probability 1/(n + 1).
    """
    every = np.vstack([scores, null_scores])
    spread = np.maximum(every.std(axis=0), np.finfo(np.float32).eps)
    real, *null = ((every - every.mean(axis=0)) / spread).max(axis=1)
    return bool(real > max(null))
