"""K-means in a random sample, and every image in the nearest of the clusters found there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cliplab._core.blas_threads import one_blas_thread
from cliplab.clustering.kmeans_chain import kmeans_chain
from cliplab.clustering.matching import match
from cliplab.clustering.measuring import centers_and_inertias, measured_rows
from cliplab.clustering.sampled_silhouettes import sampled_silhouettes
from cliplab.clustering.values import Clustering
from cliplab.embeddings.portions import Vectors, portions


def cluster_by_sample(
    embeddings: Vectors,
    rows: NDArray[np.intp],
    n_clusters: Sequence[int],
    random_state: int,
    n_silhouettes: int | None,
) -> list[Clustering]:
    """Find clusters in a sample for every k, and give each image to the nearest centre.

    All vectors are read twice: once for the nearest centres of every k, and once for the
    silhouettes.

    Parameters
    ----------
    embeddings : Embeddings or StoredEmbeddings
        All images.
    rows : ndarray of shape (n_sample,)
        The sample.
    n_clusters : sequence of int
        Every k.
    random_state : int
        The seed of K-means.
    n_silhouettes : int, optional
        As in `sweep_clusters`.

    Returns
    -------
    list of Clustering
        One for each k, of all images. The centres are those of the sample, the inertia and the
        silhouettes are those of all images.

    Raises
    ------
    ValueError
        If the sample is smaller than the largest k, or has fewer images that differ.
    """
    if len(rows) < max(n_clusters):
        raise ValueError(
            f"`n_sample` must be at least {max(n_clusters)}, the largest k. "
            f"Got {len(rows)!r} instead."
        )
    sample = embeddings[rows].vectors
    with one_blas_thread():
        found = match(kmeans_chain(sample, n_clusters, random_state))
        centers = [each for each, _ in centers_and_inertias(sample, found, "euclidean")]
        labelings, inertias = nearest_centers(embeddings, centers)
        measured = measured_rows(labelings, n_silhouettes)
        if measured is None:
            measured = np.arange(len(embeddings))
        silhouettes = np.full((len(labelings), len(embeddings)), np.nan, dtype=np.float32)
        silhouettes[:, measured] = sampled_silhouettes(embeddings, measured, labelings)
    return [
        Clustering(*values, embeddings.space)
        for values in zip(labelings, centers, inertias, silhouettes, strict=True)
    ]


def nearest_centers(
    embeddings: Vectors, centers: Sequence[NDArray[np.floating]]
) -> tuple[list[NDArray[np.int64]], list[float]]:
    """Find the nearest centre of every vector, for several sets of centres in one pass.

    Parameters
    ----------
    embeddings : Embeddings or StoredEmbeddings
        All images.
    centers : sequence of ndarray of shape (k, n_features)
        One set for each clustering.

    Returns
    -------
    list of ndarray of shape (n_images,), list of float
        For each set the nearest centre of every vector, and the sum of their squared distances.
    """
    together = np.vstack(centers).astype(np.float32)
    squares = np.einsum("ij,ij->i", together, together)
    ends = np.cumsum([len(each) for each in centers])
    labels = [np.empty(len(embeddings), dtype=np.int64) for _ in centers]
    inertias = [0.0] * len(centers)
    for rows, portion in portions(embeddings, "finding the nearest centres"):
        lengths = np.einsum("ij,ij->i", portion, portion)
        distances = squares - 2 * portion @ together.T
        for i, own in enumerate(np.split(distances, ends[:-1], axis=1)):
            nearest = own.argmin(axis=1)
            labels[i][rows] = nearest
            smallest = own[np.arange(len(own)), nearest] + lengths
            inertias[i] += float(np.maximum(smallest, 0).sum(dtype=np.float64))
    return labels, inertias
