"""Silhouettes of a sample among more images than memory holds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cliplab.clustering.silhouettes import silhouettes_from_sums
from cliplab.embeddings.portions import N_ROWS, Vectors, portions

# So many distances are in memory at once.
_N_DISTANCES = 2**23


def sampled_silhouettes(
    embeddings: Vectors,
    rows: NDArray[np.intp],
    labelings: Sequence[NDArray[np.int64]],
) -> list[NDArray[np.float32]]:
    """Compute the silhouettes of some images among all images, which are read in portions.

    Silhouettes among the images of the sample only would be too high: clusters fit the images
    better in which they were found.

    Parameters
    ----------
    embeddings : Embeddings or StoredEmbeddings
        All images.
    rows : ndarray of shape (n_rows,)
        The images whose silhouettes are computed.
    labelings : sequence of ndarray of shape (n_images,)
        For each clustering the cluster of every image, from 0 without a gap.

    Returns
    -------
    list of ndarray of shape (n_rows,)
        For each clustering the silhouettes of these images, exact.
    """
    measured = embeddings[rows].vectors.astype(np.float64)
    squares = np.einsum("ij,ij->i", measured, measured)
    sizes = [np.bincount(labels) for labels in labelings]
    sums = [np.zeros((len(rows), len(size))) for size in sizes]
    n_at_once = min(N_ROWS, max(1, _N_DISTANCES // len(rows)))
    for some, portion in portions(embeddings, f"measuring {len(rows):,} silhouettes", n_at_once):
        # In double precision: the square root magnifies rounding, and in single precision two
        # equal vectors would be 3e-4 apart.
        exact = portion.astype(np.float64)
        squared = -2 * measured @ exact.T
        squared += squares[:, None]
        squared += np.einsum("ij,ij->i", exact, exact)
        distances = np.sqrt(np.maximum(squared, 0, out=squared), out=squared).astype(np.float32)
        for i, (size, labels) in enumerate(zip(sizes, labelings, strict=True)):
            sums[i] += distances @ np.eye(len(size), dtype=np.float32)[labels[some]]
    return [
        silhouettes_from_sums(own, labels[rows], size)
        for own, size, labels in zip(sums, sizes, labelings, strict=True)
    ]
