"""Clusterings, and many of them of the same images side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab.clustering.elbow import find_elbow

if TYPE_CHECKING:
    import pandas as pd


NOISE = -1


@dataclass(frozen=True, eq=False, repr=False)
class Clustering:
    """The cluster of each image, and how well the image fits it.

    Parameters
    ----------
    cluster_labels : array-like of shape (n_images,)
        The cluster of every image, from 0 to k - 1; none is empty. Noise, which some algorithms
        leave outside every cluster, is -1.
    centers : array-like of shape (k, n_features)
        The mean of each cluster; with the cosine, its direction.
    inertia : float
        The sum of squared distances of the images to their centres, noise left out.
    silhouettes : array-like of shape (n_images,)
        From -1 (nearer to another cluster) over 0 (on a border) to 1 (sits well); NaN for noise,
        and among very many images for those that were not measured.
    space : str, default="embedding"
        Where it was measured: ``"embedding"``, ``"centered embedding"``, ``"array"``, or the
        method of a projection, such as ``"tsne"`` or, in ten dimensions, ``"pca-10"``.
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

    @property
    def n_clusters(self) -> int:
        """The number of clusters, k."""
        return len(self.centers)

    @property
    def n_noise(self) -> int:
        """The number of images that are in no cluster."""
        return int((self.cluster_labels == NOISE).sum())

    @property
    def n_measured(self) -> int:
        """The number of images with a silhouette: all but noise, or a sample of them."""
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
        """The standard error of `silhouette_score`; 0 if all images were measured.

        This is what stands after ± in words. Plots draw twice as much, for the mean over all
        images is within twice this of the mean over the sample in about 19 of 20 samples. Only
        differences within clusters count, for every cluster has its share of the sample (Cochran
        1977, Sampling techniques, chapter 5).

        It is NaN where no cluster has two images that were measured, for then nothing is known of
        differences within clusters: a sample of more than k images that are no noise is enough.
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

    def to_pandas(self) -> pd.DataFrame:
        """Return each cluster's size, mean silhouette and share of negative silhouettes.

        Where silhouettes were sampled, mean and share are those of the sample.

        Returns
        -------
        pandas.DataFrame
            One row a cluster, with columns ``cluster_label``, ``size``, ``mean_silhouette`` and
            ``negative_share``. Noise is no cluster.
        """
        import pandas as pd

        inside = self.cluster_labels != NOISE
        image = pd.Series(self.silhouettes[inside], dtype="float64").groupby(
            self.cluster_labels[inside]
        )
        columns = image.agg(
            size="size",
            mean_silhouette="mean",
            negative_share=lambda scores: (scores.dropna() < 0).mean(),
        )
        return columns.rename_axis("cluster_label").reset_index()

    def __len__(self) -> int:
        return len(self.cluster_labels)

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


@dataclass(frozen=True, eq=False, repr=False)
class ClusterSweep(Mapping[int, Clustering]):
    """The clusterings of the same images for many k: ``sweep[k]`` is a `Clustering`.

    Cluster numbers are matched: cluster *i* of the next k is the one that shares most images
    with cluster *i* of this, so that a colour means nearly the same as k moves.

    An algorithm that is not told k has another parameter in its place; then ``sweep[value]`` is
    the clustering for a value of that.

    Parameters
    ----------
    clusterings : tuple of Clustering
        One for each value, of the same images in the same space.
    random_state : int, default=0
        The seed they were made with.
    parameter : str, default="n_clusters"
        What the algorithm was told.
    parameter_values : tuple of int, default=()
        The parameter's value for each clustering; their numbers of clusters when left out.

    Raises
    ------
    ValueError
        If there is none, two have the same value, or they do not belong together.

    Examples
    --------
    >>> from cliplab import Clustering
    >>> two = Clustering([0, 0, 1], [[0.5], [9.0]], inertia=0.5, silhouettes=[0.9, 0.8, 0.0])
    >>> ClusterSweep((two,)).to_pandas()["inertia"].tolist()
    [0.5]
    """

    clusterings: tuple[Clustering, ...]
    random_state: int = 0
    parameter: str = "n_clusters"
    parameter_values: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        values = self.parameter_values or self.n_clusters
        if len(values) != len(self.clusterings):
            raise ValueError(
                f"`parameter_values` must have one for each of the {len(self.clusterings)} "
                f"clusterings. Got {len(values)} instead."
            )
        pairs = sorted(zip(values, self.clusterings, strict=True), key=lambda pair: pair[0])
        alike = {(len(each), each.space, each.metric, each.algorithm) for each in self.clusterings}
        if len(alike) != 1 or len(set(values)) != len(values):
            raise ValueError(
                "`clusterings` must be of the same images in the same space, one for each k. "
                f"Got {list(self.clusterings)!r} instead."
            )
        object.__setattr__(self, "parameter_values", tuple(int(value) for value, _ in pairs))
        object.__setattr__(self, "clusterings", tuple(clustering for _, clustering in pairs))

    @property
    def n_clusters(self) -> tuple[int, ...]:
        """All values of k, increasing unless the sweep is over another parameter."""
        return tuple(clustering.n_clusters for clustering in self.clusterings)

    @property
    def inertias(self) -> NDArray[np.float64]:
        """The inertia of each clustering."""
        return np.array([clustering.inertia for clustering in self.clusterings])

    @property
    def silhouette_scores(self) -> NDArray[np.float64]:
        """The mean silhouette of each clustering."""
        return np.array([clustering.silhouette_score for clustering in self.clusterings])

    @property
    def silhouette_errors(self) -> NDArray[np.float64]:
        """The standard error of each mean silhouette; 0 if all images were measured."""
        return np.array([clustering.silhouette_error for clustering in self.clusterings])

    @property
    def elbow(self) -> int | None:
        """The k at the elbow of the inertia; None if not clear, or if the sweep is not over k."""
        if self.parameter != "n_clusters":
            return None
        return find_elbow(self.parameter_values, self.inertias)

    @property
    def space(self) -> str:
        """The space that was clustered, as in `Clustering`."""
        return self.clusterings[0].space

    @property
    def metric(self) -> str:
        """The distance of the silhouettes."""
        return self.clusterings[0].metric

    @property
    def algorithm(self) -> str:
        """The algorithm that found the clusters."""
        return self.clusterings[0].algorithm

    @property
    def parameter_title(self) -> str:
        """The name of the parameter, as shown on the screen."""
        return "k" if self.parameter == "n_clusters" else "smallest size"

    def to_pandas(self) -> pd.DataFrame:
        """Return inertia and mean silhouette for each k.

        Returns
        -------
        pandas.DataFrame
            One row for each k: ``n_clusters``, ``inertia`` and ``silhouette_score``; where the
            sweep is over another parameter, that first, and how much is noise last. Where
            silhouettes were sampled, ``silhouette_error`` stands beside the score.
        """
        import pandas as pd

        columns = {
            self.parameter: self.parameter_values,
            "n_clusters": self.n_clusters,
            "inertia": self.inertias,
            "silhouette_score": self.silhouette_scores,
        }
        if any(each.is_sampled for each in self.clusterings):
            columns["silhouette_error"] = self.silhouette_errors
        if self.parameter != "n_clusters":
            columns["n_noise"] = tuple(each.n_noise for each in self.clusterings)
        return pd.DataFrame(columns)

    def __getitem__(self, value: int) -> Clustering:
        if value not in self.parameter_values:
            raise KeyError(
                f"`{self.parameter}` must be one of {list(self.parameter_values)!r}. "
                f"Got {value!r} instead."
            )
        return self.clusterings[self.parameter_values.index(value)]

    def __iter__(self) -> Iterator[int]:
        return iter(self.parameter_values)

    def __len__(self) -> int:
        return len(self.clusterings)

    def __repr__(self) -> str:
        return (
            f"ClusterSweep of {len(self.clusterings[0])} images in the {self.space}, "
            f"{self.parameter_title} from {self.parameter_values[0]} to {self.parameter_values[-1]}"
        )
