"""The cache folder, for what takes long to get, and how files are written here and elsewhere."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

from cliplab._core.replacing import replace
from cliplab._core.validation import shown, user_path, wrong_value

# What to do where something cannot be written.
_ADVICE = {
    errno.ENOSPC: "Make room on the disk, or save it elsewhere",
    errno.EACCES: "Save it in a folder that may be written to",
    errno.ENAMETOOLONG: "Choose a shorter name",
    errno.ENOTDIR: "A file is where a folder has to be: choose another place",
    errno.EISDIR: "A folder is there: choose another name",
}
# The same by other numbers: a quota or the largest file, a disk that is read only.
_LIKE = {
    errno.EDQUOT: errno.ENOSPC,
    errno.EFBIG: errno.ENOSPC,
    errno.EPERM: errno.EACCES,
    errno.EROFS: errno.EACCES,
    errno.EEXIST: errno.ENOTDIR,
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


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in a sentence why a file or folder cannot be written, and what to do.

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
    >>> with writing(Path("map.svg")):  # doctest: +ELLIPSIS
    ...     raise OSError(errno.EACCES, "Permission denied")
    Traceback (most recent call last):
    ...
    PermissionError: 'map.svg' cannot be written: Permission denied. Save it in a folder ...
    """
    if "\0" in str(path):
        raise ValueError(wrong_value("path", "have no character of the code 0", str(path)))
    try:
        yield
    except OSError as error:
        if error.errno is None:  # A sentence already.
            raise
        advice = _ADVICE.get(_LIKE.get(error.errno, error.errno), "Choose another place")
        sentence = f"{shown(str(path))} cannot be written: {error.strerror}. {advice}."
        raise type(error)(sentence) from error


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
            replace(partial, path)
        finally:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)


def write_sealed(path: Path, data: bytes) -> None:
    """Write a file as `write_whole` does, with a digest of its content in the first line.

    Parameters
    ----------
    path : pathlib.Path
        Its path; the folder is created.
    data : bytes
        Its content, for `read_sealed`.
    """
    write_whole(path, _digest(data) + b"\n" + data)


def read_sealed(path: Path) -> bytes | None:
    """Return the content of a file that `write_sealed` has written.

    Returns
    -------
    bytes or None
        None where there is none, or where it was damaged. A damaged one is deleted, with a warning.

    Raises
    ------
    OSError
        If it may not be read, or a folder is there.
    """
    try:
        digest, _, data = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise type(error)(
            f"{shown(str(path))} cannot be read: {error.strerror}. It is in the cache: delete it "
            "there, or set CLIPLAB_CACHE to a folder of your own."
        ) from error
    if digest == _digest(data):
        return data
    path.unlink(missing_ok=True)
    warn_of_damage(str(path))
    return None


def warn_of_damage(what: str) -> None:
    """Warn that something in the cache was damaged, and is fetched or made again."""
    warnings.warn(f"Damaged in the cache, and therefore fetched anew: {what}.", stacklevel=3)


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()
