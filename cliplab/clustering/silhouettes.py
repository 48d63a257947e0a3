"""Silhouettes of many clusterings at once, in one pass over the distances."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.blas_threads import one_blas_thread
from cliplab._core.device import gpu_for, n_cores
from cliplab._core.worker_threads import WorkerThreads
from cliplab.clustering.gpu import summed_distances
from cliplab.clustering.matching import without_gaps
from cliplab.embeddings.points import unit_rows

METRICS = ("euclidean", "cosine")

_BLOCK = 512  # A tile of 512 × 512 distances stays in a core's own cache.
_ALONE = 2**24  # Fewer distances than this are not worth a second thread.
_NEAR = 1 / 16  # Nearer than a quarter of the radius, single precision loses too many digits.

_Tile = tuple[slice, slice]


def silhouettes(
    vectors: ArrayLike,
    cluster_labels: ArrayLike | Sequence[ArrayLike],
    metric: str = "euclidean",
    *,
    rows: ArrayLike | None = None,
) -> NDArray[np.float32]:
    """Compute the silhouette of every point, for many clusterings at once.

    With *a* the mean distance of a point to the others of its cluster and *b* the mean distance
    to the nearest other cluster, its silhouette is (b - a) / max(a, b): near 1 it fits well,
    near 0 on a border, below 0 another cluster is nearer. A point alone in its cluster has 0.

    Each distance is computed once, whatever the number of clusterings; their sums by cluster, for
    all clusterings side by side, are then a single matrix product. Memory grows with the number
    of points, not with its square.

    Parameters
    ----------
    vectors : array-like of shape (n_points, n_features)
        The points.
    cluster_labels : array-like of shape (n_clusterings, n_points)
        For each clustering the cluster of every point, as whole numbers; -1 for noise, which
        belongs to none and is in no distance.
    metric : {"euclidean", "cosine"}, default="euclidean"
        What a distance is; cosine is 1 less the cosine of the angle at the origin.
    rows : array-like of int, optional
        The points that get a silhouette, which is the same as without `rows`: computed from
        all points. For a sample of many points, where all of them would take too long.

    Returns
    -------
    ndarray of shape (n_clusterings, n_points)
        Silhouettes from -1 to 1; NaN for noise, and for points that are not among `rows`.

    Raises
    ------
    ValueError
        If the shapes do not fit together, a clustering has fewer than two clusters, a row is not
        a point, or the metric is another.

    References
    ----------
    Rousseeuw, P. J. (1987). Silhouettes: a graphical aid to the interpretation and validation
    of cluster analysis. Journal of Computational and Applied Mathematics 20, 53-65.

    Examples
    --------
    >>> points = [[0.0], [1.0], [10.0], [11.0]]
    >>> silhouettes(points, [[0, 0, 1, 1], [0, 0, 0, 1]]).round(2).tolist()[0]
    [0.8999999761581421, 0.8899999856948853, 0.8899999856948853, 0.8999999761581421]
    >>> silhouettes(points, [[0, 0, 1, 1]], rows=[3]).round(1).tolist()
    [[nan, nan, nan, 0.8999999761581421]]
    """
    points = np.asarray(vectors)
    labelings = np.asarray(cluster_labels)
    if points.ndim != 2 or labelings.ndim != 2 or labelings.shape[1] != len(points):
        raise ValueError(
            "`cluster_labels` must have shape (n_clusterings, n_points), with `vectors` of shape "
            f"(n_points, n_features). Got {labelings.shape!r} and {points.shape!r} instead."
        )
    if metric not in METRICS:
        raise ValueError(f"`metric` must be one of {METRICS!r}. Got {metric!r} instead.")
    codes = [without_gaps(labels) for labels in labelings]
    sizes = [np.bincount(code[code >= 0]) for code in codes]
    for size in sizes:
        if len(size) < 2:
            raise ValueError(
                "`cluster_labels` must have at least 2 clusters in every clustering. "
                f"Got {len(size)} instead."
            )
    wanted = None if rows is None else _checked_rows(rows, len(points))

    members = np.hstack(
        [
            np.eye(len(size) + 1, len(size), dtype=np.float32)[code]  # The last row is noise's.
            for code, size in zip(codes, sizes, strict=True)
        ]
    )
    distances = _Distances(points, metric)
    n_wanted = len(points) if wanted is None else len(wanted)
    gpu = gpu_for(float(n_wanted) * len(points) * (points.shape[1] + members.shape[1]))
    if gpu is None:
        sums = _summed_distances(distances, members, wanted)
        wanted = np.arange(len(points)) if wanted is None else wanted
    else:
        wanted = np.arange(len(points)) if wanted is None else wanted
        sums = summed_distances(distances, members, wanted, gpu)
    result = np.full(labelings.shape, np.nan, dtype=np.float32)
    first = 0
    for i, (code, size) in enumerate(zip(codes, sizes, strict=True)):
        own = sums[:, first : first + len(size)]
        result[i, wanted] = silhouettes_from_sums(own, code[wanted], size)
        first += len(size)
    return result


def _checked_rows(rows: ArrayLike, n_points: int) -> NDArray[np.intp]:
    given = np.asarray(rows)
    if given.ndim != 1 or (given.size and given.dtype.kind not in "iu"):
        raise ValueError(f"`rows` must be a list of whole numbers. Got {rows!r} instead.")
    wanted = np.unique(given).astype(np.intp)
    if wanted.size and not 0 <= wanted[0] <= wanted[-1] < n_points:
        raise ValueError(
            f"`rows` must be from 0 to {n_points - 1}. "
            f"Got {int(wanted[0])} to {int(wanted[-1])} instead."
        )
    return wanted


class _Distances:
    """Distances between some points and others, in single precision wherever that is enough."""

    def __init__(self, points: NDArray[Any], metric: str) -> None:
        self.is_cosine = metric == "cosine"
        self.points = points
        self.mean = points.mean(axis=0, dtype=np.float64)
        self.single = np.empty(points.shape, dtype=np.float32)
        self.squares = np.empty(len(points))
        for block in _blocks(len(points)):
            exact = self.exact(block)
            self.single[block] = exact
            self.squares[block] = np.einsum("ij,ij->i", exact, exact)
        self.near = _NEAR * float(self.squares.max())

    def __len__(self) -> int:
        return len(self.points)

    def __call__(self, rows: NDArray[np.intp], columns: slice) -> NDArray[np.float32]:
        squared = self._squared(rows, columns, self.single.__getitem__)
        inside = (columns.start <= rows) & (rows < columns.stop)
        itself = np.flatnonzero(inside), rows[inside] - columns.start
        squared[itself] = np.inf
        is_near = squared.min(axis=1) < self.near
        if is_near.any():
            # In double precision enough digits are left even between near-duplicates.
            squared[is_near] = self._squared(rows[is_near], columns, self.exact)
        squared[itself] = 0
        np.maximum(squared, 0, out=squared)
        if self.is_cosine:  # Between unit vectors |x - y|² is 2 (1 - cos).
            squared /= 2
        else:
            np.sqrt(squared, out=squared)
        return squared

    def exact(self, rows: NDArray[np.intp] | slice) -> NDArray[np.float64]:
        # Euclidean distances do not change when the points move together, and near the origin
        # |x|² + |y|² - 2xy loses the fewest digits.
        exact = self.points[rows].astype(np.float64)
        return unit_rows(exact) if self.is_cosine else exact - self.mean

    def _squared(
        self,
        rows: NDArray[np.intp],
        columns: slice,
        points: Callable[[NDArray[np.intp] | slice], NDArray[Any]],
    ) -> NDArray[Any]:
        squared: NDArray[Any] = (-2 * points(rows)) @ points(columns).T
        squares = self.squares.astype(squared.dtype, copy=False)
        squared += squares[columns]
        squared += squares[rows, None]
        return squared


def _blocks(n_points: int) -> list[slice]:
    return [slice(i, min(i + _BLOCK, n_points)) for i in range(0, n_points, _BLOCK)]


def _summed_distances(
    distances: _Distances, members: NDArray[np.float32], wanted: NDArray[np.intp] | None
) -> NDArray[np.float32]:
    """Sum each wanted point's distances to the members of every cluster, row by row of these.

    Where all points are wanted a distance counts both ways, so that half of them are enough.
    """
    n_points = len(distances)
    points = np.arange(n_points) if wanted is None else wanted
    tiles = [
        (block, columns)
        for block in _blocks(len(points))
        for columns in _blocks(n_points)
        if wanted is not None or columns.start >= block.start
    ]

    def summed(tiles: list[_Tile]) -> NDArray[np.float32]:
        sums = np.zeros((len(points), members.shape[1]), dtype=np.float32)
        for block, columns in tiles:
            tile = distances(points[block], columns)
            sums[block] += tile @ members[columns]
            if wanted is None and block != columns:
                sums[columns] += tile.T @ members[block]
        return sums

    if len(points) * n_points < _ALONE:
        return summed(tiles)
    n_threads = n_cores()
    with one_blas_thread(), WorkerThreads(n_threads) as pool:
        shares = pool.map(summed, [tiles[first::n_threads] for first in range(n_threads)])
        total = next(shares)
        for share in shares:
            total += share
    return total


def silhouettes_from_sums(
    sums: NDArray[np.floating], code: NDArray[np.intp], sizes: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Silhouettes of some points from their summed distances to each cluster."""
    own = (np.arange(len(code)), code)
    within = sums[own] / np.maximum(sizes[code] - 1, 1)
    means = sums / sizes
    means[own] = np.inf
    nearest = means.min(axis=1)
    scale = np.maximum(within, nearest)
    silhouette = np.divide(nearest - within, scale, out=np.zeros_like(scale), where=scale > 0)
    silhouette[sizes[code] == 1] = 0
    silhouette[code < 0] = np.nan
    result: NDArray[np.float32] = silhouette.astype(np.float32)
    return result
