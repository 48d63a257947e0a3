"""Smooth shapes on a small canvas: what every image of the storybook is drawn with."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw, ImageFont

Color = tuple[int, int, int]
Points = NDArray[np.float64]
Font = ImageFont.ImageFont | ImageFont.FreeTypeFont

# Pillow draws without smoothing. Painted four times as large and averaged, edges are soft.
_OVERSAMPLING = 4


def mix(color: Color, other: Color, share: float) -> Color:
    """Blend two colours.

    Examples
    --------
    >>> mix((0, 0, 0), (200, 100, 50), 0.5)
    (100, 50, 25)
    """
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(color, other, strict=True))
    return red, green, blue


@functools.cache
def _spline(n_points: int, closed: bool) -> Points:
    """Matrix that turns points into a dense Catmull-Rom curve through all of them."""
    at = np.linspace(0.0, 1.0, 8, endpoint=False)[:, None]
    weights = 0.5 * np.hstack(
        [
            -at + 2 * at**2 - at**3,
            2 - 5 * at**2 + 3 * at**3,
            at + 4 * at**2 - 3 * at**3,
            at**3 - at**2,
        ]
    )
    matrix = np.zeros((n_points, 8, n_points))
    for start in range(n_points):
        for offset, weight in zip((-1, 0, 1, 2), weights.T, strict=True):
            neighbor = start + offset
            neighbor = neighbor % n_points if closed else min(max(neighbor, 0), n_points - 1)
            matrix[start, :, neighbor] += weight
    rows = matrix.reshape(-1, n_points)
    return rows if closed else rows[: (n_points - 1) * 8 + 1]


def smooth(points: ArrayLike, closed: bool = True) -> Points:
    """Draw a smooth curve through points."""
    corners = np.asarray(points, dtype=np.float64)
    return _spline(len(corners), closed) @ corners


@functools.cache
def _circle(n_points: int) -> Points:
    angles = np.linspace(0.0, 2.0 * math.pi, n_points, endpoint=False)
    return np.column_stack([np.cos(angles), np.sin(angles)])


def ellipse(
    x: float, y: float, rx: float, ry: float, tilt: float = 0.0, n_points: int = 32
) -> Points:
    """Draw an ellipse around (x, y); `tilt` in degrees turns it clockwise."""
    shape = _circle(n_points) * (rx, ry)
    if tilt:
        cosine, sine = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
        shape = shape @ np.array([[cosine, sine], [-sine, cosine]])
    moved: Points = shape + np.array((x, y))
    return moved


def box(left: float, top: float, right: float, bottom: float, radius: float = 0.0) -> Points:
    """Draw a rectangle with round corners."""
    if not radius:
        return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    corner = _circle(24) * radius
    centers = np.repeat(
        [
            (right - radius, bottom - radius),
            (left + radius, bottom - radius),
            (left + radius, top + radius),
            (right - radius, top + radius),
        ],
        6,
        axis=0,
    )
    outline: Points = corner + centers
    return outline


def ribbon(points: ArrayLike, width: float) -> Points:
    """Draw a line with a width and round ends, as an outline."""
    path = np.asarray(points, dtype=np.float64)
    ahead = np.empty_like(path)
    ahead[1:-1] = path[2:] - path[:-2]
    ahead[0], ahead[-1] = path[1] - path[0], path[-1] - path[-2]
    ahead *= (width / 2) / np.hypot(ahead[:, 0], ahead[:, 1])[:, None]
    side = ahead[:, ::-1] * (-1.0, 1.0)
    bow = _circle(16)[1:8]
    end = path[-1] + bow[:, 1:] * ahead[-1] + bow[:, :1] * side[-1]
    start = path[0] - bow[:, 1:] * ahead[0] - bow[:, :1] * side[0]
    return np.vstack([path + side, end, (path - side)[::-1], start])


def sharp_corners(points: Points) -> Points:
    """Find where an outline turns by more than half a right angle."""
    before = points - np.roll(points, 1, axis=0)
    after = np.roll(points, -1, axis=0) - points
    along = (before * after).sum(axis=1)
    across = np.abs(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0])
    corners: Points = points[across > along]
    return corners


@functools.cache
def _gradient(size: int, colors: tuple[Color, ...], low: float) -> Image.Image:
    """Draw a gradient of colours from top to bottom, one pixel wide."""
    stops = np.linspace(0.0, low, len(colors))
    rows = np.linspace(0.0, 1.0, size)
    table = np.asarray(colors, dtype=np.float64)
    column = np.column_stack([np.interp(rows, stops, channel) for channel in table.T])
    return Image.fromarray(column.round().astype(np.uint8)[:, None, :])


class Canvas:
    """A square image that is being drawn; coordinates run from 0 to 1, right and down.

    Parameters
    ----------
    size : int
        Side of the finished image in pixels.
    colors : sequence of RGB triples
        The ground, from top to bottom: colours that run into each other.
    low : float, default=1.0
        Where the last colour is reached.
    """

    def __init__(self, size: int, colors: Sequence[Color], low: float = 1.0) -> None:
        self.side = size * _OVERSAMPLING
        strip = _gradient(size, tuple(colors), low)
        self._image = strip.resize((self.side, self.side), Image.Resampling.NEAREST)
        self._solid = ImageDraw.Draw(self._image)
        self._glaze = ImageDraw.Draw(self._image, "RGBA")

    def fill(self, points: Points, color: Color, opacity: float = 1.0) -> None:
        """Paint the inside of an outline."""
        flat = (points * self.side).ravel().tolist()
        if opacity < 1.0:
            self._glaze.polygon(flat, fill=(*color, round(255 * opacity)))
        else:
            self._solid.polygon(flat, fill=color)

    def line_around(self, points: Points, corners: Points, width: float, color: Color) -> None:
        """Paint a line along an outline, round at its sharp corners."""
        flat = (points * self.side).ravel().tolist()
        thick = round(width * self.side)
        self._solid.line(flat + flat[:2], fill=color, width=thick)
        for x, y in (corners * self.side).tolist():
            self._solid.circle((x, y), thick / 2, fill=color)

    def write(self, word: str, x: float, y: float, font: Font, color: Color) -> None:
        """Write a word around the point (x, y)."""
        middle = (x * self.side, y * self.side)
        self._solid.text(middle, word, fill=color, font=font, anchor="mm")

    def finish(self, tint: Color, strength: float) -> Image.Image:
        """Return the image in its final size, mixed with a tint."""
        small = self._image.reduce(_OVERSAMPLING)
        return Image.blend(small, Image.new("RGB", small.size, tint), strength)
