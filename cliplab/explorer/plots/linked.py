"""The linked plots: their sources, how each changes, and the one layout that holds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.events import Tap
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, LinearColorMapper, Range1d

from cliplab.explorer.model.columns import (
    Columns,
    band_columns,
    bar_columns,
    bar_rows,
    bars_end,
    half_gap,
    label_columns,
    null_range,
    number_columns,
    projection_columns,
    score_text,
    sweep_columns,
    word_columns,
)
from cliplab.explorer.plots.figures import (
    elbow_figure,
    mark_elbow,
    move_line,
    part_of,
    say_where,
    scatter_figure,
    score_figure,
    set_title,
)
from cliplab.explorer.plots.hover import Hover
from cliplab.explorer.plots.silhouette_figure import mark_null, silhouette_figure
from cliplab.explorer.style.theme import MOST_AT_ONCE, OTHER_COLOR

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM
    from numpy.typing import NDArray

    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.clustering.values import Clustering
    from cliplab.explorer.model.colors import Coloring
    from cliplab.projection.values import Projection


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
        Whether there are pictures to hover over; null data have none.

    Attributes
    ----------
    images, bars : ColumnDataSource
        The images, and their bars; one and the same unless there are very many.
    hover : Hover
        What is told of the image under the mouse.
    scatter, silhouettes, curves
        The plots, from left to right; `curves` are `elbow` over `score`.
    """

    def __init__(self, n_images: int, columns: Columns, *, are_images: bool = True) -> None:
        prefix = "" if are_images else "null "
        is_shared = n_images <= MOST_AT_ONCE
        self.images = _source(f"{prefix}images", _unknown(n_images, has_bars=is_shared) | columns)
        self.bars = self.images if is_shared else _source(f"{prefix}measured", _no_bars())
        self.numbers = _source(f"{prefix}numbers", {"names": [], "x": [], "y": []})
        self.words = _source(f"{prefix}words", {"names": [], "summaries": [], "word_positions": []})
        names = (
            "parameter_values", "n_clusters", "inertias", "silhouette_scores", "low", "high",
        )  # fmt: skip
        self.sweep = _source(f"{prefix}sweep", {name: [] for name in names})
        self.band = _source(f"{prefix}band", {"parameter_values": [], "low": [], "high": []})
        self.hover = Hover(self.images, self.bars, n_images, prefix, are_images)
        self._is_showing = False
        self._scale = Range1d(start=0, end=1)
        self._mapper = LinearColorMapper(
            palette=[OTHER_COLOR], low=0, high=1, nan_color=OTHER_COLOR
        )
        if not is_shared:  # The few that were measured must not drown in the grey of the others.
            self._mapper.nan_color = f"{OTHER_COLOR}30"

        self.scatter = scatter_figure(self.images, self.numbers, self.hover, self._mapper)
        self.silhouettes = silhouette_figure(
            self.bars, self.words, self.hover, self._mapper, self._scale
        )
        self.hover.serve(self.scatter, self.silhouettes)
        self.elbow = elbow_figure(self.sweep)
        self.score = score_figure(self.sweep, self.band)
        self.curves = column(self.elbow, self.score, sizing_mode="stretch_width")
        share_out((self.scatter, 9), (self.silhouettes, 6), (self.curves, 5))
        for plot in (self.scatter, self.silhouettes, self.elbow, self.score):
            plot.name = f"{prefix}{plot.name}"

    def show_projection(self, projection: Projection) -> None:
        """Move every point to its place."""
        columns = projection_columns(projection)
        self.images.data.update(columns)
        points = np.column_stack([columns["x"], columns["y"]])
        middle = (points.max(axis=0) + points.min(axis=0)) / 2
        reach = 1.06 * max(float(np.abs(points - middle).max()), 1e-9)
        for axis, center in zip((self.scatter.x_range, self.scatter.y_range), middle, strict=True):
            axis.update(start=float(center - reach), end=float(center + reach))

    def show_title(self, title: str) -> None:
        """Say above the scatter what it is a picture of."""
        set_title(self.scatter, title)

    def show_numbers(self, clustering: Clustering, projection: Projection) -> None:
        """Write each cluster's number at the median of its points."""
        self.numbers.data = number_columns(clustering, projection)

    def begin(self, n_rows: int) -> None:
        """Begin anew with another number of rows."""
        self.images.data = _unknown(n_rows, has_bars=True)

    def show_names(self, columns: Columns) -> None:
        """Take what a hover says of the images."""
        if columns:
            self.images.data.update(columns)
        self.hover.forget()

    def show_sweep(self, sweep: ClusterSweep, where: str = "") -> None:
        """Draw the curves over k, and the elbow where the rule finds one."""
        self.sweep.data = sweep_columns(sweep)
        parameter = sweep.parameter_title
        for plot, what in (
            (self.elbow, parameter),
            (self.score, parameter),
            (self.silhouettes, "silhouette"),
        ):
            say_where(plot, f"{what} · {where}" if where else what)
        mark_elbow(self.elbow, sweep)
        set_title(self.score, score_title(sweep))
        self.show_scale([clustering.silhouettes for clustering in sweep.clusterings])

    def show_band(self, sweep: ClusterSweep, null_scores: NDArray[np.floating]) -> None:
        """Draw behind the real mean silhouettes what null data reach."""
        self.band.data = band_columns(sweep, null_scores)
        null = "" if len(null_scores) == 0 else " · grey: null data"
        set_title(self.score, score_title(sweep) + null)

    def show_null(self, null_scores: NDArray[np.floating]) -> None:
        """Draw behind the bars what null data reach at this k."""
        mark_null(self.silhouettes, *(null_range(null_scores) or (None, None)))

    def show_scale(self, silhouettes: Sequence[NDArray[np.float32]]) -> None:
        """Set one scale for all bars, so that they can be compared while k moves."""
        known = [values[np.isfinite(values)] for values in silhouettes]
        low = min(0.0, *(float(values.min(initial=0)) for values in known))
        high = max(float(values.max(initial=0)) for values in known)
        self._scale.update(start=low, end=max(high, low + 0.1))

    def show_clustering(
        self,
        clustering: Clustering,
        value: int | None = None,
        in_embedding: Clustering | None = None,
    ) -> None:
        """Draw the silhouettes of one clustering and mark its place on the curves.

        That is its k, unless another `value` is given. A mean taken on a picture stands beside
        that of the same clusters `in_embedding`.
        """
        self._show_labels_and_bars(clustering)
        self._show_words(clustering)
        k, mean = clustering.n_clusters, float(clustering.silhouette_score)
        for plot in (self.elbow, self.score):
            move_line(plot, "current", k if value is None else value)
        move_line(self.silhouettes, "mean", mean if np.isfinite(mean) else None)
        set_title(self.silhouettes, silhouettes_title(clustering, in_embedding))

    def _show_labels_and_bars(self, clustering: Clustering) -> None:
        bars = bar_columns(clustering)
        if self.bars is self.images:
            self.images.data.update(label_columns(clustering) | bars)
            return
        self.images.data.update(label_columns(clustering))
        rows = bar_rows(clustering)
        colors = np.asarray(self.images.data["color_values"])[rows]
        measured = {name: column[rows] for name, column in bars.items()}
        self.bars.data = measured | {"rows": rows.astype(np.int32), "color_values": colors}
        self.show_selection(self.images.selected.indices)

    def show_coloring(self, coloring: Coloring, show_numbers: bool) -> None:
        """Give points and bars their colours."""
        self.images.data.update({"color_values": coloring.values})
        if self.bars is not self.images:
            self.bars.data.update({"color_values": coloring.values[self.bars.data["rows"]]})
        # Properties that stay as they are are not sent again.
        self._mapper.update(palette=list(coloring.palette), low=coloring.low, high=coloring.high)
        part_of(self.scatter, "cluster numbers").visible = show_numbers

    def show_selection(self, rows: Sequence[int]) -> None:
        """Select images in all plots."""
        if list(rows) != list(self.images.selected.indices):
            self.images.selected.indices = list(rows)
        if self.bars is not self.images:
            self._is_showing = True  # What is only shown was not chosen.
            shown = np.flatnonzero(np.isin(self.bars.data["rows"], rows)).tolist()
            self.bars.selected.indices = shown
            self._is_showing = False

    def on_select(self, told: Callable[[Sequence[int]], None]) -> None:
        """Have a function told which images were selected in a plot, by their rows."""

        def chosen(_attr: str, _old: Any, bars: list[int]) -> None:
            if not self._is_showing:
                told(np.asarray(self.bars.data["rows"])[bars].tolist())

        self.images.selected.on_change("indices", lambda _attr, _old, rows: told(rows))
        if self.bars is not self.images:
            self.bars.selected.on_change("indices", chosen)

    def on_tap_k(self, told: Callable[[int], None]) -> None:
        """Have a function told which k (or other value) was tapped, anywhere on either curve."""

        def tapped(event: Any) -> None:
            values = np.asarray(self.sweep.data["parameter_values"])
            told(int(values[np.abs(values - event.x).argmin()]))

        for plot in (self.elbow, self.score):
            plot.on_event(Tap, tapped)

    def on_tap_bar(self, told: Callable[[int], None]) -> None:
        """Have a function told whose silhouette bar was tapped, by the row of its image."""

        def tapped(event: Any) -> None:
            away = np.abs(np.asarray(self.bars.data["bar_positions"]) - event.y)
            nearest = int(np.nanargmin(away))
            # A finger is wider than a bar; but in the middle between two blocks there is none.
            if away[nearest] <= max(1.0, half_gap(int(np.isfinite(away).sum()))):
                rows = self.bars.data.get("rows")
                told(nearest if rows is None else int(rows[nearest]))

        self.silhouettes.on_event(Tap, tapped)

    def _show_words(self, clustering: Clustering) -> None:
        """Write a line of words beside each block of bars, and a heading above them."""
        self.words.data = word_columns(clustering)
        end = bars_end(clustering)
        self.silhouettes.y_range.update(start=1.01 * end, end=-0.06 * end)


def share_out(*plots: tuple[LayoutDOM, int]) -> None:
    """Give plots that stand side by side their shares of the width."""
    for plot, share in plots:
        plot.styles = {"flex": f"{share} 1 0", "min-width": "0"}


def _unknown(n_rows: int, has_bars: bool) -> Columns:
    """Return what is drawn; until it is known, all are alike and in the middle of nowhere."""
    unknown = np.zeros(n_rows, dtype=np.float32)
    drawn = ["x", "y", "color_values", "cluster_labels"]
    return dict.fromkeys([*drawn, *(_BARS if has_bars else ())], unknown)


def _no_bars() -> Columns:
    return {name: np.zeros(0, dtype=np.int32) for name in ("rows", "color_values", *_BARS)}


_BARS = ("silhouettes", "bar_positions")


def _source(name: str, columns: Columns) -> ColumnDataSource:
    return ColumnDataSource(columns, name=name)


def score_title(sweep: ClusterSweep) -> str:
    """Return what stands above the curve of mean silhouettes."""
    is_sampled = any(each.is_sampled for each in sweep.clusterings)
    return "Mean silhouette ± 2 errors" if is_sampled else "Mean silhouette"


def silhouettes_title(clustering: Clustering, in_embedding: Clustering | None = None) -> str:
    """Return what stands above the bars: k, the mean, and how many of the images were measured."""
    mean = clustering.silhouette_score
    words = f"mean {mean:.2f}" if np.isfinite(mean) else "no mean"
    if clustering.is_sampled:
        # In a narrow window the end is cut, which the status line says too.
        words = f"mean {score_text(clustering)} of {clustering.n_measured:,}"
    if in_embedding is not None:
        words = f"⚠ {words} (CLIP {in_embedding.silhouette_score:.2f})"
    # Where there is much to say, the axis says what the bars are.
    what = "" if clustering.is_sampled else "Silhouettes · "
    return f"{what}k = {clustering.n_clusters} · {words}"
