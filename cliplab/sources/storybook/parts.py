"""The parts of a storybook object: outlines, each with a tone instead of a colour.

An outline is written as its points, for example ``"0,-1 .5,.2 -.5,.2"``: x,y pairs in any unit,
right and down. Objects look to the right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cliplab.sources.storybook.drawing import Points, box, ellipse, ribbon, smooth


@dataclass(frozen=True, eq=False)
class Part:
    """An outline to be filled.

    Parameters
    ----------
    points : ndarray of shape (n_points, 2)
    tone : str
        A shade of the object's colour (``"body"``, ``"light"``, ``"pale"``, ``"dark"``,
        ``"deep"``) or something that always looks the same (``"ink"``, ``"white"``, ``"wood"``…).
    inside : bool, default=False
        A detail upon other parts, which needs no contour.
    """

    points: Points
    tone: str
    inside: bool = False

    def moved(self, shift: Points, scale: float) -> Part:
        """Return the same part in another place, larger or smaller."""
        return Part((self.points + shift) * scale, self.tone, self.inside)


def _parsed(points: str) -> Points:
    return np.array([pair.split(",") for pair in points.split()], dtype=np.float64)


def _mirror(points: Points) -> Points:
    """Add the mirror image to the right half of an outline that begins and ends on the axis."""
    return np.vstack([points, points[-2:0:-1] * (-1.0, 1.0)])


def blob(tone: str, points: str, inside: bool = False) -> Part:
    """Draw a smooth outline through points."""
    return Part(smooth(_parsed(points)), tone, inside)


def symmetric(tone: str, points: str, inside: bool = False) -> Part:
    """Draw a smooth outline of which only the right half is given, from top to bottom."""
    return Part(smooth(_mirror(_parsed(points))), tone, inside)


def shape(tone: str, points: str, inside: bool = False) -> Part:
    """Draw an outline with sharp corners."""
    return Part(_parsed(points), tone, inside)


def line(tone: str, width: float, points: str, inside: bool = False) -> Part:
    """Draw a smooth line with round ends."""
    return Part(ribbon(smooth(_parsed(points), closed=False), width), tone, inside)


def oval(tone: str, points: str, tilt: float = 0.0, inside: bool = False) -> Part:
    """Draw an ellipse from its middle and its two radii."""
    (x, y), (rx, ry) = _parsed(points)
    return Part(ellipse(x, y, rx, ry, tilt), tone, inside)


def block(tone: str, corners: str, radius: float = 0.0, inside: bool = False) -> Part:
    """Draw a rectangle with round corners from its top left and bottom right."""
    (left, top), (right, bottom) = _parsed(corners)
    return Part(box(left, top, right, bottom, radius), tone, inside)


def dots(tone: str, radius: float, centers: str) -> tuple[Part, ...]:
    """Draw round spots, all of one size."""
    return tuple(_disc(tone, x, y, radius) for x, y in _parsed(centers))


def eye(x: float, y: float, radius: float) -> tuple[Part, ...]:
    """Draw a round eye with a glint, which looks a little to the right."""
    return (
        _disc("white", x, y, radius),
        _disc("ink", x + 0.2 * radius, y, 0.66 * radius),
        _disc("white", x + 0.42 * radius, y - 0.25 * radius, 0.24 * radius),
    )


def _disc(tone: str, x: float, y: float, radius: float) -> Part:
    return Part(ellipse(x, y, radius, radius), tone, inside=True)


def both_sides(*parts: Part) -> tuple[Part, ...]:
    """Add the mirror images of parts."""
    others = (Part(part.points * (-1.0, 1.0), part.tone, part.inside) for part in parts)
    return (*parts, *others)


def gore(tone: str, points: str, left: float, right: float, inside: bool = False) -> Part:
    """Draw what lies between two meridians of a balloon whose right edge is given.

    The meridians run from -1, the left edge, to 1, the right edge.
    """
    half = smooth(_parsed(points), closed=False)
    outline = np.vstack([half * (right, 1.0), (half * (left, 1.0))[::-1]])
    return Part(outline, tone, inside)
