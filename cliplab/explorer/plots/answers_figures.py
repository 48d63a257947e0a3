"""The answers, drawn: the clusters and the known classes on one map, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from bokeh.layouts import row
from bokeh.models import ColumnDataSource, LassoSelectTool, LinearColorMapper, Range1d, TapTool
from bokeh.plotting import figure

from cliplab.explorer.plots.figures import (
    change_glyphs,
    draw_points,
    empty_figure,
    keep_scales_equal,
    point_size,
    set_title,
)
from cliplab.explorer.plots.save_button import add_save_buttons
from cliplab.explorer.style.theme import ANSWERS_SIDE, OTHER_COLOR

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM

    from cliplab.explorer.model.views import View
    from cliplab.explorer.plots.hover import Hover

_CLASSES = "class_values"


class AnswersPlots:
    """Two maps of the same images: in the colours of their clusters, and of their classes.

    Both draw from the source of all plots of images, so what is selected in one is selected in the
    other. The classes are in the source only while they are shown.

    Parameters
    ----------
    images : ColumnDataSource
        A row an image.
    hover : Hover
        What is said of the image under the mouse.
    square : pair of Range1d
        The ranges that hold the map.
    """

    def __init__(
        self, images: ColumnDataSource, hover: Hover, square: tuple[Range1d, Range1d]
    ) -> None:
        self._images = images
        # What is moved or enlarged in one is in the other.
        self._ranges = Range1d(start=-1, end=1), Range1d(start=-1, end=1)
        self._mappers = {
            name: LinearColorMapper(palette=[OTHER_COLOR], low=0, high=1, name=f"{name} colours")
            for name in ("your clusters", "classes")
        }
        self.clusters, self.classes = (
            self._map(name, hover, square, mapper) for name, mapper in self._mappers.items()
        )
        self.layout: LayoutDOM = row(
            self.clusters, self.classes, sizing_mode="stretch_width", visible=False
        )
        hover.serve(self.clusters, self.classes)
        add_save_buttons([self.clusters, self.classes])

    def show(self, view: View | None) -> None:
        """Draw clusters and classes; None takes the plots and the classes away."""
        self.layout.visible = view is not None
        if view is None:
            if _CLASSES in self._images.data:
                self._images.data.update({_CLASSES: np.zeros_like(self._images.data[_CLASSES])})
            return
        self._images.data.update({_CLASSES: view["values"]})
        palette = view["cluster_palette"]
        self._mappers["your clusters"].update(palette=palette, low=-1.5, high=len(palette) - 1.5)
        self._mappers["classes"].update(
            palette=list(view["palette"]), low=view["low"], high=view["high"]
        )
        _color_by(self.classes, _CLASSES, self._mappers["classes"])
        set_title(self.clusters, view["clusters_title"])
        set_title(self.classes, view["classes_title"])

    def _map(
        self,
        name: str,
        hover: Hover,
        square: tuple[Range1d, Range1d],
        mapper: LinearColorMapper,
    ) -> figure:
        plot = empty_figure(name=name)
        plot.update(sizing_mode="scale_width", width=None, height=None, aspect_ratio=1)
        plot.styles = {"flex": "1 1 0", "max-width": ANSWERS_SIDE}
        plot.x_range, plot.y_range = self._ranges
        keep_scales_equal(plot, square)
        size = point_size(len(self._images.data["x"]))
        points = draw_points(plot, self._images, mapper, size, "points")
        _color_by(plot, "cluster_labels", mapper)
        lasso, tap = LassoSelectTool(renderers=[points]), TapTool(renderers=[points])
        plot.add_tools(lasso, tap, hover.tool(points))
        plot.toolbar.active_drag, plot.toolbar.active_tap = lasso, tap
        plot.toolbar_location = None
        plot.axis.visible = False
        plot.grid.visible = False
        return plot


def _color_by(plot: figure, column: str, mapper: LinearColorMapper) -> None:
    """Take the colours of the points from a column, which has to be in their source by then."""
    change_glyphs(plot, "points", fill_color={"field": column, "transform": mapper})
