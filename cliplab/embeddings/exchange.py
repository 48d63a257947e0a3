"""Vectors and how they were made, in one file or in a dataset on the Hugging Face Hub."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.cache import write_whole
from cliplab._core.hub_errors import hub_errors, require_answer, require_name

# Vectors, the name of their model, and how they were made.
Parts = tuple[NDArray[np.float32], str, dict[str, str]]


def write_file(
    path: str | os.PathLike[str],
    vectors: NDArray[np.float32],
    model: str,
    provenance: Mapping[str, str],
) -> None:
    """Write vectors, their model and their provenance as `Embeddings.save` does."""
    import safetensors.numpy

    content = safetensors.numpy.save(
        # safetensors writes the memory of an array as it is, whatever the order of its axes.
        {"vectors": np.ascontiguousarray(vectors)},
        metadata=_metadata(model, provenance),
    )
    write_whole(Path(path).expanduser(), content)


def read_file(path: str | os.PathLike[str]) -> Parts:
    """Read what `write_file` has written; the errors are those of `load_embeddings`."""
    import safetensors

    file = Path(path).expanduser()
    if not file.is_file():
        raise FileNotFoundError(f"`path` must be a file. Got {os.fspath(path)!r} instead.")
    try:
        with safetensors.safe_open(file, "numpy") as opened:
            return _parts(opened.get_tensor("vectors"), opened.metadata() or {})
    except (safetensors.SafetensorError, KeyError, ValueError) as error:
        raise ValueError(
            "`path` must be an undamaged file that `Embeddings.save` has written. "
            f"Got {os.fspath(path)!r} instead."
        ) from error


def publish(
    name: str,
    vectors: NDArray[np.float32],
    model: str,
    provenance: Mapping[str, str],
    *,
    private: bool,
) -> None:
    """Publish vectors as a dataset, as `Embeddings.to_hub` does."""
    import datasets

    columns: dict[str, Any] = {"vector": list(vectors)}
    for column, value in _metadata(model, provenance).items():
        columns[column] = [value] * len(vectors)
    require_name(name)
    text, number = datasets.Value("string"), datasets.Value("float32")
    features = datasets.Features({"vector": [number], "model": text, "provenance": text})
    with hub_errors(f"the dataset {name}"):
        require_answer()
        datasets.Dataset.from_dict(columns, features=features).push_to_hub(name, private=private)


def fetch(name: str, revision: str | None) -> Parts:
    """Fetch what `publish` has published; the errors are those of `Embeddings.from_hub`."""
    import datasets

    require_name(name)
    with hub_errors(f"the dataset {name}"):
        require_answer()
        table = datasets.load_dataset(name, split="train", revision=revision)
    if not {"vector", "model", "provenance"} <= set(table.column_names) or len(table) == 0:
        raise ValueError(
            f"`name` must be a dataset that `to_hub` has published. Got {name!r} instead, "
            f"with the columns {table.column_names!r}."
        )
    return _parts(np.asarray(table["vector"][:], dtype=np.float32), table[0])


def _metadata(model: str, provenance: Mapping[str, str]) -> dict[str, str]:
    return {"model": model, "provenance": json.dumps(dict(provenance))}


def _parts(vectors: NDArray[np.float32], metadata: Mapping[str, str]) -> Parts:
    return vectors, metadata["model"], json.loads(metadata["provenance"])
