"""The nearest images of each image, from which all that is said of neighbours is computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab.embeddings.points import points_and_space

if TYPE_CHECKING:
    from cliplab.embeddings.values import Embeddings
    from cliplab.projection.values import Projection

# So many pairs are looked at together: their distances take 8 MB, and what is made of them 40 more.
_MOST_PAIRS = 1_000_000
# Two lengths on a map that differ by less are equal: each was rounded in its own way.
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class NearestImages:
    """Which images each image names as its nearest; found once, compared with every map.

    Parameters
    ----------
    neighbors : ndarray of int, shape (n_images, n_neighbors)
        The rows of the nearest images of each image, the nearest first.
    naming, named, shares : ndarray of shape (n_pairs,)
        For each pair which row names which, and to what share: images that are equally near share
        the last places.

    Examples
    --------
    >>> find_nearest_images([[0.0], [1.0], [2.1], [9.0]], n_neighbors=1).neighbors.ravel().tolist()
    [1, 0, 1, 2]
    """

    neighbors: NDArray[np.intp]
    naming: NDArray[np.int32]
    named: NDArray[np.int32]
    shares: NDArray[np.float64]

    def __post_init__(self) -> None:
        for array in (self.neighbors, self.naming, self.named, self.shares):
            array.setflags(write=False)

    @property
    def n_neighbors(self) -> int:
        """How many images each names."""
        return int(self.neighbors.shape[1])

    @property
    def counts(self) -> NDArray[np.float64]:
        """How many images name each, as `neighbor_counts` has it."""
        return self._summed(self.named, self.shares)

    def kept_on(self, projection: Projection) -> NDArray[np.float64]:
        """Return the share of its nearest that each keeps on a map, as `neighbors_kept` has it.

        Frames of a t-SNE can be followed: only the lengths of the pairs are computed anew, and
        how far the last of the nearest is on the map.
        """
        from scipy.spatial import KDTree

        places = np.asarray(projection, dtype=np.float64)
        # Each point is the first of its own neighbours there, or as near as the first.
        reach = KDTree(places).query(places, k=[self.n_neighbors + 1])[0][:, 0]
        lengths = np.linalg.norm(places[self.naming] - places[self.named], axis=1)
        is_near = lengths <= reach[self.naming] * (1 + _ROUNDING)
        return self._summed(self.naming, self.shares * is_near) / self.n_neighbors

    def _summed(self, rows: NDArray[np.int32], shares: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(rows, shares, minlength=len(self.neighbors)), np.float64)


def find_nearest_images(embeddings: Embeddings | ArrayLike, n_neighbors: int) -> NearestImages:
    """Find the nearest images of each image; fewer than all others.

    Parameters
    ----------
    embeddings : Embeddings or array-like of shape (n_images, n_features)
        Where they are found. For unit vectors the nearest are those with the largest cosine.
    n_neighbors : int
        How many of each.

    Returns
    -------
    NearestImages
        Which each image names.
    """
    *_, found = search_nearest_images(embeddings, n_neighbors)
    assert found is not None
    return found


def search_nearest_images(
    embeddings: Embeddings | ArrayLike, n_neighbors: int
) -> Iterator[NearestImages | None]:
    """Find them as `find_nearest_images` does; yield None after each block, to stop there."""
    points, _ = points_and_space(embeddings)
    found = []
    for rows, distances in zip(blocks(len(points)), squared_distances(points), strict=True):
        near = nearest_rows(distances, n_neighbors)
        shares = shares_of_places(distances, near)
        naming, named = np.nonzero(shares)
        pairs = (naming + rows.start).astype(np.int32), named.astype(np.int32)
        found.append((near, *pairs, shares[naming, named]))
        yield None
    yield NearestImages(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def blocks(n_points: int) -> Iterator[slice]:
    """Yield rows, so many at a time that their distances to all points fit into memory."""
    step = max(1, _MOST_PAIRS // n_points)
    for start in range(0, n_points, step):
        yield slice(start, min(start + step, n_points))


def squared_distances(points: NDArray[np.floating]) -> Iterator[NDArray[np.float64]]:
    """Yield squared distances of a block of rows to all; to itself each row is infinitely far."""
    # Each row that occurs is computed once: rounding must not part identical ones.
    different, number = np.unique(points, axis=0, return_inverse=True)
    number = number.reshape(-1)
    if len(different) == len(points):
        different, number = points, np.arange(len(points))
    # Near the origin the differences lose the fewest digits.
    centered = different.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    squares = (centered**2).sum(axis=1)
    for rows in blocks(len(points)):
        own = number[rows]
        distances = squares[own, None] + squares
        distances += (-2 * centered[own]) @ centered.T
        if len(different) < len(points):
            distances = distances[:, number]
        distances[np.arange(len(own)), np.arange(rows.start, rows.stop)] = np.inf
        yield distances


def nearest_rows(distances: NDArray[np.float64], n_neighbors: int) -> NDArray[np.intp]:
    """Return the nearest points of each row, the nearest first."""
    some = np.argpartition(distances, n_neighbors - 1, axis=1)[:, :n_neighbors]
    order = np.argsort(np.take_along_axis(distances, some, axis=1), axis=1, kind="stable")
    return np.take_along_axis(some, order, axis=1)


def shares_of_places(
    distances: NDArray[np.float64], nearest: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return 1 for the nearest points of each row; those equally far share the last places."""
    radius = np.take_along_axis(distances, nearest[:, -1:], axis=1)
    nearer, tied = distances < radius, distances == radius
    places = nearest.shape[1] - nearer.sum(axis=1, keepdims=True)
    shares: NDArray[np.float64] = nearer + tied * (places / tied.sum(axis=1, keepdims=True))
    return shares
