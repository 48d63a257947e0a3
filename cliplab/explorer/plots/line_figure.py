"""The figure of two clusters: their images, piled up along the line between the centres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bokeh.models import (
    BoxSelectTool,
    ColumnDataSource,
    FixedTicker,
    LinearColorMapper,
    Range1d,
    TapTool,
)
from bokeh.models.annotations import BoxAnnotation
from bokeh.plotting import figure

from cliplab.evaluation.line import STRETCHES
from cliplab.explorer.plots.figures import (
    BAND_ALPHA,
    change_glyphs,
    draw_points,
    empty_figure,
    vertical_line,
)
from cliplab.explorer.style.theme import NEUTRAL

if TYPE_CHECKING:
    from cliplab.explorer.plots.hover import Hover

_POINT_SIZE = 5


def line_figure(images: ColumnDataSource, hover: Hover, mapper: LinearColorMapper) -> figure:
    """Draw a point an image, above the place where it stands between two centres.

    These places are not in the source before the figure is asked for; `place_on_line` says where.
    """
    plot = empty_figure(name="line")
    plot.x_range, plot.y_range = Range1d(start=-0.8, end=1.8), Range1d(start=0, end=1)
    for low, high in STRETCHES:
        stretch = BoxAnnotation(left=low, right=high, level="underlay")
        stretch.update(fill_color=NEUTRAL, fill_alpha=BAND_ALPHA / 2, line_color=None)
        plot.add_layout(stretch)
    for place in (0, 1):
        plot.add_layout(vertical_line(NEUTRAL, "dotted", name=f"centre {place}", location=place))
    points = draw_points(plot, images, mapper, _POINT_SIZE, "images on the line")
    tap, box = TapTool(renderers=[points]), BoxSelectTool(renderers=[points], dimensions="width")
    plot.add_tools(tap, box)
    if hover.are_images:
        plot.add_tools(hover.tool(points))
    plot.toolbar.active_tap = tap
    plot.toolbar.active_drag = box
    plot.toolbar_location = None
    plot.xaxis.ticker = FixedTicker(ticks=[0, 0.5, 1])
    plot.yaxis.visible = False
    plot.grid.visible = False
    return plot


def place_on_line(plot: figure, x: str, y: str) -> None:
    """Draw the points where two columns of their source say."""
    change_glyphs(plot, "images on the line", x=x, y=y)
