"""What is in an image of the storybook: sampled from a seed, drawn on demand."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cliplab.sources.storybook.drawing import Color
from cliplab.sources.storybook.lights import LIGHTS, TINTS
from cliplab.sources.storybook.objects import OBJECTS, Pose, paint_object
from cliplab.sources.storybook.places import PLACES, paint_place
from cliplab.sources.storybook.signs import paint_sign

# A person can distinguish them in every light: black would vanish at night, white in the snow.
COLORS: dict[str, Color] = {
    "red": (222, 60, 54),
    "orange": (246, 134, 28),
    "yellow": (254, 220, 62),
    "green": (72, 166, 80),
    "blue": (40, 126, 220),
    "purple": (156, 76, 186),
    "pink": (246, 150, 190),
    "brown": (136, 80, 46),
}

_COLOR_NAMES = tuple(COLORS)

# Pairs that the storybook CLIP is never shown in training: each object and each colour is
# known to it, the two together are not.
HELD_OUT_PAIRS: frozenset[tuple[str, str]] = frozenset(
    {
        ("apple", "blue"),
        ("boat", "purple"),
        ("butterfly", "brown"),
        ("car", "yellow"),
        ("elephant", "pink"),
        ("fish", "green"),
        ("mushroom", "orange"),
        ("rocket", "red"),
    }
)

# Where each object is found when the place is confounded with it.
HOMES: dict[str, str] = {
    "apple": "meadow",
    "balloon": "mountains",
    "bird": "mountains",
    "boat": "beach",
    "butterfly": "meadow",
    "car": "city",
    "cat": "city",
    "elephant": "desert",
    "fish": "sea",
    "guitar": "desert",
    "kite": "beach",
    "mushroom": "forest",
    "octopus": "sea",
    "robot": "space",
    "rocket": "space",
    "snail": "forest",
}

_FLYING = frozenset({"balloon", "butterfly", "kite", "rocket"})
# Nothing falls down in these.
_WEIGHTLESS = frozenset({"sea", "space"})

_SHADOW: Color = (62, 54, 82)

SIZES: tuple[str, ...] = ("small", "medium", "large")
# What part of the image, from left to right, each of so many objects has to itself.
_SPANS = {1: ((0.0, 1.0),), 2: ((0.0, 0.5), (0.5, 1.0))}


@dataclass(frozen=True)
class Thing:
    """An object in an image: its kind, its colour and its pose."""

    name: str
    color: str
    pose: Pose


@dataclass(frozen=True)
class Scene:
    """Everything that is known about one image.

    Parameters
    ----------
    things : tuple of Thing
        The objects, from left to right.
    place, light : str
    size : str
        One of ``"small"``, ``"medium"`` and ``"large"``.
    scenery : int
        Seed of hills, clouds and trees.
    painted_word : str, default=""
        A word written into the image; empty for none.

    Examples
    --------
    >>> scene = sample_scene(random_state=0, index=3)
    >>> scene.things[0].name, scene.things[0].color, scene.place
    ('octopus', 'brown', 'sea')
    """

    things: tuple[Thing, ...]
    place: str
    light: str
    size: str
    scenery: int
    painted_word: str = ""

    @property
    def held_out(self) -> bool:
        """Whether it shows a pair of object and colour that the storybook CLIP never saw."""
        return any((thing.name, thing.color) in HELD_OUT_PAIRS for thing in self.things)

    @property
    def sign(self) -> str:
        """Whether the painted word is the first object's: "right", "wrong" or "none"."""
        if not self.painted_word:
            return "none"
        return "right" if self.painted_word == self.things[0].name else "wrong"


def sample_scene(
    random_state: int,
    index: int,
    *,
    n_objects: int = 1,
    imbalance: float = 0.0,
    confounding: float = 0.0,
    painted_words: float = 0.0,
) -> Scene:
    """Sample what is in image number `index`.

    Random numbers are drawn in a fixed order, whatever the parameters: each parameter changes one
    property and leaves the rest of the image as it is.

    Parameters
    ----------
    random_state, index : int
        Seed of the book and number of the image in it, 0 or more.
    n_objects, imbalance, confounding, painted_words : int or float
        As in `load_storybook`.

    Returns
    -------
    Scene
    """
    rng = np.random.default_rng([random_state, index])
    kinds = [_sample_kind(random_state, index, imbalance)]
    kinds.append(_other(kinds[0], OBJECTS, rng))
    colors = [_COLOR_NAMES[rng.integers(len(COLORS))]]
    colors.append(_other(colors[0], _COLOR_NAMES, rng))
    place = PLACES[rng.integers(len(PLACES))]
    if rng.random() < confounding:
        place = HOMES[kinds[0]]
    light = LIGHTS[rng.integers(len(LIGHTS))]
    scenery = int(rng.integers(2**31))
    share, draws = rng.random(), rng.random((2, 5))
    written, wrong, other = rng.random(), rng.random() < 0.5, _other(kinds[0], OBJECTS, rng)

    word = (other if wrong else kinds[0]) if written < painted_words else ""
    things = tuple(
        Thing(kinds[i], colors[i], _sample_pose(kinds[i], place, share, draws[i], span))
        for i, span in enumerate(_SPANS[n_objects])
    )
    return Scene(things, place, light, SIZES[int(3 * share)], scenery, word)


def _sample_kind(random_state: int, index: int, imbalance: float) -> str:
    """Sample a kind: each run of 16 images has one random number from each sixteenth of 0 to 1."""
    n_kinds = len(OBJECTS)
    run, place_in_run = divmod(index, n_kinds)
    number = _stratified_numbers(random_state, run)[place_in_run]
    shares = np.arange(1, n_kinds + 1) ** -float(imbalance)
    return OBJECTS[int(np.searchsorted(np.cumsum(shares) / shares.sum(), number, side="right"))]


@functools.lru_cache(maxsize=2)
def _stratified_numbers(random_state: int, run: int) -> NDArray[np.float64]:
    """Draw the numbers of a run of images: one from each part of 0 to 1, in random order."""
    rng = np.random.default_rng([random_state, run, 1])
    n_kinds = len(OBJECTS)
    numbers: NDArray[np.float64] = (rng.permutation(n_kinds) + rng.random(n_kinds)) / n_kinds
    return numbers


def _other(taken: str, names: tuple[str, ...], rng: np.random.Generator) -> str:
    return names[(names.index(taken) + int(rng.integers(1, len(names)))) % len(names)]


def _sample_pose(
    name: str, place: str, share: float, draws: NDArray[np.float64], span: tuple[float, float]
) -> Pose:
    """Sample a pose between the left and the right end of a span of the image."""
    across, height, tilt, side, stretch = draws.tolist()
    left, right = span
    smallest, largest = (0.4, 0.7) if right - left == 1.0 else (0.32, 0.4)
    size = smallest + share * (largest - smallest)
    # Tilted and stretched it takes a little more room than its size.
    margin = 0.6 * size + 0.01
    floats = _floats(name, place)
    lowest, highest = (0.92, min(0.92, 1.1 * size + 0.06)) if floats else (0.95, 0.84)
    return Pose(
        x=left + margin + across * (right - left - 2 * margin),
        base=lowest + height * (highest - lowest),
        size=size,
        tilt=(18.0 if floats else 5.0) * (2 * tilt - 1),
        flip=side < 0.5,
        stretch=0.9 + 0.2 * stretch,
    )


def _floats(name: str, place: str) -> bool:
    return name in _FLYING or place in _WEIGHTLESS


def draw_scene(scene: Scene, size: int = 128) -> Image.Image:
    """Paint a scene.

    Parameters
    ----------
    scene : Scene
    size : int, default=128
        Side of the image in pixels. A smaller image is the same image, drawn faster.

    Returns
    -------
    PIL.Image.Image
        An RGB image.

    Examples
    --------
    >>> draw_scene(sample_scene(random_state=0, index=3), size=64).size
    (64, 64)
    """
    canvas = paint_place(scene.place, scene.light, scene.scenery, size)
    for thing in scene.things:
        shadow = None if _floats(thing.name, scene.place) else _SHADOW
        paint_object(canvas, thing.name, COLORS[thing.color], thing.pose, shadow)
    if scene.painted_word:
        paint_sign(canvas, scene.painted_word)
    return canvas.finish(*TINTS[scene.light])
