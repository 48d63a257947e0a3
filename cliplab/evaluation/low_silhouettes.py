"""The images whose silhouettes are negative or near zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cliplab._core.arguments import checked
from cliplab.clustering.values import Clustering


@checked
def negative_images(clustering: Clustering) -> tuple[int, ...]:
    """Return the images with a negative silhouette: they are nearer to another cluster.

    Parameters
    ----------
    clustering : Clustering
        The clusters.

    Returns
    -------
    tuple of int
        The rows of these images, the lowest silhouette first.

    Raises
    ------
    ValueError
        If no image has a silhouette.
    TypeError
        If `clustering` is not a Clustering.

    Examples
    --------
    >>> from cliplab import Clustering
    >>> found = Clustering([0, 0, 1, 1], [[0.0], [1.0]], 0.0, [0.5, -0.1, -0.3, 0.02])
    >>> negative_images(found)
    (2, 1)
    """
    scores = _silhouettes(clustering)
    return _sorted(scores, scores < 0)


@checked
def borderline_images(clustering: Clustering, tolerance: float | None = None) -> tuple[int, ...]:
    """Return the images with a silhouette near 0: they lie between two clusters.

    What is near depends on the clustering: where the mean silhouette is 0.06, an image with 0.05
    sits as well as most.

    Parameters
    ----------
    clustering : Clustering
        The clusters.
    tolerance : float, optional
        The largest distance of a silhouette from 0. By default it is a tenth of the mean distance
        of all silhouettes from 0, as `border_width` computes it.

    Returns
    -------
    tuple of int
        The rows of these images, the lowest silhouette first.

    Raises
    ------
    ValueError
        If no image has a silhouette.
    TypeError
        If `clustering` is not a Clustering.

    Examples
    --------
    >>> from cliplab import Clustering
    >>> found = Clustering([0, 0, 1, 1], [[0.0], [1.0]], 0.0, [0.5, -0.01, -0.3, 0.02])
    >>> borderline_images(found)
    (1, 3)
    """
    scores = _silhouettes(clustering)
    width = border_width(clustering) if tolerance is None else tolerance
    return _sorted(scores, np.abs(scores) <= width)


def border_width(clustering: Clustering) -> float:
    """Return how far from 0 the silhouettes of images on a border are at most."""
    return float(0.1 * np.nanmean(np.abs(_silhouettes(clustering))))


def _silhouettes(clustering: Clustering) -> NDArray[np.float32]:
    if not clustering.n_measured:
        raise ValueError(
            "`clustering` must have silhouettes, as the clusterings of `sweep_clusters` do; "
            "`remeasure(embeddings, clustering)` adds them where there are two clusters. "
            f"Got {clustering!r} instead."
        )
    return clustering.silhouettes


def _sorted(scores: NDArray[np.float32], which: NDArray[np.bool_]) -> tuple[int, ...]:
    rows = np.flatnonzero(which)
    return tuple(rows[np.argsort(scores[rows], kind="stable")].tolist())
