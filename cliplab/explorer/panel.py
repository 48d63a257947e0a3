"""The whole screen of one Explorer: controls over plots over gallery, closed as one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import ipywidgets

from cliplab.explorer.controls import Controls
from cliplab.explorer.gallery import Gallery
from cliplab.explorer.host import HostedModel, MainLoop, show

if TYPE_CHECKING:
    from cliplab.explorer.plots import Plots


class Panel:
    """Controls, plots and gallery in one widget.

    The plots outlive a panel: when an Explorer is shown again, a new panel takes them over as
    they are.
    """

    def __init__(
        self, plots: Plots, controls: Controls, gallery: Gallery, main_loop: MainLoop
    ) -> None:
        self.controls = controls
        self.gallery = gallery
        self._hosted = HostedModel(plots.layout, main_loop, layout={"width": "100%"})
        foot = ipywidgets.HBox([controls.foot, gallery.head], layout={"width": "100%"})
        self.widget = ipywidgets.VBox(
            [controls.panel, self._hosted, foot, gallery.pictures, controls.error],
            layout={"width": "100%"},
        )
        self.was_shown = False

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
