"""The figure of the silhouettes: a bar for each image, each cluster's number beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bokeh.models import (
    BasicTicker,
    BoxSelectTool,
    ColumnDataSource,
    CustomJS,
    LinearColorMapper,
    Range1d,
    TapTool,
)
from bokeh.models.annotations import BoxAnnotation
from bokeh.plotting import figure

from cliplab._core.scripts import script
from cliplab.explorer.plots.figures import BAND_ALPHA, empty_figure, part_of, vertical_line
from cliplab.explorer.plots.numbers import number_the_bars
from cliplab.explorer.style.theme import ACCENT, NEUTRAL

if TYPE_CHECKING:
    from cliplab.explorer.plots.hover import Hover


def silhouette_figure(
    bars: ColumnDataSource,
    words: ColumnDataSource,
    hover: Hover,
    mapper: LinearColorMapper,
    scale: Range1d,
) -> figure:
    """Draw a bar for each image, sorted within clusters, and the number of each cluster.

    The bars reach from `scale.start` to `scale.end`; beside them there is always room for numbers.
    """
    plot = empty_figure(name="silhouettes")
    plot.x_range, plot.y_range = Range1d(start=-0.3, end=1), Range1d(start=1, end=0)
    _keep_room_for_numbers(plot, scale)
    drawn = plot.hbar(
        y="bar_positions",
        right="silhouettes",
        height=1,
        source=bars,
        color={"field": "color_values", "transform": mapper},
        line_color=None,
        nonselection_fill_alpha=0.2,
        selection_fill_alpha=1,
        name="bars",
    )
    number_the_bars(plot, words)
    null = BoxAnnotation(left=0, right=0, visible=False, name="null", level="underlay")
    null.update(fill_color=NEUTRAL, fill_alpha=BAND_ALPHA, line_color=None)
    plot.add_layout(null)
    plot.add_layout(vertical_line(NEUTRAL, name="zero", location=0))
    plot.add_layout(vertical_line(ACCENT, "dashed", name="mean"))
    tap = TapTool(renderers=[drawn])
    box = BoxSelectTool(renderers=[drawn], dimensions="height")
    plot.add_tools(tap, box, hover.tool(drawn))
    plot.toolbar.active_tap = tap
    plot.toolbar.active_drag = box
    plot.toolbar_location = None
    plot.xaxis.ticker = BasicTicker(desired_num_ticks=4)
    plot.xgrid.ticker = plot.xaxis.ticker
    plot.yaxis.visible = False
    plot.ygrid.visible = False
    return plot


def mark_null(plot: figure, low: float | None, high: float | None) -> None:
    """Draw behind the bars which mean silhouettes null data reach; None takes it away."""
    box = part_of(plot, "null")
    assert isinstance(box, BoxAnnotation)
    box.update(left=low or 0, right=high or 0, visible=low is not None)


def _keep_room_for_numbers(plot: figure, scale: Range1d) -> None:
    """Have the browser, which knows how wide the plot is, leave room on the left of the bars."""
    keep_room = CustomJS(
        args={"plot": plot, "scale": scale},
        code=script("explorer/style/scripts/silhouette_range.js")
        + "plot.x_range.setv(rangeWithWords(scale, plot.inner_width))",
    )
    plot.js_on_change("inner_width", keep_room)
    scale.js_on_change("start", keep_room)
    scale.js_on_change("end", keep_room)
