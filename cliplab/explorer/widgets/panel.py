"""The whole screen of one Explorer: controls over plots over pages, closed as one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import ipywidgets

from cliplab._core.language import say
from cliplab.explorer.model.parts import PARTS
from cliplab.explorer.notebook.host import HostedModel, show
from cliplab.explorer.notebook.next_cell import once_it_stays
from cliplab.explorer.widgets.controls import Controls
from cliplab.explorer.widgets.gallery import Gallery
from cliplab.explorer.widgets.pages import PAGES

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM

    from cliplab.explorer.notebook.event_loop import EventLoop
    from cliplab.explorer.notebook.stored_copy import StoredCopy
    from cliplab.explorer.widgets.page_script import PageScript
    from cliplab.explorer.widgets.pages import Page


class Panel:
    """Controls, plots, the line of the status, and pages in one widget.

    The plots outlive a panel: when an Explorer is shown again, a new panel takes them over as
    they are.

    Parameters
    ----------
    layout : LayoutDOM
        All plots.
    script : PageScript
        What turns them in the browser, with the control of k and the table of the clusters.
    controls : Controls
        What is above them.
    pages : dict of str to Page
        By their names. The head of the first, the gallery, shares the line of the status.
    event_loop : EventLoop
        Where changes are made.
    """

    def __init__(
        self,
        layout: LayoutDOM,
        script: PageScript,
        controls: Controls,
        pages: dict[str, Page],
        event_loop: EventLoop,
    ) -> None:
        self.controls = controls
        self.pages = pages
        self._event_loop = event_loop
        gallery = pages["images"]
        assert isinstance(gallery, Gallery)
        self.gallery = gallery
        self.script = script
        self._layout = layout
        self._hosted: HostedModel | None = None
        self._page_has_come = False
        self._painted: Callable[[], None] = lambda: None
        self._call_off: Callable[[], None] = lambda: None
        self._plots = ipywidgets.VBox(layout={"width": "100%"})
        script.on_ready(self._welcome)
        foot = ipywidgets.HBox([controls.foot, gallery.head], layout={"width": "100%"})
        # Colab's widget manager does not know the titles of a Tab.
        self.page_menu = ipywidgets.ToggleButtons(
            options=[(entry.title, entry.name) for entry in PAGES],
            tooltips=[entry.about for entry in PAGES],
            style={"button_width": "auto"},
        )
        pages_below = ipywidgets.VBox(
            [self.page_menu, *(page.widget for page in pages.values())], layout={"width": "100%"}
        )
        pages_below.add_class("cliplab-pages")
        controls.panel.add_class("cliplab-controls")
        self._plots.add_class("cliplab-plots")
        foot.add_class("cliplab-foot")
        screen = ipywidgets.VBox(
            [script, controls.panel, self._plots, foot, pages_below, controls.error],
            layout={"width": "100%"},
        )
        screen.add_class("cliplab-screen")
        self._screen = screen
        # How the screen is laid out depends on how wide the frame around it is.
        self.widget = ipywidgets.VBox([screen], layout={"width": "100%"})
        self.widget.add_class("cliplab-frame")
        self.was_shown = False

    def show_parts(self, parts: tuple[str, ...]) -> None:
        """Show those widgets that are among some parts of the screen; its style hides others."""
        for part in PARTS:
            change = self._screen.remove_class if part in parts else self._screen.add_class
            change(f"cliplab-without-{part}")

    def show_text(self, *, is_large: bool) -> None:
        """Make words larger, or as large as usual; its style does it."""
        change = self._screen.add_class if is_large else self._screen.remove_class
        change("cliplab-large")

    def open_page(self, name: str) -> None:
        """Bring a page to the front."""
        self.page_menu.value = name
        change = self._screen.add_class if name == "reveal" else self._screen.remove_class
        change("cliplab-with-answers")
        for each, page in self.pages.items():
            page.widget.layout.display = None if each == name else "none"
        self.gallery.head.layout.visibility = None if name == "images" else "hidden"

    def on_page(self, opened: Callable[[str], None]) -> None:
        """Have a function called with the name of a page that is opened."""
        self.page_menu.observe(lambda change: opened(change["new"]), "value")

    def batch(self) -> AbstractContextManager[None]:
        """Send what changes in the plots inside as one message."""
        return nullcontext() if self._hosted is None else self._hosted.batch()

    def quiet(self) -> AbstractContextManager[None]:
        """Send nothing of what changes in the plots inside: the script has painted it."""
        return nullcontext() if self._hosted is None else self._hosted.quiet()

    def show(self, shown: object, on_replaced: Callable[[], None], copy: StoredCopy) -> None:
        """Display the panel in the running cell, in place of what that cell showed before.

        The plots, which are most of the work, come when no cell is about to show them elsewhere.
        """
        self.was_shown = True
        self._painted = copy.refresh
        if show(self.widget, on_replaced, copy, self._event_loop):
            self._call_off = once_it_stays(shown, self.host, self._event_loop)

    def host(self) -> None:
        """Put the plots into their place."""
        self._hosted = HostedModel(self._layout, self._event_loop, layout={"width": "100%"})
        self._hosted.on_painted(self._painted)
        self._plots.children = [self._hosted]
        if self._page_has_come:  # It gets the plots as they are now.
            self._hosted.welcome()

    def _welcome(self) -> None:
        self._page_has_come = True
        if self._hosted is not None:
            self._hosted.welcome()

    def leave(self) -> None:
        """Free the widgets, and say in the cell that they are shown elsewhere."""
        self._call_off()
        inside, note = self.widget.children, ipywidgets.HTML(say("panel.elsewhere"))
        self.widget.children = [note]
        self.widget.remove_class("cliplab-frame")
        self.controls.disconnect()
        for each in inside:
            free(each)

    def close(self) -> None:
        """Free the widgets; the browser forgets the plots. A second time nothing is left to do."""
        self._call_off()
        self.controls.disconnect()
        free(self.widget)


def free(widget: ipywidgets.Widget) -> None:
    """Close a widget and all that it holds; ipywidgets itself closes only the outermost."""
    for child in getattr(widget, "children", ()):
        free(child)
    # Its looks go last: a view that has lost them before itself is never taken away.
    looks = [getattr(widget, name, None) for name in ("layout", "style")]
    widget.close()
    for held in filter(None, looks):
        held.close()
