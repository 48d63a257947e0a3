"""How large the words of plots are: for a screen, or for a projector."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        self._usual = {
            (model, name): float(getattr(model, name).removesuffix("px"))
            for kind, names in _SIZES.items()
            for model in layout.select({"type": kind})
            for name in names
        }

    def set(self, *, is_large: bool) -> None:
        """Make all words larger, or as large as usual."""
        factor = LARGE if is_large else 1.0
        for (model, name), pixels in self._usual.items():
            setattr(model, name, f"{factor * pixels:g}px")
