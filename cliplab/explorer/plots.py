"""The linked plots: their sources, how each changes, and the one layout that holds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.events import Tap
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, LinearColorMapper, Range1d
from bokeh.models.renderers import GlyphRenderer

from cliplab.explorer.columns import (
    Coloring,
    Columns,
    band_columns,
    bars_end,
    clustering_columns,
    half_gap,
    null_range,
    number_columns,
    projection_columns,
    sweep_columns,
    word_columns,
)
from cliplab.explorer.figures import (
    elbow_figure,
    mark_elbow,
    mark_null,
    move_line,
    say_where,
    scatter_figure,
    score_figure,
    set_title,
    silhouette_figure,
)
from cliplab.explorer.theme import OTHER_COLOR
from cliplab.explorer.thumbnails import SHEET_SIDE

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM
    from numpy.typing import NDArray

    from cliplab.clustering import Clustering, ClusterSweep
    from cliplab.projection import Projection


class Plots:
    """Scatter, silhouettes, elbow and mean silhouette, drawn from a few sources.

    All plots of images share one source, so that what is selected in one is selected in all,
    in the browser, without asking the kernel. Each method sends only the columns that change.

    Parameters
    ----------
    columns : dict
        What a hover says of each image.
    has_thumbnails : bool, default=True
        Whether there are pictures to hover over; null data have none.

    Attributes
    ----------
    scatter, silhouettes, curves
        The plots, from left to right; `curves` are `elbow` over `score`.
    """

    def __init__(self, columns: Columns, *, has_thumbnails: bool = True) -> None:
        n_images = len(columns["image_ids"])
        prefix = "" if has_thumbnails else "null "
        self.images = _source(f"{prefix}images", _with_unknown(columns))
        self.numbers = _source(f"{prefix}numbers", {"names": [], "x": [], "y": []})
        self.words = _source(f"{prefix}words", {"names": [], "summaries": [], "word_positions": []})
        names = ("parameter_values", "n_clusters", "inertias", "silhouette_scores")
        self.sweep = _source(f"{prefix}sweep", {name: [] for name in names})
        self.band = _source(f"{prefix}band", {"parameter_values": [], "low": [], "high": []})
        self.sheets = _source(f"{prefix}sheets", {"uri": [""] * -(-n_images // SHEET_SIDE**2)})
        self._scale = Range1d(start=0, end=1)
        self._mapper = LinearColorMapper(
            palette=[OTHER_COLOR], low=0, high=1, nan_color=OTHER_COLOR
        )

        sheets = self.sheets if has_thumbnails else None
        self.scatter = scatter_figure(self.images, self.numbers, sheets, self._mapper)
        self.silhouettes = silhouette_figure(
            self.images, self.words, sheets, self._mapper, self._scale
        )
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

    def begin(self, columns: Columns) -> None:
        """Begin anew with other images, or rows."""
        self.images.data = _with_unknown(columns)

    def show_names(self, columns: Columns) -> None:
        """Take what a hover says of the images."""
        self.images.data.update(columns)

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
        set_title(self.score, "Mean silhouette")
        self.show_scale([clustering.silhouettes for clustering in sweep.clusterings])

    def show_band(self, sweep: ClusterSweep, null_scores: NDArray[np.floating]) -> None:
        """Draw behind the real mean silhouettes what null data reach."""
        self.band.data = band_columns(sweep, null_scores)
        title = "Mean silhouette" if len(null_scores) == 0 else "Mean silhouette · grey: null data"
        set_title(self.score, title)

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
        self.images.data.update(clustering_columns(clustering))
        self._show_words(clustering)
        k, mean = clustering.n_clusters, float(clustering.silhouette_score)
        for plot in (self.elbow, self.score):
            move_line(plot, "current", k if value is None else value)
        has_mean = bool(np.isfinite(mean))
        move_line(self.silhouettes, "mean", mean if has_mean else None)
        words = f"mean {mean:.2f}" if has_mean else "no mean"
        if in_embedding is not None:
            words = f"⚠ {words} (CLIP {in_embedding.silhouette_score:.2f})"
        set_title(self.silhouettes, f"Silhouettes · k = {k} · {words}")

    def show_coloring(self, coloring: Coloring, show_numbers: bool) -> None:
        """Give points and bars their colours."""
        self.images.data.update({"color_values": coloring.values})
        # Properties that stay as they are are not sent again.
        self._mapper.update(palette=list(coloring.palette), low=coloring.low, high=coloring.high)
        numbers = self.scatter.select_one({"name": "cluster numbers"})
        assert isinstance(numbers, GlyphRenderer)
        numbers.visible = show_numbers

    def show_selection(self, rows: Sequence[int]) -> None:
        """Select images in all plots."""
        if list(rows) != list(self.images.selected.indices):
            self.images.selected.indices = list(rows)

    def show_sheet(self, sheet: tuple[int, str]) -> None:
        """Take a sheet of thumbnails for the hover: its number and its data URI."""
        self.sheets.patch({"uri": [sheet]})

    def on_select(self, told: Callable[[Sequence[int]], None]) -> None:
        """Have a function told which images were selected in a plot."""
        self.images.selected.on_change("indices", lambda _attr, _old, rows: told(rows))

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
            away = np.abs(np.asarray(self.images.data["bar_positions"]) - event.y)
            # A finger is wider than a bar; but in the middle between two blocks there is none.
            if away.min() <= max(1.0, half_gap(len(away))):
                told(int(away.argmin()))

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


def _with_unknown(columns: Columns) -> Columns:
    """Add what is drawn; until it is known, all are alike and in the middle of nowhere."""
    unknown = np.zeros(len(columns["image_ids"]), dtype=np.float32)
    later = ("x", "y", "silhouettes", "bar_positions", "color_values", "cluster_labels")
    return columns | dict.fromkeys(later, unknown)


def _source(name: str, columns: Columns) -> ColumnDataSource:
    return ColumnDataSource(columns, name=name)
