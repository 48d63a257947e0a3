"""Kinds of answers: what an answer of each kind must be, how it is read, and when two are the same.

An answer comes from a cell, as a Python value, or from a box, as text. `read` understands both and
returns None for what is no answer of the kind, whatever it is.
"""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")


class Kind(Protocol):
    """A kind of answers."""

    @property
    def must(self) -> str:
        """What an answer must be, such as "a number from 0 to 1"."""

    def read(self, answer: Any) -> Any:
        """Return the answer in its one form, or None where it is none of this kind."""

    def same(self, answer: Any, key: Any) -> bool:
        """Say whether an answer that was read is the same as another."""


@dataclass(frozen=True)
class Number:
    """A number in a range, right within a tolerance. A box takes "0.5", "0,5" and "50 %".

    Parameters
    ----------
    least, most : float
        The range.
    tolerance : float
        How far an answer may be off.
    """

    least: float
    most: float
    tolerance: float

    @property
    def must(self) -> str:
        """What an answer must be."""
        return f"a number from {self.least:g} to {self.most:g}"

    def read(self, answer: Any) -> float | None:
        """Return the number as a float."""
        number = _number(answer)
        return number if number is not None and self.least <= number <= self.most else None

    def same(self, answer: float, key: Any) -> bool:
        """Say whether two numbers are equal within the tolerance."""
        # A tolerance of 0.01 is meant to take 0.07 for 0.06, which floats put a hair farther off.
        return abs(answer - float(key)) <= self.tolerance + 1e-9


@dataclass(frozen=True)
class WholeNumber:
    """A whole number in a range.

    Parameters
    ----------
    least, most : int
        The range.
    tolerance : int, default=0
        How far an answer may be off.
    """

    least: int
    most: int
    tolerance: int = 0

    @property
    def must(self) -> str:
        """What an answer must be."""
        return f"a whole number from {self.least} to {self.most}"

    def read(self, answer: Any) -> int | None:
        """Return the number as an int; "1,000" has a comma as the screen writes it."""
        if isinstance(answer, str) and _THOUSANDS.fullmatch(answer.strip()):
            answer = answer.replace(",", "")
        number = _number(answer)
        if number is None or not self.least <= number <= self.most:
            return None
        return int(number) if number.is_integer() else None

    def same(self, answer: int, key: Any) -> bool:
        """Say whether two numbers are equal within the tolerance."""
        return abs(answer - int(key)) <= self.tolerance


@dataclass(frozen=True)
class Choice:
    """One of some words.

    Parameters
    ----------
    options : tuple of str
        What there is to choose from.
    """

    options: tuple[str, ...]

    @property
    def must(self) -> str:
        """What an answer must be."""
        return f"one of {_listed(self.options)}"

    def read(self, answer: Any) -> str | None:
        """Return the option as it is written in `options`."""
        return _option(answer, self.options)

    def same(self, answer: str, key: Any) -> bool:
        """Say whether it is the same option."""
        return answer == str(key)


@dataclass(frozen=True)
class Ranking:
    """All of some words, in an order. Text has commas between them.

    Parameters
    ----------
    options : tuple of str
        What is put into an order.
    """

    options: tuple[str, ...]

    @property
    def must(self) -> str:
        """What an answer must be."""
        return f"a list of {_listed(self.options)}, each once, in your order"

    def read(self, answer: Any) -> tuple[str, ...] | None:
        """Return the options in the order of the answer."""
        given = tuple(_option(each, self.options) or "" for each in _parts(answer))
        return given if sorted(given) == sorted(self.options) else None

    def same(self, answer: tuple[str, ...], key: Any) -> bool:
        """Say whether it is the same order."""
        return answer == tuple(key)


@dataclass(frozen=True)
class Rows:
    """A set of images by their rows, such as ``explorer.state.selected``. Text has commas.

    Parameters
    ----------
    overlap : float, default=1.0
        How much of all rows in either set has to be in both.
    """

    overlap: float = 1.0

    @property
    def must(self) -> str:
        """What an answer must be."""
        return "rows of images, such as [3, 7, 12]"

    def read(self, answer: Any) -> tuple[int, ...] | None:
        """Return the rows, sorted."""
        parts = _parts(answer)
        rows = [row for part in parts if (row := _A_ROW.read(part)) is not None]
        return tuple(sorted(set(rows))) if len(rows) == len(parts) > 0 else None

    def same(self, answer: tuple[int, ...], key: Any) -> bool:
        """Say whether enough rows are in both sets."""
        rows, others = set(answer), {int(row) for row in key}
        return len(rows & others) >= self.overlap * len(rows | others)


@dataclass(frozen=True)
class Text:
    """A few words. The key is one text or several that are all right; case does not matter.

    Parameters
    ----------
    most : int, default=200
        How many characters it may have.
    """

    most: int = 200

    @property
    def must(self) -> str:
        """What an answer must be."""
        return f"words, in 1 to {self.most} characters"

    def read(self, answer: Any) -> str | None:
        """Return the words with single spaces between them."""
        words = " ".join(answer.split()) if isinstance(answer, str) else ""
        return words if 0 < len(words) <= self.most and words.isprintable() else None

    def same(self, answer: str, key: Any) -> bool:
        """Say whether it is one of the texts."""
        texts = (key,) if isinstance(key, str) else key
        return answer.casefold() in {text.casefold() for text in texts}


_A_ROW = WholeNumber(0, 10**9)
_NUMBER = re.compile(r"([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)) ?(%?)")
_MOST_PARTS = 100_000


def _number(answer: Any) -> float | None:
    if isinstance(answer, str):
        found = _NUMBER.fullmatch(answer.strip().replace("−", "-"))
        # More digits than these belong to no number that a question asks for.
        if found is None or len(found[1]) > 30 or not found[1].isascii():
            return None
        number = float(found[1].replace(",", "."))
        return number / 100 if found[2] else number
    if isinstance(answer, bool) or not isinstance(answer, numbers.Real):
        return None
    try:
        number = float(answer)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _parts(answer: Any) -> list[Any]:
    """Return what a list, an array or a text with commas is made of; nothing of all else."""
    if isinstance(answer, str):
        return answer.strip().strip("[]()").split(",")
    if not isinstance(answer, Iterable) or isinstance(answer, bytes | dict):
        return []
    parts: list[Any] = []
    for part in answer:
        if len(parts) == _MOST_PARTS:  # Nobody answers so much, and some never end.
            return []
        parts.append(part)
    return parts


def _option(answer: Any, options: tuple[str, ...]) -> str | None:
    if not isinstance(answer, str):
        return None
    words = " ".join(answer.split()).casefold()
    return next((option for option in options if option.casefold() == words), None)


def _listed(options: tuple[str, ...]) -> str:
    return ", ".join(map(repr, options))
