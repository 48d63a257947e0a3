"""The kinds of values: what belongs to each, and the one form in which it is handed on.

The package's own classes, and those of libraries that are slow to import, are known by their names:
so nothing is imported to check that a value is not of them.
"""

from __future__ import annotations

import numbers
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cliplab._core.validation import KINDS, count_words, is_count, is_number, number_words


class WrongKindError(Exception):
    """A value, or one in a list, that is of another kind."""

    def __init__(self, value: object) -> None:
        super().__init__(value)
        self.value = value


class Kind(NamedTuple):
    """What an argument may be.

    Attributes
    ----------
    words : str
        What it must be, for a sentence.
    each : str
        What a list of such values is called a list of.
    take : callable
        Returns a value of the kind in the form that functions get, and raises WrongKindError for
        any other.
    classes : tuple of str
        The names of what it may be; none for numbers, texts and the like.
    """

    words: str
    each: str
    take: Callable[[Any], Any]
    classes: tuple[str, ...] = ()


# The largest number that every library and every file takes.
MOST_SEED = 2**63 - 1


def _plain(words: str, each: str, belongs: Callable[[Any], bool], form: Any = None) -> Kind:
    """Return the kind of all values that belong, handed on in a form such as `int`."""

    def take(value: Any) -> Any:
        if not belongs(value):
            raise WrongKindError(value)
        return value if form is None else form(value)

    return Kind(words, each, take)


def count(least: int, most: int | None = None) -> Kind:
    """Return the kind of whole numbers in a range."""
    words = count_words(least, most)
    return _plain(words, words, lambda value: is_count(value, least, most), int)


def number(least: float, most: float) -> Kind:
    """Return the kind of numbers in a range."""
    words = number_words(least, most)
    return _plain(words, words, lambda value: is_number(value, least, most))


SEED = count(0, MOST_SEED)._replace(words="a whole number from 0 to 2**63 - 1")
NONE = _plain("None", "None", lambda value: value is None)


def _is_whole(value: Any) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _is_real(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


PLAIN = {
    "None": NONE,
    "bool": _plain(
        "True or False", "truth values", lambda value: isinstance(value, bool | np.bool_), bool
    ),
    "int": _plain("a whole number", "whole numbers", _is_whole, int),
    "float": _plain("a number", "numbers", _is_real),
    "str": _plain("a text", "texts", lambda value: isinstance(value, str)),
    "bytes": _plain("bytes", "bytes", lambda value: isinstance(value, bytes)),
    "slice": _plain("a slice", "slices", lambda value: isinstance(value, slice)),
    "PathLike": _plain("a path", "paths", lambda value: isinstance(value, os.PathLike)),
    "Callable": _plain("a function", "functions", callable),
    "Any": _plain("anything", "anything", lambda _: True),
    "object": _plain("anything", "anything", lambda _: True),
}


# Where a class comes from that is not the package's own.
_LIBRARIES = {"DataFrame": "pandas", "Dataset": "datasets", "Image": "PIL"}
_EACH = {"Image": "images, each a PIL.Image.Image"}


def either(*kinds: Kind) -> Kind:
    """Return the kind of what is of one of several kinds."""
    # That nothing may be given needs no words: who gives something means something else.
    said = [kind for kind in kinds if kind.words != "None"]

    def take(value: Any) -> Any:
        refused = WrongKindError(value)
        for kind in kinds:
            try:
                return kind.take(value)
            except WrongKindError as error:
                # One value of a list says more than that it is a list.
                refused = error if error.value is not value else refused
        raise refused

    return Kind(
        ", or ".join(kind.words for kind in said),
        " or ".join(kind.each for kind in said),
        take,
        tuple(name for kind in said for name in kind.classes),
    )


def instance(name: str) -> Kind:
    """Return the kind of instances of a class."""
    library = _LIBRARIES.get(name)

    def take(value: Any) -> Any:
        if not any(
            some.__name__ == name and _library(some) == (library or "cliplab")
            for some in type(value).__mro__
        ):
            raise WrongKindError(value)
        return value

    full = f"{library}.{name}" if library else name
    article = "an" if full[0] in "AEIOU" else "a"
    return Kind(KINDS.get(name, f"{article} {full}"), _EACH.get(name, full), take, (name,))


def _library(some: type) -> str:
    return some.__module__.partition(".")[0]


def several(container: type, kind: Kind) -> Kind:
    """Return the kind of lists and the like whose values are all of one kind."""

    def take(values: Any) -> Any:
        is_array = hasattr(values, "__array__") and isinstance(values, Iterable)
        is_list = is_array or isinstance(values, container)
        # A text has letters and a value of ours has rows, but neither is a list.
        is_one = isinstance(values, str | bytes | Mapping) or _library(type(values)) == "cliplab"
        if is_one or not is_list:
            raise WrongKindError(values)
        # What may be read only once is for the function itself to read.
        for value in () if container is Iterable else values:
            kind.take(value)
        return values

    return Kind(f"a list of {kind.each}", f"lists of {kind.each}", take, kind.classes)


def mapping(key: Kind, kind: Kind) -> Kind:
    """Return the kind of dicts whose keys, and whose values, are all of one kind."""

    def take(values: Any) -> Any:
        if not isinstance(values, Mapping):
            raise WrongKindError(values)
        for name, value in values.items():
            key.take(name)
            kind.take(value)
        return values

    return Kind(f"a dict of {key.each} and {kind.each}", "dicts", take, ("dict",))


def _array(values: Any) -> NDArray[Any]:
    """Return numbers as an array; what holds none is refused before all of it is read."""
    first = values
    while isinstance(first, list | tuple) and len(first):
        first = first[0]
    is_number = isinstance(first, numbers.Number | list | tuple) or hasattr(first, "__array__")
    if not is_number or _library(type(first)) == "cliplab":
        raise WrongKindError(values)
    try:
        array = np.asarray(values)
        array = array.astype(np.float64) if array.dtype.kind == "O" else array
    except (TypeError, ValueError, RuntimeError):  # A ragged list, or a tensor on another device.
        raise WrongKindError(values) from None
    if array.ndim == 0 or array.dtype.kind not in "biuf":
        raise WrongKindError(values)
    return array


def _whole_array(values: Any) -> NDArray[Any]:
    array = _array(values)
    # What is not finite is no number of a cluster either, and numpy would make one of it.
    if not np.array_equal(array, np.trunc(array)) or not np.isfinite(array).all():
        raise WrongKindError(values)
    return array


def _keys(values: Any) -> NDArray[Any]:
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "VS":
        raise WrongKindError(values)
    return values


NUMBERS = Kind("an array of numbers", "arrays", _array, ("array",))
_WHOLE_NUMBERS = Kind("an array of whole numbers", "arrays", _whole_array, ("array",))
# Arrays by what is in the brackets; all others are of numbers.
ARRAYS = {
    "int64": _WHOLE_NUMBERS,
    "intp": _WHOLE_NUMBERS,
    "integer": _WHOLE_NUMBERS,
    "void": Kind("an array of keys", "arrays", _keys, ("array",)),
}
