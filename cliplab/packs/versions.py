"""The versions of a pack in a folder: one writer at a time, and the old pack or the new one.

A new version is written beside the folder and takes its name when it is complete. A process that is
killed leaves what it has written beside the folder; the next one that writes there tidies up.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from cliplab._core.replacing import replace
from cliplab._core.validation import wrong_value
from cliplab.packs.manifest import MANIFEST

_SECONDS_TO_WAIT = 60
_NEW, _OLD = "part", "old"


def place_of(folder: Path) -> Path:
    """Return where the pack of a folder is: there, or aside while another is put in its place."""
    if _is_pack(folder):
        return folder
    aside = [path for path in _beside(folder, _OLD) if _is_pack(path)]
    return aside[0] if aside else folder


def _is_pack(folder: Path) -> bool:
    try:
        return (folder / MANIFEST).is_file()
    except (OSError, ValueError):  # Older Pythons raise for what can be no path.
        return False


@contextlib.contextmanager
def new_version(folder: Path) -> Iterator[Path]:
    """Give a new folder to write to, which takes the place of a folder at the end.

    Until then, and after an error, the old one is there.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the pack. It need not exist.

    Yields
    ------
    pathlib.Path
        A new folder beside it.

    Raises
    ------
    OSError
        If it cannot be written, or another process does not stop writing there.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        _tidy(folder)
        new = folder.with_name(f".{_stem(folder)}.{os.urandom(8).hex()}.{_NEW}")
        try:
            new.mkdir()
            yield new
            _exchange(folder, new)
        finally:
            shutil.rmtree(new, ignore_errors=True)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process writes the pack. The system ends the lock of a killed one."""
    file = folder.with_name(f".{_stem(folder)}.lock")
    lock = FileLock(file, timeout=_SECONDS_TO_WAIT)
    try:
        lock.acquire()
    except Timeout as error:
        must = "be a folder that no other process is saving a pack to"
        raise OSError(wrong_value("path", must, str(folder))) from error
    except NotImplementedError:  # Some network drives have no locks.
        yield
        return
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            file.unlink()
        lock.release()


def _tidy(folder: Path) -> None:
    """Take up what a killed process has left: the old pack if it is not in its place."""
    place = place_of(folder)
    if place != folder and not folder.exists():
        replace(place, folder)
    for path in [*_beside(folder, _NEW), *_beside(folder, _OLD)]:
        shutil.rmtree(path, ignore_errors=True)


def _beside(folder: Path, ending: str) -> list[Path]:
    """Return the folders that writers of a pack have left beside it, or are using."""
    name = re.compile(rf"\.{re.escape(_stem(folder))}\.[0-9a-f]{{16}}\.{ending}")
    try:
        return [path for path in folder.parent.iterdir() if name.fullmatch(path.name)]
    except (OSError, ValueError):
        return []


def _stem(folder: Path) -> str:
    """Return what the names beside a pack begin with, of which no other pack has the same."""
    name = folder.name
    if len(name) <= 50:
        return name
    # Cut, for names have 255 bytes at most, and a letter has up to four.
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{name[:50]}-{digest[:8]}"


def _exchange(folder: Path, new: Path) -> None:
    """Replace a folder by a new one; after an error the old one is still there."""
    aside = new.with_suffix(f".{_OLD}")
    is_old = folder.exists()
    if is_old:
        replace(folder, aside)
    try:
        replace(new, folder)
    except OSError:
        if is_old:
            replace(aside, folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)
