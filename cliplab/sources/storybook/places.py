"""The places of the storybook: each draws its scenery, a little different every time."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import numpy as np

from cliplab.sources.storybook.drawing import (
    Canvas,
    Color,
    box,
    ellipse,
    mix,
)
from cliplab.sources.storybook.lights import SKIES
from cliplab.sources.storybook.scenery import (
    WHITE,
    cactus,
    clouds,
    fence,
    mesa,
    palm,
    peak,
    pine,
    planet,
    ridge,
    seaweed,
    skyline,
    sun,
    tufts,
)


def _beach(size: int, rng: Random, light: str) -> Canvas:
    sky = SKIES[light]
    canvas = Canvas(size, sky.colors, 0.66)
    sun(canvas, rng, sky.sun)
    clouds(canvas, rng, sky.cloud, 0.2)
    horizon = rng.uniform(0.36, 0.44)
    sea: Color = (84, 184, 204)
    canvas.fill(box(0, horizon, 1, 1), sea)
    canvas.fill(box(0, horizon, 1, horizon + 0.05), mix(sea, (40, 120, 170), 0.4))
    for _ in range(7):
        x, y, half = rng.random(), rng.uniform(horizon + 0.03, 0.55), rng.uniform(0.03, 0.07)
        canvas.fill(ellipse(x, y, half, 0.005, n_points=12), mix(sea, WHITE, 0.5))
    shore = rng.uniform(0.57, 0.63)
    edge = ridge(rng, shore, 0.025)
    canvas.fill(edge - (0, 0.022), WHITE)
    canvas.fill(edge, (236, 210, 158))
    canvas.fill(ridge(rng, shore + 0.14, 0.02), (246, 224, 176))
    for _ in range(12):
        x, y, radius = rng.random(), rng.uniform(shore + 0.08, 0.98), rng.uniform(0.005, 0.011)
        canvas.fill(
            ellipse(x, y, radius * 1.4, radius, n_points=12), rng.choice([(214, 184, 134), WHITE])
        )
    palm(canvas, rng)
    return canvas


def _city(size: int, rng: Random, light: str) -> Canvas:
    sky = SKIES[light]
    canvas = Canvas(size, sky.colors, 0.66)
    clouds(canvas, rng, sky.cloud, 0.2)
    skyline(canvas, rng, 0.7, (0.2, 0.46), mix((164, 172, 196), sky.colors[-1], 0.45), None)
    skyline(canvas, rng, 0.72, (0.32, 0.56), (128, 136, 164), (250, 232, 176))
    canvas.fill(box(0, 0.71, 1, 1), (206, 204, 206))
    canvas.fill(box(0, 0.71, 1, 0.73), (180, 178, 186))
    canvas.fill(box(0, 0.8, 1, 1), (120, 122, 138))
    start = rng.uniform(-0.15, 0.0)
    for i in range(5):
        left = start + i * 0.26
        canvas.fill(box(left, 0.91, left + 0.14, 0.93), (240, 236, 226))
    return canvas


def _desert(size: int, rng: Random, light: str) -> Canvas:
    sky = SKIES[light]
    canvas = Canvas(size, [*sky.colors[:-1], mix(sky.colors[-1], (250, 222, 170), 0.5)], 0.66)
    sun(canvas, rng, sky.sun)
    for _ in range(2):
        mesa(canvas, rng, mix((196, 116, 88), sky.colors[-1], 0.25))
    for height, color in ((0.56, (230, 172, 112)), (0.66, (238, 188, 124)), (0.8, (246, 206, 144))):
        dune = ridge(rng, height, 0.04, 4)
        canvas.fill(dune - (0, 0.012), mix(color, WHITE, 0.4))
        canvas.fill(dune, color)
    for _ in range(rng.randint(2, 3)):
        cactus(canvas, rng, rng.choice((rng.uniform(0.02, 0.24), rng.uniform(0.76, 0.98))))
    for _ in range(8):
        x, y = rng.random(), rng.uniform(0.78, 0.98)
        canvas.fill(ellipse(x, y, 0.035, 0.005, n_points=12), (228, 178, 118))
    return canvas


def _forest(size: int, rng: Random, light: str) -> Canvas:
    sky = SKIES[light]
    canvas = Canvas(
        size,
        [mix(sky.colors[0], (150, 206, 176), 0.5), mix(sky.colors[-1], (230, 240, 196), 0.5)],
        0.7,
    )
    far, near = mix((112, 168, 136), sky.colors[-1], 0.2), (62, 122, 96)
    for x in np.linspace(-0.05, 1.05, 9):
        pine(canvas, x + rng.uniform(-0.04, 0.04), 0.7, rng.uniform(0.4, 0.56), far)
    canvas.fill(ridge(rng, 0.61, 0.02), (104, 156, 104))
    for x in (-0.02, 0.14, 0.3, 0.7, 0.86, 1.02):
        height = rng.uniform(0.46, 0.66) if 0.2 < x < 0.8 else rng.uniform(0.62, 0.78)
        shade = mix(near, (84, 140, 84), rng.random())
        pine(canvas, x + rng.uniform(-0.05, 0.05), rng.uniform(0.7, 0.76), height, shade)
    canvas.fill(ridge(rng, 0.76, 0.02), (122, 166, 96))
    canvas.fill(ridge(rng, 0.88, 0.02), (140, 180, 104))
    tufts(canvas, rng, (86, 136, 80), 9, 0.8)
    return canvas


def _meadow(size: int, rng: Random, light: str) -> Canvas:
    sky = SKIES[light]
    canvas = Canvas(size, sky.colors, 0.66)
    sun(canvas, rng, sky.sun)
    clouds(canvas, rng, sky.cloud, 0.26)
    for height, color in ((0.5, (176, 212, 140)), (0.58, (156, 202, 116)), (0.68, (172, 212, 120))):
        hill = ridge(rng, height, 0.05, 5)
        canvas.fill(hill, color)
    for _ in range(3):
        x, y, radius = rng.random(), rng.uniform(0.54, 0.62), rng.uniform(0.03, 0.05)
        canvas.fill(ellipse(x, y, radius, radius * 0.8, n_points=20), (122, 178, 100))
        canvas.fill(
            ellipse(x + radius, y + 0.01, radius * 0.8, radius * 0.6, n_points=20), (122, 178, 100)
        )
    fence(canvas, rng)
    canvas.fill(ridge(rng, 0.8, 0.02), (190, 222, 130))
    tufts(canvas, rng, (134, 186, 96), 10, 0.82)
    for _ in range(14):
        x, y, radius = rng.random(), rng.uniform(0.8, 0.98), rng.uniform(0.009, 0.014)
        canvas.fill(ellipse(x, y, radius, radius, n_points=10), WHITE)
        canvas.fill(ellipse(x, y, radius * 0.4, radius * 0.4, n_points=8), (246, 206, 90))
    return canvas


def _mountains(size: int, rng: Random, light: str) -> Canvas:
    sky = SKIES[light]
    canvas = Canvas(size, sky.colors, 0.66)
    clouds(canvas, rng, sky.cloud, 0.16)
    for shift, top, share in ((0.0, 0.2, 0.45), (0.25, 0.28, 0.1)):
        for x in (0.05, 0.5, 0.95):
            rock = mix((136, 144, 176), sky.colors[-1], share)
            peak(
                canvas,
                rng,
                x + shift + rng.uniform(-0.12, 0.12),
                top + rng.uniform(-0.1, 0.1),
                rock,
            )
    canvas.fill(ridge(rng, 0.66, 0.03), (214, 226, 242))
    for _ in range(6):
        pine(canvas, rng.random(), rng.uniform(0.66, 0.74), rng.uniform(0.12, 0.2), (84, 126, 128))
    canvas.fill(ridge(rng, 0.76, 0.03), (228, 237, 248))
    canvas.fill(ridge(rng, 0.88, 0.02), (242, 247, 252))
    for _ in range(8):
        x, y = rng.random(), rng.uniform(0.8, 0.98)
        canvas.fill(ellipse(x, y, 0.035, 0.005, n_points=12), (206, 220, 240))
    return canvas


def _sea(size: int, rng: Random, light: str) -> Canvas:
    top: Color = (150, 222, 224) if light != "evening" else (206, 216, 196)
    canvas = Canvas(size, [top, (84, 182, 208), (52, 134, 182)])
    for _ in range(4):
        x, width, slant = rng.random(), rng.uniform(0.04, 0.09), rng.uniform(-0.25, 0.05)
        ray = [(x, 0), (x + width, 0), (x + width * 2 + slant, 0.8), (x - width + slant, 0.8)]
        canvas.fill(np.array(ray), WHITE, 0.13)
    canvas.fill(ridge(rng, 0.72, 0.05, 5), (70, 142, 172))
    canvas.fill(ridge(rng, 0.84, 0.03, 5), (226, 208, 166))
    canvas.fill(ridge(rng, 0.92, 0.02, 5), (238, 222, 182))
    for _ in range(rng.randint(5, 7)):
        seaweed(canvas, rng, rng.choice((rng.uniform(0.0, 0.26), rng.uniform(0.74, 1.0))))
    for _ in range(4):
        x, y, radius = rng.random(), rng.uniform(0.86, 0.96), rng.uniform(0.02, 0.035)
        canvas.fill(ellipse(x, y, radius * 1.3, radius * 0.8, n_points=16), (176, 164, 158))
    for _ in range(9):
        x, y, radius = rng.random(), rng.uniform(0.05, 0.75), rng.uniform(0.01, 0.024)
        canvas.fill(ellipse(x, y, radius, radius, n_points=20), WHITE, 0.5)
        canvas.fill(ellipse(x, y, radius * 0.72, radius * 0.72, n_points=16), (110, 196, 214), 0.7)
    return canvas


def _space(size: int, rng: Random, light: str) -> Canvas:
    low: Color = {"morning": (120, 96, 150), "evening": (136, 84, 124)}.get(light, (98, 84, 152))
    canvas = Canvas(size, [(38, 38, 92), (58, 54, 118), low])
    for _ in range(34):
        x, y, radius = rng.random(), rng.uniform(0.0, 0.8), rng.uniform(0.004, 0.01)
        canvas.fill(ellipse(x, y, radius, radius, n_points=8), rng.choice([WHITE, (255, 236, 190)]))
    for _ in range(3):
        x, y, long = rng.random(), rng.uniform(0.04, 0.6), rng.uniform(0.02, 0.03)
        glint = [
            (0, -1),
            (0.2, -0.2),
            (1, 0),
            (0.2, 0.2),
            (0, 1),
            (-0.2, 0.2),
            (-1, 0),
            (-0.2, -0.2),
        ]
        canvas.fill(np.array(glint) * long + (x, y), (255, 244, 206))
    planet(canvas, rng)
    ground: Color = (176, 172, 198)
    canvas.fill(ridge(rng, 0.82, 0.03, 4), mix(ground, (90, 84, 140), 0.4))
    canvas.fill(ridge(rng, 0.88, 0.03, 4), ground)
    for _ in range(5):
        x, y, radius = rng.random(), rng.uniform(0.9, 0.99), rng.uniform(0.025, 0.06)
        canvas.fill(ellipse(x, y, radius, radius * 0.4, n_points=20), (140, 134, 170))
        canvas.fill(
            ellipse(x, y + radius * 0.1, radius * 0.8, radius * 0.28, n_points=20), (156, 150, 184)
        )
    return canvas


_PAINTERS: dict[str, Callable[[int, Random, str], Canvas]] = {
    "beach": _beach,
    "city": _city,
    "desert": _desert,
    "forest": _forest,
    "meadow": _meadow,
    "mountains": _mountains,
    "sea": _sea,
    "space": _space,
}
PLACES: tuple[str, ...] = tuple(_PAINTERS)


def paint_place(name: str, light: str, seed: int, size: int) -> Canvas:
    """Paint the scenery of a place; the seed decides where its clouds, hills and trees are."""
    return _PAINTERS[name](size, Random(seed), light)
