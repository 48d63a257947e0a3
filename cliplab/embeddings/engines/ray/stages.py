"""What the workers do: files become prepared images, and these become vectors.

Small tables go from stage to stage, with a row for each image. They begin with its ``name`` and
``file``, or with the number of a ``table`` of these in the cluster's memory. Then there are its
``key`` in a store, and its ``prepared`` pixels, as numpy writes arrays, or the ``error`` for which
it cannot be read; or neither, if its vector is known already. In the end there is its ``vector``.
"""

from __future__ import annotations

import io
import socket
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab.embeddings.keys import image_key, is_among
from cliplab.embeddings.model import ClipModel
from cliplab.embeddings.preprocessing import Preprocessing
from cliplab.images.decoding import decode_image

if TYPE_CHECKING:
    import pyarrow as pa
    import ray
    import torch


def prepare(
    files: pa.Table,
    config: Mapping[str, Any],
    known: ray.ObjectRef[NDArray[np.bytes_]] | None,
    tables: Sequence[ray.ObjectRef[pa.Table]] = (),
) -> pa.Table:
    """Decode images, resize and crop them.

    Parameters
    ----------
    files : pyarrow.Table
        With ``name`` and ``file``, or with the number of a ``table`` only.
    config : mapping
        What open_clip has for the weights.
    known : ray.ObjectRef, optional
        The keys of images that need not be encoded, sorted.
    tables : sequence of ray.ObjectRef
        Such tables, in the memory of the cluster.

    Returns
    -------
    pyarrow.Table
        With ``name``, ``key``, ``error`` and ``prepared``.
    """
    import pyarrow as pa
    import ray

    if "table" in files.column_names:
        found = ray.get([tables[number] for number in files["table"].to_pylist()])
        files = pa.concat_tables(found) if len(found) > 1 else found[0]
    if "prepared" in files.column_names:  # Images without files are sent prepared.
        return files
    preprocessing = Preprocessing(config)
    contents = files["file"].to_pylist()
    keys = [image_key(content or b"") for content in contents]
    prepared: list[bytes | None] = [None] * len(keys)
    errors: list[str | None] = [None] * len(keys)
    for row in np.flatnonzero(~_are_known(keys, known)):
        content = contents[row]
        if content is None:
            errors[row] = "only an address, or nothing"
            continue
        try:
            prepared[row] = packed(preprocessing.prepare(decode_image(content)))
        except ValueError as error:  # Only this image is left out.
            errors[row] = str(error)
    columns = {
        "name": files["name"],
        "key": pa.array(keys, pa.binary()),
        "error": pa.array(errors, pa.string()),
        "prepared": pa.array(prepared, pa.large_binary()),
    }
    return pa.table(columns)


class Worker:
    """A ClipModel in a process of its own.

    Parameters
    ----------
    arguments : mapping
        The arguments of ClipModel.
    made_by : mapping
        What its `made_by` must be: every machine must make the same vectors.
    size : int
        The batch size.
    known : ray.ObjectRef, optional
        As for `prepare`.
    tables : sequence of ray.ObjectRef
        As for `prepare`.
    """

    def __init__(
        self,
        arguments: Mapping[str, Any],
        made_by: Mapping[str, str],
        size: int,
        known: ray.ObjectRef[NDArray[np.bytes_]] | None,
        tables: Sequence[ray.ObjectRef[pa.Table]] = (),
    ) -> None:
        import torch

        torch.set_num_threads(1)  # As in the threads of the local engine.
        self._size, self._known, self._tables, self._problem = size, known, tables, ""
        try:
            self._model = ClipModel(**arguments)
            self._require(made_by)
        except Exception as error:  # Ray would hide the message in the tracebacks of 3 processes.
            self._problem = f"{error} ({socket.gethostname()})"

    def _require(self, made_by: Mapping[str, str]) -> None:
        own = self._model.made_by
        for name, expected in made_by.items():
            if own.get(name) != expected:
                raise ValueError(
                    "All machines must have the same model, and the same versions of cliplab and "
                    f"open_clip. Its {name} must be {expected!r}. Got {own.get(name)!r} instead."
                )

    def __call__(self, table: pa.Table) -> pa.Table:
        """Encode the images that have to be encoded, or return a ``problem`` only."""
        import pyarrow as pa

        if not self._problem:
            try:
                return self._encoded(table)
            except MemoryError as error:
                self._problem = f"{error} ({socket.gethostname()})"
        return pa.table({"problem": [self._problem]})

    def _encoded(self, table: pa.Table) -> pa.Table:
        import pyarrow as pa

        config = self._model.network.visual.preprocess_cfg
        table = prepare(table, config, self._known, self._tables)
        packages = table["prepared"].to_pylist()
        rows = [row for row, package in enumerate(packages) if package is not None]
        vectors: list[bytes | None] = [None] * len(packages)
        for start in range(0, len(rows), self._size):
            batch = rows[start : start + self._size]
            prepared = [unpacked(packages[row]) for row in batch]
            found = self._model.encode_batch(prepared, self._size)
            for row, vector in zip(batch, found, strict=True):
                vectors[row] = vector.tobytes()
        encoded = pa.array(vectors, pa.binary())
        return table.drop_columns("prepared").append_column("vector", encoded)


def packed(prepared: torch.Tensor) -> bytes:
    """Return a prepared image as bytes, with its shape and dtype."""
    buffer = io.BytesIO()
    np.save(buffer, prepared.numpy(), allow_pickle=False)
    return buffer.getvalue()


def unpacked(package: bytes) -> torch.Tensor:
    """Return the prepared image from the bytes of `packed`."""
    import torch

    return torch.from_numpy(np.load(io.BytesIO(package), allow_pickle=False))


def _are_known(
    keys: Sequence[bytes], known: ray.ObjectRef[NDArray[np.bytes_]] | None
) -> NDArray[np.bool_]:
    import ray

    if known is None:
        return np.zeros(len(keys), dtype=bool)
    # Not a copy: all processes of a machine share this memory.
    return is_among(keys, ray.get(known))
