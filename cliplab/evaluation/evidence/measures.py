"""The measures of evidence for k, each a function of points, labels or scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.kmeans_search import Search
from cliplab.clustering.measuring import measure
from cliplab.clustering.silhouettes import silhouettes
from cliplab.embeddings.points import points_and_space, unit_rows
from cliplab.evaluation.evidence.main_directions import partitions

Floats = NDArray[np.floating]
Labels = NDArray[np.integer]
# With the generator that drew the data, the same random numbers would make the same groups.
_SALT = 0x6E756C6C
_MANY = 500  # Points.
# A run of K-means in which a cluster loses all its images, which is rare, begins again elsewhere.
_MOST_DRAWS = 10


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


def mean_silhouettes(scores: Floats, labels: Mapping[int, Labels], ks: Sequence[int]) -> Floats:
    """Return the mean silhouette for each k; NaN where there are no such clusters."""
    known = [k for k in ks if k in labels]
    means = dict.fromkeys(ks, np.nan)
    if known:
        found = silhouettes(scores, [labels[k] for k in known]).mean(axis=1, dtype=np.float64)
        means |= dict(zip(known, found.tolist(), strict=True))
    return np.array([means[k] for k in ks])


def shuffled_silhouettes(scores: Floats, ks: Sequence[int], seed: int) -> Floats:
    """Shuffle each main direction among the images, and return the mean silhouettes for each k.

    The spread along each direction stays, with its skewness and its tails. How the directions go
    together is lost.
    """
    shuffled = np.random.default_rng((_SALT, seed)).permuted(scores, axis=0)
    return mean_silhouettes(shuffled, briefly(shuffled, ks, seed), ks)


def uniform_inertias(scores: Floats, ks: Sequence[int], seed: int) -> Floats:
    """Return the inertias, from k = 1, of points drawn from the box of the main directions."""
    low, high = scores.min(axis=0), scores.max(axis=0)
    drawn = np.random.default_rng((_SALT, seed)).uniform(low, high, scores.shape)
    drawn = drawn.astype(scores.dtype)
    return comparable_inertias(drawn, ks, seed)


def comparable_inertias(scores: Floats, ks: Sequence[int], seed: int) -> Floats:
    """Return the inertias that the gap compares, of images and of null data, from k = 1.

    Of many points a brief search ends some thousandths above the lowest inertia. Of few it can be
    hundredths, and there a longer one costs little.
    """
    is_brief = len(scores) >= _MANY
    return inertias_of(scores, partitions(scores, max(ks), seed, is_brief=is_brief), ks)


def briefly(scores: Floats, ks: Sequence[int], seed: int) -> dict[int, NDArray[np.intp]]:
    """Return the labels that a brief search finds.

    The images are compared with many null data, and both are searched for alike.
    """
    return partitions(scores, max(ks), seed, is_brief=True)


def inertias_of(scores: Floats, labels: Mapping[int, Labels], ks: Sequence[int]) -> Floats:
    """Return the inertia for k = 1 and each of some k; NaN where there are no such clusters."""
    total = float(((scores - scores.mean(axis=0)) ** 2).sum(dtype=np.float64))
    return np.array([total, *(_inertia(scores, labels[k]) if k in labels else np.nan for k in ks)])


def _inertia(scores: Floats, labels: Labels) -> float:
    members = (labels == np.arange(int(labels.max()) + 1)[:, None]).astype(np.float64)
    sums, sizes = members @ scores, members.sum(axis=1)
    return float((scores.astype(np.float64) ** 2).sum() - ((sums**2).sum(axis=1) / sizes).sum())


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
    # Without any variance at all, not even the inertia of one cluster is more.
    floor = np.finfo(np.float64).eps * max(float(inertias[0]), np.finfo(np.float64).tiny)
    logarithms: Floats = np.log(np.maximum(inertias, max(floor, np.finfo(np.float64).tiny)))
    return logarithms


def random_start(scores: Floats, ks: Sequence[int], seed: int) -> tuple[list[Labels], Floats]:
    """Run K-means once for each k from random images; return labels and mean silhouettes.

    The search of the sweep looks for the lowest inertia. Single runs show at which local minima
    K-means can end.
    """
    # Two centres on duplicates of one image would leave a cluster empty.
    different = np.unique(scores - scores.mean(axis=0), axis=0)
    random = np.random.default_rng(seed)
    search = Search(scores - scores.mean(axis=0), random, is_spherical=False)
    labels = {}
    for k in ks:
        for _ in range(_MOST_DRAWS if k <= len(different) else 0):
            start = different[random.choice(len(different), k, replace=False)]
            if settled := search.settle(search.partition_at(start)):
                labels[k] = settled.labels.astype(np.intp)
                break
    nothing = np.zeros(len(scores), dtype=np.intp)
    return [labels.get(k, nothing) for k in ks], mean_silhouettes(scores, labels, ks)


def agreement_of_starts(starts: Sequence[Sequence[Labels]]) -> Floats:
    """Return for each k the mean adjusted Rand index between two independent starts."""
    pairs = [
        [_adjusted_rand(*labels) for labels in zip(one, other, strict=True)]
        for one, other in combinations(starts, 2)
    ]
    mean: Floats = np.mean(pairs, axis=0)
    return mean


def _adjusted_rand(labels: Labels, others: Labels) -> float:
    """Do as scikit-learn, which checks its arguments for ten times as long as it counts."""
    k = int(others.max()) + 1
    shared = np.bincount(labels * k + others, minlength=k * (int(labels.max()) + 1)).reshape(-1, k)

    def n_pairs(counts: Labels) -> float:
        return float((counts * (counts - 1)).sum()) / 2

    both, rows, columns = (n_pairs(each) for each in (shared, shared.sum(1), shared.sum(0)))
    by_chance = rows * columns / max(n_pairs(np.array([len(labels)])), 1)
    greatest = (rows + columns) / 2
    return 1.0 if greatest == by_chance else (both - by_chance) / (greatest - by_chance)


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


def null_p_value(scores: Floats, null_scores: Floats) -> float:
    """Return how probable it is that null data have scores that stand out as much.

    For each k all scores, real and null, are standardized together. How much a data set stands
    out is its largest standardized score over all k, which accounts for the choice among many k.
    So the p-value (1 + #)/(n + 1) holds for the whole range of k.
    """
    every = np.vstack([scores, null_scores])
    every = every[:, np.isfinite(every).all(axis=0)]
    if not every.size:
        return 1.0
    spread = np.maximum(every.std(axis=0), np.finfo(np.float32).eps)
    real, *null = ((every - every.mean(axis=0)) / spread).max(axis=1)
    return float((1 + np.sum(np.array(null) >= real)) / (1 + len(null)))
