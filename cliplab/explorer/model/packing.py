"""Columns packed into few bytes, for views that are sent once and for all k."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Silhouettes lie between -1 and 1: in two bytes they keep four digits, more than anybody is shown.
_SCALE = 1 / 32_767
_UNKNOWN = -32_768
_TYPES = {
    "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "float32": "f4"
}  # fmt: skip


def pack(columns: Mapping[str, NDArray[Any]]) -> tuple[list[dict[str, Any]], bytes]:
    """Return what columns there are, and all their numbers in one row of bytes.

    Parameters
    ----------
    columns : mapping of str to ndarray
        Of numbers; ``silhouettes`` between -1 and 1, or NaN, are packed into two bytes each.

    Returns
    -------
    tuple of list and bytes
        For each column its name, type and length, and by how much its numbers were divided.

    Raises
    ------
    KeyError
        If numbers are of a type that the page does not know.
    """
    said, packed = [], []
    for name, values in columns.items():
        scale = _SCALE if name == "silhouettes" else None
        sent = values if scale is None else np.nan_to_num(np.round(values / scale), nan=_UNKNOWN)
        sent = np.ascontiguousarray(sent, None if scale is None else np.int16)
        kind = _TYPES[sent.dtype.name]
        said.append({"name": name, "type": kind, "length": len(sent), "scale": scale})
        packed.append(sent.tobytes())
    return said, b"".join(packed)
