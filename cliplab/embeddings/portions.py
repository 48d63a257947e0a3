"""Vectors in portions, from memory or from disk, with the progress of long work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cliplab.embeddings.progress import image_progress

if TYPE_CHECKING:
    from cliplab.embeddings.on_disk import StoredEmbeddings
    from cliplab.embeddings.values import Embeddings

Vectors: TypeAlias = "Embeddings | StoredEmbeddings"
N_ROWS = 4096


def portions(
    vectors: Vectors, label: str, size: int = N_ROWS
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Yield rows and their vectors, some thousand at a time, and show the progress.

    Parameters
    ----------
    vectors : Embeddings or StoredEmbeddings
        Any number of vectors.
    label : str
        What is being done, for the progress bar.
    size : int, default=4096
        How many vectors at a time.

    Yields
    ------
    slice, ndarray of shape (at most size, n_features)
        In the order of the rows.
    """
    start = 0
    with image_progress(label, len(vectors)) as bar:
        for portion in vectors.portions(size):
            yield slice(start, start + len(portion)), portion
            start += len(portion)
            bar.update(len(portion))
