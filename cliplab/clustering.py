"""Clusterings of the same images into every k, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from cliplab.elbow import find_elbow
from cliplab.embeddings import Embeddings
from cliplab.kmeans import KMeansStep, kmeans_steps, points_and_space
from cliplab.kmeans_chain import kmeans_chain
from cliplab.silhouette import silhouettes

if TYPE_CHECKING:
    import pandas as pd

    from cliplab.projection import Projection

__all__ = ["ClusterSweep", "Clustering", "KMeansStep", "kmeans_steps", "sweep_clusters"]


@dataclass(frozen=True, eq=False, repr=False)
class Clustering:
    """One cluster for each image, and how well each image sits in it.

    Parameters
    ----------
    cluster_labels : array-like of shape (n_images,)
        The cluster of every image, from 0 to k - 1; none is empty.
    centers : array-like of shape (k, n_features)
        The mean of each cluster.
    inertia : float
        The sum of squared distances of the images to their centres.
    silhouettes : array-like of shape (n_images,)
        From -1 (nearer to another cluster) over 0 (on a border) to 1 (sits well).
    space : str, default="embedding"
        What was clustered: ``"embedding"``, ``"array"`` or the method of a projection.

    Raises
    ------
    ValueError
        If the shapes do not fit together, or a cluster is empty.

    Examples
    --------
    >>> Clustering([0, 0, 1], [[0.5], [9.0]], inertia=0.5, silhouettes=[0.9, 0.8, 0.0])
    Clustering of 3 images into 2 clusters in the embedding, silhouette 0.567
    """

    cluster_labels: NDArray[np.int64]
    centers: NDArray[np.float64]
    inertia: float
    silhouettes: NDArray[np.float32]
    space: str = "embedding"

    def __post_init__(self) -> None:
        labels = np.array(self.cluster_labels, dtype=np.int64)
        centers = np.array(self.centers, dtype=np.float64)
        scores = np.array(self.silhouettes, dtype=np.float32)
        if labels.ndim != 1 or centers.ndim != 2 or scores.shape != labels.shape:
            raise ValueError(
                "`cluster_labels`, `centers` and `silhouettes` must have shapes (n_images,), "
                "(k, n_features) and (n_images,). "
                f"Got {labels.shape!r}, {centers.shape!r} and {scores.shape!r} instead."
            )
        if not np.array_equal(np.unique(labels), np.arange(len(centers))):
            raise ValueError(
                f"`cluster_labels` must hold each number from 0 to {len(centers) - 1}. "
                f"Got {np.unique(labels).tolist()!r} instead."
            )
        # A frozen dataclass is filled once, here; after this nothing changes.
        for name, array in (
            ("cluster_labels", labels),
            ("centers", centers),
            ("silhouettes", scores),
        ):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def n_clusters(self) -> int:
        """The number of clusters, k."""
        return len(self.centers)

    @property
    def silhouette_score(self) -> float:
        """The mean silhouette of all images."""
        return float(self.silhouettes.mean(dtype=np.float64))

    def to_pandas(self) -> pd.DataFrame:
        """Each cluster's size, mean silhouette and share of negative silhouettes.

        Returns
        -------
        pandas.DataFrame
            One row a cluster, with columns ``cluster_label``, ``size``, ``mean_silhouette`` and
            ``negative_share``.
        """
        import pandas as pd

        image = pd.Series(self.silhouettes, dtype="float64").groupby(self.cluster_labels)
        columns = image.agg(
            size="size", mean_silhouette="mean", negative_share=lambda scores: (scores < 0).mean()
        )
        return columns.rename_axis("cluster_label").reset_index()

    def __len__(self) -> int:
        return len(self.cluster_labels)

    def __repr__(self) -> str:
        return (
            f"Clustering of {len(self)} images into {self.n_clusters} clusters in the "
            f"{self.space}, silhouette {self.silhouette_score:.3f}"
        )


@dataclass(frozen=True, eq=False, repr=False)
class ClusterSweep(Mapping[int, Clustering]):
    """The clusterings of the same images for many k: ``sweep[k]`` is a `Clustering`.

    Cluster numbers are matched: cluster *i* of the next k is the one that shares most images
    with cluster *i* of this, so that a colour means nearly the same as k moves.

    Parameters
    ----------
    clusterings : tuple of Clustering
        One for each k, of the same images in the same space.
    random_state : int, default=0
        The seed they were made with.

    Raises
    ------
    ValueError
        If there is none, two have the same k, or they do not belong together.

    Examples
    --------
    >>> two = Clustering([0, 0, 1], [[0.5], [9.0]], inertia=0.5, silhouettes=[0.9, 0.8, 0.0])
    >>> ClusterSweep((two,)).to_pandas()["inertia"].tolist()
    [0.5]
    """

    clusterings: tuple[Clustering, ...]
    random_state: int = 0

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.clusterings, key=lambda clustering: clustering.n_clusters))
        alike = {(len(clustering), clustering.space) for clustering in ordered}
        if len(alike) != 1 or len({each.n_clusters for each in ordered}) != len(ordered):
            raise ValueError(
                "`clusterings` must be of the same images in the same space, one for each k. "
                f"Got {list(ordered)!r} instead."
            )
        object.__setattr__(self, "clusterings", ordered)

    @property
    def n_clusters(self) -> tuple[int, ...]:
        """Every k there is, increasing."""
        return tuple(clustering.n_clusters for clustering in self.clusterings)

    @property
    def inertias(self) -> NDArray[np.float64]:
        """The inertia for each k."""
        return np.array([clustering.inertia for clustering in self.clusterings])

    @property
    def silhouette_scores(self) -> NDArray[np.float64]:
        """The mean silhouette for each k."""
        return np.array([clustering.silhouette_score for clustering in self.clusterings])

    @property
    def elbow(self) -> int | None:
        """The k at the inertia curve's elbow; None where it has no clear one."""
        return find_elbow(self.n_clusters, self.inertias)

    @property
    def space(self) -> str:
        """What was clustered: ``"embedding"``, ``"array"`` or the method of a projection."""
        return self.clusterings[0].space

    def to_pandas(self) -> pd.DataFrame:
        """Inertia and mean silhouette for each k.

        Returns
        -------
        pandas.DataFrame
            One row for each k: ``n_clusters``, ``inertia`` and ``silhouette_score``.
        """
        import pandas as pd

        columns = (self.n_clusters, self.inertias, self.silhouette_scores)
        names = ("n_clusters", "inertia", "silhouette_score")
        return pd.DataFrame(dict(zip(names, columns, strict=True)))

    def __getitem__(self, n_clusters: int) -> Clustering:
        for clustering in self.clusterings:
            if clustering.n_clusters == n_clusters:
                return clustering
        raise KeyError(
            f"`n_clusters` must be one of {list(self.n_clusters)!r}. Got {n_clusters!r} instead."
        )

    def __iter__(self) -> Iterator[int]:
        return iter(self.n_clusters)

    def __len__(self) -> int:
        return len(self.clusterings)

    def __repr__(self) -> str:
        return (
            f"ClusterSweep of {len(self.clusterings[0])} images in the {self.space}, "
            f"k from {self.n_clusters[0]} to {self.n_clusters[-1]}"
        )


def sweep_clusters(
    embeddings: Embeddings | Projection | ArrayLike,
    n_clusters: Iterable[int] = range(2, 21),
    random_state: int = 0,
) -> ClusterSweep:
    """Cluster the images by K-means for every k, with every image's silhouette for each.

    Distances are Euclidean; on embeddings, whose rows have unit length, near means similar in
    cosine too. A projection can be swept as well, but its distances are not those that CLIP
    sees: the result says in which `space` it was made.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        What to cluster.
    n_clusters : iterable of int, default=range(2, 21)
        Every k to try, from 2 up to the number of images that differ.
    random_state : int, default=0
        Equal seeds give equal clusterings on the same machine.

    Returns
    -------
    ClusterSweep
        ``sweep[k]`` is a `Clustering`.

    Raises
    ------
    ValueError
        If a k is below 2, given twice, or larger than the number of images that differ.

    References
    ----------
    Lloyd, S. P. (1982). Least squares quantization in PCM. IEEE Transactions on Information
    Theory 28, 129-137.

    Rousseeuw, P. J. (1987). Silhouettes: a graphical aid to the interpretation and validation
    of cluster analysis. Journal of Computational and Applied Mathematics 20, 53-65.

    Examples
    --------
    >>> points = np.random.default_rng(0).normal(size=(90, 2))
    >>> points[30:60] += 20
    >>> points[60:] -= 20
    >>> sweep = sweep_clusters(points, n_clusters=range(2, 8))
    >>> sweep
    ClusterSweep of 90 images in the array, k from 2 to 7
    >>> sweep.elbow
    3
    >>> sweep[3].to_pandas()["size"].tolist()
    [30, 30, 30]
    """
    points, space = points_and_space(embeddings)
    ks = sorted(n_clusters)
    whole = all(isinstance(k, int | np.integer) for k in ks)
    if not ks or not whole or ks[0] < 2 or len(set(ks)) < len(ks):
        raise ValueError(
            f"`n_clusters` must be different whole numbers from 2. Got {ks!r} instead."
        )
    # Short products run best on one thread each: several only wait for one another as soon as
    # anything else runs on the machine.
    with threadpool_limits(limits=1, user_api="blas"):
        labelings = kmeans_chain(points, ks, random_state)
        scores = silhouettes(points, labelings)
        exact = points.astype(np.float64)
        clusterings = [
            _clustering(exact, labels, score, space)
            for labels, score in zip(labelings, scores, strict=True)
        ]
    return ClusterSweep(tuple(clusterings), random_state)


def _clustering(
    points: NDArray[np.float64], labels: NDArray[np.intp], scores: NDArray[np.float32], space: str
) -> Clustering:
    members = np.eye(labels.max() + 1)[labels]
    centers = (members.T @ points) / members.sum(axis=0)[:, None]
    distances = points - centers[labels]
    inertia = float(np.einsum("ij,ij->", distances, distances))
    return Clustering(labels, centers, inertia, scores, space)
