"""Draw what the storybook can show on one sheet: objects, places, a sample, and each knob.

Usage: python tools/contact_sheet.py sheet.png [--size 128]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from PIL import Image

from cliplab.sources.storybook import (
    COLORS,
    OBJECTS,
    PLACES,
    Scene,
    draw_scene,
    sample_scene,
)
from cliplab.sources.storybook.lights import LIGHTS
from cliplab.sources.storybook.objects import Pose
from cliplab.sources.storybook.scene import Thing

_N_COLUMNS = 16
_GAP = 2


def _every_object() -> Iterator[Scene]:
    plain = Pose(x=0.5, base=0.92, size=0.66)
    for i, (color, name) in enumerate(product(COLORS, OBJECTS)):
        place, light = PLACES[(i + i // 16) % len(PLACES)], LIGHTS[i // 5 % len(LIGHTS)]
        yield Scene((Thing(name, color, plain),), place, light, "large", scenery=i)


def _every_place() -> Iterator[Scene]:
    for place, light, seed in product(PLACES, LIGHTS, (0, 1)):
        yield Scene((), place, light, "medium", scenery=seed)


def _sample(n_scenes: int, **knobs: float) -> Iterator[Scene]:
    for i in range(n_scenes):
        yield sample_scene(0, i, **knobs)  # type: ignore[arg-type]


def contact_sheet(size: int) -> Image.Image:
    """Every object in every colour, every place in every light, a sample, and each knob."""
    scenes = [
        *_every_object(),
        *_every_place(),
        *_sample(128),
        *_sample(32, n_objects=2),
        *_sample(32, painted_words=1),
        *_sample(32, confounding=1),
        *_sample(32, imbalance=1),
    ]
    step = size + _GAP
    n_rows = -(-len(scenes) // _N_COLUMNS)
    sheet = Image.new("RGB", (_N_COLUMNS * step, n_rows * step), "white")
    for i, scene in enumerate(scenes):
        row, column = divmod(i, _N_COLUMNS)
        sheet.paste(draw_scene(scene, size), (column * step, row * step))
    return sheet


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--size", type=int, default=128)
    arguments = parser.parse_args()
    contact_sheet(arguments.size).save(arguments.path)
    print(f"Written to {arguments.path}.")
