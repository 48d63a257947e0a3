"""How large the words of plots are: for a screen, or for a projector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bokeh.models import Axis
from bokeh.models.annotations import Title

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM

LARGE = 1.4  # Times as large as usual, which is read from the last row.
_SIZES = {
    Title: ("text_font_size",),
    Axis: ("major_label_text_font_size", "axis_label_text_font_size"),
}


class TextSize:
    """The titles and axes of some plots, whose words can be made larger and small again.

    Parameters
    ----------
    layout : LayoutDOM
        The plots.
    """

    def __init__(self, layout: LayoutDOM) -> None:
        self._usual: dict[tuple[Any, str], float] = {}
        self._factor = 1.0
        self.add(layout)

    def add(self, layout: LayoutDOM) -> None:
        """Have more plots follow, whose words are as large as usual."""
        new = {
            (model, name): float(getattr(model, name).removesuffix("px"))
            for kind, names in _SIZES.items()
            for model in layout.select({"type": kind})
            for name in names
            if (model, name) not in self._usual
        }
        self._usual |= new
        self._resize(new)

    def set(self, *, is_large: bool) -> None:
        """Make all words larger, or as large as usual."""
        self._factor = LARGE if is_large else 1.0
        self._resize(self._usual)

    def _resize(self, words: dict[tuple[Any, str], float]) -> None:
        for (model, name), pixels in words.items():
            setattr(model, name, f"{self._factor * pixels:g}px")
