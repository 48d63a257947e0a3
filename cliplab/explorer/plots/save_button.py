"""The button on each plot that saves it, in the browser, as an image."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bokeh.models import CustomJS

from cliplab._core.language import words
from cliplab._core.scripts import script

if TYPE_CHECKING:
    from bokeh.models import ColumnDataSource
    from bokeh.plotting import figure

_STYLE = Path(__file__).parents[1] / "style" / "styles" / "save_button.css"
_SCRIPTS = "".join(
    script(f"explorer/style/scripts/{name}.js") for name in ("page/elements", "save_button")
)
# Which kinds of images there are, and whether what is behind them shines through.
_KINDS = {
    "png": ("png", False),
    "svg": ("svg", False),
    "png_transparent": ("png", True),
    "svg_transparent": ("svg", True),
}
# What the file of a plot is called.
_FILES = {
    "scatter": "map",
    "elbow": "inertia",
    "score": "mean-silhouette",
    "flow": "transitions",
    "line": "valley",
}


def add_save_buttons(plots: Sequence[figure], images: ColumnDataSource | None = None) -> None:
    """Put a button on plots; files of plots of clusters say how many these are.

    Parameters
    ----------
    plots : sequence of figure
        The plots, which have their names.
    images : ColumnDataSource, optional
        The images that are drawn; left out for plots of all k.
    """
    names = {}
    for plot in plots:
        first, _, rest = str(plot.name).partition("null ")
        name = rest or first
        file = _FILES.get(name, name).replace(" ", "-").replace("_", "-")
        names[plot.name] = f"null-{file}" if rest else file
    # The size of a plot is known once its view stands; a view that is made anew has no button.
    add = CustomJS(
        args={"names": names, "images": images, "words": _words()},
        code=_SCRIPTS + "const view = cb_context.index.find_one(cb_obj);"
        "if (view) addSaveButton(view, names[cb_obj.name], images, words)",
    )
    style = _STYLE.read_text(encoding="utf-8")
    for plot in plots:
        plot.stylesheets.append(style)
        plot.js_on_change("inner_width", add)


def _words() -> dict[str, object]:
    said = words("save")
    kinds = [[*kind, said[name]] for name, kind in _KINDS.items()]
    return {"button": said["button"], "kinds": kinds}
