"""The files of a pack: images as parquet, projections and sweeps as safetensors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.values import Clustering
from cliplab.images.image_set import ImageSet
from cliplab.projection.values import Projection


def write_images(file: Path, images: ImageSet) -> None:
    """Write images and all their columns as a parquet file."""
    import pyarrow.parquet as pq

    pq.write_table(images.dataset.data.table, file, row_group_size=100)


def read_images(
    file: Path, skipped: Sequence[Sequence[str]], provenance: Mapping[str, Any]
) -> ImageSet:
    """Read images from a parquet file.

    Raises
    ------
    ValueError
        If an image is not stored in the file itself.
    """
    import datasets
    import pyarrow.parquet as pq

    table = datasets.Dataset(datasets.table.InMemoryTable(pq.read_table(file)))
    # A table can name any file of this machine as an image.
    files = table.cast_column("image", datasets.Image(decode=False))["image"][:]
    if any(each is None or each["bytes"] is None for each in files):
        raise ValueError(damaged(file.parent, file.name))
    return ImageSet(table, tuple((name, reason) for name, reason in skipped), provenance)


def write_projection(file: Path, projection: Projection) -> None:
    """Write a projection as a safetensors file."""
    metadata = {
        "method": projection.method,
        "kl_divergence": json.dumps(projection.kl_divergence),
        "parameters": json.dumps(dict(projection.parameters)),
    }
    _write_tensors(file, {"coordinates": projection.coordinates}, metadata)


def read_projection(file: Path) -> Projection:
    """Read a projection from a safetensors file."""
    import safetensors

    with safetensors.safe_open(file, "numpy") as opened:
        metadata = opened.metadata()
        return Projection(
            opened.get_tensor("coordinates"),
            metadata["method"],
            json.loads(metadata["kl_divergence"]),
            json.loads(metadata["parameters"]),
        )


def write_sweep(file: Path, sweep: ClusterSweep) -> None:
    """Write a sweep as a safetensors file."""
    tensors: dict[str, NDArray[Any]] = {"inertias": sweep.inertias}
    for value, clustering in sweep.items():
        tensors[f"labels-{value}"] = clustering.cluster_labels.astype(np.int32)
        tensors[f"centers-{value}"] = clustering.centers
        tensors[f"silhouettes-{value}"] = clustering.silhouettes
    metadata = {
        "space": sweep.space,
        "metric": sweep.metric,
        "algorithm": sweep.algorithm,
        "random_state": str(sweep.random_state),
        "parameter": sweep.parameter,
        sweep.parameter: json.dumps(sweep.parameter_values),
    }
    _write_tensors(file, tensors, metadata)


def read_sweep(file: Path) -> ClusterSweep:
    """Read a sweep from a safetensors file."""
    import safetensors

    with safetensors.safe_open(file, "numpy") as opened:
        metadata = opened.metadata()
        # Packs of the first version are always by K-means and have no entry for the parameter.
        parameter = metadata.get("parameter", "n_clusters")
        values = tuple(json.loads(metadata[parameter]))
        clusterings = tuple(
            Clustering(
                opened.get_tensor(f"labels-{value}"),
                opened.get_tensor(f"centers-{value}"),
                float(inertia),
                opened.get_tensor(f"silhouettes-{value}"),
                metadata["space"],
                metadata.get("metric", "euclidean"),
                metadata.get("algorithm", "kmeans"),
            )
            for value, inertia in zip(values, opened.get_tensor("inertias"), strict=True)
        )
        return ClusterSweep(clusterings, int(metadata["random_state"]), parameter, values)


def _write_tensors(file: Path, tensors: dict[str, NDArray[Any]], metadata: dict[str, str]) -> None:
    import safetensors.numpy

    # safetensors writes the memory of an array without regard to its order.
    rows = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    file.write_bytes(safetensors.numpy.save(rows, metadata=metadata))


def damaged(folder: Path, name: str) -> str:
    """Return the error message for a file of a pack that is missing or damaged."""
    return (
        f"`path` must be a complete pack. Got {str(folder)!r} instead, where {name} is missing or "
        "damaged. Fetch or save the pack again."
    )
