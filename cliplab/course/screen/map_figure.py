"""A square map whose points come from two columns of a source that several maps may share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bokeh.models import (
    BoxSelectTool,
    ColumnDataSource,
    LassoSelectTool,
    LinearColorMapper,
    Range1d,
    TapTool,
)
from bokeh.plotting import figure

from cliplab.explorer.model.hover_fields import image_columns
from cliplab.explorer.model.small_images import SmallImages
from cliplab.explorer.notebook.event_loop import EventLoop
from cliplab.explorer.notebook.tasks import Worker
from cliplab.explorer.plots.figures import (
    change_glyphs,
    draw_points,
    empty_figure,
    keep_scales_equal,
    point_size,
)
from cliplab.explorer.plots.hover import Hover
from cliplab.explorer.style.theme import CATEGORY_COLORS, OTHER_COLOR
from cliplab.explorer.widgets.serving import HoverImages

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM
    from numpy.typing import NDArray

    from cliplab.explorer.model.views import View
    from cliplab.images.image_set import ImageSet

PALETTE = (OTHER_COLOR, *CATEGORY_COLORS)


class ImageRows:
    """The source that maps of the same images share, and what is said under the mouse.

    Parameters
    ----------
    n_rows : int
        How many images there are.
    images : ImageSet, optional
        The images; null data are none, and vectors alone have none.
    name : str
        The name of the source.

    Attributes
    ----------
    source : ColumnDataSource
        A row an image. What is selected in one map is selected in all.
    hover : Hover
        What is said of the image under the mouse.
    """

    def __init__(self, n_rows: int, images: ImageSet | None, name: str) -> None:
        columns = {} if images is None else image_columns(images)
        # Until it is known where they are, all are in the middle of nowhere.
        places = dict.fromkeys(("x", "y", "color_values"), [0.0] * n_rows)
        self.source = ColumnDataSource(places | columns, name=name)
        has_images = images is not None
        self.hover = Hover(self.source, self.source, n_rows, f"{name} ", has_images)
        self._images = images
        self._thumbnails: HoverImages | None = None

    def serve(self, *plots: figure) -> None:
        """Leave out of the hovers of some plots what is not known, and fill in what is sent."""
        self.hover.leave_out_clusters()
        self.hover.serve(*plots)

    def send_thumbnails(self, event_loop: EventLoop) -> None:
        """Send what the hover shows, once somebody looks."""
        if self._images is None:
            return
        if self._thumbnails is None:
            worker = Worker[Any](event_loop, _raise, keeps_all=True)
            self._thumbnails = HoverImages(
                self.hover, self._images, SmallImages(self._images), worker
            )
        self._thumbnails.begin()


def map_figure(name: str, rows: ImageRows, x: str, y: str, colors: str) -> figure:
    """Draw a square map of images.

    Parameters
    ----------
    name : str
        The name of the figure.
    rows : ImageRows
        The images.
    x, y : str
        The columns of their places.
    colors : str
        The column of their clusters; -1 is grey.

    Returns
    -------
    figure
        With equal scales, a lasso, and a hover if there are images.
    """
    plot = empty_figure(name)
    plot.update(sizing_mode="scale_width", width=None, height=None, aspect_ratio=1)
    plot.update(min_width=80, min_border=2, toolbar_location=None)
    plot.x_range, plot.y_range = Range1d(start=-1, end=1), Range1d(start=-1, end=1)
    plot.axis.visible = False  # The axes of a map have no meaning.
    plot.grid.visible = False
    size = point_size(len(rows.source.data["x"]))
    mapper = LinearColorMapper(palette=PALETTE, low=-1.5, high=len(PALETTE) - 1.5)
    points = draw_points(plot, rows.source, mapper, size, "points")
    change_glyphs(plot, "points", x=x, y=y, fill_color={"field": colors, "transform": mapper})
    lasso, tap = LassoSelectTool(renderers=[points]), TapTool(renderers=[points])
    plot.add_tools(lasso, BoxSelectTool(renderers=[points]), tap, rows.hover.tool(points))
    plot.toolbar.active_drag, plot.toolbar.active_tap = lasso, tap
    return plot


def square(view: View, air: float = 1.0) -> tuple[Range1d, Range1d]:
    """Return the ranges of a map's square, or of one that is some times as large."""
    (x, y), reach = view["center"], air * view["reach"]
    across, up = (Range1d(start=float(c - reach), end=float(c + reach)) for c in (x, y))
    return across, up


def show_square(plot: figure, ranges: tuple[Range1d, Range1d]) -> None:
    """Show a square whole and undistorted, whatever shape the plot has."""
    across, up = ranges
    plot.x_range.update(start=across.start, end=across.end)
    plot.y_range.update(start=up.start, end=up.end)
    keep_scales_equal(plot, ranges)


def beside(plots: list[LayoutDOM], least: str) -> dict[str, Any]:
    """Have plots stand side by side where each has its least width, else one below the other."""
    for plot in plots:
        plot.styles = {"flex": f"1 1 {least}", "max-width": "var(--cliplab-map-side, 60vh)"}
    return {"sizing_mode": "stretch_width", "styles": {"flex-wrap": "wrap"}}


def color_numbers(labels: NDArray[Any]) -> NDArray[Any]:
    """Return clusters as numbers of the palette; colours repeat where there are more."""
    n_colors = len(CATEGORY_COLORS)
    repeated: NDArray[Any] = labels - n_colors * (labels // n_colors) * (labels >= 0)
    return repeated.astype("int8")


def _raise(error: Exception) -> None:
    raise error
