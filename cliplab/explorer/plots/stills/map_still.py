"""The map as a still: a point an image, the numbers of the clusters, and a legend below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cliplab.explorer.plots.figures import point_size
from cliplab.explorer.plots.stills.paper import (
    FONT,
    TITLE_HEIGHT,
    axes_at,
    colors_of,
    faded,
    points,
    say,
    shortened,
)
from cliplab.explorer.plots.stills.pills import draw_pills
from cliplab.explorer.plots.stills.still import Still
from cliplab.explorer.style.theme import ACCENT, MAP_ALONE, MOST_AT_ONCE, NEUTRAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cliplab.explorer.model.views import View

_MARGIN = 10
_LINE = 18  # Pixels from one line of the legend to the next.
_LONGEST_NAME = 190


class MapContent(NamedTuple):
    """What a map shows.

    Attributes
    ----------
    view, coloring : dict
        Where the points are, and in what colours.
    title : str
        How the map was made.
    numbers : dict, optional
        Where the number of each cluster stands; left out, there are none.
    torn : sequence of int
        The images that are outlined.
    selected : sequence of int
        The images beside which all others are pale; empty for none.
    """

    view: View
    coloring: View
    title: str
    numbers: View | None = None
    torn: Sequence[int] = ()
    selected: Sequence[int] = ()


def map_still(content: MapContent, side: float = MAP_ALONE) -> Still:
    """Draw a map with equal scales; what its colours mean is written below.

    Where the clusters have numbers, these say what the colours mean.
    """
    legend = [] if content.numbers is not None else _legend_lines(content.coloring, side)
    bottom = _MARGIN + len(legend) * _LINE

    def draw(figure: Figure) -> None:
        draw_map(axes_at(figure, _MARGIN, TITLE_HEIGHT, side, side), content)
        _draw_legend(figure, legend, content.coloring, TITLE_HEIGHT + side + 6, side)

    return Still(side + 2 * _MARGIN, TITLE_HEIGHT + side + bottom, draw)


def draw_map(axes: Axes, content: MapContent) -> None:
    """Draw a map into a square frame."""
    view, size = content.view, point_size(len(content.view["x"]))
    selected = np.asarray(content.selected, dtype=np.intp)
    (x, y), reach = view["center"], view["reach"]
    axes.set(xlim=(x - reach, x + reach), ylim=(y - reach, y + reach), xticks=[], yticks=[])
    axes.set_aspect("equal")
    axes.scatter(
        view["x"],
        view["y"],
        s=points(size) ** 2,
        c=faded(colors_of(content.coloring, 0.85), selected, 0.12),
        linewidths=0,
        # Very many circles would be a file that no program opens.
        rasterized=len(view["x"]) > MOST_AT_ONCE,
    )
    torn = np.asarray(content.torn, dtype=np.intp)
    if len(torn):
        axes.scatter(
            view["x"][torn],
            view["y"][torn],
            s=points(size + 1) ** 2,
            facecolors="none",
            edgecolors=ACCENT,
            linewidths=points(1.5),
        )
    if content.numbers is not None:
        places = np.column_stack([content.numbers["x"], content.numbers["y"]])
        draw_pills(axes, content.numbers, places, may_move=True)
    say(axes, content.title)


_Legend = list[list[tuple[str, str]]]


def _legend_lines(coloring: View, width: float) -> _Legend:
    """Return names with their colours, line by line; all one colour needs no words."""
    entries = list(coloring["legend"])
    if not entries:
        return []
    if coloring["is_amount"]:
        return [[], entries]  # Under all colours of the amount stand words for both ends.
    entries = [(shortened(name, _LONGEST_NAME), color) for name, color in entries]
    longest = max(len(name) for name, _ in entries)
    n_columns = max(1, int(width / (7.0 * longest + 34)))
    n_lines = -(-len(entries) // n_columns)
    # The order runs down the columns, as in the legend of the screen.
    return [entries[line::n_lines] for line in range(n_lines)]


def _draw_legend(figure: Figure, lines: _Legend, coloring: View, top: float, width: float) -> None:
    if not lines:
        return
    axes = axes_at(figure, _MARGIN, top, width, len(lines) * _LINE)
    axes.set(xlim=(0, width), ylim=(len(lines), 0))
    axes.axis("off")
    if coloring["is_amount"]:
        _draw_scale(axes, lines[1], coloring["palette"], width)
        return
    n_columns = len(lines[0])
    for line, entries in enumerate(lines):
        for column, (name, color) in enumerate(entries):
            x = column * width / n_columns
            axes.plot(x + 6, line + 0.5, "o", color=color, markersize=points(9))
            axes.text(x + 16, line + 0.5, name, color=NEUTRAL, fontsize=FONT, va="center")


def _draw_scale(
    axes: Axes, ends: Sequence[tuple[str, str]], palette: Sequence[str], width: float
) -> None:
    """Draw all colours of an amount side by side, above the words for its ends."""
    from matplotlib.colors import ListedColormap

    extent = (0, width, 0.8, 0.2)
    ramp = np.arange(len(palette))[np.newaxis]
    axes.imshow(ramp, cmap=ListedColormap(list(palette)), extent=extent, aspect="auto")
    axes.set(xlim=(0, width), ylim=(2, 0))
    (first, _), (last, _) = ends
    for x, words, side in ((0, first, "left"), (width, last, "right")):
        axes.text(
            x, 1.5, shortened(words, 0.6 * width), color=NEUTRAL, fontsize=FONT, va="center",
            ha=side,
        )  # fmt: skip
