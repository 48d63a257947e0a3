"""Encodes images on every GPU, or else every processor core, of a Ray cluster."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab.embeddings.engines.ray.cluster import n_gpus, n_processors, ray_cluster
from cliplab.embeddings.engines.ray.stages import Worker, packed, prepare
from cliplab.embeddings.inputs import InputImages
from cliplab.embeddings.model import ClipModel

if TYPE_CHECKING:
    import pyarrow as pa
    import ray.data

# A reader waits for a disk or a network most of the time. Both together need one processor core, so
# that there are as many readers as the workers leave cores for.
CPUS_TO_READ, _CPUS_TO_ENCODE = 0.1, 0.9
# A task has several batches, so that the cost of a task is small beside theirs.
_BATCHES_A_TASK = 4


@contextmanager
def ray_engine(model: ClipModel) -> Iterator[RayEngine]:
    """Connect to a Ray cluster, or start one on this machine for a while.

    Parameters
    ----------
    model : ClipModel
        Each worker loads the same model.

    Yields
    ------
    RayEngine
        The engine, while there is a cluster.

    Raises
    ------
    ImportError
        If Ray is not installed.
    """
    with ray_cluster():
        yield RayEngine(model)


class RayEngine:
    """Encodes by Ray Data, in as many processes as the cluster has GPUs, or else cores.

    Parameters
    ----------
    model : ClipModel
        Each worker loads the same model, on the device of the cluster.

    Attributes
    ----------
    model : ClipModel
        As given.
    device : str
        The device of the workers.
    """

    def __init__(self, model: ClipModel) -> None:
        self.model = model
        self.device = "cuda" if n_gpus() else "cpu"

    def encode(
        self, images: InputImages, rows: Iterable[tuple[int, bytes | None]], size: int
    ) -> Iterator[tuple[Sequence[int], NDArray[np.float32]]]:
        """Yield rows and their vectors, task by task, in the order in which they are finished."""
        import ray.data

        remaining, tables, n_images = iter(rows), [], 0
        while some := list(islice(remaining, _BATCHES_A_TASK * size)):
            tables.append(ray.put(table_of(self.model, images, some)))
            n_images += len(some)
        if not tables:
            return
        # Only the numbers of the tables are sent from stage to stage. Ray would first start tasks
        # to ask how large the tables are, which takes seconds.
        numbers = [{"table": number} for number in range(len(tables))]
        sent = ray.data.from_items(numbers, override_num_blocks=len(tables))
        for done in self.run(sent, size, tables=tables, n_images=n_images):
            for name, reason in unreadable(done):
                raise ValueError(
                    "`images` must be images that can be read. "
                    f"Got {images.name(int(name))} instead: {reason}."
                )
            yield [int(name) for name in done["name"].to_pylist()], vectors_of(done)

    def run(
        self,
        images: ray.data.Dataset,
        size: int,
        known: ray.ObjectRef[NDArray[np.bytes_]] | None = None,
        tables: Sequence[ray.ObjectRef[pa.Table]] = (),
        n_images: int = sys.maxsize,
    ) -> Iterator[pa.Table]:
        """Send images, or the numbers of tables, through the stages; yield finished tables.

        Parameters
        ----------
        images : ray.data.Dataset
            With ``name`` and ``file``, or with the numbers of some ``tables`` only.
        size : int
            The batch size.
        known : ray.ObjectRef, optional
            The keys of images that need not be encoded, sorted.
        tables : sequence of ray.ObjectRef
            The tables, in the memory of the cluster.
        n_images : int, optional
            The number of images, where it is known.
        """
        import ray.data

        step = _BATCHES_A_TASK * size
        n_workers = min(n_gpus() or n_processors(), -(-n_images // step))
        each: dict[str, Any] = {"batch_format": "pyarrow", "batch_size": 1 if tables else step}
        needs: dict[str, float] = {"num_cpus": _CPUS_TO_ENCODE}
        if n_gpus():
            needs = {"num_gpus": 1}
            config = self.model.network.visual.preprocess_cfg
            to_prepare = {"config": config, "known": known, "tables": tables}
            images = images.map_batches(prepare, fn_kwargs=to_prepare, **each)
            # From here on the workers get images, and not the numbers of tables.
            each["batch_size"], tables = step, ()
        arguments = {
            "name": self.model.name,
            "pretrained": self.model.pretrained,
            "device": self.device,
            "precision": self.model.precision,
        }
        finished = images.map_batches(
            Worker,
            fn_constructor_args=(arguments, self.model.made_by, size, known, tables),
            compute=ray.data.ActorPoolStrategy(size=n_workers),
            **needs,
            **each,
        )
        for table in finished.iter_batches(batch_size=None, batch_format="pyarrow"):
            if "problem" in table.column_names:
                raise RuntimeError(table["problem"][0].as_py())
            yield table


def table_of(
    model: ClipModel, images: InputImages, rows: Sequence[tuple[int, bytes | None]]
) -> pa.Table:
    """Return images as they are sent: their files, or prepared if they have none."""
    import pyarrow as pa

    names = pa.array([str(row) for row, _ in rows])
    files = [images.read(row) if file is None else file for row, file in rows]
    if None not in files:
        return pa.table({"name": names, "file": pa.array(files, pa.large_binary())})
    prepared = [packed(model.prepare(images.decode(row, None))) for row, _ in rows]
    no_errors = pa.nulls(len(rows), pa.string())
    return pa.table({"name": names, "error": no_errors, "prepared": prepared})


def vectors_of(table: pa.Table) -> NDArray[np.float32]:
    """Return the vectors of a finished table, none of which may be missing."""
    return np.vstack([np.frombuffer(each, np.float32) for each in table["vector"].to_pylist()])


def unreadable(table: pa.Table) -> list[tuple[str, str]]:
    """Return the name of each image that could not be read, and why."""
    failed = table.filter(table["error"].is_valid())
    return list(zip(failed["name"].to_pylist(), failed["error"].to_pylist(), strict=True))
