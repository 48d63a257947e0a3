"""Encodes the images at an address on a Ray cluster, and stores their vectors."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cliplab._core.cache import write_whole
from cliplab._core.validation import wrong_value
from cliplab.embeddings.engines.ray.addresses import open_address
from cliplab.embeddings.engines.ray.encoding import (
    CPUS_TO_READ,
    RayEngine,
    unreadable,
    vectors_of,
)
from cliplab.embeddings.on_disk import StoredEmbeddings
from cliplab.embeddings.progress import image_progress
from cliplab.embeddings.store import EmbeddingStore


def encode_address(
    engine: RayEngine, address: str, size: int, store: str | os.PathLike[str] | bool
) -> StoredEmbeddings:
    """Encode the images at an address that the store does not have.

    Parameters
    ----------
    engine : RayEngine
        The engine of a cluster.
    address : str
        As for `ClipEncoder.encode_images`.
    size : int
        The batch size.
    store : path-like or True
        The folder where vectors are stored.

    Returns
    -------
    StoredEmbeddings
        Of the images at the address that can be read.
    """
    if store is False:
        must = "be a folder where `images` is an address, whose vectors have no other place"
        raise ValueError(wrong_value("store", must, store))
    with EmbeddingStore(store, engine.model.made_by, is_only_place=True) as opened:
        keys, skipped = _encode_missing(engine, address, size, opened)
    if not keys:
        must = "be the address of images that can be read"
        detail = f", where none of {len(skipped):,} can. The first is {skipped[0][1]}"
        raise ValueError(wrong_value("images", must, address, detail))
    _report(skipped, opened.folder)
    return StoredEmbeddings(opened.folder, np.frombuffer(b"".join(keys), dtype="V16"))


def _encode_missing(
    engine: RayEngine, address: str, size: int, store: EmbeddingStore
) -> tuple[list[bytes], list[tuple[str, str]]]:
    """Return the keys of all images, and those that cannot be read, with the reason."""
    import ray

    keys: list[bytes] = []
    skipped: list[tuple[str, str]] = []
    known = ray.put(store.keys())
    images = open_address(address, CPUS_TO_READ)
    with image_progress("encoding images") as bar:
        for table in engine.run(images, size, known=known):
            skipped += unreadable(table)
            # Joined, for nine million small objects would take a gigabyte.
            keys.append(b"".join(table.filter(table["error"].is_null())["key"].to_pylist()))
            new = table.filter(table["vector"].is_valid())
            if len(new):
                store.add(new["key"].to_pylist(), vectors_of(new))
            bar.update(len(table))
    return [some for some in keys if some], skipped


def _report(skipped: Sequence[tuple[str, str]], folder: Path) -> None:
    """List the images that have no vector; one of millions is no reason to stop."""
    write_whole(folder / "skipped.json", json.dumps(skipped, indent=0).encode())
    if skipped:
        shown = "; ".join(f"{name}, {reason}" for name, reason in skipped[:3])
        warnings.warn(
            f"{len(skipped):,} images could not be read and have no vector: {shown}"
            f"{' …' if len(skipped) > 3 else ''}. All are listed in {folder / 'skipped.json'}.",
            stacklevel=5,
        )
