"""K-means for every k at once: partitions that help one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_N_CANDIDATES = 32
_N_CANDIDATES_FROM_SCRATCH = 4
# A round reaches k from scratch this often, divided by k: where k is small, the way there from
# k - 1 leads astray most easily, and a fresh start costs least.
_STARTS = 32
# In few dimensions the ways end in more different places, and cost less.
_FEW_DIMENSIONS = 64
_STARTS_IN_FEW_DIMENSIONS = 64
_ROUNDS_IN_FEW_DIMENSIONS = 4
_PATIENCE = 1.5
_MAX_STEPS = 300


@dataclass(eq=False)
class _Partition:
    """Centres, the squared distances of all points to each of them, and their inertia."""

    centers: NDArray[np.floating]
    distances: NDArray[np.floating]

    def __post_init__(self) -> None:
        self.inertia = float(self.distances.min(axis=0).sum(dtype=np.float64))

    def copy(self) -> _Partition:
        return _Partition(self.centers.copy(), self.distances.copy())


def kmeans_chain(
    points: NDArray[np.floating],
    n_clusters: Sequence[int],
    random_state: int,
    metric: str = "euclidean",
) -> list[NDArray[np.intp]]:
    """Partition points into several numbers of clusters.

    The partitions help one another. Going up, the one into k + 1 starts from that into k, and
    the new centre is the best of 32 points drawn by their squared distance to the centres that
    stand. Going down, the one into k starts from that into k + 1 without the centre that is
    missed least. Up, down and up again, with some starts from scratch between, does for all k
    together what many restarts do for each k alone. Lloyd's algorithm settles each partition,
    and the best for each k is kept, so inertia never rises with k.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_features)
        Single precision stays single precision, and is twice as fast.
    n_clusters : sequence of int
        The numbers of clusters, increasing.
    random_state : int
        Equal seeds give equal partitions.
    metric : {"euclidean", "cosine"}, default="euclidean"
        With cosine this is spherical K-means: only the directions of points and centres count.

    Returns
    -------
    list of ndarray of shape (n_points,)
        For each entry of `n_clusters` the cluster of every point, in no order.

    Raises
    ------
    ValueError
        If the points fall on fewer places than there shall be clusters.

    References
    ----------
    Lloyd, S. P. (1982). Least squares quantization in PCM. IEEE Transactions on Information
    Theory 28, 129-137.

    Arthur, D. and Vassilvitskii, S. (2007). k-means++: the advantages of careful seeding.
    Symposium on Discrete Algorithms, 1027-1035.

    Dhillon, I. S. and Modha, D. S. (2001). Concept decompositions for large sparse text data
    using clustering. Machine Learning 42, 143-175.

    Fritzke, B. (2020). The breathing k-means algorithm. arXiv:2006.15666.

    Examples
    --------
    >>> points = np.array([[0.0], [1.0], [5.0], [20.0], [21.0]])
    >>> [np.bincount(labels).tolist() for labels in kmeans_chain(points, [2, 3], random_state=0)]
    [[3, 2], [2, 2, 1]]
    """
    search = _Search(points, random_state, metric)
    largest = min(n_clusters[-1], len(points))
    # Coming down from a little above makes the largest k as good as the others.
    top = largest + largest // 4
    few_dimensions = points.shape[1] <= _FEW_DIMENSIONS
    n_starts = _STARTS_IN_FEW_DIMENSIONS if few_dimensions else _STARTS
    search.start_from_scratch(top, settle_from=top)
    search.go_up(top)
    for _ in range(_ROUNDS_IN_FEW_DIMENSIONS if few_dimensions else 1):
        for start in range(1, n_starts // 2 + 1):
            search.start_from_scratch(min(largest, n_starts // start), settle_from=2)
        search.go_down()
        search.go_up(top)
    if n_clusters[-1] not in search.best:
        raise ValueError(
            f"`n_clusters` must be at most {max(search.best)}, the number of images that differ. "
            f"Got {n_clusters[-1]!r} instead."
        )
    return [search.best[k].distances.argmin(axis=0) for k in n_clusters]


class _Search:
    """The best partition for each k so far, and the moves that lead to better ones."""

    def __init__(self, points: NDArray[np.floating], random_state: int, metric: str) -> None:
        self.is_spherical = metric == "cosine"
        # Near the origin |x|² + |c|² - 2xc loses the fewest digits; but directions have their
        # meaning from where they start.
        self.points = directions(points) if self.is_spherical else points - points.mean(axis=0)
        self.squares = np.einsum("ij,ij->i", self.points, self.points)
        # Below this a squared distance is rounding, not distance.
        self.zero = 8 * np.finfo(self.points.dtype).eps * float(self.squares.max())
        self.random = np.random.default_rng(random_state)
        mean = self.points.mean(axis=0, keepdims=True)
        if self.is_spherical:
            mean = directions(mean)
        self.best = {1: _Partition(mean, self.distances(mean))}

    def go_up(self, top: int) -> None:
        for k in range(1, top):
            if k in self.best and (grown := self.grown(self.best[k], _N_CANDIDATES)):
                self.settle(grown)

    def go_down(self) -> None:
        for k in range(max(self.best), 2, -1):
            if k in self.best:
                self.settle(self.pruned(self.best[k]))

    def start_from_scratch(self, top: int, settle_from: int) -> None:
        """Grow from one random point; what stands at each k is a start of its own."""
        first = self.points[[self.random.integers(len(self.points))]]
        partition = _Partition(first, self.distances(first))
        for k in range(2, top + 1):
            grown = self.grown(partition, _N_CANDIDATES_FROM_SCRATCH)
            if grown is None:
                return
            partition = grown
            if k >= settle_from:
                self.settle(partition.copy())

    def distances(self, centers: NDArray[np.floating]) -> NDArray[np.floating]:
        # BLAS multiplies in this order fastest; all that follows likes one row a centre.
        distances = np.ascontiguousarray((self.points @ (-2 * centers).T).T)
        distances += np.einsum("ij,ij->i", centers, centers)[:, None]
        distances += self.squares
        np.maximum(distances, 0, out=distances)
        return distances

    def grown(self, partition: _Partition, n_candidates: int) -> _Partition | None:
        """Add the best of some points drawn by their squared distance to the centres."""
        nearest = partition.distances.min(axis=0)
        weights = np.cumsum(np.where(nearest > self.zero, nearest, 0), dtype=np.float64)
        if weights[-1] == 0:  # Every point stands on a centre already.
            return None
        drawn = np.searchsorted(weights, self.random.random(n_candidates) * weights[-1], "right")
        distances = self.distances(self.points[drawn])
        best = np.minimum(distances, nearest).sum(axis=1).argmin()
        return _Partition(
            np.vstack([partition.centers, self.points[drawn[best]]]),
            np.vstack([partition.distances, distances[best]]),
        )

    def pruned(self, partition: _Partition) -> _Partition:
        """Take away the centre whose points lose least by going to their second nearest."""
        nearest, second = np.partition(partition.distances, 1, axis=0)[:2]
        loss = np.bincount(
            partition.distances.argmin(axis=0),
            weights=second - nearest,
            minlength=len(partition.centers),
        )
        least = loss.argmin()
        return _Partition(
            np.delete(partition.centers, least, axis=0),
            np.delete(partition.distances, least, axis=0),
        )

    def settle(self, partition: _Partition) -> None:
        """Run Lloyd's algorithm in place, and keep the outcome if it is the best for its k."""
        centers, distances = partition.centers, partition.distances
        k, means = len(centers), centers.copy()
        rival = self.best[k].inertia if k in self.best else np.inf
        labels = np.full(len(self.points), k)
        inertia = np.inf
        for _ in range(_MAX_STEPS):
            nearest = distances.argmin(axis=0)
            moved = nearest != labels
            if not moved.any():
                break
            # Only clusters that gained or lost points have a new mean: along the chain, few.
            touched = np.zeros(k + 1, dtype=bool)
            touched[nearest[moved]] = touched[labels[moved]] = True
            changed = np.flatnonzero(touched[:k])
            labels = nearest
            sizes = np.bincount(labels, minlength=k)
            if not sizes.all():
                return
            members = (labels == changed[:, None]).astype(self.points.dtype)
            means[changed] = (members @ self.points) / sizes[changed, None]
            centers[changed] = directions(means[changed]) if self.is_spherical else means[changed]
            # Sum of |x - c|², with the sum of a cluster's points known, needs no distances. When
            # the steps have become too short for the rest of the way to the rival, the way is not
            # worth going.
            before = inertia
            inner = np.einsum("ij,ij->i", centers - 2 * means, centers)
            inertia = float(self.squares.sum() + sizes @ inner)
            if inertia - rival > _PATIENCE * (before - inertia):
                return
            distances[changed] = self.distances(centers[changed])
        settled = _Partition(centers, distances)
        if settled.inertia < rival:
            self.best[k] = settled


def directions(points: NDArray[np.floating]) -> NDArray[Any]:
    """Scale rows to unit length; one that is zero has no direction and stays.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_features)
        Single precision stays single precision.

    Returns
    -------
    ndarray of shape (n_points, n_features)
        What the cosine sees of them.
    """
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    unit: NDArray[Any] = points / np.maximum(lengths, 1e-12)
    return unit
