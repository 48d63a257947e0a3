"""A file that is on its way: each who fetches it has a part of their own."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import time
import urllib.parse
from pathlib import Path

# Nobody writes into a part for so long without being dead.
_SECONDS_TO_DEATH = 600
# What an orderly end has left, and what somebody is writing into, or was killed over.
_LEFT, _WRITTEN = ".left", ".part"


class Part:
    """What is there of a file; it adopts what another run has left.

    Parameters
    ----------
    path : pathlib.Path
        Where the whole file goes.

    Attributes
    ----------
    version : str
        Which version of the file it is a part of, as the server calls it; empty for none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._key = os.urandom(6).hex()
        self.version = ""
        for other in path.parent.glob(f"{path.name}.*"):
            if other.suffix == _LEFT or _is_orphan(other):
                version = urllib.parse.unquote(other.stem[len(path.name) + 1 :].rpartition(".")[0])
                if _is_exact(version):
                    with contextlib.suppress(OSError):  # Somebody else was quicker.
                        other.rename(self._name(version))
                        self.version = version
                        break

    @property
    def is_exact(self) -> bool:
        """Whether the rest of the file may be asked for: the server says which version it is."""
        return _is_exact(self.version)

    @property
    def n_bytes(self) -> int:
        """How much of the file is there."""
        part = self._name(self.version)
        return part.stat().st_size if part.exists() else 0

    def begin(self, version: str) -> None:
        """Forget what is there, and begin with a version."""
        self._name(self.version).unlink(missing_ok=True)
        self.version = version
        self._name(version).touch()

    def add(self, chunk: bytes) -> None:
        """Write what has come."""
        with self._name(self.version).open("ab") as file:
            file.write(chunk)

    def is_as_promised(self, header: str) -> bool:
        """Compare with the MD5 that Google's storage sends along."""
        words = [word.strip() for word in header.split(",")]
        promised = [word.removeprefix("md5=") for word in words if word.startswith("md5=")]
        if not promised:
            return True
        with self._name(self.version).open("rb") as file:
            found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
        return base64.b64encode(found.digest()).decode() == promised[0]

    def finish(self) -> None:
        """Put the whole file in its place."""
        self._name(self.version).replace(self._path)

    def leave(self) -> None:
        """Leave what is there, if it is not finished, to whoever goes on."""
        part = self._name(self.version)
        if part.exists():
            if part.stat().st_size and self.is_exact:
                part.rename(part.with_suffix(_LEFT))
            else:
                part.unlink()

    def _name(self, version: str) -> Path:
        quoted = urllib.parse.quote(version, safe="")
        return self._path.with_name(f"{self._path.name}.{quoted}.{self._key}{_WRITTEN}")


def _is_exact(version: str) -> bool:
    # A version that is only alike ("W/") may differ in bytes.
    return bool(version) and not version.startswith("W/")


def _is_orphan(file: Path) -> bool:
    with contextlib.suppress(OSError):
        return file.suffix == _WRITTEN and time.time() - file.stat().st_mtime > _SECONDS_TO_DEATH
    return False
