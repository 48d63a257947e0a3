"""The cache folder, for what takes long to get: downloads and embeddings."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return the cache folder, which may be deleted at any time.

    Returns
    -------
    pathlib.Path
        The environment variable ``CLIPLAB_CACHE`` where it is set, else ``cliplab`` in the user's
        cache. The folder need not exist yet.
    """
    if chosen := os.environ.get("CLIPLAB_CACHE"):
        return Path(chosen).expanduser()
    users = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(users).expanduser() / "cliplab"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it exists whole or not at all, for other processes too.

    Parameters
    ----------
    path : pathlib.Path
        Its path; the folder is created.
    data : bytes
        Its content.

    Raises
    ------
    OSError
        If the disk is full, or the folder may not be written to; no partial file is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.urandom(8).hex()}.part")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
