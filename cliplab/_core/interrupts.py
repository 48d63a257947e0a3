"""Ctrl-C in compiled code that notices it and goes on, and while modules are imported."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from cliplab._core.worker_threads import WorkerThreads


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
        # One such function may have called another.
        cause: BaseException | None = error
        while isinstance(cause, SystemError):
            cause = cause.__cause__
        if isinstance(cause, KeyboardInterrupt):
            raise cause from None
        raise


def import_whole(name: str) -> ModuleType:
    """Import a module in a thread, which Ctrl-C does not reach.

    A library of which an interrupt has left a half, as of numba, fails until Python is restarted.

    Parameters
    ----------
    name : str
        Its full name.

    Returns
    -------
    module
        The module.

    Examples
    --------
    >>> import_whole("json").dumps([1])
    '[1]'
    """
    with WorkerThreads(1) as threads:
        return threads.submit(importlib.import_module, name).result()
