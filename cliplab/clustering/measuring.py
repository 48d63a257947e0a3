"""What is measured of a partition: centres, inertia and silhouettes, in any space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from cliplab._core.validation import require_kind, require_rows
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.sampling import stratified_rows
from cliplab.clustering.silhouettes import silhouettes
from cliplab.clustering.values import NOISE, Clustering
from cliplab.embeddings.points import points_and_space, unit_rows
from cliplab.embeddings.values import Embeddings
from cliplab.projection.values import Projection

# Up to here every image has a silhouette. All pairs of 20,000 take seconds, of 100,000 minutes.
MOST_MEASURED = 20_000
_N_SAMPLED = 5_000
# So many rows are made double precision at a time.
_N_ROWS = 4_096

_Measured = TypeVar("_Measured", Clustering, ClusterSweep)


def remeasure(
    embeddings: Embeddings | Projection | ArrayLike,
    clustering: _Measured,
    *,
    metric: str = "euclidean",
) -> _Measured:
    """Compute centres, inertia and silhouettes of the same clusters in another space.

    Clusters found on a t-SNE map look well separated there, because t-SNE separates them. Measured
    among CLIP's own vectors, the same clusters often overlap.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        The same images in the space where their clusters are measured.
    clustering : Clustering or ClusterSweep
        Which image is in which cluster; that stays.
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
    TypeError
        If arguments are swapped, or of another kind.

    Examples
    --------
    >>> from cliplab import ClipEncoder, load_storybook, project, sweep_clusters
    >>> embeddings = ClipEncoder("storybook").encode_images(load_storybook(n_images=80))
    >>> found = sweep_clusters(project(embeddings, "tsne"), [5])[5]
    >>> really = remeasure(embeddings, found)
    >>> (found.space, really.space)
    ('tsne', 'embedding')
    >>> really.silhouette_score < found.silhouette_score
    True
    """
    require_kind("clustering", clustering, Clustering, ClusterSweep)
    points, space = points_and_space(embeddings)
    several = clustering.clusterings if isinstance(clustering, ClusterSweep) else (clustering,)
    require_rows("embeddings", len(points), len(several[0]))
    labelings = [each.cluster_labels for each in several]
    measured = measure(points, labelings, space, metric, several[0].algorithm)
    if isinstance(clustering, ClusterSweep):
        return replace(clustering, clusterings=tuple(measured))
    return measured[0]


def measure(
    points: NDArray[np.floating],
    labelings: Sequence[NDArray[Any]],
    space: str,
    metric: str,
    algorithm: str,
    n_silhouettes: int | None = None,
) -> list[Clustering]:
    """Make clusterings of labels: all their silhouettes in one pass over the distances.

    Where only some images are measured, each of these has its exact silhouette, among all
    images, and they are the same ones for every clustering.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_features)
        What was clustered.
    labelings : sequence of ndarray of shape (n_points,)
        From 0 without a gap; -1 for noise.
    space, metric, algorithm : str
        As in `Clustering`.
    n_silhouettes : int, optional
        How many images are measured, as in `sweep_clusters`.

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
            shown = [labelings[i] for i in several]
            rows = measured_rows(shown, n_silhouettes)
            scores[several] = silhouettes(points, shown, metric, rows=rows)
        return [
            Clustering(
                labels,
                *centers_and_inertia(points, labels, metric),
                score,
                space,
                metric,
                algorithm,
            )
            for labels, score in zip(labelings, scores, strict=True)
        ]


def measured_rows(
    labelings: Sequence[NDArray[Any]], n_silhouettes: int | None
) -> NDArray[np.intp] | None:
    """Draw the images that get a silhouette, each cluster of the finest clustering its share.

    Parameters
    ----------
    labelings : sequence of ndarray of shape (n_images,)
        The clusters of every image, for several clusterings.
    n_silhouettes : int, optional
        How many images get a silhouette, as in `sweep_clusters`.

    Returns
    -------
    ndarray of shape (n_silhouettes,) or None
        Increasing row numbers; None if all images get one.
    """
    n_images = len(labelings[0])
    if n_silhouettes is None:
        n_silhouettes = n_images if n_images <= MOST_MEASURED else _N_SAMPLED
    if n_silhouettes >= n_images:
        return None
    return stratified_rows(max(labelings, key=lambda labels: labels.max()), n_silhouettes)


def centers_and_inertia(
    points: NDArray[np.floating], labels: NDArray[Any], metric: str
) -> tuple[NDArray[np.float64], float]:
    """Compute the mean of each cluster, and the squared distances to them in all.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_features)
        What was clustered.
    labels : ndarray of shape (n_points,)
        From 0 without a gap; -1 for noise, which is left out.
    metric : str
        With the cosine, the directions of points and means count.

    Returns
    -------
    centers : ndarray of shape (k, n_features)
    inertia : float
    """
    k = int(labels.max()) + 1
    centers, inertia = np.zeros((k, points.shape[1])), 0.0
    for own, part in _in_double(points, labels, metric):
        # One by one, so that a cluster's centre does not depend on its number to the last bit.
        for cluster in range(k):
            centers[cluster] += part[own == cluster].sum(axis=0)
    centers /= np.bincount(labels[labels != NOISE], minlength=k)[:, None]
    if metric == "cosine":
        centers = unit_rows(centers)
    for own, part in _in_double(points, labels, metric):
        distances = part - centers[own]
        inertia += float(np.einsum("ij,ij->", distances, distances))
    return centers, inertia


def _in_double(
    points: NDArray[np.floating], labels: NDArray[Any], metric: str
) -> Iterator[tuple[NDArray[Any], NDArray[np.float64]]]:
    """Yield the points portion by portion in double precision, with their clusters; no noise."""
    for start in range(0, len(points), _N_ROWS):
        rows = slice(start, start + _N_ROWS)
        inside = labels[rows] != NOISE
        part = points[rows][inside].astype(np.float64)
        yield labels[rows][inside], unit_rows(part) if metric == "cosine" else part
