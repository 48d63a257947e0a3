"""The silhouette of one image: its cluster, the nearest other cluster, and the two distances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.arguments import checked
from cliplab._core.validation import require_count, require_rows
from cliplab.clustering.values import NOISE, Clustering
from cliplab.embeddings.points import points_and_space
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.result_html import result_html
from cliplab.projection.values import Projection

if TYPE_CHECKING:
    import pandas as pd

# In a larger cluster all pairs would take too long; the medoid lies near the mean.
_MOST_COMPARED, _N_CANDIDATES = 2_000, 64
_N_ROWS = 8_192


@checked
@dataclass(frozen=True)
class SilhouetteExplanation:
    """Why one image has its silhouette.

    Parameters
    ----------
    image : int
        The row of the image.
    cluster : int
        Its own cluster.
    nearest_cluster : int
        The other cluster whose images are nearest to it on average.
    a : float
        Its mean distance to the other images of its own cluster.
    b : float
        Its mean distance to the images of the nearest cluster.
    medoid, nearest_medoid : int
        The medoids of the two clusters: the row of the image with the least mean distance to the
        others of its cluster. In a cluster of more than 2,000 images only those nearest to the
        mean are compared.
    is_alone : bool, default=False
        Whether it is the only image of its cluster.

    Examples
    --------
    >>> explained = SilhouetteExplanation(
    ...     7, cluster=0, nearest_cluster=3, a=1.0, b=1.25, medoid=2, nearest_medoid=9
    ... )
    >>> explained.silhouette
    0.2
    """

    image: int
    cluster: int
    nearest_cluster: int
    a: float
    b: float
    medoid: int
    nearest_medoid: int
    is_alone: bool = False

    @property
    def silhouette(self) -> float:
        """The silhouette, (b - a) / max(a, b); 0 for an image that is alone in its cluster."""
        largest = max(self.a, self.b)
        return 0.0 if self.is_alone or largest == 0 else (self.b - self.a) / largest

    def to_pandas(self) -> pd.DataFrame:
        """Return the two clusters as a table.

        Returns
        -------
        pandas.DataFrame
            A row for the image's own cluster and one for the nearest, with columns
            ``cluster_label``, ``mean_distance`` (*a* and *b*) and ``medoid``.
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "cluster_label": [self.cluster, self.nearest_cluster],
                "mean_distance": [self.a, self.b],
                "medoid": [self.medoid, self.nearest_medoid],
            },
            index=["own", "nearest"],
        )

    def _repr_html_(self) -> str:
        heading = f"SilhouetteExplanation of image {self.image}: {self.silhouette:.3f}"
        return result_html(heading, self.to_pandas())


@checked
def explain_silhouette(
    embeddings: Embeddings | Projection | ArrayLike, clustering: Clustering, image: int
) -> SilhouetteExplanation:
    """Explain how the silhouette of one image is computed.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        What was clustered.
    clustering : Clustering
        The clusters. Its `metric` is the distance.
    image : int
        The row of the image.

    Returns
    -------
    SilhouetteExplanation
        Its own cluster, the nearest other cluster, and the distances *a* and *b* of Rousseeuw.

    Raises
    ------
    ValueError
        If there is no such row, the image is noise, or there is no other cluster.
    TypeError
        If arguments are swapped or of another kind.

    References
    ----------
    Rousseeuw, P. J. (1987). Silhouettes: a graphical aid to the interpretation and validation
    of cluster analysis. Journal of Computational and Applied Mathematics 20, 53-65.

    Examples
    --------
    >>> import numpy as np
    >>> from cliplab import Clustering
    >>> points = np.array([[0.0], [1.0], [2.0], [9.0], [10.0]])
    >>> found = Clustering([0, 0, 0, 1, 1], [[1.0], [9.5]], 2.5, [0.84, 0.88, 0.8, 0.88, 0.89])
    >>> explained = explain_silhouette(points, found, 2)
    >>> (explained.a, explained.b, explained.silhouette)
    (1.5, 7.5, 0.8)
    >>> (explained.medoid, explained.nearest_medoid)
    (1, 3)
    """
    points, _ = points_and_space(embeddings)
    labels = clustering.cluster_labels
    require_rows("embeddings", len(points), len(labels))
    require_count("image", image, 0, len(labels) - 1, "the last image")
    if labels[image] == NOISE or clustering.n_clusters < 2:
        raise ValueError(
            "`image` must be in a cluster, and there must be another: noise has no silhouette. "
            f"Got image {image!r} instead."
        )
    distances = _distances(points[[image]], points, clustering.metric)[0]
    sizes = np.bincount(labels[labels != NOISE])
    sums = np.bincount(labels[labels != NOISE], weights=distances[labels != NOISE])
    own = int(labels[image])
    means = sums / sizes
    means[own] = np.inf
    nearest = int(means.argmin())
    return SilhouetteExplanation(
        image=int(image),
        cluster=own,
        nearest_cluster=nearest,
        a=float(sums[own] / max(sizes[own] - 1, 1)),
        b=float(means[nearest]),
        medoid=medoid(points, labels, own, clustering.metric),
        nearest_medoid=medoid(points, labels, nearest, clustering.metric),
        is_alone=bool(sizes[own] == 1),
    )


def medoid(
    points: NDArray[np.floating], labels: NDArray[np.int64], cluster: int, metric: str
) -> int:
    """Return the image with the least distance to all others of its cluster.

    In a very large cluster only the images nearest to the mean are compared.
    """
    members = np.flatnonzero(labels == cluster)
    inside = points[members]
    candidates = members
    if len(members) > _MOST_COMPARED:
        mean = inside.mean(axis=0, keepdims=True, dtype=np.float64)
        from_mean = _distances(mean, inside, metric)[0]
        candidates = members[np.argsort(from_mean, kind="stable")[:_N_CANDIDATES]]
    totals = _distances(points[candidates], inside, metric).sum(axis=1)
    return int(candidates[totals.argmin()])


def _distances(
    some: NDArray[np.floating], points: NDArray[np.floating], metric: str
) -> NDArray[np.float64]:
    from scipy.spatial.distance import cdist

    # cdist converts to double precision: many points are taken in blocks.
    starts = range(0, len(points), _N_ROWS)
    return np.hstack([cdist(some, points[i : i + _N_ROWS], metric) for i in starts])
