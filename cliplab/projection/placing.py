"""Further images placed into a t-SNE."""

from __future__ import annotations

from typing import Any

import numpy as np

from cliplab._core.arguments import checked
from cliplab._core.extras import require_extra
from cliplab._core.validation import require_rows
from cliplab.embeddings.on_disk import StoredEmbeddings
from cliplab.embeddings.portions import portions
from cliplab.embeddings.values import Embeddings
from cliplab.projection.values import Projection

_PERPLEXITY, _N_NEIGHBORS = 5.0, 25
_N_STEPS = 100


@checked
def add_to_projection(
    embeddings: Embeddings, projection: Projection, new: Embeddings | StoredEmbeddings
) -> Projection:
    """Place further images into a t-SNE, each near its neighbours.

    Each new image starts among its nearest neighbours on the map and then settles. The map itself
    does not change, and new images have no effect on each other. The time is proportional to
    their number. It needs openTSNE, an extra.

    Parameters
    ----------
    embeddings : Embeddings
        The vectors of the images in the projection, row by row. That they are the same images is
        not checked.
    projection : Projection
        A t-SNE of `embeddings`.
    new : Embeddings or StoredEmbeddings
        The vectors of further images, by the same model.

    Returns
    -------
    Projection
        Coordinates of shape (n_new, 2), on the same map.

    Raises
    ------
    ValueError
        If the projection is no t-SNE, or not of as many images as the embeddings, or the new
        vectors have another number of features.
    TypeError
        If arguments are swapped.
    ImportError
        If openTSNE is not installed.

    References
    ----------
    Poličar, P. G., Stražar, M. and Zupan, B. (2023). Embedding to reference t-SNE space addresses
    batch effects in single-cell classification. Machine Learning 112, 721-740.

    Examples
    --------
    >>> from cliplab import ClipEncoder, load_storybook, project
    >>> embeddings = ClipEncoder("storybook").encode_images(load_storybook(n_images=200))
    >>> projection = project(embeddings[:150])
    >>> add_to_projection(embeddings[:150], projection, embeddings[150:]).coordinates.shape
    (50, 2)
    """
    require_rows("projection", len(projection), len(embeddings))
    if projection.method != "tsne" or projection.coordinates.shape[1] != 2:
        raise ValueError(
            f"`projection` must be a t-SNE in two dimensions. Got {projection!r} instead."
        )
    n_features = embeddings.vectors.shape[1]
    if new.shape[1] != n_features:
        raise ValueError(
            f"`new` must have {n_features} features, as `embeddings` have. "
            f"Got {new.shape[1]} instead."
        )
    reference = _as_open_tsne(projection, embeddings)
    n_neighbors = min(_N_NEIGHBORS, len(embeddings) - 1)
    perplexity = min(_PERPLEXITY, n_neighbors / 3)
    coordinates = np.empty((len(new), 2), dtype=np.float32)
    for rows, portion in portions(new, "placing images"):
        partial = reference.prepare_partial(
            portion, initialization="median", k=n_neighbors, perplexity=perplexity
        )
        coordinates[rows] = partial.optimize(_N_STEPS, learning_rate=0.1, momentum=0.8)
    return Projection(coordinates, "tsne", parameters=projection.parameters)


def require_open_tsne() -> Any:
    """Return the module openTSNE.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    require_extra("large", "Placing images into a t-SNE")
    import openTSNE

    return openTSNE


def _as_open_tsne(projection: Projection, embeddings: Embeddings) -> Any:
    """Turn a projection into one of openTSNE's, into which others can be placed."""
    library = require_open_tsne()
    perplexity = projection.parameters.get("perplexity", min(30.0, (len(embeddings) - 1) / 3))
    seed = int(projection.parameters.get("random_state", 0))
    affinities = library.affinity.PerplexityBasedNN(
        embeddings.vectors, perplexity, random_state=seed
    )
    coordinates = projection.coordinates.astype(np.float64)
    return library.TSNEEmbedding(coordinates, affinities, random_state=seed)
