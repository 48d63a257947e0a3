"""The curves over k as a still: inertia, and mean silhouette with what null data reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cliplab.explorer.plots.figures import BAND_ALPHA
from cliplab.explorer.plots.stills.paper import (
    TITLE_HEIGHT,
    axes_at,
    few_ticks,
    mark,
    points,
    say,
    short_numbers,
)
from cliplab.explorer.plots.stills.still import Still
from cliplab.explorer.style.theme import ACCENT, NEUTRAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cliplab.explorer.model.views import View

_WIDTH, _HEIGHT = 340, 190
_LEFT, _RIGHT, _BOTTOM = 52, 12, 46


class CurvesContent(NamedTuple):
    """What the curves show.

    Attributes
    ----------
    sweep : dict
        The curves.
    value : float, optional
        The k that is looked at.
    band : dict, optional
        What null data reach, and the title that says so.
    """

    sweep: View
    value: float | None = None
    band: View | None = None


def curves_still(content: CurvesContent) -> Still:
    """Draw inertia and mean silhouette side by side."""
    step = _LEFT + _WIDTH + _RIGHT

    def draw(figure: Figure) -> None:
        for i, draw_curve in enumerate((draw_elbow, draw_scores)):
            draw_curve(axes_at(figure, _LEFT + i * step, TITLE_HEIGHT, _WIDTH, _HEIGHT), content)

    return Still(2 * step, TITLE_HEIGHT + _HEIGHT + _BOTTOM, draw)


def draw_elbow(axes: Axes, content: CurvesContent) -> None:
    """Draw inertia over k, or how many clusters there are over another parameter."""
    view, curves = content.sweep, content.sweep["curves"]
    field = "inertias" if view["parameter"] == "n_clusters" else "n_clusters"
    draw_curve(axes, curves["parameter_values"], curves[field])
    mark(axes, content.value, ACCENT)
    mark(axes, view["elbow"], NEUTRAL, "dotted")
    say(axes, view["elbow_title"], view["curves_axis"])


def draw_scores(axes: Axes, content: CurvesContent) -> None:
    """Draw the mean silhouette over k with its error, before a band in which null data lie."""
    view, curves, band = content.sweep, content.sweep["curves"], content.band
    values, scores = curves["parameter_values"], curves["silhouette_scores"]
    draw_curve(axes, values, scores)
    axes.vlines(values, curves["low"], curves["high"], color=NEUTRAL, linewidth=points(1))
    title = view["score_title"]
    if band is not None:
        title, ends = band["title"], band["band"]
        axes.fill_between(
            ends["parameter_values"], ends["low"], ends["high"], color=NEUTRAL, alpha=BAND_ALPHA,
            linewidth=0, zorder=0.5,
        )  # fmt: skip
    mark(axes, content.value, ACCENT)
    say(axes, title, view["curves_axis"])


def draw_curve(axes: Axes, x: object, y: object, dot: float = 7) -> None:
    """Draw a line with a dot at each k."""
    axes.plot(
        np.asarray(x), np.asarray(y), "-o", color=NEUTRAL, linewidth=points(2),
        markersize=points(dot), markeredgewidth=0,
    )  # fmt: skip
    axes.xaxis.set_major_locator(few_ticks(6, integer=True))
    axes.yaxis.set_major_locator(few_ticks(4))
    axes.yaxis.set_major_formatter(short_numbers())
