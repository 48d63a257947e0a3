"""Vectors and how they were made, in one file or in a dataset on the Hugging Face Hub."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.hub_errors import hub_errors, require_name, require_repository, uncounted
from cliplab._core.tensor_file import read_tensors, tensor_file
from cliplab._core.validation import wrong_value

# Vectors, the name of their model, and how they were made.
Parts = tuple[NDArray[np.float32], str, dict[str, str]]


def file_of(vectors: NDArray[np.float32], model: str, provenance: Mapping[str, str]) -> bytes:
    """Return the file of vectors, their model and their provenance, as `Embeddings.save` writes."""
    return tensor_file({"vectors": vectors}, _metadata(model, provenance))


def parts_of(content: bytes) -> Parts:
    """Return what the content of such a file holds.

    Raises
    ------
    ValueError
        If it is damaged, or of another kind; the message is the reason in a few words.
    """
    tensors, texts = read_tensors(content)
    try:
        return _parts(tensors["vectors"], texts)
    except (KeyError, ValueError, RecursionError) as error:
        raise ValueError("it holds other things than embeddings") from error


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
        require_repository(f"datasets/{name}")
        datasets.Dataset.from_dict(columns, features=features).push_to_hub(name, private=private)


def fetch(name: str, revision: str | None) -> Parts:
    """Fetch what `publish` has published; the errors are those of `Embeddings.from_hub`."""
    import datasets

    require_name(name)
    with hub_errors(f"the dataset {name}"):
        require_repository(f"datasets/{name}")
        with uncounted():
            table = datasets.load_dataset(name, split="train", revision=revision)
    if not {"vector", "model", "provenance"} <= set(table.column_names) or len(table) == 0:
        raise ValueError(
            f"`name` must be a dataset that `to_hub` has published. Got {name!r} instead, "
            f"with the columns {table.column_names!r}."
        )
    try:
        return _parts(np.asarray(table["vector"][:], dtype=np.float32), table[0])
    except (TypeError, ValueError, RecursionError) as error:  # Anybody can publish such columns.
        must = "be a dataset that `to_hub` has published"
        detail = ", whose columns hold other things"
        raise ValueError(wrong_value("name", must, name, detail)) from error


def _metadata(model: str, provenance: Mapping[str, str]) -> dict[str, str]:
    return {"model": model, "provenance": json.dumps(dict(provenance))}


def _parts(vectors: NDArray[np.float32], metadata: Mapping[str, str]) -> Parts:
    provenance = json.loads(metadata["provenance"])
    if not isinstance(provenance, dict):
        raise ValueError("the provenance is no mapping")
    return vectors, metadata["model"], provenance
