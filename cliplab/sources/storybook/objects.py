"""The objects of the storybook, drawn in any colour, size and pose."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from cliplab.sources.storybook.animals import ANIMALS
from cliplab.sources.storybook.drawing import (
    Canvas,
    Color,
    Points,
    ellipse,
    mix,
    sharp_corners,
)
from cliplab.sources.storybook.parts import Part
from cliplab.sources.storybook.things import THINGS

_DRAWINGS = {**ANIMALS, **THINGS}
OBJECTS: tuple[str, ...] = tuple(sorted(_DRAWINGS))

_INK: Color = (52, 42, 56)
_CONTOUR = 0.013

# Colours that never change with the object's own: eyes, glass, wood and the like.
_FIXED: dict[str, Color] = {
    "ink": _INK,
    "white": (255, 252, 245),
    "cream": (250, 238, 214),
    "glass": (196, 228, 240),
    "metal": (168, 174, 186),
    "wood": (150, 104, 70),
    "leaf": (112, 160, 74),
    "amber": (246, 184, 72),
    "blush": (240, 150, 150),
}


@dataclass(frozen=True)
class Pose:
    """Position, size and tilt of an object.

    Parameters
    ----------
    x, base : float
        Its middle and its lowest point, in sides of the image from the top left.
    size : float
        Its longer side, in sides of the image.
    tilt : float
        Degrees clockwise.
    flip : bool
        Whether it looks to the left.
    stretch : float
        Width over height, 1 as drawn.
    """

    x: float
    base: float
    size: float
    tilt: float = 0.0
    flip: bool = False
    stretch: float = 1.0


@functools.cache
def _tones(color: Color) -> dict[str, Color]:
    """Shades of an object's colour, and the colours that all objects share."""
    return {
        "body": color,
        "light": mix(color, (255, 250, 240), 0.34),
        "pale": mix(color, (255, 250, 240), 0.66),
        # Shadows of warm colours stay warm: towards orange, not towards grey.
        "dark": (round(color[0] * 0.84), round(color[1] * 0.73), round(color[2] * 0.78)),
        "deep": mix(color, _INK, 0.62),
        **_FIXED,
    }


@functools.cache
def _fitted(name: str) -> tuple[tuple[Part, Points], ...]:
    """Fit the parts of an object into the square from -1 to 1; find their sharp corners."""
    parts = _DRAWINGS[name]
    low = np.vstack([part.points for part in parts]).min(axis=0)
    high = np.vstack([part.points for part in parts]).max(axis=0)
    scale = 2.0 / float((high - low).max())
    fitted = [part.moved(-(low + high) / 2, scale) for part in parts]
    return tuple((part, sharp_corners(part.points)) for part in fitted)


def paint_object(
    canvas: Canvas, name: str, color: Color, pose: Pose, shadow: Color | None = None
) -> None:
    """Paint an object onto a canvas, with a contour in a deep shade of its own colour."""
    parts = _fitted(name)
    turn = _turn(pose)
    placed = [part.points @ turn for part, _ in parts]
    lowest = max(float(points[:, 1].max()) for points in placed)
    shift = np.array([pose.x, pose.base - lowest])
    placed = [points + shift for points in placed]
    if shadow is not None:
        _paint_shadow(canvas, placed, pose, shadow)

    tones = _tones(color)
    # All contours come first, so that together they line the whole object and not its parts.
    for (part, corners), points in zip(parts, placed, strict=True):
        if not part.inside:
            canvas.line_around(points, corners @ turn + shift, 2 * _CONTOUR, tones["deep"])
    for (part, _), points in zip(parts, placed, strict=True):
        canvas.fill(points, tones[part.tone])


def _turn(pose: Pose) -> Points:
    angle = math.radians(pose.tilt)
    cosine, sine = math.cos(angle), math.sin(angle)
    stretch = math.sqrt(pose.stretch)
    x, y = pose.size / 2 * stretch, pose.size / 2 / stretch
    side = -1.0 if pose.flip else 1.0
    return np.array([[side * x * cosine, side * x * sine], [-y * sine, y * cosine]])


def _paint_shadow(canvas: Canvas, placed: list[Points], pose: Pose, color: Color) -> None:
    low = pose.base - 0.12 * pose.size
    feet = np.concatenate([points[points[:, 1] > low][:, 0] for points in placed])
    middle, half = (feet.min() + feet.max()) / 2, (feet.max() - feet.min()) / 2
    for spread, opacity in ((1.0, 0.22), (0.8, 0.2)):
        wide = (half + 0.05) * spread
        canvas.fill(ellipse(middle, pose.base, wide, 0.035 * spread), color, opacity)
