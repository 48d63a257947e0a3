"""The linked plots: their sources, how each changes, and the one layout that holds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.events import Tap
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, IndexFilter, LinearColorMapper, Range1d
from bokeh.plotting import figure

from cliplab.explorer.model.columns import BESIDE_BARS, PILL, Columns, half_gap
from cliplab.explorer.model.turning import can_be_turned
from cliplab.explorer.plots.figures import (
    elbow_figure,
    mark_elbow,
    move_line,
    offer_values,
    part_of,
    say_parameter,
    say_where,
    scatter_figure,
    score_figure,
    set_title,
)
from cliplab.explorer.plots.hover import Hover
from cliplab.explorer.plots.line_figure import line_figure, place_on_line
from cliplab.explorer.plots.map_images import MapImages
from cliplab.explorer.plots.save_button import add_save_buttons
from cliplab.explorer.plots.silhouette_figure import mark_null, silhouette_figure
from cliplab.explorer.style.theme import MOST_AT_ONCE, OTHER_COLOR

if TYPE_CHECKING:
    from cliplab.explorer.model.views import View


class Plots:
    """Scatter, silhouettes, elbow and mean silhouette, drawn from a few sources.

    All plots of images share one source, so that what is selected in one is selected in all,
    in the browser, without asking the kernel. Only where there are very many images do bars have a
    source of their own, with a row for each image that was measured. Each method sends only the
    columns that change.

    Parameters
    ----------
    n_images : int
        How many images there are.
    columns : dict
        What a hover says of each image.
    are_images : bool, default=True
        Whether there are images to hover over; null data have none.

    Attributes
    ----------
    images, bars : ColumnDataSource
        The images, and their bars; one and the same unless there are very many.
    hover : Hover
        What is said of the image under the mouse.
    scatter, silhouettes, curves
        The plots; `curves` are `elbow` over `score`.
    square
        The ranges that hold the map, in both directions.
    line
        The images of two clusters along the line between them; hidden until it is asked for.
    """

    def __init__(self, n_images: int, columns: Columns, *, are_images: bool = True) -> None:
        prefix = "" if are_images else "null "
        is_shared = can_be_turned(n_images)
        self.images = _source(f"{prefix}images", _unknown(n_images, has_bars=is_shared) | columns)
        self.bars = self.images if is_shared else _source(f"{prefix}measured", _no_bars())
        on_map = (*PILL, "x", "y", "typical")
        self.numbers = _source(f"{prefix}numbers", {name: [] for name in on_map})
        self.words = _source(f"{prefix}words", {name: [] for name in BESIDE_BARS})
        self.sweep = _source(f"{prefix}sweep", _no_sweep())
        self.band = _source(f"{prefix}band", {"parameter_values": [], "low": [], "high": []})
        self.hover = Hover(self.images, self.bars, n_images, prefix, are_images)
        self._is_showing = False
        self._scale = Range1d(start=0, end=1)
        self._mapper = LinearColorMapper(
            palette=[OTHER_COLOR], low=0, high=1, nan_color=OTHER_COLOR
        )
        self._mapper.name = f"{prefix}image colours"
        # The few that may have been measured must not drown in the grey of the others.
        if n_images > MOST_AT_ONCE:
            self._mapper.nan_color = f"{OTHER_COLOR}30"

        self.square = (Range1d(start=-1, end=1), Range1d(start=-1, end=1))
        self.torn = IndexFilter(indices=[])
        self.scatter = scatter_figure(
            self.images, self.numbers, self.hover, self._mapper, self.torn, self.square
        )
        self.map_images = MapImages(self.scatter, self.images, self.numbers, self.hover, prefix)
        self.silhouettes = silhouette_figure(
            self.bars, self.words, self.hover, self._mapper, self._scale
        )
        self.line = line_figure(self.images, self.hover, self._mapper)
        self.hover.serve(self.scatter, self.silhouettes, self.line)
        self.elbow = elbow_figure(self.sweep)
        self.score = score_figure(self.sweep, self.band)
        # Nobody chooses by null data.
        self._offers = [offer_values(each) for each in (self.elbow, self.score) if are_images]
        self.curves = column(self.elbow, self.score, sizing_mode="stretch_width")
        figures = (self.scatter, self.silhouettes, self.line, self.elbow, self.score)
        self._axes = {plot: [each for each in plot.axis if each.visible] for plot in figures}
        self.show(self.line, False)
        for plot in figures:
            plot.name = f"{prefix}{plot.name}"
        add_save_buttons([self.scatter, self.silhouettes, self.line], self.images)
        add_save_buttons([self.elbow, self.score])

    def show(self, plot: figure, is_shown: bool) -> None:
        """Show a plot or hide it, with its axes.

        Bokeh would measure the axes of a hidden plot for each k, which takes as long as to paint
        two others.
        """
        plot.visible = is_shown
        for axis in self._axes[plot]:
            axis.visible = is_shown

    def show_map(self, view: View) -> None:
        """Move every point to its place."""
        self.images.data.update({"x": view["x"], "y": view["y"]})
        for axis, center in zip(self.square, view["center"], strict=True):
            axis.update(start=float(center - view["reach"]), end=float(center + view["reach"]))

    def show_map_images(self, shown: str, wall: View | None, show_numbers: bool) -> None:
        """Show images on the map: none, typical ones, or every one on a wall that there is."""
        self.map_images.show(shown, wall)
        part_of(self.scatter, "cluster numbers").visible = show_numbers

    def show_title(self, title: str) -> None:
        """Say above the map how it was made."""
        set_title(self.scatter, title)

    def show_line(self, view: View | None) -> None:
        """Pile the images of two clusters up along the line between them; None takes it away."""
        self.show(self.line, view is not None)
        if view is None:
            return
        self.images.data.update({name: view[name] for name in _ON_THE_LINE})
        place_on_line(self.line, *_ON_THE_LINE)
        self.line.y_range.update(start=0, end=1.08 * view["top"])
        set_title(self.line, view["title"])
        say_where(self.line, view["axis"])

    def show_numbers(self, view: View) -> None:
        """Write each cluster's number at the median of its points."""
        self.numbers.data = view

    def begin(self, n_rows: int) -> None:
        """Begin anew with another number of rows."""
        self.images.data = _unknown(n_rows, has_bars=True)

    def clear(self) -> None:
        """Draw nothing: neither points nor curves."""
        self.begin(0)
        self.sweep.data = _no_sweep()

    def show_names(self, columns: Columns) -> None:
        """Take what a hover says of the images."""
        if columns:
            self.images.data.update(columns)
        self.hover.forget()

    def show_sweep(self, view: View) -> None:
        """Draw the curves over k, and the elbow where the rule finds one."""
        self.sweep.data = view["curves"]
        for plot in (self.elbow, self.score):
            say_where(plot, view["curves_axis"])
        for tool in self._offers:
            say_parameter(tool, view["parameter_title"])
        say_where(self.silhouettes, view["bars_axis"])
        mark_elbow(self.elbow, view)
        set_title(self.score, view["score_title"])
        # One scale for all bars, so that they can be compared while k moves.
        self._scale.update(start=view["lowest"], end=view["highest"])

    @property
    def curve_columns(self) -> dict[str, list[Any]]:
        """The columns that are drawn over k, by the plot."""
        counts = part_of(self.elbow, "number of clusters").visible
        sweep, band = self.sweep.data, self.band.data
        return {
            "elbow": [sweep["n_clusters" if counts else "inertias"]],
            "score": [sweep["silhouette_scores"], band["low"], band["high"]],
        }

    def show_band(self, view: View) -> None:
        """Draw behind the mean silhouettes what null data reach."""
        self.band.data = view["band"]
        set_title(self.score, view["title"])

    def show_null_range(self, ends: tuple[float, float] | None) -> None:
        """Draw behind the bars what null data reach at this k."""
        mark_null(self.silhouettes, *(ends or (None, None)))

    def show_clustering(self, view: View) -> None:
        """Draw the silhouettes of one clustering and mark its place on the curves."""
        self._show_labels_and_bars(view)
        self.words.data = {name: view[name] for name in BESIDE_BARS}
        start, end = view["bars_range"]
        self.silhouettes.y_range.update(start=start, end=end)
        for plot in (self.elbow, self.score):
            move_line(plot, "current", view["value"])
        mean = view["mean_silhouette"]
        move_line(self.silhouettes, "mean", mean if np.isfinite(mean) else None)
        set_title(self.silhouettes, view["title"])

    def _show_labels_and_bars(self, view: View) -> None:
        labels = {"cluster_labels": view["cluster_labels"]}
        bars = {name: view[name] for name in _BARS}
        if self.bars is self.images:
            self.images.data.update(labels | bars)
            return
        self.images.data.update(labels)
        rows = view["bar_rows"]
        colors = np.asarray(self.images.data["color_values"])[rows]
        measured = {name: column[rows] for name, column in bars.items()}
        self.bars.data = measured | {"rows": rows.astype(np.int32), "color_values": colors}
        self.show_selection(self.images.selected.indices)

    def show_coloring(self, coloring: View, show_numbers: bool) -> None:
        """Give points and bars their colours."""
        self.images.data.update({"color_values": coloring["values"]})
        if self.bars is not self.images:
            self.bars.data.update({"color_values": coloring["values"][self.bars.data["rows"]]})
        # Properties that stay as they are are not sent again.
        self._mapper.update(
            palette=list(coloring["palette"]), low=coloring["low"], high=coloring["high"]
        )
        part_of(self.scatter, "cluster numbers").visible = show_numbers

    def show_neighbors(self, view: View) -> None:
        """Outline the images that were torn away, and let the hover draw lines to neighbours."""
        shown = self.images.data
        # What is not known and was not sent before is not sent.
        changed = {
            name: view[name]
            for name in _NEIGHBORS
            if (name in shown or np.isfinite(view[name]).any())
            and not np.array_equal(view[name], shown.get(name, ()), equal_nan=True)
        }
        if changed:
            self.images.data.update(changed)
        torn = view["torn"].tolist()
        if torn != self.torn.indices:
            self.torn.indices = torn
        part_of(self.scatter, "torn away").visible = bool(torn)
        self.hover.show_neighbors(view["neighbors"])

    def show_selection(self, rows: Sequence[int]) -> None:
        """Select images in all plots."""
        if list(rows) != list(self.images.selected.indices):
            self.images.selected.indices = list(rows)
        if self.bars is not self.images:
            self._is_showing = True  # What is only shown was not chosen.
            shown = np.flatnonzero(np.isin(self.bars.data["rows"], rows)).tolist()
            self.bars.selected.indices = shown
            self._is_showing = False

    def on_select(self, call: Callable[[Sequence[int]], None]) -> None:
        """Call a function with the rows of the images that are selected in a plot."""

        def chosen(_attr: str, _old: Any, bars: list[int]) -> None:
            if not self._is_showing:
                call(np.asarray(self.bars.data["rows"])[bars].tolist())

        self.images.selected.on_change("indices", lambda _attr, _old, rows: call(rows))
        if self.bars is not self.images:
            self.bars.selected.on_change("indices", chosen)

    def on_tap_bar(self, call: Callable[[int], None]) -> None:
        """Call a function with the row of the image whose silhouette bar is tapped."""

        def tapped(event: Any) -> None:
            if event.x < self._scale.start:  # There are the numbers of the clusters.
                return
            away = np.abs(np.asarray(self.bars.data["bar_positions"]) - event.y)
            nearest = int(np.nanargmin(away))
            # A finger is wider than a bar; but in the middle between two blocks there is none.
            if away[nearest] <= max(1.0, half_gap(int(np.isfinite(away).sum()))):
                rows = self.bars.data.get("rows")
                call(nearest if rows is None else int(rows[nearest]))

        self.silhouettes.on_event(Tap, tapped)


def _unknown(n_rows: int, has_bars: bool) -> Columns:
    """Return what is drawn; until it is known, all are alike and in the middle of nowhere."""
    unknown = np.zeros(n_rows, dtype=np.float32)
    drawn = ["x", "y", "color_values", "cluster_labels"]
    return dict.fromkeys([*drawn, *(_BARS if has_bars else ())], unknown)


def _no_bars() -> Columns:
    return {name: np.zeros(0, dtype=np.int32) for name in ("rows", "color_values", *_BARS)}


def _no_sweep() -> Columns:
    names = "parameter_values", "n_clusters", "inertias", "silhouette_scores", "low", "high"
    return {name: [] for name in names}


_BARS = ("silhouettes", "bar_positions")
_ON_THE_LINE = ("line_x", "line_y")
_NEIGHBORS = ("neighbors_kept", "neighbor_counts")


def _source(name: str, columns: Columns) -> ColumnDataSource:
    return ColumnDataSource(columns, name=name)
