"""K-means half a step at a time: centres wait for images, and images for centres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist

from cliplab.clustering.lloyd import KMeansStep, kmeans_steps
from cliplab.clustering.matching import match_to
from cliplab.embeddings.points import points_and_space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cliplab.embeddings.values import Embeddings
    from cliplab.projection.values import Projection

UNASSIGNED = -1  # Before the first assignment an image has no centre.


@dataclass(frozen=True, eq=False, repr=False)
class KMeansStage:
    """K-means after one half of a step.

    Parameters
    ----------
    phase : {"start", "assign", "move"}
        What was done last: centres were drawn, images were assigned to their nearest centre, or
        centres were moved to the mean of their images.
    centers : ndarray of shape (k, n_features)
        The centres.
    cluster_labels : ndarray of shape (n_images,)
        The centre of each image; -1 before the first assignment.
    inertia : float
        The sum of squared distances of the images to their centres; NaN before there are any.
    nearest_images : tuple of int
        For each centre the row of the image that is nearest to it.
    changed : tuple of int
        The rows of the images that went to another centre.
    """

    phase: str
    centers: NDArray[np.float64]
    cluster_labels: NDArray[np.int64]
    inertia: float
    nearest_images: tuple[int, ...]
    changed: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for array in (self.centers, self.cluster_labels):
            array.setflags(write=False)

    def __repr__(self) -> str:
        return (
            f"KMeansStage after {self.phase!r} with {len(self.centers)} centers, inertia "
            f"{self.inertia:.4g}, {len(self.changed)} images changed"
        )


def kmeans_stages(
    embeddings: Embeddings | Projection | ArrayLike,
    n_clusters: int,
    *,
    init: str = "random",
    random_state: int = 0,
) -> tuple[KMeansStage, ...]:
    """Return K-means half a step at a time: start, assign, move, assign, and so on.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        What to cluster.
    n_clusters : int
        How many centres, at most one for each image.
    init : {"random", "k-means++"}, default="random"
        How the images to start from are drawn, as in `kmeans_steps`.
    random_state : int, default=0
        The seed that draws them.

    Returns
    -------
    tuple of KMeansStage
        The last is the assignment in which no image changes.

    Raises
    ------
    ValueError
        If `n_clusters` or `init` is not allowed.

    Examples
    --------
    >>> for stage in kmeans_stages([[0.0], [1.0], [10.0], [11.0]], n_clusters=2, random_state=1):
    ...     print(stage.phase, stage.centers.ravel().tolist(), stage.inertia)
    start [1.0, 10.0] nan
    assign [1.0, 10.0] 2.0
    move [0.5, 10.5] 1.0
    assign [0.5, 10.5] 1.0
    """
    steps = list(kmeans_steps(embeddings, n_clusters, init=init, random_state=random_state))
    points = points_and_space(embeddings)[0].astype(np.float64)
    labels = np.full(len(points), UNASSIGNED)
    stages: list[KMeansStage] = []
    for step in steps:
        nearest = _nearest_images(points, step.centers)
        before = "move" if stages else "start"
        inertia = _inertia(points, step.centers, labels)
        stages.append(KMeansStage(before, step.centers, labels, inertia, nearest))
        stages.append(_assigned(step, labels, nearest))
        labels = step.cluster_labels
    return tuple(stages)


def same_numbers(runs: Sequence[Sequence[KMeansStage]]) -> list[NDArray[np.intp]]:
    """Return, for each run, the number that each of its clusters gets beside the first run.

    Clusters that end with the same images get the same number, so that two runs can be compared by
    their colours.

    Parameters
    ----------
    runs : sequence of sequence of KMeansStage
        Of the same images and as many clusters.

    Returns
    -------
    list of ndarray of shape (k,)
        A permutation of the numbers of the clusters.
    """
    first = runs[0][-1].cluster_labels
    return [_numbers(first, run[-1].cluster_labels, len(run[-1].centers)) for run in runs]


def _numbers(
    first: NDArray[np.integer], labels: NDArray[np.integer], n_clusters: int
) -> NDArray[np.intp]:
    # A centre that has lost all its images takes a number that is left.
    used, codes = np.unique(labels, return_inverse=True)
    known = np.unique(first)
    matched = match_to(np.searchsorted(known, first), codes)
    numbers = np.full(n_clusters, -1, dtype=np.intp)
    for code, cluster in enumerate(used):
        match = int(matched[codes == code][0])
        if match < len(known):
            numbers[cluster] = known[match]
    free = sorted(set(range(n_clusters)) - set(numbers.tolist()))
    numbers[numbers < 0] = free
    return numbers


def _assigned(
    step: KMeansStep, labels: NDArray[np.integer], nearest: tuple[int, ...]
) -> KMeansStage:
    changed = tuple(np.flatnonzero(step.cluster_labels != labels).tolist())
    return KMeansStage("assign", step.centers, step.cluster_labels, step.inertia, nearest, changed)


def _nearest_images(points: NDArray[np.float64], centers: NDArray[np.float64]) -> tuple[int, ...]:
    return tuple(cdist(centers, points, "sqeuclidean").argmin(axis=1).tolist())


def _inertia(
    points: NDArray[np.float64], centers: NDArray[np.float64], labels: NDArray[np.integer]
) -> float:
    if (labels == UNASSIGNED).any():
        return float("nan")
    return float(((points - centers[labels]) ** 2).sum())
