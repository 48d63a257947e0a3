"""Keys: hashes by which a store finds the vector of an image again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

KEY_SIZE = 16
_DTYPE = f"S{KEY_SIZE}"
NO_KEYS: NDArray[np.bytes_] = np.array([], dtype=_DTYPE)


def image_key(content: bytes) -> bytes:
    """Return the key of an image: a hash of its file, or of its pixels if it has none."""
    return hashlib.blake2b(content, digest_size=KEY_SIZE).digest()


def sorted_keys(parts: Sequence[Sequence[bytes]]) -> NDArray[np.bytes_]:
    """Return all different keys of some lists, sorted."""
    arrays = [np.array(keys, dtype=_DTYPE) for keys in parts]
    return np.unique(np.concatenate(arrays)) if arrays else NO_KEYS


def is_among(keys: Sequence[bytes], known: NDArray[np.bytes_]) -> NDArray[np.bool_]:
    """Return for each key whether it is among the known ones.

    Parameters
    ----------
    keys : sequence of bytes
        The `image_key` of each image.
    known : ndarray of shape (n_known,)
        From `sorted_keys`. Of millions, one is found in microseconds.

    Returns
    -------
    ndarray of shape (n_images,)
        Truth values.
    """
    wanted = np.array(keys, dtype=_DTYPE)
    if not known.size:
        return np.zeros(len(wanted), dtype=bool)
    nearest = np.minimum(np.searchsorted(known, wanted), known.size - 1)
    return np.asarray(known[nearest] == wanted)
