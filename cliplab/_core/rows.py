"""The rows that an index means: one rule for images, embeddings, projections and clusterings."""

from __future__ import annotations

import copy
import numbers
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cliplab._core.validation import wrong_value

_Value = TypeVar("_Value")


def row_numbers(name: str, index: Any, n_rows: int) -> int | NDArray[np.intp]:
    """Return the numbers of the rows that an index means, from 0 on.

    Parameters
    ----------
    name : str
        The argument.
    index : int, slice, list, tuple or array of int, or mask
        One row, or several. Negative numbers count from the end, and a mask has one truth value
        for each row. What is empty means no row.
    n_rows : int
        How many rows there are.

    Returns
    -------
    int or ndarray of int
        A number for one row; an array for several, and for none.

    Raises
    ------
    TypeError
        If it is no index, for example a float or the id of an image.
    IndexError
        If there is no such row, or a mask has another length.

    Examples
    --------
    >>> row_numbers("rows", (-1, 0), 40).tolist()
    [39, 0]
    >>> row_numbers("rows", 40, 40)
    Traceback (most recent call last):
    IndexError: `rows` must be from -40 to 39. Got 40 instead.
    """
    if isinstance(index, slice):
        try:
            return np.arange(n_rows)[index]
        except (TypeError, ValueError):  # Its ends are no whole numbers, or its step is 0.
            raise TypeError(_no_index(name, index, n_rows)) from None
    given = as_numbers(index)
    if given is None:
        raise TypeError(_no_index(name, index, n_rows))
    if given.dtype == bool:
        if len(given) != n_rows:
            must = f"be a mask with one truth value for each of the {n_rows} images"
            raise IndexError(wrong_value(name, must, len(given), " of them"))
        return np.flatnonzero(given)
    outside = given[(given < -n_rows) | (given >= n_rows)]
    if outside.size:
        must = (
            f"be from {-n_rows} to {n_rows - 1}" if n_rows else "be empty, as there are no images"
        )
        raise IndexError(wrong_value(name, must, int(outside.flat[0])))
    rows = given.astype(np.intp) % max(1, n_rows)
    return rows if rows.ndim else int(rows)


def row_number(name: str, index: int, n_rows: int) -> int:
    """Return the number of one row, from 0 on; an IndexError says that there is none.

    Parameters and errors are those of `row_numbers`.
    """
    return int(row_numbers(name, index, n_rows))


def are_all(rows: NDArray[np.intp], n_rows: int) -> bool:
    """Say whether all rows are there, each once, in whatever order."""
    return bool(np.array_equal(np.sort(rows), np.arange(n_rows)))


def with_rows(value: _Value, **attributes: Any) -> _Value:
    """Return a frozen value with some of its rows, which were checked when it was made.

    Parameters
    ----------
    value : object
        The value.
    **attributes
        What is different for these rows. Arrays, which may be empty, cannot be written to.

    Returns
    -------
    object
        Of the same class; all other attributes are the same.
    """
    part = copy.copy(value)
    for name, attribute in attributes.items():
        if isinstance(attribute, np.ndarray):
            attribute.setflags(write=False)
        object.__setattr__(part, name, attribute)
    return part


def as_numbers(index: Any) -> NDArray[Any] | None:
    """Return an index that is whole numbers, or truth values, as an array; None for all else."""
    if _is_whole(index):
        return np.array(index)
    if hasattr(index, "__array__"):
        try:
            index = np.asarray(index)
        except (TypeError, ValueError, RuntimeError):  # A tensor that numpy cannot read.
            return None
        index = index.tolist() if index.dtype == object else index  # The numbers of pandas.
    if isinstance(index, list | tuple | range):
        # Each is looked at first: of a list of images numpy would decode them all.
        are_alike = all(map(_is_whole, index)) or all(map(_is_truth, index))
        index = np.array(index, dtype=None if len(index) else np.intp) if are_alike else None
    if not isinstance(index, np.ndarray) or index.ndim > 1:
        return None
    if not index.size:
        return np.empty(0, np.intp)
    return index if index.dtype.kind in ("biuO" if index.ndim else "iu") else None


def _is_whole(value: object) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _is_truth(value: object) -> bool:
    return isinstance(value, bool | np.bool_)


def _no_index(name: str, index: object, n_rows: int) -> str:
    is_short = isinstance(index, numbers.Number | str | slice | list | tuple | type(None))
    holds_text = isinstance(index, str) or (
        isinstance(index, list | tuple) and any(isinstance(each, str) for each in index)
    )
    must = f"be the numbers of rows, a slice, or a mask with {n_rows} truth values"
    hint = ": rows have numbers, and ids are in `image_ids`" if holds_text else ""
    return wrong_value(name, must, index if is_short else type(index), hint)
