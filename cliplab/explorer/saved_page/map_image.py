"""The map as one image, for those who show no scripts."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.model.views import View

_SIDE = 480
_SCALE = 3  # Drawn larger and made smaller, edges are smooth.


def map_image(session: ExplorerSession) -> bytes:
    """Return the map as it is coloured now, with the clusters' numbers, as a PNG.

    Parameters
    ----------
    session : ExplorerSession
        What is on the screen.

    Returns
    -------
    bytes
        The file.
    """
    view, coloring = session.map_view, session.coloring
    side = _SIDE * _SCALE
    drawn = Image.new("RGB", (side, side), "white")
    draw = ImageDraw.Draw(drawn)

    def place(x: float, y: float) -> tuple[float, float]:
        left, top = view["center"][0] - view["reach"], view["center"][1] + view["reach"]
        per_pixel = 2 * view["reach"] / side
        return float(x - left) / per_pixel, float(top - y) / per_pixel

    radius = _SCALE * min(4.0, max(1.0, 110 / max(len(view["x"]), 1) ** 0.5))
    for x, y, color in zip(view["x"], view["y"], _colors(coloring), strict=True):
        across, down = place(x, y)
        draw.ellipse((across - radius, down - radius, across + radius, down + radius), fill=color)
    if session.state.color_by == "cluster":
        font = ImageFont.load_default(15 * _SCALE)
        numbers = session.numbers_view
        for name, x, y in zip(numbers["names"], numbers["x"], numbers["y"], strict=True):
            draw.text(
                place(x, y), name, "white", font, "mm", stroke_width=_SCALE, stroke_fill="#333333"
            )
    file = io.BytesIO()
    drawn.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS).quantize(64).save(
        file, "PNG", optimize=True
    )
    return file.getvalue()


def _colors(coloring: View) -> list[str]:
    """Return the colour of each image, as the plots map numbers to a palette."""
    palette, low, high = coloring["palette"], coloring["low"], coloring["high"]
    values = np.asarray(coloring["values"], dtype=np.float64)
    places = np.floor((values - low) / (high - low) * len(palette))
    codes = np.clip(np.nan_to_num(places, nan=len(palette) - 1), 0, len(palette) - 1)
    return [palette[code] for code in codes.astype(int)]
