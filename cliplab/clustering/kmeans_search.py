"""The search for good partitions into every number of clusters, and the moves that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cliplab.clustering.kmeans_joins import joins
from cliplab.embeddings.points import unit_rows

# Ways down from fresh points serve all k at once. Starts from scratch serve the k up to their
# number, the smaller the more often: there ways down end in fewer different partitions, and a
# fresh start costs least.
_WAYS_DOWN = 3
# From fewer there is little to join. A brief search, which joins nothing, gained nothing by it.
_FINEST = 25
_STARTS = 16
# With few clusters for many groups, inertia depends on which groups share one. For two clusters
# starts are enough, and above eight joins cost more time than they gained.
_FEWEST_JOINED, _MOST_JOINED = 3, 8
# In few dimensions the ways end in more different places, and cost less.
_STARTS_IN_FEW_DIMENSIONS = 64
_ROUNDS_IN_FEW_DIMENSIONS = 4
CANDIDATES = 32
_CANDIDATES_FROM_SCRATCH = 4
_STEPS_ON_THE_WAY = 2
_MOST_STEPS = 300
_PATIENCE = 3.0


@dataclass(eq=False)
class Partition:
    """Clusters: their means, and the squared distances of all points to the centres.

    `labels` are the clusters of the means, -1 where unknown: with them a step of Lloyd's algorithm
    knows which clusters have changed.
    """

    means: NDArray[np.floating]
    distances: NDArray[np.floating]
    labels: NDArray[np.signedinteger]

    @cached_property
    def inertia(self) -> float:
        """The sum of squared distances to the nearest centres."""
        return float(self.distances.min(axis=0).sum(dtype=np.float64))

    def copy(self) -> Partition:
        """Return one that may be settled while this stays as it is."""
        return Partition(self.means.copy(), self.distances.copy(), self.labels)


class Search:
    """The best partition for each k so far, and the moves that lead to better ones."""

    def __init__(
        self, points: NDArray[np.floating], random: np.random.Generator, is_spherical: bool
    ) -> None:
        self.points = points
        # As columns: OpenBLAS then multiplies a few centres by them two to ten times as fast.
        self.columns = np.ascontiguousarray(points.T)
        self.random = random
        self.is_spherical = is_spherical
        self.squares = np.einsum("ij,ij->i", points, points)
        self.unlabelled = np.full(len(points), -1)
        self.total = float(self.squares.sum())
        # Below this a squared distance is rounding, not distance.
        self.zero = 8 * np.finfo(points.dtype).eps * float(self.squares.max())
        self.best = {1: self.partition_of(np.zeros(len(points), dtype=np.intp), 1)}

    def run(self, smallest: int, largest: int) -> None:
        """Come down from fresh points, start often, join, then go up and down the best."""
        below, above = _around(smallest, largest)
        above = max(_FINEST, above)
        for _ in range(_WAYS_DOWN):
            self.come_down(above, below)
        self.start_often(smallest, largest, _STARTS)
        for partition in list(self.best.values()):
            self.settle(partition.copy())
        self.join(smallest, largest)
        self.go_up(below, above)
        self.go_down(below)

    def run_briefly(self, smallest: int, largest: int) -> None:
        """Do as `run`, in less than half of the time; the inertia is some thousandths higher."""
        below, above = _around(smallest, largest)
        self.come_down(above, below)
        self.start_often(smallest, largest, _STARTS // 2)
        self.go_up(below, above)
        self.go_down(below)

    def run_in_few_dimensions(self, smallest: int, largest: int) -> None:
        """Start often, and go down and up the best each time."""
        below, above = _around(smallest, largest)
        *_, drawn = self.drawn(above)
        self.settle(drawn)
        self.go_up(below, above)
        for _ in range(_ROUNDS_IN_FEW_DIMENSIONS):
            self.start_often(smallest, largest, _STARTS_IN_FEW_DIMENSIONS)
            self.go_down(below)
            self.go_up(below, above)

    def go_up(self, below: int, above: int) -> None:
        """Add a centre to the best for each k."""
        for k in range(below, above):
            if k in self.best and (grown := self.grown(self.best[k], CANDIDATES)):
                self.settle(grown)

    def go_down(self, below: int) -> None:
        """Take a centre away from the best for each k."""
        for k in range(max(self.best), below, -1):
            if k in self.best:
                self.settle(self.pruned(self.best[k]))

    def start_often(self, smallest: int, largest: int, n_starts: int) -> None:
        """Draw points; those at each k are a start of its own."""
        for start in range(1, n_starts // smallest + 1):
            for drawn in self.drawn(min(largest, n_starts // start)):
                if len(drawn.means) >= smallest:
                    self.settle(drawn.copy())

    def join(self, smallest: int, largest: int) -> None:
        """Join the clusters of the finest partition into three to eight, in the best few ways."""
        finest = self.best[max(self.best)]
        most = min(largest, _MOST_JOINED, len(finest.means) - 1)
        for k in range(max(_FEWEST_JOINED, smallest), most + 1):
            for way in joins(finest.means, np.bincount(finest.labels), k, self.random):
                self.settle(self.partition_of(way[finest.labels], k))

    def come_down(self, above: int, below: int) -> None:
        """Take centres away one by one, from points drawn, and settle a little on the way."""
        *_, drawn = self.drawn(above)
        partition: Partition | None = self.settle(drawn, _STEPS_ON_THE_WAY)
        while partition and len(partition.means) > below:
            partition = self.settle(self.pruned(partition), _STEPS_ON_THE_WAY)

    def drawn(self, top: int) -> Iterator[Partition]:
        """Grow from one random point up to as many centres, or as there are places."""
        first = self.points[[self.random.integers(len(self.points))]]
        partition: Partition | None = self.partition_at(first)
        while partition:
            yield partition
            if len(partition.means) >= top:
                return
            partition = self.grown(partition, _CANDIDATES_FROM_SCRATCH)

    def partition_at(self, means: NDArray[np.floating]) -> Partition:
        """Make a partition from centres alone."""
        return Partition(means, self.distances(self.centers(means)), self.unlabelled)

    def partition_of(
        self, labels: NDArray[np.intp], k: int, rows: NDArray[np.intp] | None = None
    ) -> Partition:
        """Make a partition from the clusters of all points, or of those in some rows."""
        points = self.points if rows is None else self.points[rows]
        sums = _gains(points, self.unlabelled[: len(labels)], labels, np.arange(k))
        means = sums / _column(np.bincount(labels), points.dtype)
        known = labels if rows is None else self.unlabelled
        return Partition(means, self.distances(self.centers(means)), known)

    def centers(self, means: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return what distances are measured to."""
        return unit_rows(means) if self.is_spherical else means

    def distances(self, centers: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the squared distance of every point to each centre."""
        distances: NDArray[np.floating] = (-2 * centers) @ self.columns
        distances += np.einsum("ij,ij->i", centers, centers)[:, None]
        distances += self.squares
        return distances

    def grown(self, partition: Partition, n_candidates: int) -> Partition | None:
        """Add the best of some points drawn by their squared distance to the centres."""
        nearest = partition.distances.min(axis=0)
        weights = np.cumsum(np.where(nearest > self.zero, nearest, 0), dtype=np.float64)
        if weights[-1] == 0:  # Every point is at a centre already.
            return None
        drawn = np.searchsorted(weights, self.random.random(n_candidates) * weights[-1], "right")
        distances = self.distances(self.centers(self.points[drawn]))
        best = np.minimum(distances, nearest).sum(axis=1).argmin()
        return Partition(
            np.vstack([partition.means, self.points[drawn[best]]]),
            np.vstack([partition.distances, distances[best]]),
            partition.labels,
        )

    def pruned(self, partition: Partition) -> Partition:
        """Take away the centre whose points lose least by going to their second nearest."""
        labels = _nearest(partition.distances)
        own = labels, np.arange(len(labels))
        others = partition.distances.copy()
        others[own] = np.inf
        loss = others.min(axis=0) - partition.distances[own]
        least = np.bincount(labels, weights=loss, minlength=len(partition.means)).argmin()
        remaining = np.arange(len(partition.means)) != least
        labels = partition.labels - (partition.labels > least)
        labels[partition.labels == least] = -1
        return Partition(partition.means[remaining], partition.distances[remaining], labels)

    def settle(self, partition: Partition, max_steps: int = _MOST_STEPS) -> Partition | None:
        """Run Lloyd's algorithm in place, and store the result if it is the best for its k.

        None where a cluster has lost all its points, or where the best is out of reach.
        """
        means, distances, labels = partition.means, partition.distances, partition.labels
        k, centers = len(means), self.centers(means)
        sizes = np.bincount(labels[labels >= 0], minlength=k)
        lowest = self.best[k].inertia if k in self.best else np.inf
        inertia = np.inf
        for _ in range(max_steps):
            nearest = _nearest(distances)
            (moved,) = (nearest != labels).nonzero()
            if not moved.size:
                break
            # Only clusters that gained or lost points have a new mean, and only points that moved
            # change it: along the chain, few.
            before, after = labels[moved], nearest[moved]
            touched = np.zeros(k + 1, dtype=bool)
            touched[before] = touched[after] = True
            (changed,) = touched[:k].nonzero()
            sums = means[changed] * _column(sizes[changed], means.dtype)
            sums += _gains(self.points[moved], before, after, changed)
            labels, sizes = nearest, np.bincount(nearest, minlength=k)
            if np.count_nonzero(sizes) < k:
                return None
            sums /= _column(sizes[changed], means.dtype)
            means[changed], centers[changed] = sums, self.centers(sums)
            distances[changed] = self.distances(centers[changed])
            if max_steps < _MOST_STEPS:
                continue
            # Sum of |x - c|², with the sum of a cluster's points known, needs no distances. When
            # the steps have become too short to reach the lowest inertia so far, it stops.
            last = inertia
            inertia = self.total + float(sizes @ ((centers - 2 * means) * centers).sum(axis=1))
            if inertia - lowest > _PATIENCE * (last - inertia):
                return None
        settled = Partition(means, distances, labels)
        if settled.inertia < lowest:
            self.best[k] = settled
        return settled


def _around(smallest: int, largest: int) -> tuple[int, int]:
    """Return between which k to go down and up, for the ends to be as good as the middle."""
    return smallest - 1, largest + largest // 4


def _nearest(distances: NDArray[np.floating]) -> NDArray[np.signedinteger]:
    """Find the nearest centre of each point; of two at the same distance, the last.

    Among thousands of points several times as fast as argmin, which walks across the rows.
    """
    numbers = np.arange(len(distances), dtype=np.min_scalar_type(-len(distances)))
    is_nearest = distances == np.minimum.reduce(distances)
    nearest: NDArray[np.signedinteger] = np.maximum.reduce(is_nearest * numbers[:, None])
    return nearest


def _gains(
    points: NDArray[np.floating],
    before: NDArray[np.integer],
    after: NDArray[np.integer],
    clusters: NDArray[np.intp],
) -> NDArray[np.floating]:
    """Return by how much the sums of some clusters change when points move; -1 is no cluster."""
    joined = after == clusters.astype(after.dtype)[:, None]
    left = before == clusters.astype(before.dtype)[:, None]
    gains: NDArray[np.floating] = np.subtract(joined, left, dtype=points.dtype) @ points
    return gains


def _column(sizes: NDArray[np.intp], dtype: np.dtype[Any]) -> NDArray[np.floating]:
    return sizes[:, None].astype(dtype)
