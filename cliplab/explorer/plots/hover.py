"""What a plot tells of the image under the mouse: its picture, cluster, silhouette and name.

The pictures of a lesson are sent beforehand, on sheets, so that the hover is instant. Of very many
images a picture is sent when the mouse asks for it, and the name with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bokeh.models import ColumnDataSource, CustomJS, CustomJSHover, HoverTool

from cliplab.explorer.style.theme import FONT_SIZE, MOST_AT_ONCE, THUMBNAIL_SIZE
from cliplab.images.thumbnails import SHEET_SIDE

if TYPE_CHECKING:
    from bokeh.models.renderers import GlyphRenderer
    from bokeh.plotting import figure

# Bokeh escapes what stands for $index; names from data sets are never run as HTML.
_TOOLTIP = f"""
<div style="display: flex; gap: 8px; font-size: {FONT_SIZE}; color: #222; max-width: 260px">
  <div style="width: {THUMBNAIL_SIZE}px; height: {THUMBNAIL_SIZE}px; border-radius: 4px;
              background-color: #ddd; flex: none; background-size: $index{{size}};
              background-image: $index{{picture}};
              background-position: $index{{place}}"></div>
  <div style="overflow-wrap: anywhere">
    <div style="font-weight: bold">$index{{class}}</div>
    <div>$index{{cluster}}</div>
    <div>silhouette $index{{silhouette}}</div>
    <div style="color: #666">$index{{name}}</div>
  </div>
</div>
"""
_NULL_TOOLTIP = f"""
<div style="font-size: {FONT_SIZE}; color: #222">
  null row $index{{row}}, silhouette $index{{silhouette}}
</div>
"""

# Bars of a sample know which image each belongs to. A sheet of thumbnails is turned into an object
# of the page once, and named by a short address.
_JS = """
const of = (source, column) => source.get_column(column)
const is_shared = images === bars
const i = special_vars.index
const row = of_bars && !is_shared ? of(bars, "rows")[i] : i
const is_answered = of(answer, "rows")[0] === row
switch (format) {
  case "row": return row
  case "cluster": {
    const label = of(images, "cluster_labels")[row]
    return label < 0 ? "noise" : `cluster ${label}`
  }
  case "silhouette": {
    const at = is_shared ? row : of(bars, "rows").indexOf(row)
    const silhouette = of(bars, "silhouettes")[at]
    return Number.isFinite(silhouette) ? silhouette.toFixed(2) : "not measured"
  }
  case "class": {
    if (!on_demand) return of(images, "class_names")[row]
    return is_answered ? of(answer, "class_names")[0] : ""
  }
  case "name": {
    if (!on_demand) return of(images, "image_ids")[row]
    return is_answered ? of(answer, "image_ids")[0] : `picture ${row}`
  }
  case "size": return on_demand ? "cover" : "auto"
  case "place": {
    if (on_demand) return "center"
    const column = row % side
    const line = Math.floor((row % (side * side)) / side)
    return `-${column * size}px -${line * size}px`
  }
}
// What is left is the picture.
const named = (uri) => {
  const known = (window.cliplab_pictures ??= new Map())
  if (!known.has(uri)) {
    const bytes = Uint8Array.from(atob(uri.split(",")[1]), (c) => c.charCodeAt(0))
    known.set(uri, URL.createObjectURL(new Blob([bytes], { type: "image/webp" })))
  }
  return `url(${known.get(uri)})`
}
if (on_demand) {
  if (is_answered) return `url(${of(answer, "uri")[0]})`
  // Of several images under the mouse the first is shown, though words are made for all.
  const is_shown = special_vars.indices[0] === i
  if (is_shown && of(asked, "rows")[0] !== row) asked.data = { rows: [row] }
  return "none"
}
const uri = of(sheets, "uri")[Math.floor(row / (side * side))]
return uri ? named(uri) : "none"
"""

# A hover looks again at what is under the mouse whenever its plot says that it was repainted.
_LOOK_AGAIN_JS = """
for (const plot of plots) {
  cb_context.index.find_one(plot)?.repainted.emit()
}
"""


class Hover:
    """The hover of the plots of some images, and the pictures for it.

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
        Null data are none: they have neither pictures nor names.

    Attributes
    ----------
    is_on_demand : bool
        Whether pictures and names are sent one by one, when they are asked for.
    sheets, asked, answer : ColumnDataSource
        Sheets of thumbnails; the row that is asked for; picture and names of one row.
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
        self.is_on_demand = are_images and n_images > MOST_AT_ONCE
        n_sheets = 0 if self.is_on_demand else -(-n_images // SHEET_SIDE**2)
        self.sheets = ColumnDataSource({"uri": [""] * n_sheets}, name=f"{prefix}sheets")
        self.asked = ColumnDataSource(_none_asked(), name=f"{prefix}asked")
        self.answer = ColumnDataSource(_no_answer(), name=f"{prefix}answer")

    def tool(self, renderer: GlyphRenderer[Any]) -> HoverTool:
        """Make the hover of the points, or of the bars."""
        arguments = {
            "images": self._images,
            "bars": self._bars,
            "of_bars": renderer.name == "bars",
            "on_demand": self.is_on_demand,
            "sheets": self.sheets,
            "asked": self.asked,
            "answer": self.answer,
            "side": SHEET_SIDE,
            "size": THUMBNAIL_SIZE,
        }
        return HoverTool(
            renderers=[renderer],
            tooltips=_TOOLTIP if self.are_images else _NULL_TOOLTIP,
            formatters={"$index": CustomJSHover(args=arguments, code=_JS)},
            limit=1,
        )

    def serve(self, *plots: figure) -> None:
        """Have plots that hold such hovers fill them in when an answer comes."""
        if self.is_on_demand:
            look_again = CustomJS(args={"plots": list(plots)}, code=_LOOK_AGAIN_JS)
            self.answer.js_on_change("data", look_again)

    def on_ask(self, told: Callable[[int], None]) -> None:
        """Have a function told for which row a picture is wanted."""

        def asked(_attr: str, _old: Any, data: dict[str, Any]) -> None:
            if len(data["rows"]):
                told(int(data["rows"][0]))

        self.asked.on_change("data", asked)

    def show_answer(self, row: int, uri: str, image_id: str, class_name: str) -> None:
        """Send a picture that was asked for, and what the image is called."""
        self.answer.data = {
            "rows": [row],
            "uri": [uri],
            "image_ids": [image_id],
            "class_names": [class_name],
        }

    def show_sheet(self, sheet: tuple[int, str]) -> None:
        """Take a sheet of thumbnails: its number and its data URI."""
        self.sheets.patch({"uri": [sheet]})

    def forget(self) -> None:
        """Take back what was answered, because more may be said now."""
        self.asked.data = _none_asked()
        self.answer.data = _no_answer()


def _none_asked() -> dict[str, list[int]]:
    return {"rows": []}


def _no_answer() -> dict[str, list[Any]]:
    return {"rows": [], "uri": [], "image_ids": [], "class_names": []}
