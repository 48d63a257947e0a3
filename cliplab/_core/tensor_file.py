"""Arrays and texts in one safetensors file, with a checksum: they are read as written, or not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CHECKSUM = "checksum"


def tensor_file(tensors: Mapping[str, NDArray[Any]], texts: Mapping[str, str]) -> bytes:
    """Return a safetensors file of some arrays and texts.

    Parameters
    ----------
    tensors : mapping of str to ndarray
        Numbers.
    texts : mapping of str to str
        What other programs read as the file's metadata.

    Returns
    -------
    bytes
        The content of a file, which `read_tensors` reads.
    """
    import safetensors.numpy

    # safetensors writes the memory of an array without regard to its order.
    rows = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    metadata = {**texts, _CHECKSUM: _checksum(rows, texts)}
    content: bytes = safetensors.numpy.save(rows, metadata=metadata)
    return content


def read_tensors(content: bytes) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Return the arrays and texts of a safetensors file.

    A file by another program has no checksum, and is read as it is.

    Raises
    ------
    ValueError
        If it is damaged, or of another kind; the message is the reason in a few words.

    Examples
    --------
    >>> content = tensor_file({"a": np.arange(3)}, {"title": "three"})
    >>> read_tensors(content)
    ({'a': array([0, 1, 2])}, {'title': 'three'})
    >>> read_tensors(content[:-1])
    Traceback (most recent call last):
    ...
    ValueError: it is no safetensors file, or a part of one
    """
    import safetensors.numpy

    try:
        tensors = safetensors.numpy.load(content)
        # The library gives the texts of files only: the header is JSON, after its length.
        end = 8 + int.from_bytes(content[:8], "little")
        texts = dict(json.loads(content[8:end]).get("__metadata__") or {})
    except Exception as error:  # Damaged files make it raise nearly anything.
        raise ValueError("it is no safetensors file, or a part of one") from error
    expected = texts.pop(_CHECKSUM, None)
    if expected is not None and expected != _checksum(tensors, texts):
        raise ValueError("its checksum differs")
    return tensors, texts


def _checksum(tensors: Mapping[str, NDArray[Any]], texts: Mapping[str, str]) -> str:
    names = sorted(tensors)
    kinds = [[name, tensors[name].dtype.str, tensors[name].shape] for name in names]
    digest = hashlib.sha256(json.dumps([kinds, sorted(texts.items())]).encode())
    for name in names:
        digest.update(tensors[name].tobytes())
    return digest.hexdigest()
