"""The parts of the screen: a lesson opens one at a time."""

from __future__ import annotations

from collections.abc import Iterable

# The order is that on the screen.
PARTS = ("k", "map", "silhouettes", "curves", "clusters", "pages")


def require_parts(parts: Iterable[str]) -> tuple[str, ...]:
    """Return parts in the order of the screen; ``"all"`` stands for all of them.

    Raises
    ------
    ValueError
        If there is none, or one is not among `PARTS`.
    TypeError
        If they are no names, or a single one.
    """
    if isinstance(parts, str) and parts == "all":
        return PARTS
    allowed = ", ".join(repr(part) for part in PARTS)
    if isinstance(parts, str) or not isinstance(parts, Iterable):
        raise TypeError(f"`parts` must be 'all' or hold some of {allowed}. Got {parts!r} instead.")
    given = tuple(parts)
    if not given or not all(isinstance(part, str) and part in PARTS for part in given):
        raise ValueError(f"`parts` must be 'all' or hold some of {allowed}. Got {given!r} instead.")
    return tuple(part for part in PARTS if part in given)
