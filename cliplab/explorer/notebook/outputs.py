"""Widgets that are no plots, and an output that is filled when a button is pressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from cliplab.explorer.notebook.event_loop import EventLoop
from cliplab.explorer.notebook.front_end import current_cell, front_end, on_behalf_of


def is_watched() -> bool:
    """Say whether somebody watches the running cell and can answer."""
    return front_end() != "none"


def show_value(value: Any) -> None:
    """Display something in the running cell, or in the output that is being filled."""
    from IPython.display import display

    if value is not None:
        display(value)


def show_words(html: str, text: str) -> None:
    """Display words that need no kernel, as HTML and as text."""
    from IPython.display import display

    display({"text/html": html, "text/plain": text}, raw=True)


class LaterOutput:
    """An output in a cell that something is shown in later, as if the cell had shown it.

    It is made while the cell runs.

    Attributes
    ----------
    widget : ipywidgets.Output
        Where it appears.
    """

    def __init__(self) -> None:
        self.widget = ipywidgets.Output(layout={"width": "100%"})
        self._cell, self._event_loop = current_cell(), EventLoop()

    def fill(self, make: Callable[[], Any]) -> None:
        """Call a function and show what it displays and returns; also the error that it raises."""

        def show() -> None:
            with self.widget, on_behalf_of(self._cell):
                show_value(make())

        self._event_loop.complete(show)
