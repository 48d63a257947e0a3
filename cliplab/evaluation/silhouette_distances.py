"""What the silhouettes of all images are made of: two mean distances each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.validation import require_rows
from cliplab.clustering.values import NOISE
from cliplab.embeddings.points import points_and_space
from cliplab.evaluation.silhouette_explanation import medoid

if TYPE_CHECKING:
    from cliplab.clustering.values import Clustering
    from cliplab.embeddings.values import Embeddings
    from cliplab.projection.values import Projection


class SilhouetteDistances(NamedTuple):
    """The distances behind the silhouettes of one clustering.

    Attributes
    ----------
    nearest : ndarray of shape (n_images,)
        The nearest other cluster of each image; -1 for noise, and where there is no other cluster.
    a, b : ndarray of shape (n_images,)
        The mean distance of each image to the others of its cluster, and to those of the nearest
        cluster; NaN where there is none.
    silhouettes : ndarray of shape (n_images,)
        What follows from the two; 0 for an image that is alone in its cluster.
    medoids : tuple of int
        For each cluster the image with the smallest mean distance to the others.
    """

    nearest: NDArray[np.int64]
    a: NDArray[np.float64]
    b: NDArray[np.float64]
    silhouettes: NDArray[np.float64]
    medoids: tuple[int, ...]


def silhouette_distances(
    embeddings: Embeddings | Projection | ArrayLike, clusterings: Sequence[Clustering]
) -> list[SilhouetteDistances]:
    """Compute for every image what `explain_silhouette` says of one.

    The distances between the images are computed once for all clusterings. They take eight bytes
    for each pair of images.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        What was clustered.
    clusterings : sequence of Clustering
        The clusterings, all with the same `metric`.

    Returns
    -------
    list of SilhouetteDistances
        One for each clustering.

    Raises
    ------
    ValueError
        If the numbers of images differ.

    Examples
    --------
    >>> import numpy as np
    >>> from cliplab import Clustering
    >>> points = np.array([[0.0], [1.0], [2.0], [9.0], [10.0]])
    >>> found = Clustering([0, 0, 0, 1, 1], [[1.0], [9.5]], 2.5, [0.84, 0.88, 0.8, 0.88, 0.89])
    >>> (distances,) = silhouette_distances(points, [found])
    >>> (distances.a[2], distances.b[2], distances.medoids)
    (np.float64(1.5), np.float64(7.5), (1, 3))
    """
    from scipy.spatial.distance import cdist

    points, _ = points_and_space(embeddings)
    for clustering in clusterings:
        require_rows("embeddings", len(points), len(clustering))
    between = cdist(points, points, clusterings[0].metric)
    return [_measured(points, between, clustering) for clustering in clusterings]


def _measured(
    points: NDArray[np.floating], between: NDArray[np.float64], clustering: Clustering
) -> SilhouetteDistances:
    labels, n_clusters = clustering.cluster_labels, clustering.n_clusters
    medoids = tuple(medoid(points, labels, each, clustering.metric) for each in range(n_clusters))
    nearest = np.full(len(labels), NOISE, dtype=np.int64)
    a, b, silhouettes = (np.full(len(labels), np.nan) for _ in range(3))
    rows = np.flatnonzero(labels != NOISE)
    if n_clusters < 2:
        return SilhouetteDistances(nearest, a, b, silhouettes, medoids)
    members = np.eye(n_clusters)[labels[rows]]
    sums, sizes, own = between[np.ix_(rows, rows)] @ members, members.sum(axis=0), labels[rows]
    each = np.arange(len(rows))
    a[rows] = sums[each, own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    means[each, own] = np.inf
    nearest[rows] = means.argmin(axis=1)
    b[rows] = means.min(axis=1)
    largest = np.maximum(a[rows], b[rows])
    is_known = (sizes[own] > 1) & (largest > 0)
    silhouettes[rows] = np.where(is_known, (b - a)[rows] / np.where(is_known, largest, 1), 0)
    return SilhouetteDistances(nearest, a, b, silhouettes, medoids)
