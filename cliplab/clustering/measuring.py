"""What is measured of a partition: centres, inertia and silhouettes, in any space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from cliplab._core.arguments import checked
from cliplab._core.blas_threads import one_blas_thread
from cliplab._core.validation import require_rows
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.sampling import stratified_rows
from cliplab.clustering.silhouettes import silhouettes
from cliplab.clustering.values import NOISE, Clustering
from cliplab.embeddings.points import points_and_space, power_of_two, unit_rows
from cliplab.embeddings.values import Embeddings
from cliplab.projection.values import Projection

# Up to here every image has a silhouette. All pairs of 20,000 take seconds, of 100,000 minutes.
MOST_MEASURED = 20_000
_N_SAMPLED = 5_000
# So many rows are made double precision at a time, for sums and for distances to the centres. The
# fewer differences stay in a core's own cache.
_N_ROWS = 4_096
_N_NEAR = 256

_Measured = TypeVar("_Measured", Clustering, ClusterSweep)


@checked
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
    unit = power_of_two(points)
    points = points / unit
    # Short products run best on one thread each: several only wait for one another as soon as
    # anything else runs on the machine.
    with one_blas_thread():
        scores = np.full((len(labelings), len(points)), np.nan, dtype=np.float32)
        # With fewer than two clusters there is no other one to be near to.
        several = [i for i, labels in enumerate(labelings) if labels.max() > 0]
        if several:
            shown = [labelings[i] for i in several]
            rows = measured_rows(shown, n_silhouettes)
            scores[several] = silhouettes(points, shown, metric, rows=rows)
        found = centers_and_inertias(points, labelings, metric)
    if metric == "cosine":  # Directions have no scale.
        unit = 1.0
    return [
        Clustering(labels, centers * unit, inertia * unit**2, score, space, metric, algorithm)
        for labels, (centers, inertia), score in zip(labelings, found, scores, strict=True)
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


def centers_and_inertias(
    points: NDArray[np.floating], labelings: Sequence[NDArray[Any]], metric: str
) -> list[tuple[NDArray[np.float64], float]]:
    """Compute the mean of each cluster, and the squared distances to them in all.

    The points are made double precision twice for all clusterings together, and not for each.
    To the last bit no clustering depends on the others, and no cluster on its number.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_features)
        What was clustered.
    labelings : sequence of ndarray of shape (n_points,)
        From 0 without a gap; -1 for noise, which is left out.
    metric : str
        With the cosine, the directions of points and means count.

    Returns
    -------
    list of (ndarray of shape (k, n_features), float)
        The centres and the inertia for each of `labelings`.
    """
    # All clusters are numbered through, and before those of each clustering comes its noise.
    sizes = [np.bincount(labels - NOISE) for labels in labelings]
    ends = np.cumsum([len(each) for each in sizes])
    firsts = [end - len(each) - NOISE for end, each in zip(ends, sizes, strict=True)]
    together = list(zip(labelings, firsts, strict=True))
    sums = np.zeros((ends[-1], points.shape[1]))
    for rows, part in _in_double(points, metric, _N_ROWS):
        numbers = np.concatenate([labels[rows] + first for labels, first in together])
        columns = np.tile(np.arange(len(part)), len(together))
        # A sparse product adds the rows of a cluster in their order, whatever its number. Of full
        # matrices it may depend on the place of a row how it is added up.
        ones, shape = np.ones(len(numbers)), (len(sums), len(part))
        sums += csr_array((ones, (numbers, columns)), shape=shape) @ part
    centers = sums / np.maximum(np.concatenate(sizes), 1)[:, None]
    if metric == "cosine":
        centers = unit_rows(centers)
    # The differences themselves: sums of squares less those of the centres would lose all digits
    # of near-duplicates, and save little.
    inertias = [0.0] * len(labelings)
    for rows, part in _in_double(points, metric, _N_NEAR):
        for i, (labels, first) in enumerate(together):
            differences = centers[labels[rows] + first]
            differences -= part
            squares = np.einsum("ij,ij->i", differences, differences)
            inertias[i] += float(squares[labels[rows] != NOISE].sum())
    split = np.split(centers, ends[:-1])
    return [(each[1:], inertia) for each, inertia in zip(split, inertias, strict=True)]


def _in_double(
    points: NDArray[np.floating], metric: str, n_rows: int
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Yield the points portion by portion in double precision, with their rows."""
    for start in range(0, len(points), n_rows):
        rows = slice(start, start + n_rows)
        part = points[rows].astype(np.float64)
        yield rows, unit_rows(part) if metric == "cosine" else part
