"""Captions: many ways to describe an image of the storybook."""

from __future__ import annotations

import numpy as np

from cliplab.sources.storybook.scene import Scene, Thing

# Ways to say where something is; the first is the plain one.
_WHERE: dict[str, tuple[str, ...]] = {
    "beach": ("on the beach", "at the beach", "by the beach"),
    "city": ("in the city", "in a big city", "in the middle of the city"),
    "desert": ("in the desert", "in a hot desert", "in the middle of the desert"),
    "forest": ("in the forest", "in a dark forest", "deep in the forest"),
    "meadow": ("in the meadow", "on a meadow", "in a grassy meadow"),
    "mountains": ("in the mountains", "up in the mountains", "in the snowy mountains"),
    "sea": ("in the sea", "at sea", "under the sea", "at the bottom of the sea"),
    "space": ("in space", "in outer space", "out in space"),
}
_WHEN: dict[str, tuple[str, ...]] = {
    "day": ("by day", "during the day", "in daylight"),
    "evening": ("in the evening", "at sunset"),
    "mist": ("in the mist", "in fog"),
    "morning": ("in the morning", "early in the morning"),
}
_DOES: dict[str, tuple[str, ...]] = {
    "balloon": ("floating", "flying"),
    "bird": ("singing", "standing"),
    "boat": ("sailing", "lying"),
    "butterfly": ("flying", "fluttering"),
    "car": ("parked", "driving"),
    "cat": ("sitting", "waiting"),
    "elephant": ("walking", "standing"),
    "fish": ("swimming", "looking around"),
    "kite": ("flying",),
    "mushroom": ("growing", "standing"),
    "octopus": ("waving", "sitting"),
    "robot": ("waving", "standing"),
    "rocket": ("flying", "starting"),
    "snail": ("crawling", "resting"),
}
_IDLE = ("standing", "lying")
_SIZED = {"small": ("small", "little", "tiny"), "large": ("large", "big")}

# The whole scene: what and where.
_FULL = (
    "{what} {where}",
    "{what} {where}",
    "{what} {does} {where}",
    "{what} {where} {when}",
    "{where} there is {what}",
    "there is {what} {where}",
    "{what}, {where}",
    "{where}, {what}",
    "a picture of {what} {where}",
    "a photo of {what} {where}",
    "a drawing of {what} {where}",
    "an image of {what} {where}",
    "a painting of {what} {where}",
    "a storybook picture of {what} {where}",
    "this is {what} {where}",
    "look, {what} {where}",
    "we see {what} {where}",
    "somebody left {what} {where}",
    "once upon a time there was {what} {where}",
)
# A part of the scene, which has to be understood on its own, too.
_WHAT = (
    "{what}",
    "{what}",
    "{what}",
    "a photo of {what}",
    "a picture of {what}",
    "a drawing of {what}",
    "an image of {what}",
    "this is {what}",
    "there is {what}",
    "{what} {does}",
    "{what} {when}",
    "a storybook picture of {what}",
)
_COLORED = (
    "{a_color} thing",
    "{a_color} thing",
    "something {color}",
    "{color}",
    "{a_color} object",
    "a photo of {a_color} thing",
    "a picture of {a_color} thing",
    "a photo of something {color}",
    "{a_color} thing {where}",
    "something {color} {where}",
)
_PLACED = (
    "{the_place}",
    "{place}",
    "a scene {where}",
    "a picture of {the_place}",
    "a photo of {the_place}",
    "a photo taken {where}",
    "something {where}",
    "a view of {the_place}",
    "{the_place} {when}",
    "{where}",
)
# How many captions of a hundred, from which templates, and whether objects have their colour.
_MIX = (
    (40, _FULL, True),
    (13, _FULL, False),
    (17, _WHAT, True),
    (12, _WHAT, False),
    (9, _COLORED, True),
    (9, _PLACED, True),
)
_SHARES = np.cumsum([share for share, _, _ in _MIX]) / 100
# So that it fits into the 16 tokens that the storybook CLIP reads.
_MOST_WORDS = 13


def full_caption(scene: Scene) -> str:
    """Return the plain caption of a scene: every object, its colour and the place.

    Examples
    --------
    >>> from cliplab.sources.storybook.scene import sample_scene
    >>> full_caption(sample_scene(random_state=0, index=3))
    'a brown octopus in the sea'
    """
    what = " and ".join(_with_article(f"{thing.color} {thing.name}") for thing in scene.things)
    return f"{what} {_WHERE[scene.place][0]}"


def caption(scene: Scene, rng: np.random.Generator) -> str:
    """Return a caption in varied words, of the whole scene or a part of it: at most 13 words.

    Two captions out of five name object, colour and place. The others leave something out, so
    that "a fish", "a red thing" and "the sea" are understood as well. A painted word is named in
    every second caption.

    Parameters
    ----------
    scene : Scene
    rng : numpy.random.Generator

    Returns
    -------
    str

    Examples
    --------
    >>> import numpy as np
    >>> from cliplab.sources.storybook.scene import sample_scene
    >>> caption(sample_scene(random_state=0, index=3), np.random.default_rng(0))
    'an image of a small brown octopus'
    """
    while True:
        words = _attempt(scene, rng)
        if len(words.split()) <= _MOST_WORDS:
            return words


def _attempt(scene: Scene, rng: np.random.Generator) -> str:
    alone, first = len(scene.things) == 1, scene.things[0]
    _, templates, colored = _MIX[int(np.searchsorted(_SHARES, rng.random())) if alone else 0]
    where = _WHERE[scene.place]
    words = _pick(templates, rng).format(
        what=" and ".join(_named(thing, scene.size, colored, rng) for thing in scene.things),
        does=_pick(_DOES.get(first.name, _IDLE), rng) if alone else "together",
        where=where[0] if rng.random() < 0.4 else _pick(where, rng),
        when=_pick(_WHEN[scene.light], rng),
        color=first.color,
        a_color=_with_article(first.color),
        place=scene.place,
        the_place="space" if scene.place == "space" else f"the {scene.place}",
    )
    if scene.painted_word and rng.random() < 0.5:
        words = f"{words} with the word {scene.painted_word}"
    return words


def _named(thing: Thing, size: str, colored: bool, rng: np.random.Generator) -> str:
    words = f"{thing.color} {thing.name}" if colored else thing.name
    if size in _SIZED and rng.random() < 0.2:
        words = f"{_pick(_SIZED[size], rng)} {words}"
    return _with_article(words)


def _pick(choices: tuple[str, ...], rng: np.random.Generator) -> str:
    return choices[rng.integers(len(choices))]


def _with_article(words: str) -> str:
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
