"""One function for each plot of the Explorer; all draw from sources that are given to them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.models import (
    BasicTicker,
    BoxSelectTool,
    CDSView,
    ColumnDataSource,
    CustomJS,
    DataRange1d,
    HoverTool,
    IndexFilter,
    LassoSelectTool,
    Line,
    LinearColorMapper,
    NumeralTickFormatter,
    PanTool,
    Range1d,
    ResetTool,
    TapTool,
    WheelZoomTool,
)
from bokeh.models.annotations import Span, Title, Whisker
from bokeh.plotting import figure

from cliplab._core.language import say
from cliplab._core.scripts import script
from cliplab.explorer.plots.numbers import number_the_map
from cliplab.explorer.style.theme import (
    ACCENT,
    CURVES_ALONE,
    FONT_SIZE,
    MAP_ALONE,
    NEUTRAL,
    PLOT_HEIGHT,
    STRIP_HEIGHT,
)

if TYPE_CHECKING:
    from bokeh.models.renderers import GlyphRenderer

    from cliplab.explorer.model.views import View
    from cliplab.explorer.plots.hover import Hover

_LETTERS = 90  # In a line of a sentence below a plot.
_NO_WIDTH = 40  # Pixels of a plot that is hidden, at most.
_BUTTON_WIDTH = 26  # Beside a title there is the button that saves the plot.
BAND_ALPHA = 0.25  # Of what null data reach, drawn behind what the images reach.


def scatter_figure(
    images: ColumnDataSource,
    numbers: ColumnDataSource,
    hover: Hover,
    mapper: LinearColorMapper,
    torn: IndexFilter,
    square: tuple[Range1d, Range1d],
) -> figure:
    """Draw the projection: a point an image, the cluster's number at its median.

    The square of the data is seen whole and undistorted, whatever shape the window has.
    Points that a filter lets through are outlined. Lines go from the image under the mouse to its
    neighbours.
    """
    plot = empty_figure(name="scatter")
    plot.update(sizing_mode="fixed", width=MAP_ALONE, height=MAP_ALONE)
    plot.styles = {"max-width": "100%"}
    plot.update(min_border_right=8, min_border_bottom=8)  # A lasso may begin a little outside.
    plot.x_range, plot.y_range = Range1d(start=-1, end=1), Range1d(start=-1, end=1)
    keep_scales_equal(plot, square)
    points = draw_points(plot, images, mapper, point_size(len(images.data["x"])), "points")
    outlines = plot.scatter(
        "x",
        "y",
        source=images,
        view=CDSView(filter=torn),
        size=point_size(len(images.data["x"])) + 1,
        fill_color=None,
        line_color=ACCENT,
        line_width=1.5,
        nonselection_line_alpha=0.12,
        name="torn away",
    )
    outlines.visible = False
    plot.segment(
        "x0", "y0", "x1", "y1", source=hover.lines, color=NEUTRAL, line_width=2, name="spokes"
    )
    plot.scatter(
        "x1",
        "y1",
        source=hover.lines,
        size=point_size(len(images.data["x"])) + 4,
        fill_color=None,
        line_color=NEUTRAL,
        line_width=2,
        name="ends of spokes",
    )
    number_the_map(plot, numbers)
    # The axes of a projection have no meaning, so they are not drawn.
    plot.axis.visible = False
    plot.grid.visible = False
    if not hover.are_images:
        # Null data are only looked at. The room of the tools stays, so that both maps have one
        # width.
        plot.add_tools(hover.tool(points))
        plot.update(toolbar_location=None, min_border_left=30)
        return plot
    lasso = LassoSelectTool(renderers=[points], description=say("tools.lasso"))
    tap = TapTool(renderers=[points], description=say("tools.tap"))
    plot.add_tools(
        lasso,
        BoxSelectTool(renderers=[points], description=say("tools.box")),
        tap,
        PanTool(description=say("tools.pan")),
        WheelZoomTool(description=say("tools.zoom")),
        ResetTool(description=say("tools.reset")),
        hover.tool(points),
    )
    plot.toolbar.active_drag = lasso
    plot.toolbar.active_tap = tap
    plot.toolbar_location = "left"
    return plot


def keep_scales_equal(plot: figure, square: tuple[Range1d, Range1d]) -> None:
    """Have the browser, which knows the shape of the frame, show the square with equal scales."""
    across, up = square
    keep = CustomJS(
        args={"plot": plot, "across": across, "up": up},
        code=script("explorer/style/scripts/equal_scales.js")
        + "const {x, y} = equalScales(across, up, plot.inner_width, plot.inner_height);"
        "plot.x_range.setv(x); plot.y_range.setv(y)",
    )
    for size in ("inner_width", "inner_height"):
        plot.js_on_change(size, keep)
    for axis in square:
        axis.js_on_change("start", keep)
        axis.js_on_change("end", keep)


def elbow_figure(sweep: ColumnDataSource) -> figure:
    """Draw inertia over k, with a line where the elbow is, if it is anywhere.

    Over a parameter other than k, how many clusters there are is drawn in its place.
    """
    plot = _curve_figure(sweep, "inertias", name="elbow")
    for glyph in (
        plot.line("parameter_values", "n_clusters", source=sweep, color=NEUTRAL, line_width=2),
        plot.scatter("parameter_values", "n_clusters", source=sweep, size=7, color=NEUTRAL),
    ):
        glyph.update(name="number of clusters", visible=False)
    return plot


def score_figure(sweep: ColumnDataSource, band: ColumnDataSource | None = None) -> figure:
    """Draw the mean silhouette over k with its error, before a band in which null data lie."""
    plot = _curve_figure(sweep, "silhouette_scores", name="score")
    error = Whisker(base="parameter_values", lower="low", upper="high", source=sweep)
    error.update(line_color=NEUTRAL, lower_head=None, upper_head=None)
    plot.add_layout(error)
    if band is not None:
        area = plot.varea(x="parameter_values", y1="low", y2="high", source=band, name="null band")
        area.glyph.update(fill_color=NEUTRAL, fill_alpha=BAND_ALPHA)
        area.level = "underlay"
    return plot


def draw_points(
    plot: figure, images: ColumnDataSource, mapper: LinearColorMapper, size: float, name: str
) -> GlyphRenderer[Any]:
    """Draw a point an image in its colour; those that are not selected fade."""
    return plot.scatter(
        "x",
        "y",
        source=images,
        size=size,
        color={"field": "color_values", "transform": mapper},
        line_color=None,
        fill_alpha=0.85,
        nonselection_fill_alpha=0.12,
        selection_fill_alpha=1,
        name=name,
    )


def set_title(plot: figure, text: str) -> None:
    """Write a plot's title; its style stays."""
    assert isinstance(plot.title, Title)
    plot.title.text = text


def add_sentence(plot: figure, sentence: str) -> None:
    """Write a sentence below a plot. Bokeh's paragraphs are no part of what notebooks load."""
    lines = "\n".join(textwrap.wrap(sentence, _LETTERS))
    words = Title(text=lines, text_color=NEUTRAL, text_font_size=FONT_SIZE)
    words.text_font_style = "normal"
    _wrap_title(plot, words)
    plot.add_layout(words, "below")


def part_of(plot: figure, name: str) -> Any:
    """Return the part of a plot that has this name; Bokeh itself would look through all models."""
    return next(each for each in (*plot.center, *plot.renderers) if each.name == name)


def change_glyphs(plot: figure, name: str, **changes: Any) -> None:
    """Change how images are drawn by a part of a plot, selected or not."""
    drawn = part_of(plot, name)
    for glyph in (drawn.glyph, drawn.selection_glyph, drawn.nonselection_glyph, drawn.muted_glyph):
        glyph.update(**changes)


def move_line(plot: figure, name: str, location: float | None) -> None:
    """Move one of a plot's lines; None takes it away."""
    line = part_of(plot, name)
    assert isinstance(line, Span)
    if location is not None:
        line.location = location
    line.visible = location is not None


def offer_values(plot: figure) -> HoverTool:
    """Have a curve say which value is chosen where it is tapped; `say_parameter` names it."""
    tool = HoverTool(mode="vline", line_policy="nearest", attachment="above")
    glyphs: list[Any] = list(plot.renderers)
    tool.renderers = [each for each in glyphs if isinstance(each.glyph, Line)]
    plot.add_tools(tool)
    return tool


def say_parameter(tool: HoverTool, title: str) -> None:
    """Name the parameter of which a curve offers values."""
    tool.tooltips = say("titles.tap", title=title)


def mark_elbow(plot: figure, view: View) -> None:
    """Say where the elbow is, in the title and as a dotted line, or that there is none."""
    is_by_k = view["parameter"] == "n_clusters"
    for renderer in plot.renderers:
        renderer.visible = is_by_k != (renderer.name == "number of clusters")
    move_line(plot, "knee", view["elbow"] if np.isfinite(view["elbow"]) else None)
    set_title(plot, view["elbow_title"])


def give_room(plot: figure) -> None:
    """Make a curve as high as it is in a cell of its own."""
    plot.height = CURVES_ALONE
    plot.yaxis.ticker = BasicTicker(desired_num_ticks=4)


def say_where(plot: figure, words: str) -> None:
    """Say under a plot in which space its numbers were measured."""
    plot.xaxis.axis_label = words


def _curve_figure(sweep: ColumnDataSource, field: str, name: str) -> figure:
    plot = empty_figure(name=name, height=STRIP_HEIGHT)
    x = "parameter_values"
    plot.line(x, field, source=sweep, line_color=NEUTRAL, line_width=2)
    plot.scatter(x, field, source=sweep, size=7, color=NEUTRAL, name="curve")
    plot.y_range = DataRange1d(only_visible=True, syncable=False)
    plot.add_layout(vertical_line(ACCENT, name="current"))
    plot.add_layout(vertical_line(NEUTRAL, "dotted", name="knee"))
    plot.xaxis.ticker = BasicTicker(min_interval=1, desired_num_ticks=6)
    plot.yaxis.ticker = BasicTicker(desired_num_ticks=2)
    plot.yaxis.formatter = NumeralTickFormatter(format="0.[00]a")  # 200k and 0.08 are short.
    plot.toolbar_location = None
    return plot


def empty_figure(name: str, height: int = PLOT_HEIGHT) -> figure:
    """Make an empty plot that looks right on a light and on a dark page."""
    plot = figure(name=name, height=height, sizing_mode="stretch_width", tools="", min_width=120)
    plot.toolbar.logo = None
    # Ends that come back from a page are taken for chosen ones by the next: they follow no data.
    for axis_range in (plot.x_range, plot.y_range):
        axis_range.syncable = False
    # A view has a size before it is pressed. One that is made anew may have the size it had; then
    # the pointer has to enter first.
    code = (
        script("explorer/style/scripts/gestures.js") + "guardGestures(Bokeh.index.find_one(plot))"
    )
    guard = CustomJS(args={"plot": plot}, code=code)
    plot.js_on_change("inner_width", guard)
    plot.js_on_event("mouseenter", guard)
    # A background, if one that nobody sees: without it Bokeh strokes, along with the outline, the
    # path that an earlier painting has left.
    plot.update(background_fill_color=NEUTRAL, background_fill_alpha=0.01)
    plot.border_fill_alpha = 0
    plot.outline_line_color = NEUTRAL
    plot.outline_line_alpha = 0.4
    plot.title = title = Title(text_color=NEUTRAL, text_font_size="12px")
    # Of what is painted above its upper edge Bokeh never wipes the last row of pixels away.
    title.vertical_align = "top"
    _wrap_title(plot, title)
    plot.grid.grid_line_color = NEUTRAL
    plot.grid.grid_line_alpha = 0.15
    for axis in plot.axis:
        axis.update(
            axis_line_color=None,
            major_tick_line_color=NEUTRAL,
            minor_tick_line_color=None,
            major_label_text_color=NEUTRAL,
            major_label_text_font_size=FONT_SIZE,
            axis_label_text_color=NEUTRAL,
            axis_label_text_font_size=FONT_SIZE,
        )
    return plot


def _wrap_title(plot: figure, title: Title) -> None:
    """Have the browser, which knows how wide the plot is, break the title where it must."""
    wrap = CustomJS(
        args={"plot": plot, "title": title},
        code=script("explorer/style/scripts/title_that_fits.js")
        # Before the plot is painted, and while it is hidden, it has no width; it is asked again.
        + f"if (plot.properties.inner_width.is_unset || plot.inner_width < {_NO_WIDTH}) return;"
        'const brush = document.createElement("canvas").getContext("2d");'
        "brush.font = `bold ${title.text_font_size} ${title.text_font}`;"
        "const widthOf = (text) => brush.measureText(text).width;"
        f"const text = titleThatFits(title.text, plot.inner_width - {_BUTTON_WIDTH}, widthOf);"
        "if (text === title.text) return;"
        "title.setv({text}, {sync: false});"
        # What is asked for while the plot is laid out is not heard.
        "setTimeout(() => cb_context.index.find_one(plot)?.request_layout(true))",
    )
    plot.js_on_change("inner_width", wrap)
    title.js_on_change("text", wrap)
    title.js_on_change("text_font_size", wrap)


def vertical_line(
    color: str, dash: str = "solid", *, name: str, location: float | None = None
) -> Span:
    """Make a line over the whole height of a plot; without a place it cannot be seen yet."""
    line = Span(dimension="height", line_color=color, line_width=1.5, line_dash=dash, name=name)
    line.update(location=location or 0, visible=location is not None)
    return line


def point_size(n_images: int) -> float:
    """Make points smaller the more there are, so that they do not hide each other."""
    return float(min(9, max(2, 220 / max(n_images, 1) ** 0.5)))
