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
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    from cliplab.explorer.model.views import View

TITLE_HEIGHT = 26  # Pixels above the frame of a plot.
_LETTER = 6.3  # The mean width of a letter, in pixels.


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
    written = axes.set_title(shortened(title, width / 1.15), loc="left", pad=points(6))
    written.set(color=NEUTRAL, fontsize=TITLE_FONT, fontweight="bold")
    axes.set_xlabel(shortened(axis, width), color=NEUTRAL, fontsize=FONT, fontstyle="italic")


def few_ticks(most: int, *, integer: bool = False) -> MaxNLocator:
    """Return what places few ticks on an axis, at round numbers."""
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(most, integer=integer, steps=[1, 2, 5, 10])


def short_numbers() -> FuncFormatter:
    """Return what writes the numbers of an axis."""
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda value, _: short_number(value))


def short_number(value: float) -> str:
    """Return a number as the screen has it: 200k and 0.08 are short."""
    sizes = ((1e9, "b"), (1e6, "m"), (1e3, "k"), (0.0, ""))
    size, letter = next(each for each in sizes if abs(value) >= each[0])
    return f"{value / (size or 1):.4g}{letter}"


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
    colors: NDArray[np.float64] = to_rgba_array([*palette, OTHER_COLOR], alpha)[places]
    return colors


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
