"""Neighbours: which of them a map keeps, and which images are neighbours of very many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.arguments import checked
from cliplab._core.validation import require_count, require_rows, wrong_value
from cliplab.embeddings.points import points_and_space
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.nearest import (
    blocks,
    nearest_rows,
    shares_of_places,
    squared_distances,
)
from cliplab.evaluation.result_html import result_html
from cliplab.projection.values import Projection

if TYPE_CHECKING:
    import pandas as pd

# How many neighbours are looked at, unless another number is given.
_USUAL = 10


@checked
@dataclass(frozen=True, eq=False)
class NeighborsKept:
    """How far a map keeps the neighbours that images have among the embeddings.

    Parameters
    ----------
    n_neighbors : int
        How many neighbours of each image were compared.
    kept : ndarray of shape (n_images,)
        For each image the share of its nearest images that are among its nearest on the map, too,
        from 0 to 1.
    neighbors : ndarray of int, shape (n_images, n_neighbors)
        The rows of the nearest images of each image among the embeddings, the nearest first.
    trustworthiness : float
        1 where all neighbours on the map are near among the embeddings; less, the further away the
        intruders are there.
    continuity : float
        1 where all neighbours among the embeddings are near on the map; less, the further away the
        map has moved the others.

    Examples
    --------
    >>> from cliplab import Projection
    >>> line = [[0.0], [1.0], [2.1], [9.0], [9.5]]
    >>> neighbors_kept(line, Projection([[0, 0], [1, 0], [2, 0], [1, 2], [9, 9]]), 1)
    NeighborsKept of 5 images: 80% of the 1 nearest, trustworthiness 0.87, continuity 0.80
    """

    n_neighbors: int
    kept: NDArray[np.float64]
    neighbors: NDArray[np.intp]
    trustworthiness: float
    continuity: float

    def __post_init__(self) -> None:
        for array in (self.kept, self.neighbors):
            array.setflags(write=False)

    @property
    def share(self) -> float:
        """The mean of `kept`: the share of all neighbours that the map keeps."""
        return float(self.kept.mean())

    @property
    def share_by_chance(self) -> float:
        """The share that a map with its points in random places keeps, on average."""
        return self.n_neighbors / (len(self.kept) - 1)

    def to_pandas(self) -> pd.DataFrame:
        """Return a table with a row for each image.

        Returns
        -------
        pandas.DataFrame
            With ``neighbors_kept``, from 0 to 1.
        """
        import pandas as pd

        return pd.DataFrame({"neighbors_kept": self.kept})

    def __repr__(self) -> str:
        return (
            f"NeighborsKept of {len(self.kept)} images: {self.share:.0%} of the "
            f"{self.n_neighbors} nearest, trustworthiness {self.trustworthiness:.2f}, "
            f"continuity {self.continuity:.2f}"
        )

    def _repr_html_(self) -> str:
        return result_html(repr(self))


@checked
def neighbors_kept(
    embeddings: Embeddings | ArrayLike, projection: Projection, n_neighbors: int | None = None
) -> NeighborsKept:
    """Measure how many of its neighbours each image keeps on a map.

    Images that are equally near share the last places among the nearest, and a neighbour that is as
    near on the map as the last of the nearest there counts as kept. So `kept` does not depend on
    the order of identical images. Trustworthiness and continuity are those of scikit-learn, which
    take the first of them.

    Parameters
    ----------
    embeddings : Embeddings or array-like of shape (n_images, n_features)
        Where the neighbours are found. For unit vectors the nearest are those with the largest
        cosine.
    projection : Projection
        The map of the same images.
    n_neighbors : int, optional
        How many neighbours of each image, from 1 to less than half of the images. When left out,
        10, or as many as few images allow.

    Returns
    -------
    NeighborsKept
        The share for each image, and two measures of the whole map.

    Raises
    ------
    ValueError
        If the two are not of the same images, or there are too few images.
    TypeError
        If an argument is of another kind.

    References
    ----------
    Venna, J. and Kaski, S. (2006). Local multidimensional scaling. Neural Networks 19, 889-899.

    Examples
    --------
    >>> from cliplab import load_laboratory, project
    >>> embeddings = load_laboratory("mixture", n_images=200).embeddings
    >>> found = neighbors_kept(embeddings, project(embeddings, "pca"))
    >>> found.share_by_chance < found.share < 1
    True
    """
    points, _ = points_and_space(embeddings)
    places = np.asarray(projection)
    require_rows("projection", len(places), len(points))
    _require_images(len(points), 3)
    most = (len(points) - 1) // 2
    n_neighbors = min(_USUAL, most) if n_neighbors is None else n_neighbors
    require_count("n_neighbors", n_neighbors, 1, most, "less than half of the images")
    kept = np.empty(len(points))
    neighbors = np.empty((len(points), n_neighbors), dtype=np.intp)
    intruded = lost = 0.0
    for rows, in_space, on_map in zip(
        blocks(len(points)), squared_distances(points), squared_distances(places), strict=True
    ):
        near, near_on_map = (nearest_rows(each, n_neighbors) for each in (in_space, on_map))
        is_near_on_map = on_map <= np.take_along_axis(on_map, near_on_map[:, -1:], axis=1)
        neighbors[rows] = near
        kept[rows] = (shares_of_places(in_space, near) * is_near_on_map).sum(axis=1) / n_neighbors
        intruded += _excess(in_space, near_on_map)
        lost += _excess(on_map, near)
    n = len(points)
    # The largest sum of ranks that there can be, so that the worst map has 0.
    worst = n * n_neighbors * (2 * n - 3 * n_neighbors - 1) / 2
    return NeighborsKept(int(n_neighbors), kept, neighbors, 1 - intruded / worst, 1 - lost / worst)


@checked
def neighbor_counts(
    embeddings: Embeddings | Projection | ArrayLike, n_neighbors: int | None = None
) -> NDArray[np.float64]:
    """Count for each image how many others have it among their nearest.

    Images that are equally near share the last places, so that identical images have equal counts,
    which need not be whole. The mean is `n_neighbors`. In many dimensions a few images, called
    hubs, are near to very many others, and many are near to none: being near is not mutual.
    Centered vectors have fewer hubs.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        Where the nearest images are found.
    n_neighbors : int, optional
        How many neighbours each image names, from 1 to all others. When left out, 10, or all others
        if there are fewer.

    Returns
    -------
    ndarray of shape (n_images,)
        From 0 to n_images - 1.

    Raises
    ------
    ValueError
        If there are not so many other images.

    References
    ----------
    Radovanović, M., Nanopoulos, A. and Ivanović, M. (2010). Hubs in space: popular nearest
    neighbors in high-dimensional data. Journal of Machine Learning Research 11, 2487-2531.

    Examples
    --------
    >>> neighbor_counts([[0.0], [1.0], [2.1], [9.0]], n_neighbors=1).tolist()
    [1.0, 2.0, 1.0, 0.0]
    """
    points, _ = points_and_space(embeddings)
    _require_images(len(points), 2)
    most = len(points) - 1
    n_neighbors = min(_USUAL, most) if n_neighbors is None else n_neighbors
    require_count("n_neighbors", n_neighbors, 1, most, "the number of other images")
    counts = np.zeros(len(points))
    for distances in squared_distances(points):
        counts += shares_of_places(distances, nearest_rows(distances, n_neighbors)).sum(axis=0)
    return counts


def _require_images(n_images: int, least: int) -> None:
    if n_images < least:
        raise ValueError(wrong_value("embeddings", f"have at least {least} images", n_images))


def _excess(distances: NDArray[np.float64], neighbors: NDArray[np.intp]) -> float:
    """Sum up by how much the ranks of some neighbours exceed their number."""
    n_neighbors, total = neighbors.shape[1], 0
    for lengths in np.take_along_axis(distances, neighbors, axis=1).T:
        ranks = 1 + (distances < lengths[:, None]).sum(axis=1)
        total += int(np.maximum(ranks - n_neighbors, 0).sum())
    return float(total)
