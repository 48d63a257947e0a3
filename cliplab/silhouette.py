"""Silhouettes of many clusterings at once, in one pass over the distances."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab.kmeans_chain import directions

METRICS = ("euclidean", "cosine")

_BLOCK_ROWS = 512
_BLOCK_DISTANCES = 2**23  # Bounds the memory: 64 MiB of distances stand at a time.


def silhouettes(
    vectors: ArrayLike,
    cluster_labels: ArrayLike | Sequence[ArrayLike],
    metric: str = "euclidean",
) -> NDArray[np.float32]:
    """Tell for every point how well it sits in its cluster, for many clusterings at once.

    With *a* the mean distance of a point to the others of its cluster and *b* the mean distance
    to the nearest other cluster, its silhouette is (b - a) / max(a, b): near 1 it sits well,
    near 0 on a border, below 0 another cluster is nearer. A point alone in its cluster has 0.

    The distances from a block of points to all points are reckoned once; their sums
    by cluster, for all clusterings side by side, are then a single matrix product. Memory grows
    with the number of points, not with its square.

    Parameters
    ----------
    vectors : array-like of shape (n_points, n_features)
        The points.
    cluster_labels : array-like of shape (n_clusterings, n_points)
        For each clustering the cluster of every point, as whole numbers; -1 for noise, which
        belongs to none and is nobody's neighbour.
    metric : {"euclidean", "cosine"}, default="euclidean"
        What a distance is; cosine is 1 less the cosine of the angle at the origin.

    Returns
    -------
    ndarray of shape (n_clusterings, n_points)
        Silhouettes from -1 to 1; NaN for noise.

    Raises
    ------
    ValueError
        If the shapes do not fit together, a clustering has fewer than two clusters, or the metric
        is another.

    References
    ----------
    Rousseeuw, P. J. (1987). Silhouettes: a graphical aid to the interpretation and validation
    of cluster analysis. Journal of Computational and Applied Mathematics 20, 53-65.

    Examples
    --------
    >>> points = [[0.0], [1.0], [10.0], [11.0]]
    >>> silhouettes(points, [[0, 0, 1, 1], [0, 0, 0, 1]]).round(2).tolist()[0]
    [0.8999999761581421, 0.8899999856948853, 0.8899999856948853, 0.8999999761581421]
    """
    points = np.asarray(vectors, dtype=np.float64)
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

    # Euclidean distances do not change when the points move together; near the origin
    # |x|² + |y|² - 2xy loses the fewest digits, and in double precision it keeps enough even for
    # near-duplicates.
    points = directions(points) if metric == "cosine" else points - points.mean(axis=0)
    squares = np.einsum("ij,ij->i", points, points)
    members = np.hstack(
        [
            np.eye(len(size) + 1, len(size), dtype=np.float32)[code]  # The last row is noise's.
            for code, size in zip(codes, sizes, strict=True)
        ]
    )
    n_rows = max(1, min(_BLOCK_ROWS, _BLOCK_DISTANCES // len(points)))
    result = np.empty(labelings.shape, dtype=np.float32)
    for start in range(0, len(points), n_rows):
        rows = slice(start, start + n_rows)
        distances = points[rows] @ points.T
        distances *= -2
        distances += squares
        distances += squares[rows, None]
        np.fill_diagonal(distances[:, start:], 0)
        np.maximum(distances, 0, out=distances)
        if metric == "cosine":  # Between unit vectors |x - y|² is 2 (1 - cos).
            distances /= 2
        else:
            np.sqrt(distances, out=distances)
        sums = distances.astype(np.float32) @ members
        first = 0
        for i, (code, size) in enumerate(zip(codes, sizes, strict=True)):
            result[i, rows] = _from_sums(sums[:, first : first + len(size)], code[rows], size)
            first += len(size)
    return result


def without_gaps(labels: NDArray[np.integer]) -> NDArray[np.intp]:
    """Give clusters the numbers from 0 without a gap, in the same order; noise stays -1.

    Parameters
    ----------
    labels : ndarray of shape (n_points,)
        Whole numbers; -1 for noise.

    Returns
    -------
    ndarray of shape (n_points,)
        The same clusters.
    """
    codes = np.full(len(labels), -1)
    known = labels != -1
    codes[known] = np.unique(labels[known], return_inverse=True)[1]
    return codes


def _from_sums(
    sums: NDArray[np.float32], code: NDArray[np.intp], sizes: NDArray[np.intp]
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
