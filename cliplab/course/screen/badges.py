"""The number of a cluster in its colour, drawn on a plot."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bokeh.models import ColumnDataSource
    from bokeh.plotting import figure


def draw_badges(
    plot: figure, source: ColumnDataSource, x: str | float, y: str, *, offset: float = 0
) -> None:
    """Write the numbers of clusters on their colours.

    Parameters
    ----------
    plot : figure
        Where.
    source : ColumnDataSource
        With columns ``number``, ``color`` and ``ink``.
    x, y : str or float
        Columns of their places, or one place for all.
    offset : float, default=0
        How many pixels they stand to the left of their place and above it.
    """
    badges = plot.text(
        x=x, y=y, text="number", source=source, text_color="ink", text_align="center",
        text_baseline="middle", x_offset=-offset, y_offset=-offset, name="numbers",
    )  # fmt: skip
    badges.glyph.update(text_font_size="11px", text_font_style="bold")
    badges.glyph.update(background_fill_color="color", padding=3, border_radius=3)
