"""Embeddings on disk, so that no picture is encoded twice and no work is lost."""

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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.cache import cache_folder, write_whole

# So many small shards of one run become one large shard, and one that is large enough stays as it
# is: millions of vectors must not be written again for each thousand that is added.
_N_SHARDS_TO_MERGE = 64
_LARGE_SHARD = 2**14
_DIGEST_SIZE = 16
_DAY = 86_400


def picture_key(content: bytes) -> bytes:
    """Return what a picture is known by in a store: a hash of its content."""
    return hashlib.blake2b(content, digest_size=_DIGEST_SIZE).digest()


def is_among(keys: Sequence[bytes], known: NDArray[np.bytes_]) -> NDArray[np.bool_]:
    """Say of each picture whether it is one of those that are known.

    Parameters
    ----------
    keys : sequence of bytes
        What `picture_key` says of each picture.
    known : ndarray of shape (n_known,)
        What `EmbeddingStore.keys` returns.

    Returns
    -------
    ndarray of shape (n_pictures,)
        Truth values.
    """
    wanted = _as_array(keys)
    if not known.size:
        return np.zeros(len(wanted), dtype=bool)
    nearest = np.minimum(np.searchsorted(known, wanted), known.size - 1)
    return np.asarray(known[nearest] == wanted)


def _as_array(keys: Sequence[bytes]) -> NDArray[np.bytes_]:
    return np.array(keys, dtype=f"S{_DIGEST_SIZE}")


def is_whole(shard: Path) -> bool:
    """Say whether a shard is there, and holds what its name says."""
    try:
        with shard.open("rb") as opened:
            digest = hashlib.file_digest(opened, lambda: hashlib.blake2b(digest_size=_DIGEST_SIZE))
    except OSError:
        return False
    return digest.hexdigest() == shard.stem


class EmbeddingStore:
    """The vectors that one model, with its weights and preparation, has made of pictures.

    A shard is a safetensors file whose name is the hash of its content. It appears whole, under
    that name, or not at all; one that was damaged later is recognised and thrown away. Nothing is
    ever written into a shard, and each run merges none but its own: any number of notebooks can
    use one store at the same time.

    Parameters
    ----------
    folder : path-like or None
        Where stores are; the user's cache when None.
    made_by : mapping of str to str
        All that decides which vector a picture gets.
    is_only_place : bool, default=False
        Whether vectors that cannot be kept are lost.

    Attributes
    ----------
    folder : pathlib.Path
        Where the shards of this model are.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] | None,
        made_by: Mapping[str, str],
        *,
        is_only_place: bool = False,
    ) -> None:
        stores = cache_folder() / "embeddings" if folder is None else Path(folder).expanduser()
        told = json.dumps(dict(made_by), indent=1, sort_keys=True)
        name = re.sub("[^A-Za-z0-9.-]+", "-", made_by["model"])[-60:]
        self.folder = stores / f"{name}-{picture_key(told.encode()).hex()}"
        self._told = told.encode()
        self._lock = threading.Lock()
        self._own: list[Path] = []
        self._problem: OSError | None = None
        self._is_only_place = is_only_place

    def find(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """Return the vectors of those pictures that are known.

        Parameters
        ----------
        keys : sequence of bytes
            What `picture_key` says of each picture.

        Returns
        -------
        dict of bytes to ndarray of shape (n_features,)
            By key.
        """
        self._sweep_out()
        wanted = set(keys)
        found: dict[bytes, NDArray[np.float32]] = {}
        for path in sorted(self.folder.glob("*.safetensors")):
            shard = self._read(path)
            if shard is None:
                continue
            pairs = zip(*shard, strict=True)
            found |= {key: vector for key, vector in pairs if key in wanted}
        return found

    def keys(self) -> NDArray[np.bytes_]:
        """Return what all pictures are known by whose vectors are kept.

        Returns
        -------
        ndarray of shape (n_pictures,)
            Sorted: of millions it is known in no time whether one `is_among` them.
        """
        self._sweep_out()
        shards = (self._read(path) for path in self.folder.glob("*.safetensors"))
        keys = [_as_array(shard[0]) for shard in shards if shard is not None]
        return np.unique(np.concatenate(keys)) if keys else _as_array([])

    def add(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep some vectors; they are safe when this returns.

        Where they cannot be written, for want of room or of leave, `close` says so and the work
        goes on; unless they are nowhere else, for then it has to end.

        Parameters
        ----------
        keys : sequence of bytes
            What `picture_key` says of each picture.
        vectors : ndarray of shape (n_pictures, n_features)
            Row by row.

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
                    write_whole(self.folder / "made_by.json", self._told)
                self._own.append(self._write(keys, vectors))
                if len(self._own) >= _N_SHARDS_TO_MERGE:
                    self._merge()
            except OSError as problem:
                if self._is_only_place:
                    raise
                self._problem = problem

    def close(self) -> None:
        """Merge what this run has added, and say what could not be kept."""
        with self._lock, contextlib.suppress(OSError):
            if len(self._own) > 1:
                self._merge()
        if self._problem is not None:
            reason = self._problem.strerror or self._problem
            warnings.warn(
                f"The vectors are complete, but not all of them could be kept in {self.folder} "
                f"({reason}): they will have to be made again. Free some room, or name another "
                "`store`.",
                stacklevel=3,
            )

    def __enter__(self) -> EmbeddingStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _sweep_out(self) -> None:
        """Remove what killed runs have left half-written, a day ago or earlier."""
        for part in self.folder.glob(".*.part"):
            with contextlib.suppress(OSError):
                if time.time() - part.stat().st_mtime > _DAY:
                    part.unlink()

    def _merge(self) -> None:
        """Write own shards into one, and only then remove them."""
        shards = [shard for path in self._own if (shard := self._read(path)) is not None]
        if not shards:  # Another run has merged the same ones, or the folder was deleted.
            self._own = []
            return
        keys = [key for some, _ in shards for key in some]
        merged = self._write(keys, np.vstack([vectors for _, vectors in shards]))
        for path in self._own:
            if path != merged:
                path.unlink(missing_ok=True)
        self._own = [merged] if len(keys) < _LARGE_SHARD else []

    def _write(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> Path:
        import safetensors.numpy

        names = np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), _DIGEST_SIZE)
        tensors: dict[str, NDArray[Any]] = {
            "keys": names,
            "vectors": np.ascontiguousarray(vectors, np.float32),
        }
        content = safetensors.numpy.save(tensors)
        path = self.folder / f"{picture_key(content).hex()}.safetensors"
        write_whole(path, content)
        return path

    @staticmethod
    def _read(path: Path) -> tuple[list[bytes], NDArray[np.float32]] | None:
        """Read a shard; None where it is gone or not what its name says."""
        import safetensors.numpy

        try:
            content = path.read_bytes()
        except OSError:  # Another run has merged it meanwhile, or it cannot be read.
            return None
        if picture_key(content).hex() != path.stem:
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        tensors = safetensors.numpy.load(content)
        return [bytes(key) for key in tensors["keys"]], tensors["vectors"]
