"""Null data: random data made like the real ones, without most or all of their groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.arguments import checked
from cliplab._core.validation import require_one_of
from cliplab.embeddings.points import points_and_space, unit_rows
from cliplab.embeddings.values import Embeddings

if TYPE_CHECKING:
    import pandas as pd

    from cliplab.projection.values import Projection

Points = NDArray[Any]


@dataclass(frozen=True)
class NullKind:
    """One kind of null data.

    Parameters
    ----------
    title : str
        What it is, for menus.
    keeps, loses : str
        What of the data it keeps and loses.
    draw : callable
        Draws it, from the points, a generator, and whether they are scaled to unit length after.
    """

    title: str
    keeps: str
    loses: str
    draw: Callable[[Points, np.random.Generator, bool], Points]


def _components(points: Points) -> tuple[Points, Points, Points]:
    """Return the mean, the scores of the principal components, and their directions."""
    mean = points.mean(axis=0)
    directions = np.linalg.svd(points - mean, full_matrices=False)[2]
    return mean, (points - mean) @ directions.T, directions


def _same_covariance(points: Points, random: np.random.Generator, _: bool) -> Points:
    mean = points.mean(axis=0)
    # The centred data are QR, so their covariance RᵀR/n is that of standard normal rows times R/√n.
    root = np.linalg.qr(points - mean, mode="r") / np.sqrt(len(points))
    drawn: Points = mean + random.standard_normal((len(points), len(root))) @ root
    return drawn


def _shuffled(points: Points, random: np.random.Generator, _: bool) -> Points:
    return random.permuted(points, axis=0)


def _scores(points: Points, random: np.random.Generator, _: bool) -> Points:
    mean, scores, directions = _components(points)
    drawn: Points = mean + random.permuted(scores, axis=0) @ directions
    return drawn


def _uniform(points: Points, random: np.random.Generator, becomes_unit: bool) -> Points:
    mean, scores, directions = _components(points)
    low, high = scores.min(axis=0), scores.max(axis=0)
    if becomes_unit:
        # The bounding box is much wider than the data in each of hundreds of directions. At unit
        # length its mean would be half of theirs, so the box takes the variance of the scores.
        high = np.sqrt(3) * scores.std(axis=0)
        low = -high
    drawn: Points = mean + random.uniform(low, high, scores.shape) @ directions
    return drawn


# With the generator that drew the data, the same random numbers would make the same groups.
_SALT = 0x6E756C6C

NULLS = {
    "covariance": NullKind(
        "random, with the same covariance",
        "the mean and the covariance, and so the mean cosine and the principal components",
        "all else: in each direction the values are normal",
        _same_covariance,
    ),
    "shuffled": NullKind(
        "every coordinate shuffled",
        "the values of each coordinate, and so the mean cosine; groups that lie apart along a "
        "single coordinate stay",
        "how the coordinates go together, and so the principal components: the variance spreads "
        "over many more directions",
        _shuffled,
    ),
    "scores": NullKind(
        "every principal component shuffled",
        "the mean, the covariance and the values along each principal component; groups that lie "
        "apart along a single component stay",
        "how the components go together",
        _scores,
    ),
    "uniform": NullKind(
        "uniform in the box of the principal components",
        "the mean, the directions of the principal components and, of embeddings, their variances",
        "the values along each component, which have no tails; of an array also the variances, "
        "because the box is as wide as the data",
        _uniform,
    ),
}
NULL_TITLES = {kind: null.title for kind, null in NULLS.items()}


@checked
def null_data(
    embeddings: Embeddings | Projection | ArrayLike,
    kind: str = "covariance",
    *,
    random_state: int = 0,
) -> Embeddings | Points:
    """Draw null data: random data like the real data, without most or all of their groups.

    Cluster and project null data as you do the real data. What you see in both, an elbow, islands
    of t-SNE or a high silhouette, is no evidence of groups in your images.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        The real data.
    kind : {"covariance", "shuffled", "scores", "uniform"}, default="covariance"
        What the null data keep:

        - ``"covariance"``: the mean and the covariance. Drawn from one normal distribution.
        - ``"shuffled"``: the values of each coordinate, which is permuted among the images. The
          mean cosine stays, and groups that lie apart along a single coordinate. The principal
          components do not: the variance spreads over many more directions.
        - ``"scores"``: the mean, the covariance and the values along each principal component,
          which are permuted among the images. Groups that lie apart along a single component
          stay.
        - ``"uniform"``: the mean and the directions of the principal components. Drawn uniformly
          from a box in their axes. Of an array it is the bounding box, as for the gap statistic.
          Of embeddings it is smaller, so that each component keeps its variance: the bounding box
          of 512 features has half the mean cosine.

        `compare_null_data` measures it.
    random_state : int, default=0
        The seed. Another seed draws other null data.

    Returns
    -------
    Embeddings or ndarray of shape (n_images, n_features)
        For embeddings, embeddings of unit length whose `model` says that they are null data;
        else an array. Embeddings are scaled to unit length after they are drawn, so what they
        keep is only approximately that of the data.

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
    is_embedding = isinstance(embeddings, Embeddings)
    random = np.random.default_rng((_SALT, random_state))
    made = NULLS[kind].draw(points.astype(np.float64), random, is_embedding)
    if not isinstance(embeddings, Embeddings):
        return made.astype(points.dtype)
    provenance = {**embeddings.provenance, "null": kind, "random_state": str(random_state)}
    return Embeddings(made, f"null: {NULL_TITLES[kind]}", provenance)


@checked
def compare_null_data(
    embeddings: Embeddings | Projection | ArrayLike, *, random_state: int = 0
) -> pd.DataFrame:
    """Measure what each kind of null data keeps of the data.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        The real data, at least two images.
    random_state : int, default=0
        The seed of the null data.

    Returns
    -------
    pandas.DataFrame
        One row for ``"data"`` and one for each kind of `null_data`, with columns

        - ``mean_cosine``: the mean cosine similarity of two images;
        - ``first_component``: the share of the variance along the first principal component;
        - ``n_directions``: over how many directions the variance spreads, 1 / Σ shares²;
        - ``mean_length``: the mean length of a row; embeddings have length 1.

        Shares and directions are NaN if all rows are equal.

    Raises
    ------
    ValueError
        If there are fewer than two images.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> real = random.normal(size=(300, 8)) * [4, 2, 1, 1, 1, 1, 1, 1] + 5
    >>> compare_null_data(Embeddings(real))["mean_cosine"].round(1).tolist()
    [0.9, 0.9, 0.9, 0.9, 0.9]
    """
    import pandas as pd

    points, _ = points_and_space(embeddings)
    if len(points) < 2:
        raise ValueError(
            f"`embeddings` must be of at least two images. Got {len(points)} of them instead."
        )
    drawn = {kind: null_data(embeddings, kind, random_state=random_state) for kind in NULLS}
    every = {"data": points, **{kind: points_and_space(null)[0] for kind, null in drawn.items()}}
    rows = {name: _properties(each.astype(np.float64)) for name, each in every.items()}
    return pd.DataFrame.from_dict(rows, orient="index")


def _properties(points: Points) -> dict[str, float]:
    n_images, unit = len(points), unit_rows(points)
    # The sum of all cosines is the square of the sum of all unit rows.
    cosines = (unit.sum(axis=0) ** 2).sum() - (unit**2).sum()
    variances = np.linalg.svd(points - points.mean(axis=0), compute_uv=False) ** 2
    total = variances.sum()
    shares = variances / total if total > 0 else np.full(1, np.nan)
    return {
        "mean_cosine": float(cosines / (n_images * (n_images - 1))),
        "first_component": float(shares[0]),
        "n_directions": float(1 / (shares**2).sum()),
        "mean_length": float(np.linalg.norm(points, axis=1).mean()),
    }
