"""One thread for each matrix product: short ones run best so, and several tasks run side by side.

The limit holds for the whole process, so it is counted: the first who asks for it sets it, the last
who leaves lifts it. With OpenMP each thread has a number of its own, and restores it itself.
threadpoolctl looks for the libraries once, when this module is imported and no thread of ours
computes yet.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np  # noqa: F401 - brings its BLAS
import scipy.linalg  # noqa: F401 - brings its own
from threadpoolctl import ThreadpoolController

_MAPS = Path("/proc/self/maps")


def _find_libraries_in_maps(self: Any) -> None:
    for path in sorted(set(re.findall(r" (/\S.*\.so\S*)$", _MAPS.read_text(), re.MULTILINE))):
        self._make_controller_from_path(path)


# Up to 3.6 threadpoolctl asks the loader, which locks itself and then waits for Python, while NumPy
# keeps Python and waits for the loader: whoever looks beside a thread that computes, as
# scikit-learn does, may hang for ever (threadpoolctl #228 and #239). Later versions read this file
# of Linux, and so does ours.
if not hasattr(ThreadpoolController, "_find_libraries_with_linux") and _MAPS.exists():
    ThreadpoolController._find_libraries_with_dl_iterate_phdr = _find_libraries_in_maps

_libraries = ThreadpoolController().select(user_api="blas").lib_controllers
_lock = threading.Lock()
_n_inside = 0
_before: list[int] = []
# The places in the list of the libraries that have a number for each thread.
_with_own: set[int] = set()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Have BLAS use one thread for each product while this is entered anywhere.

    Examples
    --------
    >>> with one_blas_thread():
    ...     float(np.ones((2, 2)) @ np.ones(2) @ np.ones(2))
    4.0
    """
    global _n_inside, _before  # noqa: PLW0603
    with _lock:
        found = [each.num_threads for each in _libraries]
        if _n_inside == 0:
            _before = found
        else:  # Whoever is inside has set 1, for all threads or for its own alone.
            _with_own.update(place for place, number in enumerate(found) if number != 1)
        _set([1] * len(_libraries))
        _n_inside += 1
    try:
        yield
    finally:
        with _lock:
            _n_inside -= 1
            lifted = [1] * len(_libraries) if _n_inside else _before
            _set([found[i] if i in _with_own else lifted[i] for i in range(len(_libraries))])


def _set(numbers: list[int]) -> None:
    for library, number in zip(_libraries, numbers, strict=True):
        # From 3.7 on the first thread that sets a number keeps others from it. Here they count.
        let_go = getattr(library, "clear_controlling_thread", lambda **_: None)
        let_go(force=True)
        library.set_num_threads(number)
        let_go(force=True)
