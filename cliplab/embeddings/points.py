"""Points and unit rows: what embeddings, projections and arrays have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

# So many rows are converted to double precision at a time.
_N_ROWS = 2_048
# Rows of double or single precision that should be zero are shorter than this after rounding.
_ZERO_LENGTH = 1e-12
# Points that reach as far as this, or to its inverse, are measured as they are.
_SMALL = 1e-3


class Points(ABC):
    """One point for each image, in a space with a name.

    `Embeddings`, `StoredEmbeddings` and `Projection` are of this kind. Functions that take any of
    them, or an array, begin with `points_and_space`.
    """

    @property
    @abstractmethod
    def space(self) -> str:
        """The name of the space, for example "embedding" or "tsne"."""

    @abstractmethod
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]: ...


def points_and_space(embeddings: Points | ArrayLike) -> tuple[NDArray[np.floating], str]:
    """Return the points of anything array-like, and the name of their space.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        What is clustered, measured or compared.

    Returns
    -------
    points : ndarray of shape (n_images, n_features)
        In single precision if they are given so, else in double precision.
    space : str
        The space of embeddings or a projection; "array" for an array.

    Raises
    ------
    ValueError
        If an array is not two-dimensional, is empty, or holds a number that is not finite.
    TypeError
        If they are StoredEmbeddings, which are not in memory.

    Examples
    --------
    >>> from cliplab import Projection
    >>> points_and_space(Projection([[0, 1], [2, 3]], "tsne"))[1]
    'tsne'
    >>> points_and_space([[0, 1], [2, 3]])[1]
    'array'
    """
    points = np.asarray(embeddings)
    if isinstance(embeddings, Points) and len(points):
        return points, embeddings.space
    if points.dtype != np.float32:
        points = points.astype(np.float64)
    if points.ndim != 2 or points.size == 0 or not np.isfinite(points).all():
        raise ValueError(
            "`embeddings` must be finite numbers of shape (n_images, n_features). "
            f"Got an array of shape {points.shape!r} instead."
        )
    return points, "array"


def power_of_two(points: NDArray[np.floating]) -> float:
    """Return by what points are divided so that their squares are numbers too.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_features)
        Of any scale.

    Returns
    -------
    float
        A power of two, which changes no digit; 1 for points of a usual scale.

    Examples
    --------
    >>> power_of_two(np.array([[0.5, 20.0]])), power_of_two(np.array([[1e25]])) > 1e25
    (1.0, True)
    """
    largest = float(np.abs(points).max(initial=0))
    is_usual = largest == 0 or _SMALL <= largest <= 1 / _SMALL
    return 1.0 if is_usual else 2.0 ** int(np.frexp(largest)[1])


def unit_rows(points: NDArray[np.floating]) -> NDArray[Any]:
    """Scale rows to unit length; a row that is zero, up to rounding, becomes zero.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_features)
        Single precision stays single precision.

    Returns
    -------
    ndarray of shape (n_points, n_features)
        What the cosine compares.

    Examples
    --------
    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    unit: NDArray[Any] = points / np.maximum(lengths, _ZERO_LENGTH)
    is_zero = lengths[:, 0] < _ZERO_LENGTH
    if is_zero.any():
        unit[is_zero] = 0
    return unit


def checked_unit_rows(vectors: ArrayLike, name: str = "vectors") -> NDArray[np.float32]:
    """Scale rows to unit length in single precision; refuse a row that has no direction.

    Parameters
    ----------
    vectors : array-like of shape (n_images, n_features)
        Numbers. Rows of unit length stay the same to the last bit.
    name : str, default="vectors"
        What an error calls them: the argument of the caller.

    Returns
    -------
    ndarray of shape (n_images, n_features)
        A copy that cannot be written to.

    Raises
    ------
    ValueError
        If it is not two-dimensional, is empty, or has a row that is zero or not finite.
    """
    array = np.asarray(vectors)
    if array.dtype.kind != "f":
        array = np.asarray(vectors, dtype=np.float64)
    if array.ndim != 2 or array.size == 0:
        raise ValueError(
            f"`{name}` must be an array of shape (n_images, n_features). "
            f"Got one of shape {array.shape!r} instead."
        )
    unit = np.empty(array.shape, dtype=np.float32)
    lengths = np.empty(len(array))
    for start in range(0, len(array), _N_ROWS):
        rows = slice(start, start + _N_ROWS)
        part = array[rows].astype(np.float64)
        lengths[rows] = np.linalg.norm(part, axis=1)
        # Rows of unit length are not scaled, so that scaling twice, or in other portions, changes
        # nothing.
        divisors = np.where(np.abs(lengths[rows] - 1) < 1e-6, 1, lengths[rows])
        with np.errstate(divide="ignore", invalid="ignore"):  # Such rows are refused below.
            unit[rows] = part / divisors[:, None]
    unusable = np.flatnonzero(~np.isfinite(lengths) | (lengths == 0))
    if unusable.size:
        raise ValueError(
            f"`{name}` must have rows that are finite and not zero. "
            f"Got {unusable.size} such rows instead, the first at {unusable[0]}."
        )
    unit.setflags(write=False)
    return unit
