"""The images of two clusters along the line between them, as a still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cliplab.evaluation.line import STRETCHES
from cliplab.explorer.plots.figures import BAND_ALPHA
from cliplab.explorer.plots.stills.paper import (
    FONT,
    TITLE_HEIGHT,
    axes_at,
    colors_of,
    mark,
    points,
    say,
    short_numbers,
    wrapped,
)
from cliplab.explorer.plots.stills.still import Still
from cliplab.explorer.style.theme import NEUTRAL

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from cliplab.explorer.model.views import View

_WIDTH, _HEIGHT, _MARGIN = 560, 300, 10
_BOTTOM, _LINE = 46, 16
_POINT_SIZE = 5


def line_still(view: View, coloring: View, sentence: str = "") -> Still:
    """Draw a point an image, above the place where it stands between two centres."""
    lines = wrapped(sentence, _WIDTH)
    top = TITLE_HEIGHT + _HEIGHT + _BOTTOM
    height = top + len(lines) * _LINE + (_MARGIN if lines else 0)

    def draw(figure: Figure) -> None:
        axes = axes_at(figure, _MARGIN, TITLE_HEIGHT, _WIDTH, _HEIGHT)
        axes.grid(visible=False)
        axes.set(xlim=(-0.8, 1.8), ylim=(0, 1.08 * view["top"]), xticks=[0, 0.5, 1], yticks=[])
        for low, high in STRETCHES:
            axes.axvspan(low, high, facecolor=NEUTRAL, alpha=BAND_ALPHA / 2, linewidth=0)
        for centre in (0, 1):
            mark(axes, centre, NEUTRAL, "dotted")
        x, y = view["line_x"], view["line_y"]
        shown = np.isfinite(x)
        axes.scatter(
            x[shown], y[shown], s=points(_POINT_SIZE) ** 2, c=colors_of(coloring, 0.85)[shown],
            linewidths=0, zorder=2,
        )  # fmt: skip
        axes.xaxis.set_major_formatter(short_numbers())
        say(axes, view["title"], view["axis"])
        for i, line in enumerate(lines):
            left, up = _MARGIN / figure.bbox.width, 1 - (top + i * _LINE) / figure.bbox.height
            figure.text(left, up, line, color=NEUTRAL, fontsize=FONT, va="top")

    return Still(_WIDTH + 2 * _MARGIN, height, draw)
