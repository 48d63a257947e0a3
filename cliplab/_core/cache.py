"""The cache folder, for what takes long to get, and how files are written here and elsewhere."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from cliplab._core.validation import shown, wrong_value

# Why nothing can be written, and what to do. The first errors are the most frequent ones.
_WHY = {
    (errno.ENOSPC, errno.EDQUOT, errno.EFBIG): "the disk is full. Make room on it or write "
    "elsewhere",
    (errno.EACCES, errno.EPERM, errno.EROFS): "you may not write there. Choose a folder of your "
    "own",
    (errno.ENAMETOOLONG,): "the path is too long. Choose a shorter name",
    (errno.ENOTDIR, errno.EEXIST): "a file is where a folder has to be. Choose another place",
    (errno.EISDIR,): "a folder is there. Choose another name",
}


def cache_folder() -> Path:
    """Return the cache folder, which may be deleted at any time.

    Returns
    -------
    pathlib.Path
        The environment variable ``CLIPLAB_CACHE`` where it is set, else ``cliplab`` in the user's
        cache. The folder need not exist yet.

    Raises
    ------
    OSError
        If the user has no home folder, and the variable is not set.
    """
    if chosen := os.environ.get("CLIPLAB_CACHE"):
        return user_path(chosen)
    return user_path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "cliplab"


def user_path(path: str | os.PathLike[str]) -> Path:
    """Return a path with the user's home folder in the place of ``~``.

    Raises
    ------
    OSError
        If it begins with ``~``, and the user has no home folder.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise OSError(
            f"The folder {os.fspath(path)!r} cannot be found: this user has no home folder. Write "
            "the path in full, or set the environment variables HOME, and CLIPLAB_CACHE for what "
            "is downloaded and stored."
        ) from error


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in a sentence why a file or folder cannot be written.

    Parameters
    ----------
    path : pathlib.Path
        What is written.

    Raises
    ------
    OSError
        Of the same class as the error, such as PermissionError.
    ValueError
        If it can be no path.

    Examples
    --------
    >>> with writing(Path("map.svg")):
    ...     raise OSError(errno.ENOSPC, "No space left on device")
    Traceback (most recent call last):
    ...
    OSError: 'map.svg' cannot be written: the disk is full. Make room on it or write elsewhere.
    """
    if "\0" in str(path):
        raise ValueError(wrong_value("path", "have no character of the code 0", str(path)))
    try:
        yield
    except OSError as error:
        if error.errno is None:  # A sentence already.
            raise
        known = (why for numbers, why in _WHY.items() if error.errno in numbers)
        why = next(known, f"{error.strerror}. Choose another place")
        raise type(error)(f"{shown(str(path))} cannot be written: {why}.") from error


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
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Cut, for names have 255 bytes at most, and a letter has up to four.
        partial = path.with_name(f".{path.name[:50]}.{os.urandom(8).hex()}.part")
        try:
            partial.write_bytes(data)
            partial.replace(path)
        finally:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
