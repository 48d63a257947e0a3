"""Plots with controls around them: shown in a cell, and stored as a still and a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import ipywidgets

from cliplab._core.html import render
from cliplab.explorer.notebook.host import HostedModel, show
from cliplab.explorer.notebook.stored_copy import Content, Drawing, StoredCopy
from cliplab.explorer.plots.stills.stored_still import stored_still_of
from cliplab.explorer.widgets.panel import free

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM

    from cliplab.explorer.notebook.event_loop import EventLoop
    from cliplab.explorer.plots.stills.still import Still


class Tool:
    """The plots of one tool, on the screen at most once.

    Parameters
    ----------
    layout : LayoutDOM
        All plots.
    sentence : callable
        Returns what they show, in words.
    still : callable
        Returns it as a still, or None where there is nothing to draw yet.
    """

    def __init__(
        self, layout: LayoutDOM, sentence: Callable[[], str], still: Callable[[], Still | None]
    ) -> None:
        self._layout = layout

        def drawing() -> Drawing | None:
            drawn = still()
            return None if drawn is None else stored_still_of(drawn)

        self._copy = StoredCopy(Content(sentence, drawing, lambda: None, 0), layout)
        self._hosted: HostedModel | None = None
        self._screen: ipywidgets.VBox | None = None
        self._on_close: Callable[[], None] = lambda: None

    def show(
        self,
        above: Sequence[ipywidgets.Widget],
        below: Sequence[ipywidgets.Widget],
        event_loop: EventLoop,
        on_close: Callable[[], None],
    ) -> None:
        """Show the plots between controls, in place of where they were shown before.

        Parameters
        ----------
        above, below : sequence of ipywidgets.Widget
            Controls, made for this one time.
        event_loop : EventLoop
            Where changes are made.
        on_close : callable
            Ends what runs for it, when it is shown elsewhere or its cell runs again.
        """
        self.close()
        self._hosted = HostedModel(self._layout, event_loop, layout={"width": "100%"})
        self._hosted.on_painted(self._copy.refresh)
        style = ipywidgets.HTML(
            render("course/templates/tool_style.html"), layout={"display": "none"}
        )
        screen = ipywidgets.VBox([style, *above, self._hosted, *below], layout={"width": "100%"})
        screen.add_class("cliplab-tool")
        self._screen, self._on_close = screen, on_close

        def close() -> None:
            if self._screen is screen:
                self._copy.leave()
                self.close()

        show(screen, close, self._copy, event_loop)

    def batch(self) -> AbstractContextManager[None]:
        """Send what changes in the plots inside as one message."""
        return nullcontext() if self._hosted is None else self._hosted.batch()

    def refresh(self) -> None:
        """Bring what the notebook stores up to date, once nothing has moved for a while."""
        self._copy.refresh()

    def close(self) -> None:
        """Free what is on the screen; the plots stay as they are."""
        self._on_close()
        self._on_close = lambda: None
        if self._screen is not None:
            free(self._screen)
        self._screen = self._hosted = None


def says(sentence: str) -> str:
    """Return a sentence under the plots as HTML, which is read out when it changes."""
    return render("course/templates/says.html", sentence=sentence)
