"""Drawing lots, so that a sample is the same everywhere and for years."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable


def by_lot(names: Iterable[str], random_state: int) -> list[str]:
    """Put names into an order drawn by lot, which depends on the names and the seed alone.

    The order is that of a keyed hash: the same in every version of every library and whatever the
    order in which the names come, and the order of a part of them is part of the order of all. The
    first *n* are a uniform sample.

    Parameters
    ----------
    names : iterable of str
        What is drawn.
    random_state : int
        The seed.

    Returns
    -------
    list of str
        All names, in order.

    Examples
    --------
    >>> by_lot(["a", "b", "c"], 0) == by_lot(["c", "b", "a"], 0)
    True
    """
    return sorted(names, key=lambda name: _lot(name, random_state))


def first_by_lot(names: Iterable[str], random_state: int, n_names: int) -> list[str]:
    """Return the head of `by_lot` without holding all names at once.

    Parameters
    ----------
    names : iterable of str
        What is drawn; there may be millions.
    random_state : int
        The seed.
    n_names : int
        How many are drawn.

    Returns
    -------
    list of str
        The first names, in order.

    Examples
    --------
    >>> first_by_lot("abcdef", 0, 2) == by_lot("abcdef", 0)[:2]
    True
    """
    return heapq.nsmallest(n_names, names, key=lambda name: _lot(name, random_state))


def _lot(name: str, random_state: int) -> tuple[bytes, str]:
    key = f"{random_state}:{name}".encode()
    return hashlib.blake2b(key, digest_size=8).digest(), name
