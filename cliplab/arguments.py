"""What arguments may be, for all that share such arguments."""

from __future__ import annotations

import numbers
from typing import Any


def require_count(name: str, value: Any, least: int) -> None:
    """Refuse what is no whole number, or too small a one.

    Raises
    ------
    ValueError
        With the argument's name.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < least:
        raise ValueError(
            f"`{name}` must be a whole number of at least {least}. Got {value!r} instead."
        )


def require_one_of(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    """Refuse what is not among the names that there are.

    Raises
    ------
    ValueError
        With the argument's name.
    """
    if value not in allowed:
        names = ", ".join(repr(each) for each in allowed)
        raise ValueError(f"`{name}` must be one of {names}. Got {value!r} instead.")
