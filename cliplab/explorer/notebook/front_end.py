"""Which front-end shows the notebook, and which of its cells is running."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def front_end() -> str:
    """Say what shows the notebook: ``"colab"``, ``"jupyter"`` or ``"none"``.

    ``"none"`` stands for plain Python and for programs that run notebooks without showing them
    (nbclient, papermill). The environment variable ``CLIPLAB_FRONT_END`` has the last word.
    """
    chosen = os.environ.get("CLIPLAB_FRONT_END")
    if chosen:
        return chosen
    if "google.colab" in sys.modules:
        return "colab"
    request = _execute_request()
    # A program that runs a notebook says that nobody is there to answer input(); Voila says so
    # too, and yet shows the result. So do a few pages, but their messages are numbered otherwise
    # than those of jupyter_client, with which all such programs are written.
    somebody_looks = request.get("content", {}).get("allow_stdin", False)
    header = request.get("header", {})
    is_program = header.get("msg_id", "").startswith(header.get("session", ""))
    voila = os.environ.get("SERVER_SOFTWARE", "").startswith("voila/")
    return "jupyter" if somebody_looks or voila or not is_program else "none"


def _execute_request() -> dict[str, Any]:
    """Return the message that runs the current cell; empty outside a notebook kernel."""
    kernel = getattr(ipython(), "kernel", None)
    return dict(kernel.get_parent("shell")) if kernel else {}


def ipython() -> Any:
    """Return the IPython that runs the cells; None outside of it."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def forget_result(shown: object) -> None:
    """Have ``Out``, ``_`` and their like hold something no more that is gone from the page.

    IPython keeps what a cell ended with, and so all of its memory, for as long as the kernel runs.
    """
    shell = ipython()
    if shell is None:
        return
    numbers = shell.user_ns.get("_oh", {})
    names = [f"_{number}" for number, value in numbers.items() if value is shown]
    for name in names:
        del numbers[int(name[1:])]
    for space in (shell.user_ns, shell.user_ns_hidden, vars(shell.displayhook)):
        for name in ("_", "__", "___", *names):
            if space.get(name) is shown:
                space[name] = ""


def current_cell() -> tuple[str, str] | None:
    """Name the running cell and this run of it; None outside a notebook.

    The cell goes by the front-end's own id, or by its code where the front-end gives none.
    """
    if _cells:
        return _cells[-1]
    request = _execute_request()
    code = request.get("content", {}).get("code", "")
    cell = request.get("metadata", {}).get("cellId") or hashlib.sha256(code.encode()).hexdigest()
    return (cell, request["header"]["msg_id"]) if request else None


# The cells on whose behalf callbacks show something just now.
_cells: list[tuple[str, str] | None] = []


@contextmanager
def on_behalf_of(cell: tuple[str, str] | None) -> Iterator[None]:
    """Have what a widget's callback shows belong to the cell that the widget was shown by.

    Parameters
    ----------
    cell : tuple of (str, str) or None
        What `current_cell` returned in that cell.
    """
    _cells.append(cell)
    try:
        yield
    finally:
        _cells.pop()
