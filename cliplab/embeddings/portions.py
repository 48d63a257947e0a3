"""Vectors portion by portion, wherever they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from cliplab.embeddings.on_disk import StoredEmbeddings
    from cliplab.embeddings.values import Embeddings

N_ROWS = 4096
# Below this a progress bar would only flicker.
_SECONDS_BEFORE_PROGRESS = 2


def portions(
    vectors: StoredEmbeddings | Embeddings, what: str, size: int = N_ROWS
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Yield rows and their vectors, some thousand at a time, and show how far that is.

    Parameters
    ----------
    vectors : StoredEmbeddings or Embeddings
        Of any number.
    what : str
        What is being done, for the progress bar of long work.
    size : int
        How many at a time.

    Yields
    ------
    slice, ndarray of shape (at most size, n_features)
        In the order of the rows.
    """
    from tqdm.auto import tqdm

    start = 0
    with tqdm(total=len(vectors), desc=what, delay=_SECONDS_BEFORE_PROGRESS, unit="image") as bar:
        for portion in _portions(vectors, size):
            yield slice(start, start + len(portion)), portion
            start += len(portion)
            bar.update(len(portion))


def require_vectors(name: str, vectors: object) -> None:
    """Refuse what is neither in memory nor in a store.

    Raises
    ------
    TypeError
        If it is neither.
    """
    from cliplab.embeddings.on_disk import StoredEmbeddings
    from cliplab.embeddings.values import Embeddings

    if not isinstance(vectors, StoredEmbeddings | Embeddings):
        raise TypeError(
            f"`{name}` must be StoredEmbeddings or Embeddings. Got {type(vectors).__name__} "
            "instead: wrap an array in Embeddings(array), open a store with StoredEmbeddings(path)."
        )


def _portions(vectors: StoredEmbeddings | Embeddings, size: int) -> Iterator[NDArray[np.float32]]:
    if hasattr(vectors, "portions"):
        yield from vectors.portions(size)
        return
    for start in range(0, len(vectors), size):
        yield vectors.vectors[start : start + size]
