"""The linked plots: their sources, how each changes, and the one layout that holds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.events import Tap
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, LinearColorMapper, Range1d
from bokeh.models.renderers import GlyphRenderer

from cliplab.explorer.columns import (
    Coloring,
    Columns,
    bars_end,
    clustering_columns,
    image_columns,
    number_columns,
    projection_columns,
    sweep_columns,
    word_columns,
)
from cliplab.explorer.figures import (
    elbow_figure,
    mark_elbow,
    move_line,
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
    from cliplab.images import ImageSet
    from cliplab.projection import Projection


class Plots:
    """Scatter, silhouettes, elbow and mean silhouette, drawn from a few sources.

    All plots of images share one source, so that what is selected in one is selected in all,
    in the browser, without asking the kernel. Each method sends only the columns that change.
    """

    def __init__(self, images: ImageSet) -> None:
        n_images = len(images)
        # Until they are known, all images are alike and in the middle of nowhere.
        unknown = np.zeros(n_images, dtype=np.float32)
        later = ("x", "y", "silhouettes", "bar_positions", "color_values", "cluster_labels")
        self.images = _source("images", image_columns(images) | dict.fromkeys(later, unknown))
        self.numbers = _source("numbers", {"names": [], "x": [], "y": []})
        self.words = _source("words", {"names": [], "summaries": [], "word_positions": []})
        self.sweep = _source("sweep", {"n_clusters": [], "inertias": [], "silhouette_scores": []})
        self.sheets = _source("sheets", {"uri": [""] * -(-n_images // SHEET_SIDE**2)})
        self._scale = Range1d(start=0, end=1)
        self._mapper = LinearColorMapper(
            palette=[OTHER_COLOR], low=0, high=1, nan_color=OTHER_COLOR
        )

        self.scatter = scatter_figure(self.images, self.numbers, self.sheets, self._mapper)
        self.silhouettes = silhouette_figure(
            self.images, self.words, self.sheets, self._mapper, self._scale
        )
        self.elbow = elbow_figure(self.sweep)
        self.score = score_figure(self.sweep)
        curves = column(self.elbow, self.score, sizing_mode="stretch_width")
        for plot, share in ((self.scatter, 9), (self.silhouettes, 6), (curves, 5)):
            plot.styles = {"flex": f"{share} 1 0", "min-width": "0"}
        self.layout: LayoutDOM = row(
            self.scatter, self.silhouettes, curves, sizing_mode="stretch_width"
        )

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

    def show_sweep(self, sweep: ClusterSweep) -> None:
        """Draw the curves over k, and the elbow where the rule finds one."""
        self.sweep.data = sweep_columns(sweep)
        mark_elbow(self.elbow, sweep)
        set_title(self.score, "Mean silhouette")
        self.show_scale([sweep[k].silhouettes for k in sweep.n_clusters])

    def show_scale(self, silhouettes: Sequence[NDArray[np.float32]]) -> None:
        """Set one scale for all bars, so that they can be compared while k moves."""
        low = min(0.0, *(float(values.min()) for values in silhouettes))
        high = max(float(values.max()) for values in silhouettes)
        self._scale.update(start=low, end=max(high, low + 0.1))

    def show_clustering(self, clustering: Clustering) -> None:
        """Draw the silhouettes of one clustering and mark its k on the curves."""
        self.images.data.update(clustering_columns(clustering))
        self._show_words(clustering)
        k, mean = clustering.n_clusters, float(clustering.silhouette_score)
        for plot in (self.elbow, self.score):
            move_line(plot, "current", k)
        move_line(self.silhouettes, "mean", mean)
        set_title(self.silhouettes, f"Silhouettes · k = {k} · mean {mean:.2f}")

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
        """Have a function told which k was tapped, anywhere on either curve."""

        def tapped(event: Any) -> None:
            ks = np.asarray(self.sweep.data["n_clusters"])
            told(int(ks[np.abs(ks - event.x).argmin()]))

        for plot in (self.elbow, self.score):
            plot.on_event(Tap, tapped)

    def _show_words(self, clustering: Clustering) -> None:
        """Write a line of words beside each block of bars, and a heading above them."""
        self.words.data = word_columns(clustering)
        end = bars_end(clustering)
        self.silhouettes.y_range.update(start=1.01 * end, end=-0.06 * end)


def _source(name: str, columns: Columns) -> ColumnDataSource:
    return ColumnDataSource(columns, name=name)
