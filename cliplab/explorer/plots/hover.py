"""The hover of a plot: the thumbnail of the image under the mouse, and what is known of it.

The thumbnails of a lesson are sent beforehand, on sheets, so that the hover is instant. Of very
many images a thumbnail is sent when the mouse is over its point, and the texts with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.models import ColumnDataSource, CustomJS, CustomJSHover, HoverTool

from cliplab._core.html import render
from cliplab._core.language import say
from cliplab._core.scripts import script
from cliplab.explorer.model.hover_fields import HOVER_FIELDS, HoverField, Texts, hover_words
from cliplab.explorer.style.theme import MOST_AT_ONCE, THUMBNAIL_SIZE
from cliplab.images.thumbnails import SHEET_SIDE

if TYPE_CHECKING:
    from bokeh.models.renderers import GlyphRenderer
    from bokeh.plotting import figure
    from numpy.typing import NDArray

_SCRIPTS = ("page/elements", "hover")


class Hover:
    """The hover of the plots of some images, and the thumbnails for it.

    Parameters
    ----------
    images : ColumnDataSource
        A row an image.
    bars : ColumnDataSource
        A row a silhouette bar; where it is not `images`, its column ``rows`` names the images.
    n_images : int
        How many images there are.
    prefix : str
        Begins the names of the sources.
    are_images : bool
        Whether the rows are images; null data have neither thumbnails nor names.

    Attributes
    ----------
    is_on_demand : bool
        Whether thumbnails and texts are sent one by one, on request.
    sheets, request, answer : ColumnDataSource
        Sheets of thumbnails; the row whose thumbnail is wanted; thumbnail and texts of one row.
    neighbors, lines : ColumnDataSource
        The rows of the neighbours of each image, one image after the other; the lines to those of
        the image under the mouse, which only the browser knows.
    """

    def __init__(
        self,
        images: ColumnDataSource,
        bars: ColumnDataSource,
        n_images: int,
        prefix: str,
        are_images: bool,
    ) -> None:
        self._images, self._bars = images, bars
        self.are_images = are_images
        self._tools: list[HoverTool] = []
        self.is_on_demand = are_images and n_images > MOST_AT_ONCE
        n_sheets = 0 if self.is_on_demand else -(-n_images // SHEET_SIDE**2)
        self.sheets = ColumnDataSource({"uri": [""] * n_sheets}, name=f"{prefix}sheets")
        self.request = ColumnDataSource(_no_request(), name=f"{prefix}request")
        self.answer = ColumnDataSource(_no_answer(), name=f"{prefix}answer")

        self.neighbors = ColumnDataSource({"rows": _no_rows()}, name=f"{prefix}neighbors")
        self.lines = ColumnDataSource(_no_lines(), name=f"{prefix}lines")
        # Lines to where the neighbours were would be wrong on a map that moves.
        images.js_on_change("data", self._script("forgetLines(lines)"))
        self.neighbors.js_on_change("data", self._script("forgetLines(lines)"))

    def tool(self, renderer: GlyphRenderer[Any]) -> HoverTool:
        """Make the hover of the points, or of the bars."""
        arguments = {
            "images": self._images,
            "bars": self._bars,
            "ofBars": renderer.name == "bars",
            "onDemand": self.is_on_demand,
            "sheets": self.sheets,
            "request": self.request,
            "answer": self.answer,
            "side": SHEET_SIDE,
            "size": THUMBNAIL_SIZE,
            "words": hover_words(),
        }
        fields = {
            field.column: {"format": field.format, "placeholder": field.placeholder}
            for field in HOVER_FIELDS
        }
        call = f"hoverValue(format, special_vars, {json.dumps(fields)}, {{{', '.join(arguments)}}})"
        tool = HoverTool(
            renderers=[renderer],
            description=say("tools.hover"),
            tooltips=self._tooltip(HOVER_FIELDS),
            formatters={
                "$index": CustomJSHover(args=arguments, code=f"{_functions()}return {call}")
            },
            limit=1,
            callback=self._script(
                "drawLines(cb_data.index.indices[0], {images, bars, ofBars, neighbors, lines})",
                bars=self._bars,
                ofBars=arguments["ofBars"],
            ),
        )
        self._tools.append(tool)
        return tool

    def leave_out_clusters(self) -> None:
        """Say nothing of clusters and silhouettes, where there are none."""
        fields = [each for each in HOVER_FIELDS if each.format not in ("cluster", "silhouette")]
        for tool in self._tools:
            tool.tooltips = self._tooltip(fields)

    def _tooltip(self, fields: Sequence[HoverField]) -> str:
        # Bokeh escapes what replaces $index: texts from data are never run as HTML.
        name = "hover.html" if self.are_images else "hover_null_data.html"
        return render(f"explorer/style/templates/{name}", fields=fields, size=THUMBNAIL_SIZE)

    def serve(self, *plots: figure) -> None:
        """Have plots that hold such hovers fill them in when an answer comes."""
        if self.is_on_demand:
            call = "lookAgain(plots, cb_context.index)"
            look_again = CustomJS(args={"plots": list(plots)}, code=_functions() + call)
            self.answer.js_on_change("data", look_again)

    def on_request(self, answer: Callable[[int], None]) -> None:
        """Have a function called with the row whose thumbnail is wanted."""

        def receive(_attr: str, _old: Any, data: dict[str, Any]) -> None:
            if len(data["rows"]):
                answer(int(data["rows"][0]))

        self.request.on_change("data", receive)

    def show_answer(self, row: int, uri: str, texts: Texts) -> None:
        """Send the thumbnail and the texts of one image."""
        self.answer.data = {"rows": [row], "uri": [uri], **texts}

    def show_sheet(self, sheet: tuple[int, str]) -> None:
        """Send a sheet of thumbnails: its number and its data URI."""
        self.sheets.patch({"uri": [sheet]})

    def show_neighbors(self, rows: NDArray[np.int32]) -> None:
        """Have lines drawn to neighbours; rows that are there already are not sent again."""
        if not np.array_equal(rows, self.neighbors.data["rows"]):
            self.neighbors.data = {"rows": rows}

    def _script(self, call: str, **arguments: Any) -> CustomJS:
        known = {"images": self._images, "neighbors": self.neighbors, "lines": self.lines}
        return CustomJS(args=known | arguments, code=_functions() + call)

    def forget(self) -> None:
        """Withdraw the last answer: more may be shown of its image now."""
        self.request.data = _no_request()
        self.answer.data = _no_answer()


def _functions() -> str:
    return "".join(script(f"explorer/style/scripts/{name}.js") for name in _SCRIPTS)


def _no_rows() -> NDArray[np.int32]:
    return np.zeros(0, dtype=np.int32)


def _no_lines() -> dict[str, list[float]]:
    return {name: [] for name in ("x0", "y0", "x1", "y1")}


def _no_request() -> dict[str, list[int]]:
    return {"rows": []}


def _no_answer() -> dict[str, list[Any]]:
    texts = (field.column for field in HOVER_FIELDS if field.texts is not None)
    return {name: [] for name in ("rows", "uri", *texts)}
