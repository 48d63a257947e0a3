"""Silhouettes of a sample among more images than memory holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab.clustering.silhouettes import silhouettes_from_sums
from cliplab.embeddings.portions import portions

if TYPE_CHECKING:
    from cliplab.embeddings.on_disk import StoredEmbeddings
    from cliplab.embeddings.values import Embeddings


def sampled_silhouettes(
    vectors: StoredEmbeddings | Embeddings,
    rows: NDArray[np.intp],
    labelings: Sequence[NDArray[np.int64]],
) -> list[NDArray[np.float32]]:
    """Measure some images exactly: against all others, who come by portion by portion.

    Measured against one another only, a sample would flatter: clusters that were found on it fit
    it better than they fit the rest.

    Parameters
    ----------
    vectors : StoredEmbeddings or Embeddings
        All images.
    rows : ndarray of shape (n_rows,)
        Which of them are measured.
    labelings : sequence of ndarray of shape (n_images,)
        For each clustering the cluster of every image, from 0 without a gap.

    Returns
    -------
    list of ndarray of shape (n_rows,)
        For each clustering the silhouettes of the measured images.
    """
    measured = vectors[rows].vectors.astype(np.float64)
    squares = np.einsum("ij,ij->i", measured, measured)
    sizes = [np.bincount(labels) for labels in labelings]
    sums = [np.zeros((len(rows), len(size))) for size in sizes]
    for some, portion in portions(vectors, f"measuring {len(rows):,} silhouettes"):
        # In double precision, for the square root makes much of little: vectors that are one and
        # the same would seem to be 3e-4 apart.
        exact = portion.astype(np.float64)
        apart = -2 * measured @ exact.T
        apart += squares[:, None]
        apart += np.einsum("ij,ij->i", exact, exact)
        distances = np.sqrt(np.maximum(apart, 0, out=apart), out=apart).astype(np.float32)
        for i, (size, labels) in enumerate(zip(sizes, labelings, strict=True)):
            sums[i] += distances @ np.eye(len(size), dtype=np.float32)[labels[some]]
    return [
        silhouettes_from_sums(own, labels[rows], size)
        for own, size, labels in zip(sums, sizes, labelings, strict=True)
    ]
