"""A grid of small maps that share a selection, and two of them side by side, one on its way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, Range1d
from bokeh.models.annotations import Title

from cliplab.course.map_blend import MapBlend
from cliplab.course.map_series import MapKey, Maps
from cliplab.course.screen.map_figure import (
    ImageRows,
    beside,
    color_numbers,
    map_figure,
    show_square,
)
from cliplab.explorer.plots.figures import change_glyphs, point_size, set_title
from cliplab.explorer.plots.save_button import add_save_buttons
from cliplab.explorer.style.theme import NEUTRAL

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM
    from bokeh.plotting import figure
    from numpy.typing import NDArray

    from cliplab.images.image_set import ImageSet

_SIDE = 200  # Of a small map, in pixels, at most.
_SMALL = 0.6  # Points of small maps, beside those of large ones.
_COLORS = "color_values"
_STEP = 0.25
_TRAILS = ("trail_x", "trail_y", "x", "y")  # From where images were on the first map to now.


class GridPlots:
    """The maps of a grid, and below them two of them side by side.

    Parameters
    ----------
    n_rows : int
        How many images there are.
    images : ImageSet, optional
        The images, to hover over.
    rows : sequence of sequence of MapKey
        Which map stands where.
    cluster_labels : ndarray of shape (n_images,)
        The groups that the images are coloured by.

    Attributes
    ----------
    images : ImageRows
        The images that all maps share, except those of null data.
    layout : LayoutDOM
        All maps.
    """

    def __init__(
        self,
        n_rows: int,
        images: ImageSet | None,
        rows: Sequence[Sequence[MapKey]],
        cluster_labels: NDArray[np.integer],
    ) -> None:
        self.images = ImageRows(n_rows, images, "grid images")
        self._null = ImageRows(n_rows, None, "grid null data")
        keys = [key for each in rows for key in each]
        for source in (self.images.source, self._null.source):
            columns = [name for i in range(len(keys)) for name in _places(i)]
            source.data.update(dict.fromkeys([*columns, *_TRAILS], np.full(n_rows, np.nan)))
        self.images.source.data.update({_COLORS: color_numbers(cluster_labels)})
        self._null.source.data.update({_COLORS: np.full(n_rows, -1, dtype=np.int8)})
        self._numbers = {key: i for i, key in enumerate(keys)}
        self._square = _two_ranges()
        self._large_square = _two_ranges()
        self.maps = {key: self._map(key) for key in keys}
        self.before = self._large("before", "trail_x", "trail_y")
        self.between = self._large("between", "x", "y")
        self._trails = self.between.segment(
            *_TRAILS, source=self.images.source, color=NEUTRAL, line_width=1, line_alpha=0.25,
            selection_line_alpha=0.8, nonselection_line_alpha=0.04, name="trails",
        )  # fmt: skip
        self.images.serve(*self.maps.values(), self.before, self.between)
        add_save_buttons([self.before, self.between])
        grid = [
            row(*(self.maps[key] for key in each), sizing_mode="stretch_width", spacing=4)
            for each in rows
        ]
        for plot in self.maps.values():
            plot.styles = {"flex": "1 1 0", "max-width": f"{_SIDE}px"}
        self.pair = row(self.before, self.between, **beside([self.before, self.between], "260px"))
        self.pair.visible = False
        # Where there is no room for both, the pair stands below the grid.
        width = _SIDE * max(len(each) for each in rows)
        small = column(*grid, sizing_mode="stretch_width")
        small.styles = {"flex": f"3 1 {min(width, 300)}px", "max-width": f"{width}px"}
        self.pair.styles = {"flex-wrap": "wrap", "flex": "2 1 560px"}
        self.layout: LayoutDOM = row(
            small, self.pair, sizing_mode="stretch_width", styles={"flex-wrap": "wrap"}
        )

    def show_maps(self, before: Maps, after: Maps) -> None:
        """Draw those maps that have changed."""
        for key, projection in after.items():
            if before.get(key) is not projection:
                places = dict(
                    zip(_places(self._numbers[key]), projection.coordinates.T, strict=True)
                )
                self._source_of(key).data.update(places)
        _hold(self._square, [each.coordinates for each in after.values()])

    def show_pair(self, blend: MapBlend | None, title: str = "") -> None:
        """Draw the first of two maps side by side; None takes both away."""
        self.pair.visible = blend is not None
        if blend is not None:
            _hold(self._large_square, [blend.start, blend.end])
            self._send(_TRAILS[:2], blend.start)
            set_title(self.before, title)

    def show_blend(self, now: NDArray[np.float64], title: str) -> None:
        """Draw where the images are on their way from the first map to the second."""
        self._send(_TRAILS[2:], now)
        set_title(self.between, title)

    def select(self, rows: Sequence[int]) -> None:
        """Select images in all maps."""
        self.images.source.selected.indices = list(rows)

    @property
    def selected(self) -> tuple[int, ...]:
        """The rows of the images that are selected."""
        return tuple(self.images.source.selected.indices)

    def _map(self, key: MapKey) -> figure:
        x, y = _places(self._numbers[key])
        rows = self._null if key.is_null else self.images
        plot = map_figure(f"map {self._numbers[key]}", rows, x, y, _COLORS)
        show_square(plot, self._square)
        set_title(plot, key.title)
        assert isinstance(plot.title, Title)
        plot.title.text_font_size = "11px"
        change_glyphs(plot, "points", size=_SMALL * point_size(len(rows.source.data["x"])))
        return plot

    def _send(self, names: Sequence[str], places: NDArray[np.floating]) -> None:
        columns = dict(zip(names, places.T.astype(np.float32), strict=True))
        self.images.source.data.update(columns)

    def _large(self, name: str, x: str, y: str) -> figure:
        plot = map_figure(name, self.images, x, y, _COLORS)
        set_title(plot, name)  # A title that comes later would have no room.
        show_square(plot, self._large_square)
        return plot

    def _source_of(self, key: MapKey) -> ColumnDataSource:
        return (self._null if key.is_null else self.images).source


def _places(i: int) -> tuple[str, str]:
    """Name the columns of a map's places."""
    return f"x{i}", f"y{i}"


def _two_ranges() -> tuple[Range1d, Range1d]:
    return Range1d(start=-2, end=2), Range1d(start=-2, end=2)


def _hold(square: tuple[Range1d, Range1d], maps: Sequence[NDArray[np.floating]]) -> None:
    """Have a square hold maps whole; it grows in steps, so that maps that settle do not breathe."""
    furthest = max((float(np.abs(each).max()) for each in maps), default=2.0)
    reach = float(_STEP * np.ceil(1.06 * furthest / _STEP))
    for axis in square:
        axis.update(start=-reach, end=reach)
