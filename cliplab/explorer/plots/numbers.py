"""The numbers of the clusters on the map and beside the bars: pills in their cluster's colour.

How many there is room for depends on the size of the plot and on what was zoomed into, which only
the browser knows: its scripts choose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bokeh.core.properties import value
from bokeh.models import (
    CDSView,
    ColumnDataSource,
    CustomJS,
    CustomJSFilter,
    CustomJSTransform,
    Range1d,
)

from cliplab._core.scripts import script
from cliplab.explorer.model.columns import PILL
from cliplab.explorer.style.theme import FONT_SIZE

if TYPE_CHECKING:
    from bokeh.plotting import figure

# Before a plot is painted it has no height; afterwards its scripts are asked again.
_HEIGHT = "const height = plot.properties.inner_height.is_unset ? 0 : plot.inner_height;"
_LOOKS: dict[str, Any] = {
    "text": "names",
    "text_color": "inks",
    "text_font_style": "bold",
    "text_baseline": "middle",
    "background_fill_color": "colors",
    "border_radius": 8,
}
# Among points of their own colour.
_ON_MAP: dict[str, Any] = {
    "border_line_color": "inks",
    "border_line_width": 1.5,
    "padding": (4, 1),
}
# Higher than its digits: white ones would run into the white of the page.
_BESIDE: dict[str, Any] = {"padding": (4, 2)}


def number_the_map(plot: figure, numbers: ColumnDataSource) -> None:
    """Write each cluster's number on the map, as many as there is room for."""
    names = [*PILL, "x", "y"]
    code = (
        script("explorer/style/scripts/map_numbers.js")
        + f"const shown = Object.fromEntries({names}.map((name) => "
        "[name, numbers.get_column(name)]));"
    )
    arguments = {"plot": plot, "numbers": numbers}
    fitting = CustomJSFilter(
        args=arguments,
        code=code + "return placeNumbers(shown, frameOf(plot)).map(({i}) => i)",
    )
    across, down = (
        CustomJSTransform(
            args=arguments, v_func=f"{code}return movesOf('{along}', shown, frameOf(plot))"
        )
        for along in ("dx", "dy")
    )
    plot.text(
        "x",
        "y",
        x_offset={"field": "x", "transform": across},
        y_offset={"field": "y", "transform": down},
        source=numbers,
        view=CDSView(filter=fitting),
        text_align="center",
        text_font_size="12px",
        name="cluster numbers",
        **_LOOKS,
        **_ON_MAP,
    )
    again = _look_again(numbers)
    for size in ("inner_width", "inner_height"):
        plot.js_on_change(size, again)
    for axis in (plot.x_range, plot.y_range):
        axis.js_on_change("start", again)
        axis.js_on_change("end", again)


def number_the_bars(plot: figure, words: ColumnDataSource) -> None:
    """Write each cluster's number on the left of its bars, as many as there is room for."""
    plot.extra_x_ranges = {"words": Range1d(start=0, end=1)}
    fitting = CustomJSFilter(
        args={"plot": plot, "words": words},
        code=script("explorer/style/scripts/numbers_that_fit.js")
        + _HEIGHT
        + 'const [positions, sizes] = ["word_positions", "sizes"].map('
        "(name) => Array.from(words.get_column(name)));"
        "return numbersThatFit(positions, sizes, plot.y_range, height)",
    )
    inwards = CustomJSTransform(
        args={"plot": plot},
        v_func=script("explorer/style/scripts/numbers_that_fit.js")
        + f"{_HEIGHT}return movesInside(Array.from(xs), plot.y_range, height)",
    )
    again = _look_again(words)
    plot.js_on_change("inner_height", again)
    plot.text(
        0,
        "word_positions",
        x_range_name="words",
        source=words,
        view=CDSView(filter=fitting),
        x_offset=1,
        y_offset={"field": "word_positions", "transform": inwards},
        text_align="left",
        text_font=value("monospace"),
        text_font_size=FONT_SIZE,
        name="names",
        **_LOOKS,
        **_BESIDE,
    )


def _look_again(numbers: ColumnDataSource) -> CustomJS:
    """Have numbers chosen and placed anew; a filter alone would do so only if others are chosen."""
    return CustomJS(args={"numbers": numbers}, code="numbers.change.emit()")
