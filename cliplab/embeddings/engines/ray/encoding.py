"""The same encoder on every processor of a cluster, for more pictures than one machine takes."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.cache import write_whole
from cliplab.embeddings.encoder import ClipEncoder
from cliplab.embeddings.engines.ray.addresses import open_address
from cliplab.embeddings.engines.ray.cluster import n_gpus, n_processors, ray_cluster
from cliplab.embeddings.engines.ray.stages import Worker, packed, prepare
from cliplab.embeddings.on_disk import StoredEmbeddings
from cliplab.embeddings.store import EmbeddingStore

if TYPE_CHECKING:
    import pyarrow as pa
    import ray.data
    from PIL.Image import Image

    from cliplab.embeddings.values import Embeddings
    from cliplab.images.image_set import ImageSet

__all__ = ["encode_on_cluster"]

# A reader waits for a disk or a network most of the time. Both together need one processor, so that
# there is as much for all readers as the workers leave.
_CPUS_TO_ENCODE, _CPUS_TO_READ = 0.9, 0.1
# So many batches are one task: enough that what a task costs does not count.
_BATCHES_A_TASK = 4
_SECONDS_BEFORE_PROGRESS = 2


def encode_on_cluster(
    encoder: ClipEncoder,
    images: ImageSet | Sequence[Image] | str | os.PathLike[str],
    batch_size: int | None,
    store: str | os.PathLike[str] | bool,
) -> Embeddings | StoredEmbeddings:
    """Do what `ClipEncoder.encode_images` does, by Ray Data, on as many machines as there are.

    Parameters
    ----------
    encoder : ClipEncoder
        Its model is loaded anew on the workers, with its weights and precision.
    images : ImageSet, sequence of PIL.Image.Image or path-like
        Pictures, or the address of any number of them.
    batch_size : int or None
        How many go through the model at once.
    store : path-like or bool
        Where the vectors are kept.

    Returns
    -------
    Embeddings or StoredEmbeddings
        The vectors; of those of an address, where they are kept.
    """
    with ray_cluster():
        there = _ClusterEncoder(encoder)
        if isinstance(images, str | os.PathLike):
            return there.encode_address(os.fspath(images), batch_size, store)
        return there.encode_images(images, batch_size=batch_size, store=store)


class _ClusterEncoder(ClipEncoder):
    """An encoder whose network stands on the workers; all else is as with the one it is made of."""

    def __init__(self, encoder: ClipEncoder) -> None:
        self._made_by = encoder._made_by
        self.__dict__ |= encoder.__dict__
        self.device = "cuda" if n_gpus() else "cpu"

    def encode_address(
        self, address: str, batch_size: int | None, store: str | os.PathLike[str] | bool
    ) -> StoredEmbeddings:
        """Encode what lies at an address and is not in the store yet."""
        import ray

        if store is False:
            raise ValueError(
                "`store` must be a folder where `images` is an address, for the vectors have no "
                "other place. Got False instead."
            )
        flawed: list[tuple[str, str]] = []
        keys = [np.empty(0, dtype="V16")]
        folder = None if store is True else store
        with EmbeddingStore(folder, self._made_by, is_only_place=True) as kept:
            known = ray.put(kept.keys())
            pictures = open_address(address, _CPUS_TO_READ)
            for done in self._run(pictures, batch_size or self._batch_size, known=known):
                flawed += _flawed(done)
                whole = done.filter(done["flaw"].is_null())["key"].to_pylist()
                keys.append(np.frombuffer(b"".join(whole), dtype="V16"))
                fresh = done.filter(done["vector"].is_valid())
                if len(fresh):
                    kept.add(fresh["key"].to_pylist(), _vectors(fresh))
            here = np.concatenate(keys)
            if not here.size:
                raise ValueError(
                    "`images` must be the address of pictures that can be read. "
                    f"Got {address!r} instead, where none of {len(flawed):,} can. Of the "
                    f"first this is why: {flawed[0][1]}."
                )
        _tell(flawed, kept.folder)
        return StoredEmbeddings(kept.folder, here)

    def _encoded(
        self,
        images: ImageSet | Sequence[Image],
        rows: Sequence[int],
        size: int,
        keep: Callable[[Sequence[int], NDArray[np.float32]], None] | None = None,
    ) -> Iterator[tuple[Sequence[int], NDArray[np.float32]]]:
        """Yield rows and their vectors, task by task, as they are done."""
        import ray.data

        if not rows:
            return
        ids = images.image_ids if hasattr(images, "image_ids") else range(len(images))
        step = _BATCHES_A_TASK * size
        starts = range(0, len(rows), step)
        parts = [ray.put(self._table(images, rows[start : start + step])) for start in starts]
        # Only their numbers go from stage to stage: of tables at hand Ray would first send out
        # tasks to ask how large they are, which takes seconds.
        numbers = [{"part": number} for number in range(len(parts))]
        sent = ray.data.from_items(numbers, override_num_blocks=len(parts))
        for done in self._run(sent, size, parts=parts, n_images=len(rows)):
            for name, flaw in _flawed(done):
                raise ValueError(
                    "`images` must be pictures that can be read. "
                    f"Got {ids[int(name)]} instead: {flaw}."
                )
            found, vectors = [int(name) for name in done["name"].to_pylist()], _vectors(done)
            if keep is not None:
                keep(found, vectors)
            yield found, vectors

    def _table(self, images: ImageSet | Sequence[Image], rows: Sequence[int]) -> pa.Table:
        """Return pictures as they are sent: their files, or prepared where they have none."""
        import pyarrow as pa

        names = pa.array([str(row) for row in rows])
        if hasattr(images, "file_bytes"):
            files = pa.array([images.file_bytes(row) for row in rows], pa.large_binary())
            return pa.table({"name": names, "file": files})
        pictures = [packed(self._prepared(images, row)) for row in rows]
        nothing = pa.nulls(len(rows), pa.string())
        return pa.table({"name": names, "flaw": nothing, "picture": pictures})

    def _run(
        self,
        pictures: ray.data.Dataset,
        size: int,
        known: ray.ObjectRef[NDArray[np.bytes_]] | None = None,
        parts: Sequence[ray.ObjectRef[pa.Table]] = (),
        n_images: int = sys.maxsize,
    ) -> Iterator[pa.Table]:
        """Send pictures, or the numbers of parts, through the stages; yield what is done."""
        import ray.data
        from tqdm.auto import tqdm

        step = _BATCHES_A_TASK * size
        n_workers = min(n_gpus() or n_processors(), -(-n_images // step))
        each: dict[str, Any] = {"batch_format": "pyarrow", "batch_size": 1 if parts else step}
        needs: dict[str, float] = {"num_cpus": _CPUS_TO_ENCODE}
        if n_gpus():
            needs = {"num_gpus": 1}
            config = self._network.visual.preprocess_cfg
            to_prepare = {"config": config, "known": known, "parts": parts}
            pictures = pictures.map_batches(prepare, fn_kwargs=to_prepare, **each)
            # What comes to the workers now are pictures, and no longer numbers of parts.
            each["batch_size"], parts = step, ()
        arguments = {
            "model": self.model,
            "pretrained": self.pretrained,
            "device": self.device,
            "precision": self.precision,
        }
        done = pictures.map_batches(
            Worker,
            fn_constructor_args=(ClipEncoder, arguments, self._made_by, size, known, parts),
            compute=ray.data.ActorPoolStrategy(size=n_workers),
            **needs,
            **each,
        )
        with tqdm(
            desc="encoding images",
            total=n_images if n_images < sys.maxsize else None,
            unit="image",
            delay=_SECONDS_BEFORE_PROGRESS,
        ) as bar:
            for table in done.iter_batches(batch_size=None, batch_format="pyarrow"):
                if "problem" in table.column_names:
                    raise RuntimeError(table["problem"][0].as_py())
                bar.update(len(table))
                yield table


def _vectors(done: pa.Table) -> NDArray[np.float32]:
    return np.vstack([np.frombuffer(each, np.float32) for each in done["vector"].to_pylist()])


def _flawed(done: pa.Table) -> list[tuple[str, str]]:
    """Return the name of each picture that could not be read, and why."""
    flawed = done.filter(done["flaw"].is_valid())
    return list(zip(flawed["name"].to_pylist(), flawed["flaw"].to_pylist(), strict=True))


def _tell(flawed: Sequence[tuple[str, str]], folder: Path) -> None:
    """Write down which pictures have no vector; one of millions is no reason to stop."""
    write_whole(folder / "skipped.json", json.dumps(flawed, indent=0).encode())
    if flawed:
        shown = "; ".join(f"{name}, {flaw}" for name, flaw in flawed[:3])
        warnings.warn(
            f"{len(flawed):,} pictures could not be read and have no vector: {shown}"
            f"{' …' if len(flawed) > 3 else ''}. All are listed in {folder / 'skipped.json'}.",
            stacklevel=5,
        )
