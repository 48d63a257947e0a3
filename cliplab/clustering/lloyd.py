"""K-means as the textbook has it: Lloyd's algorithm, one step at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist

from cliplab._core.arguments import checked
from cliplab._core.validation import require_one_of
from cliplab.embeddings.points import points_and_space

if TYPE_CHECKING:
    from cliplab.embeddings.values import Embeddings
    from cliplab.projection.values import Projection

STARTS = ("random", "k-means++")


@dataclass(frozen=True, eq=False, repr=False)
class KMeansStep:
    """The centres of K-means after a step, and the images of each.

    Parameters
    ----------
    centers : ndarray of shape (k, n_features)
        The centres.
    cluster_labels : ndarray of shape (n_images,)
        For every image its nearest centre.
    inertia : float
        The sum of squared distances of the images to their centres.
    """

    centers: NDArray[np.float64]
    cluster_labels: NDArray[np.int64]
    inertia: float

    def __post_init__(self) -> None:
        for array in (self.centers, self.cluster_labels):
            array.setflags(write=False)

    def __repr__(self) -> str:
        return f"KMeansStep with {len(self.centers)} centers, inertia {self.inertia:.4g}"


@checked
def kmeans_steps(
    embeddings: Embeddings | Projection | ArrayLike,
    n_clusters: int,
    *,
    init: str = "random",
    random_state: int = 0,
) -> Iterator[KMeansStep]:
    """Return each step of K-means: Lloyd's algorithm, from images to convergence.

    Each step moves every centre to the mean of its images, and then gives every image to its
    nearest centre. A centre that has lost all its images stays where it is.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        What to cluster.
    n_clusters : int
        How many centres, at most one for each image.
    init : {"random", "k-means++"}, default="random"
        How the images to start from are drawn: each as likely as any other, or one after the other
        with those preferred that are far from all before.
    random_state : int, default=0
        The seed that draws the images to start from.

    Returns
    -------
    iterator of KMeansStep
        First the start, then the state after each step, the last when no image moves any more.

    Raises
    ------
    ValueError
        If `n_clusters` is below 1 or above the number of images, or `init` is another name.

    References
    ----------
    Arthur, D. and Vassilvitskii, S. (2007). k-means++: the advantages of careful seeding.
    Proceedings of the ACM-SIAM Symposium on Discrete Algorithms, 1027-1035.

    Lloyd, S. P. (1982). Least squares quantization in PCM. IEEE Transactions on Information
    Theory 28, 129-137.

    Examples
    --------
    >>> for step in kmeans_steps([[0.0], [1.0], [10.0], [11.0]], n_clusters=2, random_state=1):
    ...     print(step.centers.ravel().tolist(), step.inertia)
    [1.0, 10.0] 2.0
    [0.5, 10.5] 1.0
    """
    points, _ = points_and_space(embeddings)
    if not 1 <= n_clusters <= len(points):
        raise ValueError(
            f"`n_clusters` must be from 1 to {len(points)}, the number of images. "
            f"Got {n_clusters!r} instead."
        )
    require_one_of("init", init, STARTS)
    exact: NDArray[np.float64] = points.astype(np.float64)
    return _steps(exact, exact[_start(exact, n_clusters, init, random_state)])


def _start(
    points: NDArray[np.float64], n_clusters: int, init: str, random_state: int
) -> NDArray[np.intp]:
    """Draw the rows of the images to start from."""
    if init == "random":
        random = np.random.default_rng(random_state)
        return random.choice(len(points), n_clusters, replace=False)
    from sklearn.cluster import kmeans_plusplus

    _, rows = kmeans_plusplus(points, n_clusters, random_state=random_state % 2**32)
    return np.asarray(rows, dtype=np.intp)


def _steps(points: NDArray[np.float64], centers: NDArray[np.float64]) -> Iterator[KMeansStep]:
    labels = None
    while True:
        distances = cdist(centers, points, "sqeuclidean")
        nearest = distances.argmin(axis=0)
        yield KMeansStep(centers, nearest, float(distances.min(axis=0).sum()))
        if labels is not None and np.array_equal(nearest, labels):
            return
        labels = nearest
        centers = np.stack(
            [
                points[labels == cluster].mean(axis=0) if cluster in labels else center
                for cluster, center in enumerate(centers)
            ]
        )
