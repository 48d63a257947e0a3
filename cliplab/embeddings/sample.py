"""The rows of a random sample, for work that would take too long with all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.validation import require_count, require_kind
from cliplab.embeddings.on_disk import StoredEmbeddings
from cliplab.embeddings.points import Points
from cliplab.embeddings.values import Embeddings

if TYPE_CHECKING:
    from cliplab.embeddings.portions import Vectors

# Of stored embeddings so many rows are in memory at once, unless another number is given.
N_SAMPLE = 10_000


def sample_rows(
    embeddings: Points | ArrayLike, n_sample: int | None, smallest: int, random_state: int
) -> NDArray[np.intp] | None:
    """Draw the rows of a sample; None if all rows are taken.

    Parameters
    ----------
    embeddings : Embeddings, StoredEmbeddings, Projection or array-like
        What the sample is of. Only Embeddings and StoredEmbeddings can be sampled.
    n_sample : int, optional
        The number of rows. When left out, 10,000 for StoredEmbeddings, all rows otherwise.
    smallest : int
        The smallest sample that makes sense.
    random_state : int
        Equal seeds draw equal samples.

    Returns
    -------
    ndarray of shape (n_sample,) or None
        Increasing row numbers.

    Raises
    ------
    ValueError
        If `n_sample` is not a whole number, or too small.
    TypeError
        If a sample of something else is asked for.
    """
    if n_sample is None:
        if not isinstance(embeddings, StoredEmbeddings):
            return None
        n_sample = N_SAMPLE
    require_count("n_sample", n_sample, smallest)
    require_kind("embeddings", embeddings, Embeddings, StoredEmbeddings)
    n_images = len(cast("Vectors", embeddings))
    if n_sample >= n_images:
        return None
    random = np.random.default_rng([random_state, 1])
    rows: NDArray[np.intp] = np.sort(random.choice(n_images, n_sample, replace=False))
    return rows


def in_memory(embeddings: Points | ArrayLike) -> Points | ArrayLike:
    """Read StoredEmbeddings into memory; return anything else as it is."""
    return embeddings[:] if isinstance(embeddings, StoredEmbeddings) else embeddings
