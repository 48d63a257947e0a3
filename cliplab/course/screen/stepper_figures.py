"""Two runs of K-means on one map, side by side, and their inertia below."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from bokeh.layouts import column, row
from bokeh.models import BasicTicker, CDSView, ColumnDataSource, IndexFilter, Range1d

from cliplab.course.kmeans_walk import SIDES, KMeansWalk
from cliplab.course.screen.badges import draw_badges
from cliplab.course.screen.map_figure import (
    ImageRows,
    beside,
    color_numbers,
    map_figure,
    show_square,
    square,
)
from cliplab.explorer.model.views import map_view
from cliplab.explorer.plots.figures import empty_figure, point_size, set_title
from cliplab.explorer.plots.save_button import add_save_buttons
from cliplab.explorer.style.theme import ACCENT, NEUTRAL, cluster_color, ink_on

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM
    from bokeh.plotting import figure

    from cliplab.explorer.model.small_images import SmallImages
    from cliplab.images.image_set import ImageSet
    from cliplab.projection.values import Projection

_AIR = 1.08  # Images at the edge of the map are seen whole.
_SIDE = 34  # Of an image that stands for a centre, in pixels.
# The first assignment is far from all others: what comes after would be a flat line.
_FIRST_MOVE = 2


class _Look(NamedTuple):
    words: str
    marker: str
    dash: str


_LOOKS = (_Look("dots", "circle", "solid"), _Look("squares", "square", "dashed"))


class StepperPlots:
    """The two maps and the curve.

    Parameters
    ----------
    images : ImageSet
        The images.
    small_images : SmallImages
        Their small copies.
    projection : Projection
        The map that both runs are drawn on.

    Attributes
    ----------
    layout : LayoutDOM
        All of them.
    """

    def __init__(self, images: ImageSet, small_images: SmallImages, projection: Projection) -> None:
        self._small_images = small_images
        view = map_view(projection)
        self._x, self._y = view["x"], view["y"]
        self.rows = ImageRows(len(images), images, "stepper images")
        self.rows.source.data.update({"x": self._x, "y": self._y})
        self.rows.source.data.update({side: np.zeros(len(images)) for side in SIDES})
        self._centers = [ColumnDataSource(_no_centers(), name=f"{s} centers") for s in SIDES]
        self._changed = [IndexFilter(indices=[]) for _ in SIDES]
        self.maps = [self._map(i) for i in range(2)]
        for plot in self.maps:
            show_square(plot, square(view, _AIR))
        self.rows.serve(*self.maps)
        self._curves = [ColumnDataSource({"x": [], "y": []}, name=f"{s} inertia") for s in SIDES]
        self.curve = self._curve()
        add_save_buttons([*self.maps, self.curve])
        self.layout: LayoutDOM = column(
            row(*self.maps, **beside(list(self.maps), "260px")),
            self.curve,
            sizing_mode="stretch_width",
        )

    def show(self, walk: KMeansWalk) -> None:
        """Draw where both runs are."""
        self.rows.source.data.update(
            {side: color_numbers(walk.cluster_labels(i)) for i, side in enumerate(SIDES)}
        )
        for i, stage in enumerate(walk.stages):
            # Of the first assignment all images would be outlined.
            is_first = len(stage.changed) == len(self._x)
            self._changed[i].indices = [] if is_first else list(stage.changed)
            self._centers[i].data = self._center_columns(walk, i)
            set_title(self.maps[i], walk.title(i))
        self._show_inertias(walk)

    def fit_curve(self, walk: KMeansWalk) -> None:
        """Make room for the whole curve, so that nothing but its end moves."""
        known = [stage.inertia for run in walk.runs for stage in run[_FIRST_MOVE:]]
        air = 0.08 * (max(known) - min(known)) or 1.0
        self.curve.y_range.update(start=min(known) - air, end=max(known) + air)
        self.curve.x_range.update(start=0, end=walk.end + 1)

    def _map(self, i: int) -> figure:
        plot = map_figure(f"{SIDES[i]} start", self.rows, "x", "y", SIDES[i])
        size = point_size(len(self._x))
        plot.scatter(
            "x", "y", source=self.rows.source, view=CDSView(filter=self._changed[i]),
            size=size + 2, fill_color=None, line_color=ACCENT, line_width=1.5, name="changed",
        )  # fmt: skip
        centers = self._centers[i]
        plot.multi_line("xs", "ys", source=centers, color="color", line_width=2, name="trails")
        plot.scatter(
            "x", "y", source=centers, marker="square", size=_SIDE + 6, color="color",
            name="frames",
        )  # fmt: skip
        plot.image_url(
            "uri", "x", "y", source=centers, w=_SIDE, h=_SIDE, w_units="screen", h_units="screen",
            anchor="center", name="centers",
        )  # fmt: skip
        draw_badges(plot, centers, "x", "y", offset=_SIDE / 2)
        return plot

    def _center_columns(self, walk: KMeansWalk, i: int) -> dict[str, list[object]]:
        columns = _no_centers()
        numbers = walk.numbers[i]
        for cluster, image in enumerate(walk.stages[i].nearest_images):
            path = list(walk.path(i, cluster))
            color = cluster_color(int(numbers[cluster]))
            values = {
                "x": float(self._x[image]),
                "y": float(self._y[image]),
                "xs": self._x[path].tolist(),
                "ys": self._y[path].tolist(),
                "uri": self._small_images.uri(image),
                "number": str(numbers[cluster]),
                "color": color,
                "ink": ink_on(color),
            }
            for name, value in values.items():
                columns[name].append(value)
        return columns

    def _curve(self) -> figure:
        plot = empty_figure("inertia", height=150)
        plot.x_range, plot.y_range = Range1d(start=0, end=1), Range1d(start=0, end=1)
        plot.toolbar_location = None
        plot.xaxis.ticker = BasicTicker(min_interval=1, desired_num_ticks=8)
        plot.yaxis.ticker = BasicTicker(desired_num_ticks=3)
        plot.xaxis.axis_label = "half steps; drawn from the first move of the centres on"
        set_title(plot, "Inertia")
        for source, (_, marker, dash) in zip(self._curves, _LOOKS, strict=True):
            plot.line("x", "y", source=source, color=NEUTRAL, line_width=2, line_dash=dash)
            dots = plot.scatter("x", "y", source=source, size=7, marker=marker, line_color=NEUTRAL)
            dots.glyph.fill_color = NEUTRAL if dash == "solid" else None
        return plot

    def _show_inertias(self, walk: KMeansWalk) -> None:
        """Draw the curves up to now, and write above which is whose."""
        says = []
        for i, stage in enumerate(walk.stages):
            inertias = walk.inertias(i)[_FIRST_MOVE:]
            places = [_FIRST_MOVE + each for each in range(len(inertias))]
            self._curves[i].data = {"x": places, "y": inertias}
            if walk.position > 0:
                says.append(f"{_LOOKS[i].words} {SIDES[i]} {stage.inertia:.4g}")
        set_title(self.curve, " · ".join(["Inertia", *says]))


def _no_centers() -> dict[str, list[object]]:
    return {name: [] for name in ("x", "y", "xs", "ys", "uri", "number", "color", "ink")}
