"""The storybook: images drawn by the package, about which everything is known."""

from __future__ import annotations

import io
import zlib
from typing import Any

from cliplab._core.arguments import checked
from cliplab._core.kinds import count, number
from cliplab.images.columns import image_dataset
from cliplab.images.image_set import ImageSet
from cliplab.sources.storybook.captions import caption, full_caption
from cliplab.sources.storybook.objects import OBJECTS
from cliplab.sources.storybook.places import PLACES
from cliplab.sources.storybook.scene import (
    COLORS,
    HELD_OUT_PAIRS,
    HOMES,
    Scene,
    draw_scene,
    sample_scene,
)

__all__ = [
    "COLORS",
    "HELD_OUT_PAIRS",
    "HOMES",
    "OBJECTS",
    "PLACES",
    "Scene",
    "caption",
    "draw_scene",
    "full_caption",
    "load_storybook",
    "sample_scene",
]


@checked(
    n_images=count(1, 10_000_000),
    n_objects=count(1, 2),
    imbalance=number(0, 1),
    confounding=number(0, 1),
    painted_words=number(0, 1),
)
def load_storybook(
    n_images: int = 1000,
    *,
    random_state: int = 0,
    n_objects: int = 1,
    imbalance: float = 0.0,
    confounding: float = 0.0,
    painted_words: float = 0.0,
) -> ImageSet:
    """Draw scenes of a storybook, whose object, colour and place are known.

    There are 16 kinds of object, 8 colours, 8 places and 4 lights, chosen at random and
    independent of each other. Image *i* depends only on the seed, on *i* and on the parameters
    below `random_state`, so that a set of 500 is the head of a set of 1,000. Each of those
    parameters changes one property of the images and leaves everything else as it is.

    Parameters
    ----------
    n_images : int, default=1000
        How many images, at least 1.
    random_state : int, default=0
        Seed, 0 or more.
    n_objects : {1, 2}, default=1
        With 2, a second object of another kind and colour is to the right of the first. The
        class is that of the first object.
    imbalance : float, default=0.0
        From 0 (equal shares of all kinds) to 1 (the *r*-th kind in alphabetical order has a
        share proportional to 1/*r*, as in Zipf's law: apples are common, snails are rare).
    confounding : float, default=0.0
        Share of the images, from 0 to 1, in which the first object determines the place: each
        kind has a home, for example the sea for a fish. In the others the place is random.
    painted_words : float, default=0.0
        Share of the images, from 0 to 1, with the name of an object written on a sign. Half of
        the words are right and half are wrong. They mislead a CLIP that has learned to read; the
        storybook's own has not, and they hardly change its vectors.

    Returns
    -------
    ImageSet
        Images of 128 × 128 pixels whose class is the object. Columns: ``object``, ``color``,
        ``place``, ``light``, ``size``, ``caption`` and ``held_out``, which is true for pairs of
        object and colour that the storybook CLIP never saw in training. With two objects also
        ``second_object`` and ``second_color``, with painted words also ``painted_word`` and
        ``sign`` (``"none"``, ``"right"`` or ``"wrong"``).

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> images = load_storybook(n_images=64)
    >>> images
    ImageSet of 64 images, 64 with a class out of 16
    >>> images.to_pandas().loc[3, "caption"]
    'a brown octopus in the sea'
    """
    from tqdm.auto import tqdm

    parameters: dict[str, Any] = {
        "n_objects": int(n_objects),
        "imbalance": float(imbalance),
        "confounding": float(confounding),
        "painted_words": float(painted_words),
    }
    indices, seed = range(int(n_images)), int(random_state)

    scenes = [sample_scene(seed, index, **parameters) for index in indices]
    files = [_png(scene) for scene in tqdm(scenes, "Drawing the storybook", delay=1)]
    columns: dict[str, list[Any]] = {
        "image": files,
        "image_id": [f"storybook-{seed}-{index:06}" for index in indices],
        "class_label": [scene.things[0].name for scene in scenes],
        **_factors(scenes, second=n_objects == 2, sign=painted_words > 0),
    }
    columns["title"] = columns["caption"]
    for name, credit in {"author": "cliplab", "license": "CC0 1.0", "url": ""}.items():
        columns[name] = [credit] * len(scenes)
    table = image_dataset(columns, class_names=OBJECTS)
    return ImageSet(table, provenance={"source": "storybook", "random_state": seed, **parameters})


def _factors(scenes: list[Scene], second: bool, sign: bool) -> dict[str, list[Any]]:
    """Return what is known about the scenes; columns of an unused parameter are left out."""
    columns: dict[str, list[Any]] = {
        "object": [scene.things[0].name for scene in scenes],
        "color": [scene.things[0].color for scene in scenes],
        "place": [scene.place for scene in scenes],
        "light": [scene.light for scene in scenes],
        "size": [scene.size for scene in scenes],
        "caption": [full_caption(scene) for scene in scenes],
        "held_out": [scene.held_out for scene in scenes],
    }
    if second:
        columns["second_object"] = [scene.things[1].name for scene in scenes]
        columns["second_color"] = [scene.things[1].color for scene in scenes]
    if sign:
        columns["painted_word"] = [scene.painted_word for scene in scenes]
        columns["sign"] = [scene.sign for scene in scenes]
    return columns


def _png(scene: Scene) -> bytes:
    buffer = io.BytesIO()
    # Flat areas compress by run lengths alone, which is the fastest way.
    draw_scene(scene).save(buffer, format="PNG", compress_level=1, compress_type=zlib.Z_RLE)
    return buffer.getvalue()
