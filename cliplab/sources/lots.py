"""Drawing lots, so that a sample is the same everywhere and for years."""

from __future__ import annotations

import hashlib
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

    def lot(name: str) -> tuple[bytes, str]:
        key = f"{random_state}:{name}".encode()
        return hashlib.blake2b(key, digest_size=8).digest(), name

    return sorted(names, key=lot)
