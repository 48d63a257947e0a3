"""The value of one clustering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.arguments import checked
from cliplab._core.html import render
from cliplab._core.plain_text import plain
from cliplab._core.rows import are_all, row_numbers, with_rows
from cliplab.clustering.tables import NOISE, cluster_table, image_table

if TYPE_CHECKING:
    import pandas as pd

    from cliplab.images.image_set import ImageSet

__all__ = ["NOISE", "Clustering"]


@checked
@dataclass(frozen=True, eq=False, repr=False)
class Clustering:
    """The cluster of each image, and its silhouette.

    The attributes `labels_`, `cluster_centers_` and `inertia_` can be read as well, as on a
    fitted estimator of scikit-learn.

    Parameters
    ----------
    cluster_labels : array-like of shape (n_images,)
        The cluster of every image, from 0 to k - 1; no cluster is empty. Noise, which belongs to
        no cluster, is -1.
    centers : array-like of shape (k, n_features)
        The mean of each cluster; with the cosine, its direction.
    inertia : float
        The sum of squared distances of the images to their centres, without noise.
    silhouettes : array-like of shape (n_images,)
        From -1 (nearer to another cluster) over 0 (on a border) to 1 (near to its own cluster);
        NaN for noise, and among very many images for those outside the sample.
    space : str, default="embedding"
        The space of the centres and distances: ``"embedding"``, ``"centered embedding"``,
        ``"array"``, or the method of a projection, such as ``"tsne"`` or, in ten dimensions,
        ``"pca-10"``.
    metric : {"euclidean", "cosine"}, default="euclidean"
        The distance of the silhouettes.
    algorithm : str, default="kmeans"
        The algorithm that found the clusters.

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
    metric: str = "euclidean"
    algorithm: str = "kmeans"

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
        if not np.array_equal(np.unique(labels[labels != NOISE]), np.arange(len(centers))):
            raise ValueError(
                f"`cluster_labels` must hold each number from 0 to {len(centers) - 1}, and may "
                f"hold -1 for noise. Got {np.unique(labels).tolist()!r} instead."
            )
        # A frozen dataclass is filled once, here; after this nothing changes.
        for name, array in (
            ("cluster_labels", labels),
            ("centers", centers),
            ("silhouettes", scores),
        ):
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        for name in ("space", "metric", "algorithm"):
            object.__setattr__(self, name, plain(getattr(self, name)))

    @property
    def labels_(self) -> NDArray[np.int64]:
        """The same as `cluster_labels`."""
        return self.cluster_labels

    @property
    def cluster_centers_(self) -> NDArray[np.float64]:
        """The same as `centers`."""
        return self.centers

    @property
    def inertia_(self) -> float:
        """The same as `inertia`."""
        return self.inertia

    @property
    def n_clusters(self) -> int:
        """The number of clusters, k."""
        return len(self.centers)

    @property
    def n_noise(self) -> int:
        """The number of images in no cluster."""
        return int((self.cluster_labels == NOISE).sum())

    @property
    def n_measured(self) -> int:
        """The number of images with a silhouette: all but noise, or a sample."""
        return int(np.isfinite(self.silhouettes).sum())

    @property
    def is_sampled(self) -> bool:
        """Whether only a sample of the images in clusters has silhouettes."""
        return 0 < self.n_measured < len(self) - self.n_noise

    @property
    def silhouette_score(self) -> float:
        """The mean silhouette of all images but noise; NaN if no image has one."""
        known = self.silhouettes[np.isfinite(self.silhouettes)]
        return float(known.mean(dtype=np.float64)) if known.size else float("nan")

    @property
    def silhouette_error(self) -> float:
        """The standard error of `silhouette_score`; 0 if every image has a silhouette.

        Words give it after ±. Plots draw twice as much: the mean of all images is within twice
        the standard error of the mean of the sample in about 19 of 20 samples. Only differences
        within clusters count, because every cluster has its share of the sample (Cochran 1977,
        Sampling techniques, chapter 5).

        It is NaN if no cluster has two images with a silhouette, because then the differences
        within clusters are unknown. A sample of more than k images that are no noise is enough.
        """
        measured = np.isfinite(self.silhouettes)
        labels, scores = self.cluster_labels[measured], self.silhouettes[measured]
        n_measured, n_images = len(scores), len(self) - self.n_noise
        sizes = np.bincount(labels, minlength=self.n_clusters)
        n_free = n_measured - int((sizes > 0).sum())
        if n_measured == n_images or n_free < 1:
            return 0.0 if n_measured == n_images else float("nan")
        means = np.bincount(labels, scores, self.n_clusters) / np.maximum(sizes, 1)
        variance = float(((scores - means[labels]) ** 2).sum()) / n_free
        return float(np.sqrt((1 - n_measured / n_images) * variance / n_measured))

    def to_pandas(self, images: ImageSet | None = None) -> pd.DataFrame:
        """Return a table of the clusters, or of the images.

        Parameters
        ----------
        images : ImageSet, optional
            The clustered images.

        Returns
        -------
        pandas.DataFrame
            Without `images` one row a cluster, noise left out: ``cluster_label``, ``size``,
            ``mean_silhouette`` and ``negative_share``, of the images that have a silhouette. With
            `images` one row an image, in their order: ``image_id``, ``cluster_label``,
            ``silhouette``, and ``class_name`` if classes are known.

        Raises
        ------
        TypeError
            If `images` is no ImageSet.
        ValueError
            If it has another number of images.

        Examples
        --------
        >>> found = Clustering([0, 0, 1], [[0.5], [9.0]], 0.5, silhouettes=[0.9, 0.8, 0.0])
        >>> found.to_pandas()["size"].tolist()
        [2, 1]
        """
        return cluster_table(self) if images is None else image_table(self, images)

    def __len__(self) -> int:
        return len(self.cluster_labels)

    def __getitem__(self, rows: Any) -> Clustering:
        """Return the clusters of some images: a number, a slice, a mask or a list of rows.

        Clusters keep their numbers and centres, also one that none of these images is in.
        Silhouettes are those among all images, and the inertia of some is not known.
        """
        chosen = np.atleast_1d(row_numbers("rows", rows, len(self)))
        return with_rows(
            self,
            cluster_labels=self.cluster_labels[chosen],
            silhouettes=self.silhouettes[chosen],
            inertia=self.inertia if are_all(chosen, len(self)) else float("nan"),
        )

    # Not a list of clusterings of one image each, which numpy would look into without end.
    __iter__ = None

    def __repr__(self) -> str:
        noise = f" and {self.n_noise} of noise" if self.n_noise else ""
        score = f"silhouette {self.silhouette_score:.3f}" if self.n_measured else "not measured"
        if self.is_sampled:
            error = self.silhouette_error
            score += f" ± {error:.3f}" if np.isfinite(error) else f" of {self.n_measured} images"
        return (
            f"Clustering of {len(self)} images into {self.n_clusters} clusters{noise} in the "
            f"{self.space}, {score}"
        )

    def _repr_html_(self) -> str:
        return render("clustering/templates/table.html", heading=repr(self), table=self.to_pandas())
