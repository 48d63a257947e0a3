"""All clustering algorithms on the same images, in one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from cliplab._core.arguments import checked
from cliplab._core.kinds import count
from cliplab.clustering.algorithms import ALGORITHMS, title_of
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import Clustering
from cliplab.embeddings.points import points_and_space
from cliplab.evaluation.agreement import class_agreement
from cliplab.evaluation.result_html import result_html

if TYPE_CHECKING:
    import pandas as pd

    from cliplab.embeddings.values import Embeddings
    from cliplab.images.image_set import ImageSet
    from cliplab.projection.values import Projection


@checked
@dataclass(frozen=True, eq=False, repr=False)
class AlgorithmComparison(Mapping[str, Clustering]):
    """The clusterings of the same images by every algorithm: a mapping from title to Clustering.

    Parameters
    ----------
    clusterings : mapping of str to Clustering
        For each algorithm its clustering of the same images.
    parameter_values : mapping of str to int
        For each algorithm the value of its parameter: k, or the smallest size of a cluster.

    Examples
    --------
    >>> points = [[9, 0, 0], [9, 1, 0], [0, 9, 1], [0, 9, 0], [1, 0, 9], [0, 0, 9]]
    >>> found = compare_algorithms(points, n_clusters=3, min_cluster_size=2)
    >>> found["K-means"].n_clusters
    3
    """

    clusterings: Mapping[str, Clustering]
    parameter_values: Mapping[str, int]

    def __post_init__(self) -> None:
        for name in ("clusterings", "parameter_values"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def to_pandas(self, images: ImageSet | None = None) -> pd.DataFrame:
        """Return a table with one row for each algorithm.

        Parameters
        ----------
        images : ImageSet, optional
            The images, if they have known classes: the table then has the agreement of the
            clusters with the classes.

        Returns
        -------
        pandas.DataFrame
            With the algorithm's title as index: ``parameter_value``, ``n_clusters``,
            ``n_noise``, ``largest`` (the share of all images in the largest cluster),
            ``silhouette_score`` and its ``metric``, and with `images` ``adjusted_mutual_info``
            and ``adjusted_rand``. Noise has no silhouette; in the agreement it counts as one
            more cluster. Silhouettes by different metrics cannot be compared; `remeasure`
            computes them by the same metric.
        """
        import pandas as pd

        rows = []
        for title, found in self.clusterings.items():
            sizes = found.to_pandas()["size"]
            row = {
                "algorithm": title,
                "parameter_value": self.parameter_values[title],
                "n_clusters": found.n_clusters,
                "n_noise": found.n_noise,
                "largest": sizes.max() / len(found) if len(sizes) else 0.0,
                "silhouette_score": found.silhouette_score,
                "metric": found.metric,
            }
            if images is not None:
                agreement = class_agreement(images, found)
                row["adjusted_mutual_info"] = agreement.adjusted_mutual_info
                row["adjusted_rand"] = agreement.adjusted_rand
            rows.append(row)
        return pd.DataFrame(rows).set_index("algorithm")

    def __getitem__(self, title: str) -> Clustering:
        return self.clusterings[title]

    def __iter__(self) -> Iterator[str]:
        return iter(self.clusterings)

    def __len__(self) -> int:
        return len(self.clusterings)

    def __repr__(self) -> str:
        n_images = len(next(iter(self.clusterings.values())))
        return f"AlgorithmComparison of {len(self)} algorithms on {n_images} images"

    def _repr_html_(self) -> str:
        return result_html(repr(self), self.to_pandas())


@checked(n_clusters=count(2), min_cluster_size=count(2))
def compare_algorithms(
    embeddings: Embeddings | Projection | ArrayLike,
    n_clusters: int,
    *,
    min_cluster_size: int = 10,
    random_state: int = 0,
) -> AlgorithmComparison:
    """Cluster the same images by every algorithm.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        What to cluster.
    n_clusters : int
        k, for all algorithms but HDBSCAN.
    min_cluster_size : int, default=10
        The smallest size of a cluster, for HDBSCAN.
    random_state : int, default=0
        The seed of the algorithms that draw random numbers.

    Returns
    -------
    AlgorithmComparison
        The clustering of each algorithm, and a table of all.

    Raises
    ------
    ValueError
        As in `sweep_clusters`.

    Examples
    --------
    >>> import numpy as np
    >>> points = np.random.default_rng(0).normal(size=(60, 4)) + 9 * np.eye(4)[np.arange(60) % 4]
    >>> compare_algorithms(points, n_clusters=4).to_pandas()["n_clusters"].tolist()
    [4, 4, 4, 4, 4, 4]
    """
    points, _ = points_and_space(embeddings)
    found: dict[str, Clustering] = {}
    parameter_values: dict[str, int] = {}
    runs = [(name, "euclidean") for name in ALGORITHMS]
    runs.insert(1, ("kmeans", "cosine"))
    for name, metric in runs:
        sweep = sweep_clusters(
            embeddings,
            [n_clusters],
            random_state=random_state,
            algorithm=name,
            metric=metric,
            min_cluster_sizes=[min(min_cluster_size, len(points))],
        )
        title = title_of(name, metric)
        ((parameter_values[title], found[title]),) = sweep.items()
    return AlgorithmComparison(found, parameter_values)
