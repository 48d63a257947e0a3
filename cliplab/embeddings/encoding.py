"""Encodes images by an engine: all of them, or those that a store does not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cliplab.embeddings.inputs import InputImages
from cliplab.embeddings.keys import NO_KEYS, is_among
from cliplab.embeddings.progress import image_progress
from cliplab.embeddings.store import EmbeddingStore

_LABEL = "encoding images"


class Engine(Protocol):
    """What encodes: threads of this machine, or a cluster."""

    device: str

    def encode(
        self, images: InputImages, rows: Iterable[tuple[int, bytes | None]], size: int
    ) -> Iterator[tuple[Sequence[int], NDArray[np.float32]]]:
        """Yield rows and their vectors, in batches and in any order.

        Parameters
        ----------
        images : FileImages or PillowImages
            The images.
        rows : iterable of (int, bytes or None)
            Which images to encode, each with its file if that was read before. It is read in the
            thread of the caller, not far ahead of what is encoded.
        size : int
            The batch size.
        """


def encode_all(engine: Engine, images: InputImages, size: int) -> NDArray[np.float32]:
    """Encode all images; return an array of shape (n_images, n_features)."""
    rows = ((row, None) for row in range(len(images)))
    parts = []
    with image_progress(_LABEL, len(images)) as bar:
        for own, vectors in engine.encode(images, rows, size):
            parts.append((own, vectors))
            bar.update(len(own))
    order = np.argsort(np.concatenate([np.asarray(own) for own, _ in parts]))
    return np.vstack([vectors for _, vectors in parts])[order]


def encode_missing(
    engine: Engine, images: InputImages, size: int, store: EmbeddingStore
) -> NDArray[np.float32]:
    """Encode the images that the store does not have, and add them to it.

    Each image's file is read once. Equal images are encoded once.

    Returns
    -------
    ndarray of shape (n_images, n_features)
        The vectors of all images.
    """
    keys: dict[int, bytes] = {}
    vectors: dict[bytes, NDArray[np.float32]] = {}

    def missing(known: NDArray[np.bytes_]) -> Iterator[tuple[int, bytes | None]]:
        in_progress = set(vectors)
        for row in range(len(images)):
            file = images.read(row)
            key = keys[row] = images.key(row, file)
            if key in in_progress or is_among([key], known)[0]:
                bar.update()
                continue
            in_progress.add(key)
            yield row, file

    with image_progress(_LABEL, len(images)) as bar:
        # A second time only if vectors were removed from the store in the meantime.
        for known in (store.keys(), NO_KEYS):
            for rows, found in engine.encode(images, missing(known), size):
                own = [keys[row] for row in rows]
                store.add(own, found)
                vectors |= zip(own, found, strict=True)
                bar.update(len(rows))
            if len(vectors) < len(set(keys.values())):
                vectors |= store.find([key for key in keys.values() if key not in vectors])
            if len(vectors) == len(set(keys.values())):
                break
    return np.vstack([vectors[keys[row]] for row in range(len(images))])
