"""The silhouettes as a still: a bar for each image, sorted within clusters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cliplab.explorer.plots.figures import BAND_ALPHA
from cliplab.explorer.plots.stills.paper import (
    TITLE_HEIGHT,
    axes_at,
    colors_of,
    faded,
    few_ticks,
    mark,
    say,
    short_numbers,
)
from cliplab.explorer.plots.stills.pills import draw_pills
from cliplab.explorer.plots.stills.still import Still
from cliplab.explorer.style.theme import ACCENT, MAP_ALONE, MOST_AT_ONCE, NEUTRAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cliplab.explorer.model.views import View

_WIDTH, _MARGIN, _BOTTOM = 400, 10, 46
_NUMBER = 29  # Pixels for a number on the left.


class BarsContent(NamedTuple):
    """What the silhouettes show.

    Attributes
    ----------
    sweep, clustering, coloring : dict
        The scale of all bars, the bars of one clustering, and their colours.
    null_range : pair of float, optional
        Which mean silhouettes null data reach.
    selected : sequence of int
        The images beside which all others are pale; empty for none.
    """

    sweep: View
    clustering: View
    coloring: View
    null_range: tuple[float, float] | None = None
    selected: Sequence[int] = ()


def silhouettes_still(content: BarsContent) -> Still:
    """Draw the silhouettes of one clustering."""

    def draw(figure: Figure) -> None:
        draw_silhouettes(axes_at(figure, _MARGIN, TITLE_HEIGHT, _WIDTH, MAP_ALONE), content)

    return Still(_WIDTH + 2 * _MARGIN, TITLE_HEIGHT + MAP_ALONE + _BOTTOM, draw)


def draw_silhouettes(axes: Axes, content: BarsContent) -> None:
    """Draw the silhouettes into a frame."""
    from matplotlib.collections import PolyCollection

    view, rows = content.clustering, content.clustering["bar_rows"]
    selected = np.asarray(content.selected, dtype=np.intp)
    width = axes.get_window_extent().width
    low, high = content.sweep["lowest"], content.sweep["highest"]
    per_pixel = (high - low) / (width - _NUMBER - 6)
    axes.set(xlim=(low - _NUMBER * per_pixel, high + 6 * per_pixel), ylim=view["bars_range"])
    bars = _corners(view["silhouettes"][rows], view["bar_positions"][rows])
    colors = faded(colors_of(content.coloring), selected, 0.2)[rows]
    # With an edge of their own colour no light shows between bars that are thinner than a pixel.
    drawn = PolyCollection(list(bars), facecolors=colors, edgecolors=colors, linewidths=0.1)
    drawn.set_rasterized(len(rows) > MOST_AT_ONCE)
    axes.add_collection(drawn, autolim=False)
    if content.null_range is not None:
        axes.axvspan(
            *content.null_range, facecolor=NEUTRAL, alpha=BAND_ALPHA, linewidth=0, zorder=0.5
        )
    mark(axes, 0.0, NEUTRAL)
    mark(axes, view["mean_silhouette"], ACCENT, "dashed")
    words = view["word_positions"]
    beside = np.full(len(words), low - _NUMBER / 2 * per_pixel)
    draw_pills(axes, view, np.column_stack([beside, words]), may_move=False)
    axes.xaxis.set_major_locator(few_ticks(5))
    axes.xaxis.set_major_formatter(short_numbers())
    axes.set_yticks([])
    say(axes, view["title"], content.sweep["bars_axis"])


def _corners(lengths: NDArray[np.floating], positions: NDArray[np.number]) -> NDArray[np.float64]:
    """Return the four corners of each bar; what has no silhouette, as noise, has no length."""
    ends, middles = np.nan_to_num(lengths), np.asarray(positions, dtype=float)
    zero, above, below = np.zeros_like(ends), middles - 0.5, middles + 0.5
    x, y = np.stack([zero, ends, ends, zero], 1), np.stack([above, above, below, below], 1)
    return np.stack([x, y], 2)
