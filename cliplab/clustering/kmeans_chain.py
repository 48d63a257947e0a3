"""K-means for every k at once: partitions that help one another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.device import gpu_for
from cliplab._core.validation import wrong_value
from cliplab.clustering.gpu import settle
from cliplab.clustering.kmeans_search import CANDIDATES, Partition, Search
from cliplab.embeddings.points import unit_rows

# The search is always over a whole block: k from 2 to 20, from 21 to 40, and so on.
_BLOCK = 20
# The search sees so many points, in so many directions; what it finds settles among all.
_MOST_SEARCHED = 10_000
_DIRECTIONS = 48
# In so few dimensions another search is better.
_FEW_DIMENSIONS = 64
_USUAL_STEPS = 10


class TooManyClustersError(ValueError):
    """There are more clusters than points that can be told apart.

    Attributes
    ----------
    most : int
        The largest number of clusters that there is.
    """

    def __init__(self, given: int, most: int, points: NDArray[np.floating]) -> None:
        n_different = len(np.unique(points, axis=0))
        what = "the number of images that differ"
        if most < n_different:
            what = f"as many as can be told apart of the {n_different} images that differ"
        super().__init__(wrong_value("n_clusters", f"be at most {most}, {what}", given))
        self.most = most


def kmeans_chain(
    points: NDArray[np.floating],
    n_clusters: Sequence[int],
    random_state: int,
    metric: str = "euclidean",
) -> list[NDArray[np.intp]]:
    """Partition points into several numbers of clusters.

    The partitions help one another. Going down, the one into k starts from that into k + 1 without
    the centre whose loss costs least. Going up, the one into k + 1 starts from that into k, and the
    new centre is the best of 32 points drawn by their squared distance to the other centres. Some
    ways down from fresh points, starts from scratch for the smaller k, the best ways to join the
    finest clusters into three to eight (in more than 64 dimensions), then up and down along the
    best do for all k together what many restarts do for each k alone. Lloyd's algorithm settles
    each partition, and the best for each k counts.

    Which k help one another does not depend on those that are wanted. The search is always over a
    whole block, k from 2 to 20, from 21 to 40 and so on, and each block draws random numbers of its
    own. So the partition into k is the same whatever else is in `n_clusters`, and one k takes as
    long as its block. Within a block inertia never rises with k.

    The search sees the points, or 10,000 of them, in the main directions only; what it finds
    then settles among all points in all directions.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_features)
        Single precision stays single precision, and is twice as fast.
    n_clusters : sequence of int
        The numbers of clusters, from 2.
    random_state : int
        Equal seeds give equal partitions.
    metric : {"euclidean", "cosine"}, default="euclidean"
        With cosine this is spherical K-means: only the directions of points and centres count.

    Returns
    -------
    list of ndarray of shape (n_points,)
        For each entry of `n_clusters` the cluster of every point, numbered in no order.

    Raises
    ------
    TooManyClustersError
        If there are more clusters than points that differ, or that can be told apart beside the
        distances between others.

    References
    ----------
    Lloyd, S. P. (1982). Least squares quantization in PCM. IEEE Transactions on Information
    Theory 28, 129-137.

    Arthur, D. and Vassilvitskii, S. (2007). k-means++: the advantages of careful seeding.
    Symposium on Discrete Algorithms, 1027-1035.

    Dhillon, I. S. and Modha, D. S. (2001). Concept decompositions for large sparse text data
    using clustering. Machine Learning 42, 143-175.

    Halko, N., Martinsson, P. G. and Tropp, J. A. (2011). Finding structure with randomness:
    probabilistic algorithms for constructing approximate matrix decompositions. SIAM Review 53,
    217-288.

    Fritzke, B. (2020). The breathing k-means algorithm. arXiv:2006.15666.

    Examples
    --------
    >>> points = np.array([[0.0], [1.0], [5.0], [20.0], [21.0]])
    >>> two, three = kmeans_chain(points, [2, 3], random_state=0)
    >>> sorted(np.bincount(two).tolist()), sorted(np.bincount(three).tolist())
    ([2, 3], [1, 2, 2])
    """
    given, is_spherical = points, metric == "cosine"
    # Near the origin |x|² + |c|² - 2xc loses the fewest digits; but directions have their
    # meaning from where they start.
    points = unit_rows(points) if is_spherical else points - points.mean(axis=0)
    found: dict[int, NDArray[np.intp]] = {}
    if max(n_clusters) > len(points):  # Said at once: a search up to there would take minutes.
        raise TooManyClustersError(max(n_clusters), len(np.unique(given, axis=0)), given)
    for block in sorted({(k - 1) // _BLOCK for k in n_clusters}):
        found |= _partitions(points, block, random_state, is_spherical)
    if not found.keys() >= set(n_clusters):
        if points.dtype == np.float32:  # Near-duplicates differ in digits that only doubles have.
            return kmeans_chain(given.astype(np.float64), n_clusters, random_state, metric)
        most = _most_clusters(points, random_state, is_spherical)
        raise TooManyClustersError(max(n_clusters), most, given)
    return [found[k] for k in n_clusters]


def _partitions(
    points: NDArray[np.floating], block: int, random_state: int, is_spherical: bool
) -> dict[int, NDArray[np.intp]]:
    """Return the partitions for every k of a block, as far as there are points that differ."""
    ks = range(max(2, block * _BLOCK + 1), (block + 1) * _BLOCK + 1)
    random = np.random.default_rng([random_state, block])
    among_all = Search(points, random, is_spherical)
    largest = min(ks[-1], len(points))
    searched = None
    if len(points) > _MOST_SEARCHED:
        searched = random.choice(len(points), _MOST_SEARCHED, replace=False)
    sample = points if searched is None else points[searched]
    seen = _in_main_directions(sample, max(_DIRECTIONS, 3 * largest // 2), random)
    search = Search(seen, random, is_spherical)
    if points.shape[1] <= _FEW_DIMENSIONS:
        search.run_in_few_dimensions(ks[0], largest)
    else:
        search.run(ks[0], largest)
    starts = {k: search.best[k].labels.astype(np.intp) for k in ks if k in search.best}
    if gpu := gpu_for(_USUAL_STEPS * float(points.size) * sum(ks)):
        starts, searched = settle(points, starts, searched, is_spherical, gpu), None
    return _settled(among_all, ks, starts, searched)


def _settled(
    among_all: Search,
    ks: range,
    starts: dict[int, NDArray[np.intp]],
    searched: NDArray[np.intp] | None,
) -> dict[int, NDArray[np.intp]]:
    """Let what the search has found settle among all points, in all directions."""
    best = among_all.best
    before = 1
    for k in ks:
        if k in starts:
            among_all.settle(among_all.partition_of(starts[k], k, searched))
        # Where the search found no k clusters, or none better than with fewer, these grow.
        if k not in best or best[k].inertia >= best[before].inertia:
            grown: Partition | None = best[before]
            while grown and len(grown.means) < k:
                grown = among_all.grown(grown, CANDIDATES)
            if grown is None or among_all.settle(grown) is None:
                break
        before = k
    return {k: best[k].labels.astype(np.intp) for k in ks if k <= before}


def _most_clusters(points: NDArray[np.floating], random_state: int, is_spherical: bool) -> int:
    """Return the largest k up to which there are partitions, whichever are wanted."""
    most = 1
    for block in count():
        most = max(_partitions(points, block, random_state, is_spherical), default=most)
        if most < (block + 1) * _BLOCK:
            break
    return most


def _in_main_directions(
    points: NDArray[np.floating], n_directions: int, random: np.random.Generator
) -> NDArray[Any]:
    """Turn and cut: centres lie in fewer directions than points, and distances get cheap."""
    if points.shape[1] < 2 * n_directions:
        return points
    basis = random.normal(size=(points.shape[1], n_directions)).astype(points.dtype)
    for _ in range(2):
        basis = np.linalg.qr(points.T @ (points @ basis))[0]
    return points @ basis
