"""The evidence for each k as a still: six small plots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cliplab.explorer.plots.stills.curves_still import draw_curve
from cliplab.explorer.plots.stills.paper import TITLE_HEIGHT, axes_at, mark, points, say
from cliplab.explorer.plots.stills.still import Still
from cliplab.explorer.style.theme import ACCENT, NEUTRAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cliplab.explorer.model.views import View

_WIDTH, _HEIGHT = 240, 120
_LEFT, _RIGHT, _BOTTOM = 48, 10, 44
_MEASURES = (
    "gap", "silhouette_main", "stability", "fullness", "calinski_harabasz", "davies_bouldin",
)  # fmt: skip
_IN_MAIN = ("gap", "silhouette_main")


def evidence_still(view: View) -> Still:
    """Draw each measure over k with its uncertainty, and what it votes for."""
    across, down = _LEFT + _WIDTH + _RIGHT, TITLE_HEIGHT + _HEIGHT + _BOTTOM

    def draw(figure: Figure) -> None:
        for i, name in enumerate(_MEASURES):
            left, top = _LEFT + i % 3 * across, TITLE_HEIGHT + i // 3 * down
            _draw_measure(axes_at(figure, left, top, _WIDTH, _HEIGHT), name, view)

    return Still(3 * across, 2 * down, draw)


def _draw_measure(axes: Axes, name: str, view: View) -> None:
    measures = view["measures"]
    k = measures["n_clusters"]
    draw_curve(axes, k, measures[name], dot=5)
    if name == "gap":
        axes.vlines(
            k, measures["gap_low"], measures["gap_high"], color=NEUTRAL, linewidth=points(1)
        )
    elif name == "silhouette_main":
        for what, color in (("null", NEUTRAL), ("silhouette", ACCENT)):
            low, high = measures[f"{what}_low"], measures[f"{what}_high"]
            axes.fill_between(k, low, high, color=color, alpha=0.25, linewidth=0, zorder=0.5)
    elif name == "stability":
        agreement = measures["start_agreement"]
        axes.plot(k, agreement, color=NEUTRAL, linestyle="dotted", linewidth=points(2))
    mark(axes, view["votes"].get(name), ACCENT, "dashed")
    mark(axes, view["limits"].get(name), NEUTRAL, "dotted", across=True)
    say(axes, view["titles"][name], view["axis_main" if name in _IN_MAIN else "axis"])
