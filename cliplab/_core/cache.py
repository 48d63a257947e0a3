"""Where cliplab keeps what took long to get: downloads and embeddings."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder for what can be had again, which may be deleted at any time.

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
    """Write a file that is there whole or not at all, also for others who look meanwhile.

    Parameters
    ----------
    path : pathlib.Path
        Where; its folder is made.
    data : bytes
        What.

    Raises
    ------
    OSError
        If there is no room, or the folder may not be written to; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.urandom(8).hex()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
