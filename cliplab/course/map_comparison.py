"""Two maps of the same images: whose neighbours change from one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.arguments import checked
from cliplab._core.validation import require_kind, require_rows, wrong_value
from cliplab.clustering.values import NOISE, Clustering
from cliplab.evaluation.nearest import NearestImages, find_nearest_images
from cliplab.evaluation.result_html import result_html
from cliplab.projection.values import Projection

if TYPE_CHECKING:
    import pandas as pd

    from cliplab.embeddings.values import Embeddings

N_NEIGHBORS = 10


@checked
@dataclass(frozen=True, eq=False, repr=False)
class MapComparison:
    """How far two maps agree on neighbours, and how far each is right.

    Agreement is not truth: two maps may share most neighbours, and both have lost half of those
    among the embeddings.

    Parameters
    ----------
    n_neighbors : int
        How many neighbours of each image were compared.
    shared : ndarray of shape (n_images,)
        For each image the share of its nearest on the first map that are among its nearest on the
        second, from 0 to 1.
    kept_before, kept_after : ndarray of shape (n_images,)
        For each image the share of its nearest among the embeddings that the first map keeps, and
        the second.
    cluster_labels : ndarray of shape (n_images,)
        The groups whose neighbours are compared; -1 for none.

    Examples
    --------
    >>> shares = np.array([1.0, 1.0, 0.5, 0.0])
    >>> compared = MapComparison(2, shares, shares, shares, np.array([0, 0, 1, 1]))
    >>> compared.changes
    ((1, 0.75), (0, 0.0))
    """

    n_neighbors: int
    shared: NDArray[np.float64]
    kept_before: NDArray[np.float64]
    kept_after: NDArray[np.float64]
    cluster_labels: NDArray[np.int64]

    def __post_init__(self) -> None:
        for name in ("shared", "kept_before", "kept_after", "cluster_labels"):
            array = np.array(getattr(self, name))
            require_rows(name, len(array), len(self.shared))
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @cached_property
    def changes(self) -> tuple[tuple[int, float], ...]:
        """Each cluster with the share of its images' neighbours that change, the most first."""
        clusters = np.unique(self.cluster_labels[self.cluster_labels != NOISE]).tolist()
        share = {each: 1 - float(self.shared[list(self.rows(each))].mean()) for each in clusters}
        return tuple(sorted(share.items(), key=lambda change: (-change[1], change[0])))

    @property
    def sentence(self) -> str:
        """What the two maps share, and what each keeps, in words."""
        shared, before, after = (
            f"{self.n_neighbors * each.mean():.1f}"
            for each in (self.shared, self.kept_before, self.kept_after)
        )
        return (
            f"Of the {self.n_neighbors} nearest of an image, the two maps share {shared}. Of the "
            f"{self.n_neighbors} nearest among the embeddings, the first map keeps {before} and "
            f"the second {after}."
        )

    def rows(self, cluster: int) -> tuple[int, ...]:
        """Return the rows of the images of a cluster.

        Parameters
        ----------
        cluster : int
            Its number.

        Returns
        -------
        tuple of int
            In increasing order; empty if there is no such cluster.
        """
        return tuple(np.flatnonzero(self.cluster_labels == cluster).tolist())

    def to_pandas(self) -> pd.DataFrame:
        """Return a table with a row for each cluster.

        Returns
        -------
        pandas.DataFrame
            With ``cluster_label``, ``n_images`` and ``changed``, the share of neighbours that
            change, the most first.
        """
        import pandas as pd

        rows = [(each, len(self.rows(each)), changed) for each, changed in self.changes]
        return pd.DataFrame(rows, columns=["cluster_label", "n_images", "changed"])

    def __repr__(self) -> str:
        return f"MapComparison of {len(self.shared)} images: {self.sentence}"

    def _repr_html_(self) -> str:
        return result_html(repr(self), self.to_pandas())


@checked
def compare_maps(
    embeddings: Embeddings | ArrayLike,
    before: Projection,
    after: Projection,
    clustering: Clustering,
) -> MapComparison:
    """Find how many neighbours two maps share, and the clusters whose neighbours change most.

    Parameters
    ----------
    embeddings : Embeddings or array-like of shape (n_images, n_features)
        Where the true neighbours are found.
    before, after : Projection
        Two maps of the same images.
    clustering : Clustering
        The groups that are compared.

    Returns
    -------
    MapComparison
        Of the ten nearest, or of all others where these are fewer.

    Raises
    ------
    ValueError
        If these are not of the same images, or there are fewer than three.
    TypeError
        If an argument is of another kind.

    Examples
    --------
    >>> from cliplab import load_laboratory, project, sweep_clusters
    >>> embeddings = load_laboratory("mixture", n_images=200).embeddings
    >>> maps = [project(embeddings, random_state=seed) for seed in (0, 1)]
    >>> compared = compare_maps(embeddings, *maps, sweep_clusters(embeddings, [3])[3])
    >>> bool(compared.kept_before.mean() < compared.shared.mean())
    True
    """
    for name, projection in (("before", before), ("after", after)):
        require_kind(name, projection, Projection)
    require_kind("clustering", clustering, Clustering)
    if len(before) < 3:
        raise ValueError(wrong_value("before", "have at least 3 images", len(before)))
    require_rows("after", len(after), len(before))
    require_rows("clustering", len(clustering), len(before))
    true = nearest_of(embeddings)
    require_rows("embeddings", len(true.neighbors), len(before))
    return comparison_of(true, before, after, clustering)


def nearest_of(embeddings: Embeddings | ArrayLike) -> NearestImages:
    """Find the ten nearest of each image, or fewer where there are not so many others.

    Parameters
    ----------
    embeddings : Embeddings or array-like of shape (n_images, n_features)
        Where they are found.

    Returns
    -------
    NearestImages
        Serves many comparisons.
    """
    n_images = len(np.asarray(embeddings))
    return find_nearest_images(embeddings, min(N_NEIGHBORS, n_images - 2))


def comparison_of(
    true: NearestImages, before: Projection, after: Projection, clustering: Clustering
) -> MapComparison:
    """Compare two maps, with the neighbours among the embeddings known already."""
    shared = find_nearest_images(np.asarray(before), true.n_neighbors).kept_on(after)
    return MapComparison(
        true.n_neighbors,
        shared,
        true.kept_on(before),
        true.kept_on(after),
        clustering.cluster_labels,
    )
