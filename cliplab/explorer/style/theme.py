"""Colours and sizes of the screen: all that is style and nothing else."""

from __future__ import annotations

from cliplab.explorer.style.palettes import DIVERGING, SEQUENTIAL

# Made by tools/make_palette.py: distinct for colour-blind eyes, on light and on dark pages.
CATEGORY_COLORS = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#d55e00",
    "#cc79a7",
    "#56b4e9",
    "#9b0064",
    "#8500ff",
    "#00e97a",
    "#ff00c8",
    "#006f00",
    "#9b6fff",
    "#ffb1bc",
    "#90597a",
    "#ff7aff",
    "#b12100",
    "#6f3790",
    "#0043d3",
    "#d3d300",
    "#6fdee9",
)
# Below zero an image is nearer to another cluster than to its own: orange against blue.
SIGN_COLORS = DIVERGING
AMOUNT_COLORS = SEQUENTIAL
OTHER_COLOR = "#9a9a9a"

# Readable on white (4.5 : 1) and on JupyterLab's dark page (4.2 : 1) alike, so that a plot needs
# not know which of the two it is on.
NEUTRAL = "#767676"
ACCENT = "#d55e00"

FONT_SIZE = "11px"
PLOT_HEIGHT = 328
STRIP_HEIGHT = 105
MAP_ALONE = 440  # The side of a map in a cell of its own.
CURVES_ALONE = 260  # The height of curves in a cell of their own, where an elbow is looked for.
# In the Explorer it is a square of six tenths of the window's height. In a frame that is as high as
# what it holds, the script of the page says how high the window is.
MAP_SIDE = "var(--cliplab-map-side, 60vh)"
# Two maps side by side leave room for what is said of them.
ANSWERS_SIDE = f"min(50%, calc(0.7 * {MAP_SIDE}))"
THUMBNAIL_SIZE = 80


def cluster_color(cluster: int) -> str:
    """Return the colour of a cluster; noise, which is none, is grey."""
    return CATEGORY_COLORS[cluster % len(CATEGORY_COLORS)] if cluster >= 0 else OTHER_COLOR


def ink_on(color: str) -> str:
    """Return black or white: what can be read best on a colour, at 4.5 : 1 or more."""
    rgb = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in rgb)
    luminance = sum(part * x for part, x in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    # Here both have the same contrast: (1 + 0.05) / (l + 0.05) = (l + 0.05) / 0.05.
    return "#ffffff" if luminance < 0.179 else "#000000"


# Texts, bars and thumbnails of up to so many images are sent at once; it takes a second and 8 MB.
MOST_AT_ONCE = 4096
