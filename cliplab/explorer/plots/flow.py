"""The figure of what moved: two columns of clusters, and ribbons of images between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.models import ColumnDataSource, HoverTool, Range1d, TapTool

from cliplab.explorer.plots.figures import empty_figure, set_title
from cliplab.explorer.style.theme import FONT_SIZE, NEUTRAL, cluster_color

if TYPE_CHECKING:
    from cliplab.evaluation.transitions import ClusterTransitions
    from cliplab.explorer.model.columns import Columns

_GAP = 0.012  # Between two clusters, as a share of the height.
_WIDTH = 0.03  # Of a cluster's bar.
# The middle of a ribbon is a smooth step from one height to the other.
_STEPS = np.linspace(0, 1, 24)
_SMOOTH = 3 * _STEPS**2 - 2 * _STEPS**3


def flow_columns(transitions: ClusterTransitions) -> Columns:
    """Return a ribbon for each flow, as wide as it has images; those that stay are paler."""
    table = transitions.to_pandas().sort_values(["before", "after"])
    left, right = (_places(transitions, side) for side in ("before", "after"))
    ribbons: Columns = {
        name: [] for name in ("xs", "ys", "colors", "alphas", "before", "after", "n_images")
    }
    for before, after, n in table.itertuples(index=False):
        height = n / len(transitions) * _room(transitions)
        tops = []
        for places, cluster in ((left, before), (right, after)):
            tops.append(places[cluster])
            places[cluster] += height
        path = tops[0] + (tops[1] - tops[0]) * _SMOOTH
        x = _WIDTH + (1 - 2 * _WIDTH) * _STEPS
        ribbons["xs"].append(np.r_[x, x[::-1]].tolist())
        ribbons["ys"].append(np.r_[path, (path + height)[::-1]].tolist())
        ribbons["colors"].append(cluster_color(before))
        ribbons["alphas"].append(0.25 if before == after else 0.8)
        ribbons["before"].append(_name(before))
        ribbons["after"].append(_name(after))
        ribbons["n_images"].append(int(n))
    return ribbons


def block_columns(transitions: ClusterTransitions) -> Columns:
    """Return a bar for each cluster, on the left as it was and on the right as it is."""
    blocks: Columns = {
        name: [] for name in ("left", "right", "top", "bottom", "colors", "x", "y", "names")
    }
    for side, x in (("before", 0.0), ("after", 1 - _WIDTH)):
        labels = getattr(transitions, side)
        for cluster, top in _places(transitions, side).items():
            height = (labels == cluster).mean() * _room(transitions)
            blocks["left"].append(x)
            blocks["right"].append(x + _WIDTH)
            blocks["top"].append(top)
            blocks["bottom"].append(top + height)
            blocks["colors"].append(cluster_color(cluster))
            blocks["x"].append(-0.035 if side == "before" else 1.035)
            blocks["y"].append(top + height / 2)
            blocks["names"].append(_name(cluster))
    return blocks


class FlowPlot:
    """Ribbons of images from cluster to cluster; a tap on one selects its images."""

    def __init__(self) -> None:
        self._transitions: ClusterTransitions | None = None
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
            HoverTool(renderers=[flows], tooltips="@n_images from @before to @after"),
        )

    def show(self, transitions: ClusterTransitions | None) -> None:
        """Draw transitions; None takes the plot away."""
        self._transitions = transitions
        self.layout.visible = transitions is not None
        if transitions is not None:
            set_title(
                self.layout, f"What moved · {len(transitions.movers)} of {len(transitions)} images"
            )
            self.ribbons.selected.indices = []
            self.ribbons.data = flow_columns(transitions)
            self.blocks.data = block_columns(transitions)

    def on_tap(self, select: Callable[[tuple[int, ...]], None]) -> None:
        """Have a function called with the rows of the images in the ribbon that was tapped."""

        def tapped(_attr: str, _old: Any, ribbons: list[int]) -> None:
            if ribbons and self._transitions is not None:
                data = self.ribbons.data
                ends = (_number(data[side][ribbons[0]]) for side in ("before", "after"))
                select(self._transitions.rows(*ends))

        self.ribbons.selected.on_change("indices", tapped)


def _places(transitions: ClusterTransitions, side: str) -> dict[int, float]:
    """Return where each cluster of a side begins, from the top; noise is last."""
    labels = getattr(transitions, side)
    top, places = 0.0, {}
    for cluster in sorted(set(labels.tolist()), key=lambda each: (each < 0, each)):
        places[cluster] = top
        top += (labels == cluster).mean() * _room(transitions) + _gap(transitions)
    return places


def _room(transitions: ClusterTransitions) -> float:
    """Return the share of the height that is images and not gaps; the same on both sides."""
    return 1 - _gap(transitions) * (_n_blocks(transitions) - 1)


def _gap(transitions: ClusterTransitions) -> float:
    """Return the gap between two clusters; all gaps together leave most of the height."""
    return min(_GAP, 0.3 / _n_blocks(transitions))


def _n_blocks(transitions: ClusterTransitions) -> int:
    return max(len(np.unique(transitions.before)), len(np.unique(transitions.after)))


def _name(cluster: int) -> str:
    return str(cluster) if cluster >= 0 else "noise"


def _number(name: str) -> int:
    return -1 if name == "noise" else int(name)
