"""Random samples by a keyed hash: the same in every place and with every version."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable


def hash_order(names: Iterable[str], random_state: int) -> list[str]:
    """Return names in a random order that depends on nothing but the names and the seed.

    The order is that of a keyed hash. It does not depend on the order in which the names come or
    on the version of any library, and a subset has the same order. The first *n* names are a
    uniform sample.

    Parameters
    ----------
    names : iterable of str
        The names.
    random_state : int
        The seed.

    Returns
    -------
    list of str
        All names, in hash order.

    Examples
    --------
    >>> hash_order(["a", "b", "c"], 0) == hash_order(["c", "b", "a"], 0)
    True
    """
    return sorted(names, key=lambda name: _hash(name, random_state))


def first_in_hash_order(names: Iterable[str], random_state: int, n_names: int) -> list[str]:
    """Return the head of `hash_order` without holding all names in memory.

    Parameters
    ----------
    names : iterable of str
        The names; there may be millions.
    random_state : int
        The seed.
    n_names : int
        How many names to return.

    Returns
    -------
    list of str
        The first names, in hash order.

    Examples
    --------
    >>> first_in_hash_order("abcdef", 0, 2) == hash_order("abcdef", 0)[:2]
    True
    """
    return heapq.nsmallest(n_names, names, key=lambda name: _hash(name, random_state))


def _hash(name: str, random_state: int) -> tuple[bytes, str]:
    key = f"{random_state}:{name}".encode()
    return hashlib.blake2b(key, digest_size=8).digest(), name
