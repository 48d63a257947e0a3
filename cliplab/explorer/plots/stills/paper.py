"""Axes, colours and words of the stills: what all of them have in common."""

from __future__ import annotations

import textwrap
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab.explorer.plots.stills.still import DPI
from cliplab.explorer.style.theme import FONT_SIZE, NEUTRAL, OTHER_COLOR

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cliplab.explorer.model.views import View

TITLE_HEIGHT = 26  # Pixels above the frame of a plot.
_LETTER = 6.9  # The mean width of a letter, in pixels.


def points(pixels: float) -> float:
    """Return a length in points, in which matplotlib has lines and letters."""
    return pixels * 72 / DPI


FONT = points(float(FONT_SIZE.removesuffix("px")))
TITLE_FONT = points(12)


def axes_at(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Place a frame, in pixels from the upper left corner, and make it look as on the screen."""
    across, up = figure.get_size_inches() * DPI
    axes = figure.add_axes(
        (left / across, 1 - (top + height) / up, width / across, height / up), facecolor="none"
    )
    axes.tick_params(color=NEUTRAL, labelcolor=NEUTRAL, labelsize=FONT, width=points(1))
    axes.grid(color=NEUTRAL, alpha=0.15, linewidth=points(1))
    axes.set_axisbelow(True)
    axes.spines[:].set(color=NEUTRAL, alpha=0.4, linewidth=points(1))
    return axes


def say(axes: Axes, title: str, axis: str = "") -> None:
    """Write a title above a frame, and a sentence under it, each no wider than the frame."""
    width = axes.get_window_extent().width
    style = {"color": NEUTRAL, "fontsize": TITLE_FONT, "fontweight": "bold", "pad": points(6)}
    axes.set_title(shortened(title, width / 1.15), loc="left", **style)
    axes.set_xlabel(shortened(axis, width), color=NEUTRAL, fontsize=FONT)


def plain(text: str) -> str:
    """Return a text in one line and without signs that draw nothing, but change others."""
    return "".join(
        " " if sign.isspace() else sign
        for sign in text
        if sign.isspace() or unicodedata.category(sign)[0] != "C"
    )


def shortened(text: str, width: float) -> str:
    """Return as much of a text as can be read in so many pixels."""
    most, text = max(int(width / _LETTER), 1), plain(text)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def wrapped(text: str, width: float) -> list[str]:
    """Return a text in lines of so many pixels."""
    return textwrap.wrap(plain(text), max(int(width / _LETTER), 1))


def colors_of(coloring: View, alpha: float = 1.0) -> NDArray[np.float64]:
    """Return the colour of each image, of shape (n_images, 4), as Bokeh's mapper has it."""
    from matplotlib.colors import to_rgba_array

    values, palette = np.asarray(coloring["values"], dtype=float), coloring["palette"]
    low, high = coloring["low"], coloring["high"]
    steps = np.floor((values - low) / (high - low) * len(palette))
    unknown = len(palette)  # Comes last.
    places = np.where(np.isfinite(steps), np.clip(steps, 0, unknown - 1), unknown).astype(int)
    return to_rgba_array([*palette, OTHER_COLOR], alpha)[places]


def faded(
    colors: NDArray[np.float64], selected: NDArray[np.intp] | None, alpha: float
) -> NDArray[np.float64]:
    """Return colours in which all but the selected images are pale, if there are such."""
    if selected is None or len(selected) == 0:
        return colors
    alphas = np.full(len(colors), alpha)
    alphas[selected] = 1.0
    return np.column_stack([colors[:, :3], alphas])


def mark(
    axes: Axes, place: float | None, color: str, dash: str = "solid", *, across: bool = False
) -> None:
    """Draw a line over the whole height of a frame, or across it; without a place there is none."""
    if place is not None and np.isfinite(place):
        line = axes.axhline if across else axes.axvline
        line(place, color=color, linestyle=dash, linewidth=points(1.5))
