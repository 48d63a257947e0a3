"""The scenery of the storybook: clouds, hills, trees and houses in random places."""

from __future__ import annotations

import functools
from random import Random

import numpy as np

from cliplab.sources.storybook.drawing import (
    Canvas,
    Color,
    Points,
    box,
    ellipse,
    mix,
    ribbon,
    smooth,
)

WHITE: Color = (255, 253, 246)


def ridge(rng: Random, height: float, swing: float, n_points: int = 6) -> Points:
    """Draw a rolling skyline from edge to edge, closed along the bottom of the image."""
    tops = [(x, height + swing * rng.uniform(-1, 1)) for x in _across(n_points)]
    return np.vstack([smooth(tops, closed=False), [(1.2, 1.1), (-0.2, 1.1)]])


@functools.cache
def _across(n_points: int) -> list[float]:
    points: list[float] = np.linspace(-0.2, 1.2, n_points).tolist()
    return points


def clouds(canvas: Canvas, rng: Random, color: Color, low: float) -> None:
    """Paint two or three clouds, none lower than `low`."""
    for _ in range(rng.randint(2, 3)):
        x, y, size = rng.uniform(0.0, 1.0), rng.uniform(0.06, low), rng.uniform(0.06, 0.11)
        canvas.fill(ellipse(x - size, y, size * 0.8, size * 0.45, n_points=20), color)
        canvas.fill(ellipse(x, y - size * 0.3, size * 0.9, size * 0.7, n_points=20), color)
        canvas.fill(ellipse(x + size, y, size * 0.8, size * 0.5, n_points=20), color)
        canvas.fill(box(x - size * 1.5, y, x + size * 1.5, y + size * 0.48, size * 0.2), color)


def sun(canvas: Canvas, rng: Random, color: Color) -> None:
    """Paint a pale sun somewhere in the sky."""
    x, y, radius = rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.24), rng.uniform(0.06, 0.09)
    canvas.fill(ellipse(x, y, radius * 1.7, radius * 1.7), color, 0.3)
    canvas.fill(ellipse(x, y, radius, radius), color)


def tufts(canvas: Canvas, rng: Random, color: Color, n_tufts: int, top: float) -> None:
    """Paint tufts of grass on the ground below `top`."""
    for _ in range(n_tufts):
        x, y, size = rng.random(), rng.uniform(top, 0.99), rng.uniform(0.018, 0.032)
        blades = [
            (-size, -size),
            (-size * 0.4, 0.0),
            (0.0, -size * 1.5),
            (size * 0.4, 0.0),
            (size, -size),
        ]
        canvas.fill(np.array([*blades, (0.0, size * 0.4)]) + np.array((x, y)), color)


def pine(canvas: Canvas, x: float, base: float, height: float, color: Color) -> None:
    """Paint a fir tree."""
    width = height * 0.27
    canvas.fill(
        box(x - width * 0.13, base - height * 0.2, x + width * 0.13, base),
        mix(color, (90, 62, 50), 0.7),
    )
    tip = base - height
    for top, bottom, share in ((0.42, 0.84, 1.0), (0.2, 0.6, 0.8), (0.0, 0.36, 0.56)):
        tier = [
            (0.0, top * height),
            (width * share, bottom * height),
            (-width * share, bottom * height),
        ]
        canvas.fill(np.array(tier) + np.array((x, tip)), color)


def palm(canvas: Canvas, rng: Random) -> None:
    """Paint a palm tree at one of the edges."""
    side = rng.choice((-1, 1))
    foot, lean = 0.5 + side * rng.uniform(0.38, 0.46), rng.uniform(-0.12, 0.02) * side
    top, base = rng.uniform(0.2, 0.3), rng.uniform(0.68, 0.74)
    crown = (foot + lean, top)
    trunk = [(foot, base), (foot + lean * 0.3, (top + base) / 2), crown]
    canvas.fill(ribbon(smooth(trunk, closed=False), 0.035), (158, 116, 82))
    for angle in (-170, -130, -50, -10, 25, 155):
        turn = np.radians(angle + rng.uniform(-10, 10))
        reach = np.array([np.cos(turn), np.sin(turn) * 0.7]) * rng.uniform(0.2, 0.25)
        tip = np.array(crown) + reach + np.array((0, 0.07))
        middle = np.array(crown) + reach * 0.55 + np.array((0, -0.035))
        leaf = smooth([crown, middle, tip, middle + np.array((0, 0.05))])
        canvas.fill(leaf, rng.choice([(74, 148, 92), (92, 166, 102)]))


def skyline(
    canvas: Canvas,
    rng: Random,
    base: float,
    tops: tuple[float, float],
    color: Color,
    lit: Color | None,
) -> None:
    """Paint a row of houses, with lit windows where a light is given."""
    left = rng.uniform(-0.12, 0.0)
    while left < 1.0:
        width, top = rng.uniform(0.13, 0.2), rng.uniform(*tops)
        wall = mix(color, rng.choice([(196, 160, 160), (150, 180, 190), (190, 180, 150)]), 0.3)
        canvas.fill(box(left, top, left + width, base), wall)
        roof = rng.choice(("flat", "mast", "gable"))
        middle = left + width / 2
        if roof == "mast":
            canvas.fill(box(middle - 0.006, top - 0.09, middle + 0.006, top), wall)
        elif roof == "gable":
            canvas.fill(np.array([(left, top), (middle, top - 0.06), (left + width, top)]), wall)
        if lit is not None:
            _windows(
                canvas, rng, (left, top, left + width, base), (lit, mix(wall, (60, 66, 100), 0.45))
            )
        left += width + rng.uniform(-0.01, 0.03)


def _windows(
    canvas: Canvas,
    rng: Random,
    wall: tuple[float, float, float, float],
    colors: tuple[Color, Color],
) -> None:
    left, top, right, base = wall
    step = (right - left) / 3
    for row in range(int((base - top - 0.04) / 0.065)):
        y = top + 0.03 + row * 0.065
        for column in range(3):
            x = left + step * (column + 0.5)
            canvas.fill(box(x - 0.014, y, x + 0.014, y + 0.034), rng.choice(colors))


def mesa(canvas: Canvas, rng: Random, color: Color) -> None:
    """Paint a table mountain."""
    x, half, top = rng.random(), rng.uniform(0.1, 0.17), rng.uniform(0.34, 0.44)
    canvas.fill(
        np.array(
            [(x - half, 0.66), (x - half * 0.75, top), (x + half * 0.7, top), (x + half, 0.66)]
        ),
        color,
    )
    canvas.fill(box(x - half * 0.74, top, x + half * 0.69, top + 0.025), mix(color, WHITE, 0.3))
    canvas.fill(
        box(x - half * 0.84, top + 0.1, x + half * 0.8, top + 0.12), mix(color, (120, 60, 60), 0.25)
    )


def cactus(canvas: Canvas, rng: Random, x: float) -> None:
    """Paint a cactus with two arms."""
    base, height = rng.uniform(0.66, 0.78), rng.uniform(0.2, 0.3)
    green, arm = (98, 148, 104), height * 0.3
    canvas.fill(ribbon(np.array([(x, base), (x, base - height)]), 0.05), green)
    for side, low in ((-1, 0.4), (1, 0.55)):
        elbow = base - height * low
        bend = [(x, elbow), (x + side * arm, elbow - 0.01), (x + side * arm, elbow - arm)]
        canvas.fill(ribbon(np.array(bend), 0.034), green)
    canvas.fill(
        ribbon(np.array([(x - 0.008, base), (x - 0.008, base - height)]), 0.008), (138, 182, 128)
    )


def fence(canvas: Canvas, rng: Random) -> None:
    """Paint a white fence from edge to edge."""
    top, shift = rng.uniform(0.64, 0.68), rng.uniform(0.0, 0.15)
    for y in (top + 0.03, top + 0.085):
        canvas.fill(box(0, y, 1, y + 0.02), (250, 242, 224))
    for x in np.arange(-0.15, 1.1, 0.15) + shift:
        canvas.fill(box(x, top, x + 0.032, top + 0.16, 0.01), (255, 250, 238))


def peak(canvas: Canvas, rng: Random, x: float, top: float, rock: Color) -> None:
    """Paint a mountain with snow on its top."""
    base, half = 0.8, rng.uniform(0.3, 0.4)
    tip, height = np.array((x, top)), base - top
    canvas.fill(np.array([tip, (x + half, base), (x - half, base)]), rock)
    canvas.fill(
        np.array(
            [tip, (x + half, base), (x + half * 0.25, base), (x + half * 0.06, top + height * 0.3)]
        ),
        mix(rock, (70, 74, 120), 0.22),
    )
    snow = rng.uniform(0.3, 0.42)
    zigzag = [(0.5, 1.0), (0.28, 0.74), (0.1, 1.05), (-0.14, 0.76), (-0.36, 1.1), (-0.5, 1.0)]
    cap = [(x + px * 2 * half * snow, top + py * height * snow) for px, py in zigzag]
    canvas.fill(np.array([tip, *cap]), (250, 252, 255))


def seaweed(canvas: Canvas, rng: Random, x: float) -> None:
    """Paint a waving stem that grows from the ground."""
    base, height, sway = rng.uniform(0.86, 0.96), rng.uniform(0.2, 0.42), rng.uniform(0.02, 0.04)
    stem = [(x + sway * (-1) ** i, base - height * i / 4) for i in range(5)]
    color = rng.choice([(58, 138, 120), (84, 160, 122), (188, 118, 134)])
    canvas.fill(ribbon(smooth(stem, closed=False), rng.uniform(0.022, 0.034)), color)


def planet(canvas: Canvas, rng: Random) -> None:
    """Paint a planet with a ring."""
    x, y, radius = (
        rng.choice((0.16, 0.84)) + rng.uniform(-0.06, 0.06),
        rng.uniform(0.14, 0.3),
        rng.uniform(0.08, 0.12),
    )
    color: Color = rng.choice([(226, 178, 140), (150, 196, 200), (208, 168, 206)])
    tilt = rng.uniform(-25, 25)
    canvas.fill(ellipse(x, y, radius, radius), color)
    canvas.fill(
        ellipse(x - radius * 0.2, y - radius * 0.25, radius * 0.6, radius * 0.5),
        mix(color, WHITE, 0.3),
    )
    ring = ellipse(x, y, radius * 1.7, radius * 0.4, tilt)
    # The front half only: the back of the ring is behind the planet.
    canvas.fill(ribbon(ring[:17], 0.016), (244, 226, 190))
