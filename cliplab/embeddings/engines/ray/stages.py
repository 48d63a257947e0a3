"""What is done on the workers: files become prepared pictures, and these become vectors.

From stage to stage go small tables with a row for each picture: its ``name`` and ``file``, or at
first only the number of a ``part`` of such a table that lies in the cluster's memory; then its
``key`` in a store, and either its ``picture``, as numpy writes arrays, or the ``flaw`` for which it
cannot be read, or none of both if its vector is known already; in the end its ``vector``.
"""

from __future__ import annotations

import io
import socket
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab.embeddings.preprocessing import Preparation
from cliplab.embeddings.store import image_key, is_among
from cliplab.images.decoding import decode_image

if TYPE_CHECKING:
    import pyarrow as pa
    import ray
    import torch

    from cliplab.embeddings.encoder import ClipEncoder


def prepare(
    files: pa.Table,
    config: Mapping[str, Any],
    known: ray.ObjectRef[NDArray[np.bytes_]] | None,
    parts: Sequence[ray.ObjectRef[pa.Table]] = (),
) -> pa.Table:
    """Read pictures and bring them to size.

    Parameters
    ----------
    files : pyarrow.Table
        With ``name`` and ``file``; or with the number of a ``part`` alone.
    config : mapping
        What open_clip says of the weights.
    known : ray.ObjectRef, optional
        The keys of pictures that need not be encoded, sorted.
    parts : sequence of ray.ObjectRef
        Such tables, where they lie in the memory of the cluster.

    Returns
    -------
    pyarrow.Table
        With ``name``, ``key``, ``flaw`` and ``picture``.
    """
    import pyarrow as pa
    import ray

    if "part" in files.column_names:
        found = ray.get([parts[number] for number in files["part"].to_pylist()])
        files = pa.concat_tables(found) if len(found) > 1 else found[0]
    if "picture" in files.column_names:  # They had no files, and came prepared.
        return files
    preparation = Preparation(config)
    contents = files["file"].to_pylist()
    keys = [image_key(content or b"") for content in contents]
    pictures: list[bytes | None] = [None] * len(keys)
    flaws: list[str | None] = [None] * len(keys)
    for row in np.flatnonzero(~_are_known(keys, known)):
        content = contents[row]
        if content is None:
            flaws[row] = "only its address, or nothing, is there"
            continue
        try:
            pictures[row] = packed(preparation.picture(decode_image(content)))
        except ValueError as error:  # One bad picture costs one picture.
            flaws[row] = str(error)
    columns = {
        "name": files["name"],
        "key": pa.array(keys, pa.binary()),
        "flaw": pa.array(flaws, pa.string()),
        "picture": pa.array(pictures, pa.large_binary()),
    }
    return pa.table(columns)


class Worker:
    """A ClipEncoder in a process of its own, which it does not leave.

    Parameters
    ----------
    kind : type
        ClipEncoder.
    arguments : mapping
        What it is made with.
    made_by : mapping
        What it has to say of itself: every machine must make the same vectors.
    size : int
        How many pictures go through the network at once.
    known : ray.ObjectRef, optional
        As for `prepare`.
    parts : sequence of ray.ObjectRef
        As for `prepare`.
    """

    def __init__(
        self,
        kind: type[ClipEncoder],
        arguments: Mapping[str, Any],
        made_by: Mapping[str, str],
        size: int,
        known: ray.ObjectRef[NDArray[np.bytes_]] | None,
        parts: Sequence[ray.ObjectRef[pa.Table]] = (),
    ) -> None:
        import torch

        torch.set_num_threads(1)  # As the threads of the local engine have; they never wait.
        self._size, self._known, self._parts, self._problem = size, known, parts, ""
        try:
            self._encoder = kind(**arguments)
            self._require(made_by)
        except Exception as error:  # Ray would bury its words under the traces of three processes.
            self._problem = f"{error} ({socket.gethostname()})"

    def _require(self, made_by: Mapping[str, str]) -> None:
        ours = self._encoder._made_by
        for name, expected in made_by.items():
            if ours.get(name) != expected:
                raise ValueError(
                    "All machines must have the same model, and the same versions of cliplab and "
                    f"open_clip. Its {name} must be {expected!r}. Got {ours.get(name)!r} instead."
                )

    def __call__(self, table: pa.Table) -> pa.Table:
        """Encode the pictures that there are to encode, or return the ``problem`` alone."""
        import pyarrow as pa

        if not self._problem:
            try:
                return self._encoded(table)
            except MemoryError as error:
                self._problem = f"{error} ({socket.gethostname()})"
        return pa.table({"problem": [self._problem]})

    def _encoded(self, table: pa.Table) -> pa.Table:
        import pyarrow as pa

        config = self._encoder._network.visual.preprocess_cfg
        table = prepare(table, config, self._known, self._parts)
        packages = table["picture"].to_pylist()
        rows = [row for row, package in enumerate(packages) if package is not None]
        vectors: list[bytes | None] = [None] * len(packages)
        for start in range(0, len(rows), self._size):
            some = rows[start : start + self._size]
            pictures = [unpacked(packages[row]) for row in some]
            found = self._encoder._encode_prepared(pictures, self._size)
            for row, vector in zip(some, found, strict=True):
                vectors[row] = vector.tobytes()
        return table.drop_columns("picture").append_column("vector", pa.array(vectors, pa.binary()))


def packed(picture: torch.Tensor) -> bytes:
    """Return a prepared picture as bytes, with its shape and kind."""
    buffer = io.BytesIO()
    np.save(buffer, picture.numpy(), allow_pickle=False)
    return buffer.getvalue()


def unpacked(package: bytes) -> torch.Tensor:
    """Return the prepared picture that `packed` has packed."""
    import torch

    return torch.from_numpy(np.load(io.BytesIO(package), allow_pickle=False))


def _are_known(
    keys: Sequence[bytes], known: ray.ObjectRef[NDArray[np.bytes_]] | None
) -> NDArray[np.bool_]:
    import ray

    if known is None:
        return np.zeros(len(keys), dtype=bool)
    # Not a copy: all processes of a machine look into the same memory.
    return is_among(keys, ray.get(known))
