"""What has time until it is known that no other cell shows the same again.

*Run All* sends all cells at once, and a lesson may show one Explorer in several of them. What is
made for a cell that loses it in the next moment is made for nobody.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from cliplab.explorer.notebook.event_loop import EventLoop
from cliplab.explorer.notebook.front_end import front_end, ipython

_A_MOMENT = 0.1  # Seconds; a cell that was sent along begins sooner.


def once_it_stays(
    shown: object, act: Callable[[], None], event_loop: EventLoop
) -> Callable[[], None]:
    """Call a function once something is not about to be shown again by the next cell.

    That is before a cell runs that does not end with its name, or when none has run for a moment.

    Parameters
    ----------
    shown : object
        What was shown.
    act : callable
        What is called, once.
    event_loop : EventLoop
        Where it is called; at once where there is no later.

    Returns
    -------
    callable
        Calls it off.
    """
    shell = ipython()
    # Colab sends one cell at a time, and wants a cell's widgets made while it runs.
    if shell is None or not event_loop.is_live or front_end() == "colab":
        act()
        return lambda: None

    def look(cell: Any) -> None:
        if not ends_with(cell.raw_cell, shown, shell.user_ns):
            go()

    def go() -> None:
        call_off()
        act()

    def call_off() -> None:
        stop_waiting()
        if look in shell.events.callbacks["pre_run_cell"]:
            shell.events.unregister("pre_run_cell", look)

    shell.events.register("pre_run_cell", look)
    stop_waiting = event_loop.later(_A_MOMENT, go)
    return call_off


def ends_with(code: str, shown: object, names: Mapping[str, Any]) -> bool:
    """Say whether the last line of a cell is a name of something, which shows it."""
    try:
        last = ast.parse(code).body[-1]
    except (SyntaxError, ValueError, IndexError):  # Magics, or nothing at all.
        return False
    if not isinstance(last, ast.Expr) or not isinstance(last.value, ast.Name):
        return False
    return names.get(last.value.id) is shown
