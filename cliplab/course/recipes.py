"""How a learner's values were made, written down so that they can be made again elsewhere.

Whoever gathers hand-ins computes the keys anew from this. Values that cannot be made again, such as
photographs that are on another machine, are no fault of the learner: then the reason is said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from cliplab._core.validation import require_count
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.embeddings.encoder import ClipEncoder
from cliplab.embeddings.laboratory import Laboratory, load_laboratory
from cliplab.embeddings.text_encoder import StorybookTextEncoder
from cliplab.embeddings.values import Embeddings
from cliplab.images.image_set import ImageSet
from cliplab.packs.folder import read_pack
from cliplab.packs.pack import Pack
from cliplab.packs.published import STORYBOOK_PACK
from cliplab.projection.projecting import project
from cliplab.projection.values import Projection
from cliplab.sources.storybook import load_storybook

# What a file asks for must not keep whoever gathers it waiting for hours.
_MOST_IMAGES = 5_000
_MOST_K = 60
_MOST_FEATURES = 2_000
# How far these sums are apart where the same images were encoded in bfloat16 by other processors.
_N_SUMS, _TOLERANCE = 6, 0.003


class NotMadeAgainError(ValueError):
    """Values cannot be made again on this machine."""


def describe(values: SimpleNamespace) -> dict[str, Any]:
    """Return how the values of a lesson were made, and a digest of each.

    Parameters
    ----------
    values : types.SimpleNamespace
        What the lesson was begun with.

    Returns
    -------
    dict
        Text and numbers only. Of where images come from it holds what is needed to draw them
        again and no path.
    """
    return {
        name: _described(value) for name, value in vars(values).items() if name != "random_state"
    }


def describe_images(images: ImageSet) -> dict[str, Any]:
    """Return how images are drawn again, without the texts and paths of their origin."""
    origin = images.provenance
    numbers = {name: each for name, each in origin.items() if isinstance(each, int | float)}
    source = str(origin.get("source", "unknown"))
    described = {"n_images": len(images), "source": source, **numbers}
    rows = _rows(images) if source == "storybook" else None
    if rows is not None and rows != list(range(len(images))):
        described["rows"] = " ".join(map(str, rows))
    ids = "\0".join(images.image_ids.tolist()).encode()
    return described | {"digest": _digest(ids)}


def make_again(described: Mapping[str, Any], random_state: int) -> SimpleNamespace:
    """Make the values of a lesson from their description.

    Parameters
    ----------
    described : mapping
        What `describe` has returned, or something else that stood in a file.
    random_state : int
        The learner's seed.

    Returns
    -------
    types.SimpleNamespace
        The same values.

    Raises
    ------
    NotMadeAgainError
        If they cannot be made here, or come out otherwise.
    """
    try:
        made = _made(described)
        for name, how in described.items():
            if name not in made:
                raise NotMadeAgainError(f"{name!r} cannot be made from a description")
            if not _is_same(_described(made[name]), how):
                raise NotMadeAgainError(f"{name!r} come out otherwise here")
    except NotMadeAgainError:
        raise
    except Exception as error:  # A file may say anything.
        raise NotMadeAgainError(f"its values cannot be made: {error}") from error
    return SimpleNamespace(**{name: made[name] for name in described}, random_state=random_state)


def _made(described: Mapping[str, Any]) -> dict[str, Any]:
    """Make what others are made of first, and then these."""
    made: dict[str, Any] = {}
    for kind, recipe in _RECIPES.items():
        for name, how in described.items():
            if how["kind"] == kind:
                made[name] = recipe.make(name, how, made)
    return made


def _described(value: Any) -> dict[str, Any]:
    for kind, recipe in _RECIPES.items():
        if isinstance(value, recipe.classes):
            return {"kind": kind, **recipe.describe(value)}
    return {"kind": type(value).__name__}


def _images(_: str, how: Mapping[str, Any], __: Mapping[str, Any]) -> ImageSet:
    if how["source"] != "storybook":
        raise NotMadeAgainError(f"images from {how['source']!r} are not on this machine")
    rows = [int(row) for row in how["rows"].split()] if "rows" in how else range(how["n_images"])
    require_count("n_images", len(rows), 1, _MOST_IMAGES)
    n_drawn = max(rows) + 1
    require_count("n_images", n_drawn, 1, _MOST_IMAGES)
    pack = _pack()
    drawn = {name: how[name] for name in pack.images.provenance if name != "source"}
    if drawn.items() <= pack.images.provenance.items() and n_drawn <= len(pack):
        return pack.images[list(rows)]
    return load_storybook(n_images=n_drawn, **drawn)[list(rows)]


def _describe_embeddings(embeddings: Embeddings) -> dict[str, Any]:
    precision = str(embeddings.provenance.get("precision", "float32"))
    sketch = _sketch(embeddings.vectors)
    return {"model": embeddings.model, "precision": precision, "sketch": sketch}


def _embeddings(name: str, how: Mapping[str, Any], made: Mapping[str, Any]) -> Embeddings:
    if how["model"] != "storybook":
        raise NotMadeAgainError(f"{name!r} of {how['model']!r} cannot be made from a description")
    pack = _pack()
    # `signed_embeddings` are those of `signed_images`; without images they are those of the pack.
    images: ImageSet = made.get(name.replace("embeddings", "images"), pack.images)
    is_of_pack = images.provenance == pack.images.provenance and how["precision"] == "float32"
    rows = _rows(images) if is_of_pack else None
    if rows is not None and max(rows) < len(pack):
        return pack.embeddings[rows]  # The same vectors, without torch.
    encoder = ClipEncoder("storybook", precision=how["precision"])
    return encoder.encode_images(images, store=False)


@cache
def _pack() -> Pack:
    return read_pack(STORYBOOK_PACK)


def _describe_projection(projection: Projection) -> dict[str, Any]:
    given, named = projection.parameters, ("perplexity", "random_state")
    parameters = {name: given[name] for name in named if name in given}
    sketch = _sketch(projection.coordinates)
    return {"method": projection.method, **parameters, "sketch": sketch}


def _projection(_: str, how: Mapping[str, Any], made: Mapping[str, Any]) -> Projection:
    embeddings, drawn = made["embeddings"], _pack().projection
    # t-SNE's last digits grow, so another machine would draw another map.
    if drawn and len(drawn) == len(embeddings):
        found = _described(drawn)
        if _is_same(found, how) and found == {**how, "sketch": found["sketch"]}:
            return drawn
    if how["method"] == "pca":
        return project(embeddings, "pca")
    seed = int(how["random_state"])
    return project(embeddings, how["method"], perplexity=how.get("perplexity"), random_state=seed)


def _describe_sweep(sweep: ClusterSweep) -> dict[str, Any]:
    labels = [clustering.cluster_labels for clustering in sweep.clusterings]
    return {
        "space": sweep.clusterings[0].space,
        "n_clusters": list(sweep.n_clusters),
        "random_state": sweep.random_state,
        "sketch": _sketch(np.array(labels)),
    }


def _sweep(_: str, how: Mapping[str, Any], made: Mapping[str, Any]) -> ClusterSweep:
    ks = how["n_clusters"]
    if len(ks) > _MOST_K:
        raise NotMadeAgainError(f"a sweep of {len(ks)} k is too long")
    spaces = {
        each.space: each for each in made.values() if isinstance(each, Embeddings | Projection)
    }
    return sweep_clusters(spaces[how["space"]], ks, random_state=how["random_state"])


def _describe_laboratory(shape: Laboratory) -> dict[str, Any]:
    return {"name": shape.name, **shape.parameters, "sketch": _sketch(shape.embeddings.vectors)}


def _laboratory(_: str, how: Mapping[str, Any], __: Mapping[str, Any]) -> Laboratory:
    require_count("n_images", how["n_images"], 1, _MOST_IMAGES)
    require_count("n_features", how["n_features"], 1, _MOST_FEATURES)
    parameters = {each: how[each] for each in how if each not in ("kind", "name", "sketch")}
    return load_laboratory(how["name"], **parameters)


def _describe_encoder(encoder: ClipEncoder | StorybookTextEncoder) -> dict[str, Any]:
    has_images = isinstance(encoder, ClipEncoder)  # The text half alone has shorter numbers.
    weights = {"model": encoder.model, "pretrained": str(encoder.pretrained)}
    return {**weights, "has_images": has_images}


def _encoder(
    _: str, how: Mapping[str, Any], __: Mapping[str, Any]
) -> ClipEncoder | StorybookTextEncoder:
    if (how["model"], how["pretrained"]) != ("storybook", "storybook"):
        raise NotMadeAgainError(f"the encoder {how['model']!r} is not on this machine")
    return ClipEncoder("storybook") if how["has_images"] else StorybookTextEncoder()


class _Recipe(NamedTuple):
    """How a value is described, and how it is made again from its name, that and others."""

    classes: tuple[type, ...]
    describe: Callable[[Any], dict[str, Any]]
    make: Callable[[str, Mapping[str, Any], Mapping[str, Any]], Any]


# Each kind is made from those above it.
_RECIPES = {
    "images": _Recipe((ImageSet,), describe_images, _images),
    "embeddings": _Recipe((Embeddings,), _describe_embeddings, _embeddings),
    "projection": _Recipe((Projection,), _describe_projection, _projection),
    "sweep": _Recipe((ClusterSweep,), _describe_sweep, _sweep),
    "laboratory": _Recipe((Laboratory,), _describe_laboratory, _laboratory),
    "encoder": _Recipe((ClipEncoder, StorybookTextEncoder), _describe_encoder, _encoder),
}


def _rows(images: ImageSet) -> list[int] | None:
    """Return which images of the storybook these are, or None where ids are somebody's own."""
    numbers = [each.rpartition("-")[2] for each in images.image_ids.tolist()]
    return [int(each) for each in numbers] if all(map(str.isdecimal, numbers)) else None


def _is_same(found: Mapping[str, Any], how: Mapping[str, Any]) -> bool:
    if "sketch" in found:
        one, other = (np.array(each["sketch"].split(), dtype=float) for each in (found, how))
        return one.shape == other.shape and bool((abs(one - other) <= _TOLERANCE).all())
    return found.get("digest") == how.get("digest")


def _sketch(array: Any) -> str:
    """Return some sums of numbers with random signs: nearly the same where the numbers are.

    The last digits of numbers differ between machines, so a digest of them would too.
    """
    values = np.asarray(array, dtype=np.float64).ravel()
    signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(_N_SUMS, len(values)))
    return " ".join(f"{each:.6f}" for each in signs @ values / np.sqrt(max(len(values), 1)))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
