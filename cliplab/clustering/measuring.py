"""What is measured of a partition: centres, inertia and silhouettes, in any space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from cliplab.clustering.values import NOISE, Clustering, ClusterSweep
from cliplab.embeddings import Embeddings
from cliplab.images import require_rows
from cliplab.kmeans import points_and_space
from cliplab.kmeans_chain import directions
from cliplab.projection import Projection
from cliplab.silhouette import silhouettes

_Measured = TypeVar("_Measured", Clustering, ClusterSweep)


def measure_in(
    clusters: _Measured,
    embeddings: Embeddings | Projection | ArrayLike,
    metric: str = "euclidean",
) -> _Measured:
    """Measure the same clusters in another space: their centres, inertia and silhouettes.

    Clusters that were found on a t-SNE picture look well parted there, because t-SNE parts them.
    Measured among CLIP's own vectors, the same clusters often overlap.

    Parameters
    ----------
    clusters : Clustering or ClusterSweep
        Which image is in which cluster; that stays.
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        The same images where they shall be measured.
    metric : {"euclidean", "cosine"}, default="euclidean"
        The distance of the silhouettes.

    Returns
    -------
    Clustering or ClusterSweep
        With the `space` in which it is measured now.

    Raises
    ------
    ValueError
        If the numbers of images differ.

    Examples
    --------
    >>> from cliplab import ClipEncoder, load_storybook, project, sweep_clusters
    >>> embeddings = ClipEncoder("storybook").encode_images(load_storybook(n_images=80))
    >>> found = sweep_clusters(project(embeddings, "tsne"), [5])[5]
    >>> really = measure_in(found, embeddings)
    >>> (found.space, really.space)
    ('tsne', 'embedding')
    >>> really.silhouette_score < found.silhouette_score
    True
    """
    points, space = points_and_space(embeddings)
    several = clusters.clusterings if isinstance(clusters, ClusterSweep) else (clusters,)
    require_rows("embeddings", len(points), len(several[0]))
    labelings = [each.cluster_labels for each in several]
    measured = measure(points, labelings, space, metric, several[0].algorithm)
    if isinstance(clusters, ClusterSweep):
        return replace(clusters, clusterings=tuple(measured))
    return measured[0]


def measure(
    points: NDArray[np.floating],
    labelings: Sequence[NDArray[Any]],
    space: str,
    metric: str,
    algorithm: str,
) -> list[Clustering]:
    """Make clusterings of labels: all their silhouettes in one pass over the distances.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_features)
        What was clustered.
    labelings : sequence of ndarray of shape (n_points,)
        From 0 without a gap; -1 for noise.
    space, metric, algorithm : str
        As in `Clustering`.

    Returns
    -------
    list of Clustering
        One for each of `labelings`.
    """
    # Short products run best on one thread each: several only wait for one another as soon as
    # anything else runs on the machine.
    with threadpool_limits(limits=1, user_api="blas"):
        scores = np.full((len(labelings), len(points)), np.nan, dtype=np.float32)
        # With fewer than two clusters there is no other one to be near to.
        several = [i for i, labels in enumerate(labelings) if labels.max() > 0]
        if several:
            scores[several] = silhouettes(points, [labelings[i] for i in several], metric)
        exact = points.astype(np.float64)
        if metric == "cosine":
            exact = directions(exact)
        return [
            _clustering(exact, labels, score, space, metric, algorithm)
            for labels, score in zip(labelings, scores, strict=True)
        ]


def _clustering(
    points: NDArray[np.float64],
    labels: NDArray[Any],
    scores: NDArray[np.float32],
    space: str,
    metric: str,
    algorithm: str,
) -> Clustering:
    inside = labels != NOISE
    own, points = labels[inside], points[inside]
    k = int(labels.max()) + 1
    members = np.eye(k)[own]
    centers = (members.T @ points) / members.sum(axis=0)[:, None]
    if metric == "cosine":
        centers = directions(centers)
    distances = points - centers[own]
    inertia = float(np.einsum("ij,ij->", distances, distances))
    return Clustering(labels, centers, inertia, scores, space, metric, algorithm)
