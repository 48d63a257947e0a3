"""The whole screen of one Explorer: controls over plots over pages, closed as one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import ipywidgets

from cliplab.explorer.model.state import PAGES
from cliplab.explorer.notebook.host import HostedModel, MainLoop, show
from cliplab.explorer.widgets.controls import Controls
from cliplab.explorer.widgets.gallery import Gallery

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM

    from cliplab.explorer.widgets.pages import Page


class Panel:
    """Controls, plots, the line of the status, and pages in one widget.

    The plots outlive a panel: when an Explorer is shown again, a new panel takes them over as
    they are.

    Parameters
    ----------
    layout : LayoutDOM
        All plots.
    controls : Controls
        What stands above them.
    gallery : Gallery
        The first page, whose head shares the line of the status.
    pages : dict of str to Page
        The others, by the name that the state has for them.
    main_loop : MainLoop
        Where changes are made.
    """

    def __init__(
        self,
        layout: LayoutDOM,
        controls: Controls,
        gallery: Gallery,
        pages: dict[str, Page],
        main_loop: MainLoop,
    ) -> None:
        self.controls = controls
        self.gallery = gallery
        self.pages = pages
        self._hosted = HostedModel(layout, main_loop, layout={"width": "100%"})
        foot = ipywidgets.HBox([controls.foot, gallery.head], layout={"width": "100%"})
        self.tabs = ipywidgets.Tab(
            [gallery.widget, *(page.widget for page in pages.values())],
            layout={"width": "auto", "margin": "0"},
        )
        for i, title in enumerate([gallery.title, *(page.title for page in pages.values())]):
            self.tabs.set_title(i, title)
        self.tabs.add_class("cliplab-pages")
        self.widget = ipywidgets.VBox(
            [controls.panel, self._hosted, foot, self.tabs, controls.error],
            layout={"width": "100%"},
        )
        self.was_shown = False

    def open_page(self, name: str) -> None:
        """Bring a page to the front."""
        self.tabs.selected_index = PAGES.index(name)
        self.gallery.head.layout.visibility = None if name == "pictures" else "hidden"

    def on_page(self, told: Callable[[str], None]) -> None:
        """Have a function told which page was opened."""
        self.tabs.observe(lambda change: told(PAGES[change["new"] or 0]), "selected_index")

    def batch(self) -> AbstractContextManager[None]:
        """Send what changes in the plots inside as one message."""
        return self._hosted.batch()

    def show(self, on_replaced: Callable[[], None]) -> None:
        """Display the panel in the running cell, in place of what that cell showed before."""
        self.was_shown = True
        show(self.widget, close=on_replaced)

    def close(self) -> None:
        """Free the widgets; the browser forgets the plots. A second time nothing is left to do."""
        self.controls.disconnect()
        _close(self.widget)


def _close(widget: ipywidgets.Widget) -> None:
    """Close a widget and all that it holds; ipywidgets itself closes only the outermost."""
    for child in getattr(widget, "children", ()):
        _close(child)
    # Its looks go last: a view that has lost them before itself is never taken away.
    looks = [getattr(widget, name, None) for name in ("layout", "style")]
    widget.close()
    for held in filter(None, looks):
        held.close()
