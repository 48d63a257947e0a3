"""The figure of what moved: two columns of clusters, and ribbons of images between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bokeh.models import ColumnDataSource, HoverTool, Range1d, TapTool

from cliplab._core.language import say
from cliplab.explorer.plots.figures import empty_figure, set_title
from cliplab.explorer.plots.save_button import add_save_buttons
from cliplab.explorer.style.theme import FONT_SIZE, NEUTRAL

if TYPE_CHECKING:
    from cliplab.explorer.model.views import View


class FlowPlot:
    """Ribbons of images from cluster to cluster; a tap on one selects its images."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, ...]] = []  # Of the images in each ribbon.
        self.ribbons = ColumnDataSource(
            {name: [] for name in ("xs", "ys", "colors", "alphas", "before", "after", "n_images")},
            name="ribbons",
        )
        self.blocks = ColumnDataSource(
            {name: [] for name in ("left", "right", "top", "bottom", "colors", "x", "y", "names")},
            name="blocks",
        )
        plot = self.layout = empty_figure("flow")
        plot.visible = False
        plot.toolbar_location = None
        plot.x_range, plot.y_range = Range1d(start=-0.08, end=1.08), Range1d(start=1.02, end=-0.02)
        plot.outline_line_color = None
        plot.axis.visible = False
        plot.grid.visible = False
        flows = plot.patches(
            "xs", "ys", source=self.ribbons, color="colors", fill_alpha="alphas", line_color=None,
            nonselection_fill_alpha=0.12, selection_fill_alpha=0.95, hover_fill_alpha=0.95,
            name="flows",
        )  # fmt: skip
        plot.quad(
            "left", "right", "top", "bottom", source=self.blocks, color="colors", name="blocks"
        )
        plot.text(
            "x", "y", text="names", source=self.blocks, text_baseline="middle",
            text_align="center", text_color=NEUTRAL, text_font_size=FONT_SIZE, name="names",
        )  # fmt: skip
        plot.add_tools(
            TapTool(renderers=[flows]),
            HoverTool(renderers=[flows], tooltips=say("transitions.tooltip")),
        )
        add_save_buttons([plot])

    def show(self, view: View | None) -> None:
        """Draw a view of transitions; None takes the plot away."""
        self.layout.visible = view is not None
        if view is None:
            return
        set_title(self.layout, view["title"])
        self._rows = view["rows"]
        self.ribbons.selected.indices = []
        self.ribbons.data = view["ribbons"]
        self.blocks.data = view["blocks"]

    def on_tap(self, select: Callable[[tuple[int, ...]], None]) -> None:
        """Have a function called with the rows of the images in the ribbon that was tapped."""

        def tapped(_attr: str, _old: Any, ribbons: list[int]) -> None:
            if ribbons:
                select(self._rows[ribbons[0]])

        self.ribbons.selected.on_change("indices", tapped)
