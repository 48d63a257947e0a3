"""Images on the map: the typical one of each cluster, or every one as a tile of a wall.

The browser has the thumbnails already, on the sheets of the hover. A script cuts them out and draws
them over what Bokeh has painted; none is sent twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bokeh.models import ColumnDataSource, CustomJS, LassoSelectTool
from bokeh.models.tools import BoxSelectTool, HoverTool, TapTool

from cliplab._core.scripts import script
from cliplab.explorer.style.theme import THUMBNAIL_SIZE
from cliplab.images.thumbnails import SHEET_SIDE

if TYPE_CHECKING:
    from bokeh.plotting import figure

    from cliplab.explorer.model.views import View
    from cliplab.explorer.plots.hover import Hover

_SCRIPTS = [
    f"explorer/style/scripts/{name}.js"
    for name in ("hover", "sheet_images", "map_numbers", "typical_images", "map_images")
]
_FIRST_TILE = 12  # Pixels, until the script knows how large a cell is.


class MapImages:
    """The images on a map.

    Parameters
    ----------
    scatter : figure
        The map.
    images, numbers : ColumnDataSource
        A row an image; the number of each cluster, where it is, and its typical image.
    hover : Hover
        It has the thumbnails.
    prefix : str
        Begins the names of the sources.

    Attributes
    ----------
    chosen : ColumnDataSource
        Which images are shown, and the side of a cell.
    tiles
        What the mouse meets on a wall: a square an image, which nobody sees.
    """

    def __init__(
        self,
        scatter: figure,
        images: ColumnDataSource,
        numbers: ColumnDataSource,
        hover: Hover,
        prefix: str,
    ) -> None:
        self.chosen = ColumnDataSource({"shown": ["none"], "cell": [0.0]})
        self.chosen.name = f"{prefix}map images"
        self._points: Any = next(each for each in scatter.renderers if each.name == "points")
        self.tiles = scatter.scatter(
            "x", "y", source=images, marker="square", size=_FIRST_TILE, alpha=0, name="tiles"
        )
        self.tiles.visible = False
        self.tiles.nonselection_glyph = self.tiles.selection_glyph = None
        if not hover.are_images or hover.is_on_demand:
            return
        tools: Any = scatter.select({"type": (LassoSelectTool, BoxSelectTool, TapTool, HoverTool)})
        for tool in tools:
            tool.renderers = [self._points, self.tiles]
        arguments = {
            "images": images,
            "sheets": hover.sheets,
            "numbers": numbers,
            "chosen": self.chosen,
            "points": self._points,
            "tiles": self.tiles,
            "side": SHEET_SIDE,
            "size": THUMBNAIL_SIZE,
        }
        # The size of a plot is known once its view stands; a view that is made anew draws nothing.
        code = "".join(map(script, _SCRIPTS)) + (
            "const view = cb_context.index.find_one(cb_obj);"
            f"if (view) drawMapImages(view, {{{', '.join(arguments)}}})"
        )
        scatter.js_on_change("inner_width", CustomJS(args=arguments, code=code))

    def show(self, shown: str, wall: View | None) -> None:
        """Show no images, typical ones, or a wall; without one there are dots."""
        if shown == "wall" and wall is None:
            shown = "none"
        self._points.visible, self.tiles.visible = wall is None, wall is not None
        self.chosen.data = {"shown": [shown], "cell": [0.0 if wall is None else wall["cell"]]}
