"""One silhouette at a time: what an image is near to, and which images sit badly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.validation import require_kind, require_rows
from cliplab.clustering.values import NOISE, Clustering
from cliplab.embeddings.points import points_and_space
from cliplab.embeddings.values import Embeddings
from cliplab.projection.projecting import Projection

# All pairs of a larger cluster would take too long; the middle one is near the mean.
_MOST_COMPARED, _N_CANDIDATES = 2_000, 64
_N_ROWS = 8_192


@dataclass(frozen=True)
class SilhouetteExplanation:
    """Why one image has the silhouette that it has.

    Parameters
    ----------
    image : int
        The row of the image.
    cluster, rival : int
        Its own cluster, and the other that is nearest to it.
    a : float
        Its mean distance to the other images of its cluster.
    b : float
        Its mean distance to the images of the rival.
    medoid, rival_medoid : int
        The row of the image in the middle of each of the two: the one with the least mean
        distance to the others of its cluster. In a cluster of more than 2,000 it is looked for
        near the mean.
    is_alone : bool, default=False
        Whether it is the only image of its cluster.

    Examples
    --------
    >>> explained = SilhouetteExplanation(
    ...     7, cluster=0, rival=3, a=1.0, b=1.25, medoid=2, rival_medoid=9
    ... )
    >>> explained.silhouette
    0.2
    """

    image: int
    cluster: int
    rival: int
    a: float
    b: float
    medoid: int
    rival_medoid: int
    is_alone: bool = False

    @property
    def silhouette(self) -> float:
        """The silhouette, (b - a) / max(a, b); 0 for an image that is alone in its cluster."""
        largest = max(self.a, self.b)
        return 0.0 if self.is_alone or largest == 0 else (self.b - self.a) / largest


def explain_silhouette(
    embeddings: Embeddings | Projection | ArrayLike, clustering: Clustering, image: int
) -> SilhouetteExplanation:
    """Open the silhouette of one image: its own cluster, the rival, and the two distances.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        What was clustered.
    clustering : Clustering
        The clusters, and by its `metric` the distance.
    image : int
        The row of the image.

    Returns
    -------
    SilhouetteExplanation
        With *a* and *b* as Rousseeuw has them.

    Raises
    ------
    ValueError
        If there is no such row, the image is noise, or there is no other cluster.
    TypeError
        If arguments are swapped, or of another kind.

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
    >>> case = explain_silhouette(points, found, 2)
    >>> (case.a, case.b, case.silhouette, case.medoid, case.rival_medoid)
    (1.5, 7.5, 0.8, 1, 3)
    """
    require_kind("clustering", clustering, Clustering)
    points, _ = points_and_space(embeddings)
    labels = clustering.cluster_labels
    require_rows("embeddings", len(points), len(labels))
    if not 0 <= image < len(labels):
        raise ValueError(
            f"`image` must be a row from 0 to {len(labels) - 1}. Got {image!r} instead."
        )
    if labels[image] == NOISE or clustering.n_clusters < 2:
        raise ValueError(
            "`image` must be in a cluster, and there must be another: noise has no silhouette. "
            f"Got row {image!r} instead."
        )
    distances = _distances(points[[image]], points, clustering.metric)[0]
    sizes = np.bincount(labels[labels != NOISE])
    sums = np.bincount(labels[labels != NOISE], weights=distances[labels != NOISE])
    own = int(labels[image])
    means = sums / sizes
    means[own] = np.inf
    rival = int(means.argmin())
    return SilhouetteExplanation(
        image=int(image),
        cluster=own,
        rival=rival,
        a=float(sums[own] / max(sizes[own] - 1, 1)),
        b=float(means[rival]),
        medoid=_medoid(points, labels, own, clustering.metric),
        rival_medoid=_medoid(points, labels, rival, clustering.metric),
        is_alone=bool(sizes[own] == 1),
    )


def negative_images(clustering: Clustering) -> tuple[int, ...]:
    """Return the rows of the images that are nearer to another cluster, the worst first.

    Parameters
    ----------
    clustering : Clustering
        The clusters.

    Returns
    -------
    tuple of int
        Those with a negative silhouette.

    Raises
    ------
    ValueError
        If no image has a silhouette.
    TypeError
        If it is no clustering.

    Examples
    --------
    >>> from cliplab import Clustering
    >>> found = Clustering([0, 0, 1, 1], [[0.0], [1.0]], 0.0, [0.5, -0.1, -0.3, 0.02])
    >>> negative_images(found)
    (2, 1)
    """
    scores = _measured(clustering)
    return _sorted(scores, scores < 0)


def borderline_images(clustering: Clustering, tolerance: float = 0.05) -> tuple[int, ...]:
    """Return the rows of the images that could as well be in another cluster.

    Parameters
    ----------
    clustering : Clustering
        The clusters.
    tolerance : float, default=0.05
        How far from 0 their silhouettes may be.

    Returns
    -------
    tuple of int
        The lowest silhouette first.

    Raises
    ------
    ValueError
        If no image has a silhouette.
    TypeError
        If it is no clustering.

    Examples
    --------
    >>> from cliplab import Clustering
    >>> found = Clustering([0, 0, 1, 1], [[0.0], [1.0]], 0.0, [0.5, -0.01, -0.3, 0.02])
    >>> borderline_images(found)
    (1, 3)
    """
    scores = _measured(clustering)
    return _sorted(scores, np.abs(scores) <= tolerance)


def _measured(clustering: Clustering) -> NDArray[np.float32]:
    require_kind("clustering", clustering, Clustering)
    if not clustering.n_measured:
        raise ValueError(
            "`clustering` must have silhouettes, as those of sweep_clusters and sweep_shards have; "
            "`remeasure(embeddings, clustering)` measures them where there are two clusters. "
            f"Got {clustering!r} instead."
        )
    return clustering.silhouettes


def _sorted(scores: NDArray[np.float32], which: NDArray[np.bool_]) -> tuple[int, ...]:
    rows = np.flatnonzero(which)
    return tuple(rows[np.argsort(scores[rows], kind="stable")].tolist())


def _medoid(
    points: NDArray[np.floating], labels: NDArray[np.int64], cluster: int, metric: str
) -> int:
    """Return the image with the least distance to all others of its cluster.

    In a very large cluster only the images are compared that are nearest to the mean.
    """
    members = np.flatnonzero(labels == cluster)
    inside = points[members]
    candidates = members
    if len(members) > _MOST_COMPARED:
        apart = _distances(inside.mean(axis=0, keepdims=True, dtype=np.float64), inside, metric)[0]
        candidates = members[np.argsort(apart, kind="stable")[:_N_CANDIDATES]]
    totals = _distances(points[candidates], inside, metric).sum(axis=1)
    return int(candidates[totals.argmin()])


def _distances(
    some: NDArray[np.floating], points: NDArray[np.floating], metric: str
) -> NDArray[np.float64]:
    from scipy.spatial.distance import cdist

    # It makes everything double precision: of very many points, some at a time.
    starts = range(0, len(points), _N_ROWS)
    return np.hstack([cdist(some, points[i : i + _N_ROWS], metric) for i in starts])
