"""How a learner's values were made, written down so that they can be made again elsewhere.

Whoever gathers hand-ins computes the keys anew from this. Values that cannot be made again, such as
photographs that are on another machine, are no fault of the learner: then the reason is said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from cliplab._core.validation import require_count
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.embeddings.encoder import ClipEncoder
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
    ids = "\0".join(images.image_ids.tolist()).encode()
    return {"n_images": len(images), "source": source, **numbers, "digest": _digest(ids)}


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
            if _described(made[name])["digest"] != how["digest"]:
                raise NotMadeAgainError(f"{name!r} come out otherwise here")
    except NotMadeAgainError:
        raise
    except Exception as error:  # A file may say anything.
        raise NotMadeAgainError(f"its values cannot be made: {error}") from error
    return SimpleNamespace(**{name: made[name] for name in described}, random_state=random_state)


def _made(described: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"images": _images(described["images"])}
    if set(described) & {"embeddings", "projection", "sweep"}:
        made["embeddings"] = _embeddings(made["images"])
    if "projection" in described:
        made["projection"] = _projection(made["embeddings"], described["projection"])
    if "sweep" in described:
        made["sweep"] = _sweep(made, described["sweep"])
    return made


def _described(value: Any) -> dict[str, Any]:
    if isinstance(value, ImageSet):
        return describe_images(value)
    if isinstance(value, Embeddings):
        return {"model": value.model, "digest": _digest_of_array(value.vectors)}
    if isinstance(value, Projection):
        named = ("perplexity", "random_state")
        parameters = {name: value.parameters[name] for name in named if name in value.parameters}
        return {
            "method": value.method,
            **parameters,
            "digest": _digest_of_array(value.coordinates),
        }
    if isinstance(value, ClusterSweep):
        labels = [clustering.cluster_labels for clustering in value.clusterings]
        return {
            "space": value.clusterings[0].space,
            "n_clusters": list(value.n_clusters),
            "random_state": value.random_state,
            "digest": _digest_of_array(np.array(labels)),
        }
    return {"type": type(value).__name__}


def _images(how: Mapping[str, Any]) -> ImageSet:
    if how["source"] != "storybook":
        raise NotMadeAgainError(f"images from {how['source']!r} are not on this machine")
    n_images = how["n_images"]
    require_count("n_images", n_images, 1, _MOST_IMAGES)
    pack = _pack()
    drawn = {name: how[name] for name in pack.images.provenance if name != "source"}
    if drawn.items() <= pack.images.provenance.items() and n_images <= len(pack):
        return pack.images[:n_images]
    return load_storybook(n_images=n_images, **drawn)


def _embeddings(images: ImageSet) -> Embeddings:
    pack = _pack()
    if images.provenance == pack.images.provenance and len(images) <= len(pack):
        return pack.embeddings[: len(images)]  # The same vectors, without torch.
    return ClipEncoder("storybook").encode_images(images, store=False)


@cache
def _pack() -> Pack:
    return read_pack(STORYBOOK_PACK)


def _projection(embeddings: Embeddings, how: Mapping[str, Any]) -> Projection:
    if how["method"] == "pca":
        return project(embeddings, "pca")
    seed = int(how["random_state"])
    return project(embeddings, how["method"], perplexity=how.get("perplexity"), random_state=seed)


def _sweep(made: Mapping[str, Any], how: Mapping[str, Any]) -> ClusterSweep:
    ks = how["n_clusters"]
    if len(ks) > _MOST_K:
        raise NotMadeAgainError(f"a sweep of {len(ks)} k is too long")
    spaces = {value.space: value for name, value in made.items() if name != "images"}
    return sweep_clusters(spaces[how["space"]], ks, random_state=how["random_state"])


def _digest_of_array(array: Any) -> str:
    # Two decimals: the last digits may differ between machines where nothing else does.
    rounded = np.round(np.asarray(array, dtype=np.float64), 2) + 0.0
    return _digest(rounded.tobytes())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
