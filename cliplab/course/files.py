"""JSON files that come from a learner: written whole, and read with suspicion."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cliplab._core.cache import write_whole

_MOST_BYTES = 2_000_000


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a file that can be read by eye.

    Parameters
    ----------
    path : pathlib.Path
        Where. Its folder is made, and a file that is there is replaced.
    content : mapping
        What it holds.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    write_whole(path, f"{json.dumps(content, indent=2, ensure_ascii=False)}\n".encode())


def read_json(path: Path, kind: str, form: int) -> Mapping[str, Any]:
    """Read a file that may hold anything.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    kind : str
        The name under which it has the number of its form.
    form : int
        That number.

    Returns
    -------
    mapping
        Its content.

    Raises
    ------
    ValueError
        If it is too large, no JSON, or of another form; the message says which.
    OSError
        If it cannot be read.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError("it is too large")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError("it is no whole JSON") from error
    if not isinstance(content, dict) or content.get(kind) != form:
        raise ValueError(f"it is no {kind.replace('_', '-')} of this version of cliplab")
    return content
