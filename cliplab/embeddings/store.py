"""A store of vectors on disk, so that no image is encoded twice and no work is lost."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cliplab._core.cache import cache_folder, write_whole
from cliplab._core.validation import user_path
from cliplab.embeddings.keys import KEY_SIZE, image_key, sorted_keys

# In each store, what its vectors were made by.
MADE_BY = "made_by.json"
# So many small shards of one run are merged into one. A large shard is not merged again: millions
# of vectors must not be rewritten for each thousand that is added.
_N_SHARDS_TO_MERGE = 64
_LARGE_SHARD = 2**14
_DAY = 86_400


# The name of a shard is the hash of its content.
_SHARD = re.compile(rf"[0-9a-f]{{{2 * KEY_SIZE}}}\.safetensors")
# What `write_whole` writes first.
_PART = re.compile(rf"\.({_SHARD.pattern}|{re.escape(MADE_BY)})\.[0-9a-f]{{16}}\.part")
# The keys of some images, and their vectors.
Shard = tuple[list[bytes], NDArray[np.float32]]


class NewerShardError(ValueError):
    """A shard is whole, and of a form that only a newer version of cliplab can know."""


def shards_in(folder: Path) -> list[Path]:
    """Return the shards in a folder, sorted; no other file is the store's own."""
    return sorted(path for path in folder.glob("*.safetensors") if _SHARD.fullmatch(path.name))


def is_new(path: Path) -> bool:
    """Return whether a file was written within a day: some process may still be writing it."""
    try:
        return time.time() - path.stat().st_mtime <= _DAY
    except OSError:
        return True


def is_whole(shard: Path) -> bool:
    """Return whether a shard is there and its content matches its name."""
    try:
        with shard.open("rb") as opened:
            digest = hashlib.file_digest(opened, lambda: hashlib.blake2b(digest_size=KEY_SIZE))
    except OSError:
        return False
    return digest.hexdigest() == shard.stem


class EmbeddingStore:
    """The vectors that one model, with its weights and preprocessing, has made of images.

    They are in shards: safetensors files, each named after the hash of its content. A shard
    appears complete, under that name, or not at all. One that is damaged later is recognised, not
    used, and removed a day after it was written: before, somebody may still be copying it. A shard
    is never changed, and each run merges only its own: any number of notebooks can use one store
    at the same time. Other files in its folder are left alone.

    Parameters
    ----------
    folder : path-like or True
        The folder with the stores of all models. True is the user's cache.
    made_by : mapping of str to str
        Everything that a vector depends on besides its image.
    is_only_place : bool, default=False
        Whether vectors that cannot be stored are lost.

    Attributes
    ----------
    folder : pathlib.Path
        The folder with the shards of this model.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] | Literal[True],
        made_by: Mapping[str, str],
        *,
        is_only_place: bool = False,
    ) -> None:
        stores = cache_folder() / "embeddings" if folder is True else user_path(folder)
        self._metadata = json.dumps(dict(made_by), indent=1, sort_keys=True).encode()
        name = re.sub("[^A-Za-z0-9.-]+", "-", made_by["model"])[-60:]
        self.folder = stores / f"{name}-{image_key(self._metadata).hex()}"
        self._lock = threading.Lock()
        self._own: list[Path] = []
        self._checked: set[Path] = set()
        self._newer: set[Path] = set()
        self._problem: OSError | None = None
        self._is_only_place = is_only_place

    def find(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """Return the vectors of those images that have one.

        Parameters
        ----------
        keys : sequence of bytes
            The `image_key` of each image.

        Returns
        -------
        dict of bytes to ndarray of shape (n_features,)
            By key.
        """
        self._tidy()
        wanted = set(keys)
        found: dict[bytes, NDArray[np.float32]] = {}
        for path in shards_in(self.folder):
            shard = self._read(path)
            if shard is None:
                continue
            pairs = zip(*shard, strict=True)
            found |= {key: vector for key, vector in pairs if key in wanted}
        return found

    def keys(self) -> NDArray[np.bytes_]:
        """Return the keys of all images whose vectors are stored.

        Returns
        -------
        ndarray of shape (n_images,)
            Sorted, for `is_among`.
        """
        self._tidy()
        shards = (self._read(path) for path in shards_in(self.folder))
        return sorted_keys([shard[0] for shard in shards if shard is not None])

    def add(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Write some vectors to disk before it returns.

        If they cannot be written, for example because the disk is full, the work goes on and
        `close` warns. If the store is the only place for them, this is an error.

        Parameters
        ----------
        keys : sequence of bytes
            The `image_key` of each image.
        vectors : ndarray of shape (n_images, n_features)
            One row for each image.

        Raises
        ------
        OSError
            If they cannot be written, and the store is the only place for them.
        """
        with self._lock:
            if self._problem is not None:
                return
            try:
                if not self._own:
                    self._write_made_by()
                self._own.append(self._write(keys, vectors))
                if len(self._own) >= _N_SHARDS_TO_MERGE:
                    self._merge()
            except OSError as problem:
                if self._is_only_place:
                    raise
                self._problem = problem

    def close(self) -> None:
        """Merge what this run has added, and warn of what could not be stored or read."""
        with self._lock, contextlib.suppress(OSError):
            if len(self._own) > 1:
                self._merge()
        if self._problem is not None:
            warnings.warn(
                "The vectors are complete, but not all of them could be stored. The next run will "
                f"encode these again. {self._problem}",
                stacklevel=3,
            )
        if self._newer:
            warnings.warn(
                f"{len(self._newer)} files in {str(self.folder)!r} are of a newer version of "
                "cliplab and were not read. Images whose vectors are there were encoded again.",
                stacklevel=3,
            )
            self._newer.clear()

    def __enter__(self) -> EmbeddingStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _write_made_by(self) -> None:
        file = self.folder / MADE_BY
        if not file.is_file() or file.read_bytes() != self._metadata:
            write_whole(file, self._metadata)

    def _tidy(self) -> None:
        """Write anew what was damaged, and remove what killed runs have left a day ago."""
        self._remove_old_parts()
        with contextlib.suppress(OSError):
            if self.folder.is_dir():
                self._write_made_by()

    def _remove_old_parts(self) -> None:
        """Remove incomplete files that killed runs left, a day ago or earlier."""
        for part in self.folder.glob(".*.part"):
            with contextlib.suppress(OSError):
                if _PART.fullmatch(part.name) and not is_new(part):
                    part.unlink()

    def _merge(self) -> None:
        """Write the shards of this run into one, and only then remove them."""
        shards = {path: shard for path in self._own if (shard := self._read(path)) is not None}
        if not shards:  # Another run has merged equal shards, or the folder was deleted.
            self._own = []
            return
        keys = [key for some, _ in shards.values() for key in some]
        merged = self._write(keys, np.vstack([vectors for _, vectors in shards.values()]))
        for path in shards:
            if path != merged:
                path.unlink(missing_ok=True)
        self._own = [merged] if len(keys) < _LARGE_SHARD else []

    def _write(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> Path:
        import safetensors.numpy

        digests = np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), KEY_SIZE)
        tensors: dict[str, NDArray[Any]] = {
            "keys": digests,
            "vectors": np.ascontiguousarray(vectors, np.float32),
        }
        content = safetensors.numpy.save(tensors)
        path = self.folder / f"{image_key(content).hex()}.safetensors"
        write_whole(path, content)
        return path

    def _read(self, path: Path) -> Shard | None:
        try:
            shard = read_shard(path, is_checked=path in self._checked)
        except NewerShardError:
            self._newer.add(path)
            return None
        if shard is not None:
            self._checked.add(path)
        return shard


def read_shard(path: Path, *, is_checked: bool = False) -> Shard | None:
    """Return the keys and vectors of a shard; None if it is gone or damaged.

    Parameters
    ----------
    path : pathlib.Path
        The shard. If it is damaged, and was written a day ago or earlier, it is removed.
    is_checked : bool, default=False
        Whether its content has been checked before.

    Raises
    ------
    NewerShardError
        If it is whole, and of another form.
    """
    try:
        content = path.read_bytes()
    except OSError:  # Another run has merged it, or it cannot be read.
        return None
    if not is_checked and image_key(content).hex() != path.stem:
        with contextlib.suppress(OSError):
            if not is_new(path):
                path.unlink()
        return None
    return _shard_of(content)


def _shard_of(content: bytes) -> Shard:
    import safetensors.numpy

    try:
        tensors = safetensors.numpy.load(content)
        keys, vectors = tensors["keys"], tensors["vectors"]
    except Exception as error:  # The library raises nearly anything for what it does not know.
        raise NewerShardError from error
    is_known = keys.dtype == np.uint8 and vectors.dtype == np.float32
    if not is_known or keys.shape != (len(vectors), KEY_SIZE) or vectors.ndim != 2:
        raise NewerShardError
    return [bytes(key) for key in keys], vectors
