"""A file that is not yet downloaded whole: each process has a partial file of its own."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import time
import urllib.parse
from pathlib import Path

from cliplab._core.cache import writing
from cliplab._core.replacing import replace

# After so long without a change, whoever was writing a file must have been killed.
_SECONDS_TO_ORPHAN = 600
# A partial file that may be resumed, and one that is being written.
_LEFT, _WRITTEN = ".left", ".part"
_MAX_VERSION = 120


class PartialFile:
    """What was downloaded of a file so far; it takes over what an earlier run has left.

    Parameters
    ----------
    path : pathlib.Path
        The path of the whole file.

    Attributes
    ----------
    version : str
        The version of the file on the server (its ETag); empty where it does not stand for the
        exact bytes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._key = os.urandom(6).hex()
        self.version = ""
        for other in path.parent.glob(f"{path.name}.*"):
            if other.suffix == _LEFT or _is_orphan(other):
                version = urllib.parse.unquote(other.stem[len(path.name) + 1 :].rpartition(".")[0])
                if _is_exact(version):
                    with contextlib.suppress(OSError):  # Another process took it over first.
                        other.rename(self._name(version))
                        self.version = version
                        break

    @property
    def is_exact(self) -> bool:
        """Whether the download can be resumed: the bytes of the version are known."""
        return bool(self.version)

    @property
    def n_bytes(self) -> int:
        """How much was downloaded."""
        partial = self._name(self.version)
        return partial.stat().st_size if partial.exists() else 0

    def restart(self, version: str) -> None:
        """Delete what was downloaded, and start again with a version."""
        with writing(self._path):
            self._name(self.version).unlink(missing_ok=True)
            self.version = version if _is_exact(version) else ""
            self._name(self.version).touch()

    def append(self, chunk: bytes) -> None:
        """Write the next bytes."""
        with writing(self._path), self._name(self.version).open("ab") as file:
            file.write(chunk)

    def has_checksum(self, header: str) -> bool:
        """Compare with the MD5 in a header of Google's storage; without one there is no check."""
        words = [word.strip() for word in header.split(",")]
        expected = [word.removeprefix("md5=") for word in words if word.startswith("md5=")]
        if not expected:
            return True
        with self._name(self.version).open("rb") as file:
            found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
        return base64.b64encode(found.digest()).decode() == expected[0]

    def finish(self) -> None:
        """Rename the whole file to its path."""
        with writing(self._path):
            replace(self._name(self.version), self._path)

    def release(self) -> None:
        """Leave an unfinished file for the next run, or delete it if it cannot be resumed."""
        partial = self._name(self.version)
        if partial.exists():
            if partial.stat().st_size and self.is_exact:
                replace(partial, partial.with_suffix(_LEFT))
            else:
                partial.unlink()

    def _name(self, version: str) -> Path:
        quoted = urllib.parse.quote(version, safe="")
        return self._path.with_name(f"{self._path.name}.{quoted}.{self._key}{_WRITTEN}")


def _is_exact(version: str) -> bool:
    # The bytes of a weak version ("W/") may differ. A long one is no part of a file's name.
    is_short = len(urllib.parse.quote(version, safe="")) <= _MAX_VERSION
    return bool(version) and is_short and not version.startswith("W/")


def _is_orphan(file: Path) -> bool:
    with contextlib.suppress(OSError):
        return file.suffix == _WRITTEN and time.time() - file.stat().st_mtime > _SECONDS_TO_ORPHAN
    return False
