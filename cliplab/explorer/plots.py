"""The linked plots: their sources, how each changes, and the one layout that holds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.events import Tap
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, LinearColorMapper

from cliplab.explorer.columns import (
    Coloring,
    bars_end,
    cluster_columns,
    clustering_columns,
    image_columns,
    projection_columns,
    sweep_columns,
)
from cliplab.explorer.figures import (
    elbow_figure,
    scatter_figure,
    score_figure,
    silhouette_figure,
)
from cliplab.explorer.theme import OTHER_COLOR
from cliplab.explorer.thumbnails import SHEET_SIDE

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM

    from cliplab.clustering import Clustering, ClusterSweep
    from cliplab.images import ImageSet
    from cliplab.projection import Projection


class Plots:
    """Scatter, silhouettes, elbow and mean silhouette, drawn from four sources.

    All plots of images share one source, so that what is selected in one is selected in all,
    in the browser, without asking the kernel. Each method sends only the columns that change.
    """

    def __init__(self, images: ImageSet) -> None:
        n_images = len(images)
        # Until they are known, all images are points of no cluster in the middle of nowhere.
        unknown = np.zeros(n_images, dtype=np.float32)
        numbers = ("x", "y", "silhouettes", "bar_positions", "color_values", "cluster_labels")
        self.images = ColumnDataSource(image_columns(images) | dict.fromkeys(numbers, unknown))
        self.clusters = ColumnDataSource({"names": [], "x": [], "y": [], "summaries": []})
        self.sweep = ColumnDataSource({"n_clusters": [], "inertias": [], "silhouette_scores": []})
        n_sheets = -(-n_images // SHEET_SIDE**2)
        self.sheets = ColumnDataSource({"uri": [""] * n_sheets})
        self._mapper = LinearColorMapper(palette=[OTHER_COLOR], low=0, high=1)

        pictures = (self.images, self.clusters, self.sheets, self._mapper)
        self.scatter = scatter_figure(*pictures)
        self.silhouettes = silhouette_figure(*pictures)
        self.elbow = elbow_figure(self.sweep)
        self.score = score_figure(self.sweep)
        curves = column(self.elbow, self.score, sizing_mode="stretch_width")
        for plot, share in ((self.scatter, 9), (self.silhouettes, 6), (curves, 5)):
            plot.styles = {"flex": f"{share} 1 0", "min-width": "0"}
        self.layout: LayoutDOM = row(
            self.scatter, self.silhouettes, curves, sizing_mode="stretch_width"
        )

    def show_projection(self, projection: Projection, clustering: Clustering) -> None:
        """Move every point to its place, and each cluster's number with them."""
        columns = projection_columns(projection)
        self.images.data.update(columns)
        points = np.column_stack([columns["x"], columns["y"]])
        middle = (points.max(axis=0) + points.min(axis=0)) / 2
        reach = 1.06 * max(float(np.abs(points - middle).max()), 1e-9)
        for axis, center in zip((self.scatter.x_range, self.scatter.y_range), middle, strict=True):
            axis.update(start=float(center - reach), end=float(center + reach))
        self._show_clusters(clustering, projection)

    def show_sweep(self, sweep: ClusterSweep) -> None:
        """Draw the curves over k, and the elbow where the rule finds one."""
        self.sweep.data = sweep_columns(sweep)
        found = sweep.elbow
        for knee in self.elbow.select(name="knee"):
            knee.update(location=found or 0, visible=found is not None)
        for knee in self.score.select(name="knee"):
            knee.visible = False
        self.elbow.title.text = "Inertia · " + (
            "no clear elbow" if found is None else f"elbow at k = {found}"
        )
        self.score.title.text = "Mean silhouette"
        # One scale for all k, so that bars can be compared while k moves; the words stand beside.
        every = [sweep[k].silhouettes for k in sweep.n_clusters]
        low, high = min(s.min() for s in every), max(s.max() for s in every)
        low, span = min(float(low), 0.0), float(high) - min(float(low), 0.0)
        self.silhouettes.x_range.update(start=low - 0.14 * span, end=float(high) + 0.75 * span)

    def show_clustering(self, clustering: Clustering, projection: Projection) -> None:
        """Draw the silhouettes of one clustering and mark its k on the curves."""
        self.images.data.update(clustering_columns(clustering))
        self.silhouettes.y_range.update(start=bars_end(clustering), end=-1)
        self._show_clusters(clustering, projection)
        k, mean = clustering.n_clusters, float(clustering.silhouette_score)
        for plot in (self.elbow, self.score):
            for mark in plot.select(name="current"):
                mark.location = k
        for line in self.silhouettes.select(name="mean"):
            line.location = mean
        self.silhouettes.title.text = f"Silhouettes · k = {k} · mean {mean:.2f}"

    def show_coloring(self, coloring: Coloring, show_numbers: bool) -> None:
        """Give points and bars their colours."""
        self.images.data.update({"color_values": coloring.values})
        # Properties that stay as they are are not sent again.
        self._mapper.update(palette=list(coloring.palette), low=coloring.low, high=coloring.high)
        for numbers in self.scatter.select(name="cluster numbers"):
            numbers.visible = show_numbers

    def show_selection(self, rows: Sequence[int]) -> None:
        """Select images in all plots."""
        if list(rows) != list(self.images.selected.indices):
            self.images.selected.indices = list(rows)

    def show_sheet(self, number: int, uri: str) -> None:
        """Take a sheet of thumbnails for the hover."""
        self.sheets.patch({"uri": [(number, uri)]})

    def show_title(self, title: str) -> None:
        """Say what the scatter is a picture of."""
        self.scatter.title.text = title

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

    def _show_clusters(self, clustering: Clustering, projection: Projection) -> None:
        """Write each cluster's number at its median, and what is to be said of it."""
        columns = cluster_columns(clustering, projection)
        edges = self.silhouettes.x_range
        columns["names_x"] = [edges.start] * clustering.n_clusters
        columns["summaries_x"] = [edges.end] * clustering.n_clusters
        self.clusters.data = columns
