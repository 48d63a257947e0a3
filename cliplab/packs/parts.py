"""The files of a pack: images as parquet, the others as safetensors."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.tensor_file import read_tensors, tensor_file
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.values import Clustering
from cliplab.embeddings import exchange
from cliplab.embeddings.values import Embeddings
from cliplab.images.image_set import ImageSet
from cliplab.projection.values import Projection


def file_of_images(images: ImageSet) -> bytes:
    """Return a parquet file of images with all their columns."""
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(images.dataset.data.table, file, row_group_size=100, write_page_checksum=True)
    return file.getvalue()


def images_from(
    content: bytes, skipped: Sequence[Sequence[str]], provenance: Mapping[str, Any]
) -> ImageSet:
    """Return the images of a parquet file.

    Raises
    ------
    ValueError
        If an image is not stored in the file itself.
    """
    import datasets
    import pyarrow as pa
    import pyarrow.parquet as pq

    read = pq.read_table(pa.BufferReader(content), page_checksum_verification=True)
    table = datasets.Dataset(datasets.table.InMemoryTable(read))
    # A table can name any file of this machine as an image.
    files = table.cast_column("image", datasets.Image(decode=False))["image"][:]
    if any(each is None or each["bytes"] is None for each in files):
        raise ValueError("it holds no image of its own for a row")
    return ImageSet(table, tuple((name, reason) for name, reason in skipped), provenance)


def file_of_embeddings(embeddings: Embeddings) -> bytes:
    """Return the file of embeddings, as `Embeddings.save` writes it."""
    return exchange.file_of(embeddings.vectors, embeddings.model, embeddings.provenance)


def file_of_projection(projection: Projection) -> bytes:
    """Return a safetensors file of a projection."""
    metadata = {
        "method": projection.method,
        "kl_divergence": json.dumps(projection.kl_divergence),
        "parameters": json.dumps(dict(projection.parameters)),
    }
    return tensor_file({"coordinates": projection.coordinates}, metadata)


def projection_from(content: bytes) -> Projection:
    """Return the projection of a safetensors file."""
    tensors, metadata = read_tensors(content)
    return Projection(
        tensors["coordinates"],
        metadata["method"],
        json.loads(metadata["kl_divergence"]),
        json.loads(metadata["parameters"]),
    )


def file_of_sweep(sweep: ClusterSweep) -> bytes:
    """Return a safetensors file of a sweep."""
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
    return tensor_file(tensors, metadata)


def sweep_from(content: bytes) -> ClusterSweep:
    """Return the sweep of a safetensors file."""
    tensors, metadata = read_tensors(content)
    # Packs of the first version are always by K-means and have no entry for the parameter.
    parameter = metadata.get("parameter", "n_clusters")
    values = tuple(json.loads(metadata[parameter]))
    clusterings = tuple(
        Clustering(
            tensors[f"labels-{value}"],
            tensors[f"centers-{value}"],
            float(inertia),
            tensors[f"silhouettes-{value}"],
            metadata["space"],
            metadata.get("metric", "euclidean"),
            metadata.get("algorithm", "kmeans"),
        )
        for value, inertia in zip(values, tensors["inertias"], strict=True)
    )
    return ClusterSweep(clusterings, int(metadata["random_state"]), parameter, values)
