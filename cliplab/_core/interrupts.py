"""Ctrl-C in compiled code that notices it and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C be a KeyboardInterrupt, also in code that numba has compiled.

    Raises
    ------
    KeyboardInterrupt
        Where a function returns a result although it was interrupted: Python makes of this a
        SystemError, which a cell does not take for an interrupt.

    Examples
    --------
    >>> with interruptible():
    ...     total = sum(range(3))
    """
    try:
        yield
    except SystemError as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise error.__cause__ from None
        raise
