"""Null data: numbers like the real ones, in which there are no groups to be found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab.embeddings.points import points_and_space
from cliplab.embeddings.values import Embeddings

if TYPE_CHECKING:
    from cliplab.projection.projecting import Projection

Points = NDArray[Any]


def _same_covariance(points: Points, random: np.random.Generator) -> Points:
    mean = points.mean(axis=0)
    # The centred data are QR, and their covariance is RᵀR/n: it is that of normal numbers times R.
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


# The generator must not be one that has made the data: from the same numbers it would make them
# again, groups and all.
_SALT = 0x6E756C6C

# What each kind keeps of the data, for people, and what makes it.
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
    """Make a control group: data like yours, without any groups in it.

    Cluster it and draw it as you do the real data. Whatever you see there too, an elbow, islands
    of t-SNE, a silhouette, is the method's doing and no news of your images.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        The real data.
    kind : {"covariance", "shuffled", "uniform"}, default="covariance"
        ``"covariance"`` draws from one Gaussian cloud with the mean and the covariance of the
        data. ``"shuffled"`` shuffles every coordinate among the images, which keeps each
        coordinate's own values. ``"uniform"`` fills the box of the principal components evenly,
        as the gap statistic has it.
    random_state : int, default=0
        Another seed is another control group.

    Returns
    -------
    Embeddings or ndarray of shape (n_images, n_features)
        For embeddings, embeddings of unit length whose `model` says that they are null data;
        else an array. The unit length comes last, so that embeddings keep the covariance, the
        values or the box only nearly.

    Raises
    ------
    ValueError
        If there is no such kind.

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
    if kind not in NULLS:
        raise ValueError(f"`kind` must be one of {tuple(NULLS)!r}. Got {kind!r} instead.")
    points, _ = points_and_space(embeddings)
    title, make = NULLS[kind]
    made = make(points.astype(np.float64), np.random.default_rng((_SALT, random_state)))
    if not isinstance(embeddings, Embeddings):
        return made.astype(points.dtype)
    told = {**embeddings.provenance, "null": kind, "random_state": str(random_state)}
    return Embeddings(made, f"null: {title}", told)
