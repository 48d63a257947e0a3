"""Null data: random data without groups that share some properties of the real data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.validation import require_one_of
from cliplab.embeddings.points import points_and_space
from cliplab.embeddings.values import Embeddings

if TYPE_CHECKING:
    from cliplab.projection.values import Projection

Points = NDArray[Any]


def _same_covariance(points: Points, random: np.random.Generator) -> Points:
    mean = points.mean(axis=0)
    # The centred data are QR, so their covariance RᵀR/n is that of standard normal rows times R/√n.
    root = np.linalg.qr(points - mean, mode="r") / np.sqrt(len(points))
    drawn: Points = mean + random.standard_normal((len(points), len(root))) @ root
    return drawn


def _shuffled(points: Points, random: np.random.Generator) -> Points:
    return random.permuted(points, axis=0)


def _uniform(points: Points, random: np.random.Generator) -> Points:
    mean = points.mean(axis=0)
    axes = np.linalg.svd(points - mean, full_matrices=False)[2]
    rotated = (points - mean) @ axes.T
    low, high = rotated.min(axis=0), rotated.max(axis=0)
    drawn: Points = mean + random.uniform(low, high, rotated.shape) @ axes
    return drawn


# With the generator that drew the data, the same random numbers would make the same groups.
_SALT = 0x6E756C6C

# For each kind its title and the function that draws it.
NULLS: dict[str, tuple[str, Callable[[Points, np.random.Generator], Points]]] = {
    "covariance": ("random, with the same covariance", _same_covariance),
    "shuffled": ("every coordinate shuffled", _shuffled),
    "uniform": ("uniform in the box of the principal components", _uniform),
}
NULL_TITLES = {kind: title for kind, (title, _) in NULLS.items()}


def null_data(
    embeddings: Embeddings | Projection | ArrayLike,
    kind: str = "covariance",
    *,
    random_state: int = 0,
) -> Embeddings | Points:
    """Draw null data: random data like the real data, but without groups.

    Cluster and project null data as you do the real data. What you see in both, an elbow, islands
    of t-SNE or a high silhouette, is no evidence of groups in your images.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        The real data.
    kind : {"covariance", "shuffled", "uniform"}, default="covariance"
        ``"covariance"`` draws from one normal distribution with the mean and the covariance of
        the data. ``"shuffled"`` permutes each coordinate among the images, so that its values
        stay the same. ``"uniform"`` draws from a uniform distribution over the bounding box in
        the axes of the principal components, as the gap statistic does.
    random_state : int, default=0
        The seed. Another seed draws other null data.

    Returns
    -------
    Embeddings or ndarray of shape (n_images, n_features)
        For embeddings, embeddings of unit length whose `model` says that they are null data;
        else an array. Embeddings are scaled to unit length after they are drawn, so their
        covariance, values or box is only approximately that of the data.

    Raises
    ------
    ValueError
        If `kind` is none of these.

    References
    ----------
    Tibshirani, R., Walther, G. and Hastie, T. (2001). Estimating the number of clusters in a
    data set via the gap statistic. Journal of the Royal Statistical Society B 63, 411-423.

    Examples
    --------
    >>> real = Embeddings(np.random.default_rng(0).normal(size=(50, 8)) + 3 * np.eye(8)[0])
    >>> null_data(real)
    Embeddings of 50 rows with 8 features, made by null: random, with the same covariance
    """
    require_one_of("kind", kind, tuple(NULLS))
    points, _ = points_and_space(embeddings)
    title, make = NULLS[kind]
    made = make(points.astype(np.float64), np.random.default_rng((_SALT, random_state)))
    if not isinstance(embeddings, Embeddings):
        return made.astype(points.dtype)
    provenance = {**embeddings.provenance, "null": kind, "random_state": str(random_state)}
    return Embeddings(made, f"null: {title}", provenance)
