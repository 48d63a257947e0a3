"""A t-SNE of a sample, and all other images placed into it."""

from __future__ import annotations

from typing import Any

import numpy as np

from cliplab._core.validation import require_count, require_kind, require_rows
from cliplab.embeddings.on_disk import StoredEmbeddings
from cliplab.embeddings.portions import portions
from cliplab.embeddings.values import Embeddings
from cliplab.projection.projecting import Projection, project

_PERPLEXITY, _N_NEIGHBORS = 5.0, 25
_N_STEPS = 100


def add_to_projection(
    embeddings: Embeddings, projection: Projection, new: StoredEmbeddings | Embeddings
) -> Projection:
    """Place further images into a t-SNE that stands, beside those that they are like.

    Each new image begins among its nearest neighbours in the picture and then settles; the
    picture itself stays, and new images do not know of each other. That takes time in proportion
    to their number, and needs openTSNE, an extra.

    Parameters
    ----------
    embeddings : Embeddings
        The vectors that the projection is of, row by row; that they are the same images is not
        checked.
    projection : Projection
        A t-SNE.
    new : StoredEmbeddings or Embeddings
        Further vectors of the same model.

    Returns
    -------
    Projection
        Coordinates of shape (n_new, 2), in the same picture.

    Raises
    ------
    ValueError
        If the projection is no t-SNE, or not of as many images as the embeddings, or the new
        vectors are of another width.
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
    >>> picture = project(embeddings[:150])
    >>> add_to_projection(embeddings[:150], picture, embeddings[150:]).coordinates.shape
    (50, 2)
    """
    require_kind("projection", projection, Projection)
    require_kind("embeddings", embeddings, Embeddings)
    require_kind("new", new, Embeddings, StoredEmbeddings)
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
    picture = _standing(projection, embeddings)
    # Of few images there are not so many neighbours.
    n_neighbors = min(_N_NEIGHBORS, len(embeddings) - 1)
    perplexity = min(_PERPLEXITY, n_neighbors / 3)
    coordinates = np.empty((len(new), 2), dtype=np.float32)
    for rows, portion in portions(new, "placing images"):
        partial = picture.prepare_partial(
            portion, initialization="median", k=n_neighbors, perplexity=perplexity
        )
        coordinates[rows] = partial.optimize(_N_STEPS, learning_rate=0.1, momentum=0.8)
    return Projection(coordinates, "tsne", parameters=projection.parameters)


def project_shards(
    vectors: StoredEmbeddings | Embeddings, *, n_sample: int = 10_000, random_state: int = 0
) -> Projection:
    """Draw any number of images: t-SNE of a sample, and the rest placed into it.

    Parameters
    ----------
    vectors : StoredEmbeddings or Embeddings
        Unit vectors.
    n_sample : int, default=10000
        How many images settle together; at least 4. The larger, the finer the picture.
    random_state : int, default=0
        Which sample, and the seed of its picture.

    Returns
    -------
    Projection
        Coordinates of shape (n_images, 2). Its KL divergence is that of the sample;
        ``parameters["n_sample"]`` says how many settled together.

    Raises
    ------
    ValueError
        If the sample is of fewer than 4 images.
    ImportError
        If openTSNE is not installed.

    Examples
    --------
    >>> from cliplab import ClipEncoder, load_storybook
    >>> embeddings = ClipEncoder("storybook").encode_images(load_storybook(n_images=200))
    >>> project_shards(embeddings, n_sample=100).coordinates.shape
    (200, 2)
    """
    require_kind("vectors", vectors, Embeddings, StoredEmbeddings)
    require_count("n_sample", n_sample, 4)
    n_rows = min(n_sample, len(vectors))
    if n_rows < len(vectors):
        _open_tsne()  # That it is missing is better said before the work than after it.
    random = np.random.default_rng(random_state)
    rows = np.sort(random.choice(len(vectors), n_rows, replace=False))
    sample = vectors[rows]
    picture = project(sample, "tsne", random_state=random_state)
    parameters = {**picture.parameters, "n_sample": float(n_rows)}
    coordinates = picture.coordinates
    if n_rows < len(vectors):
        coordinates = add_to_projection(sample, picture, vectors).coordinates.copy()
        # Those of the sample stand already.
        coordinates[rows] = picture.coordinates
    return Projection(coordinates, "tsne", picture.kl_divergence, parameters)


def _standing(projection: Projection, embeddings: Embeddings) -> Any:
    """Make a picture that stands one of openTSNE's, which knows how to place others."""
    library = _open_tsne()
    perplexity = projection.parameters.get("perplexity", min(30.0, (len(embeddings) - 1) / 3))
    seed = int(projection.parameters.get("random_state", 0))
    affinities = library.affinity.PerplexityBasedNN(
        embeddings.vectors, perplexity, random_state=seed
    )
    coordinates = projection.coordinates.astype(np.float64)
    return library.TSNEEmbedding(coordinates, affinities, random_state=seed)


def _open_tsne() -> Any:
    try:
        import openTSNE
    except ImportError as error:
        raise ImportError(
            'Placing images into a t-SNE needs an extra: pip install "cliplab[large]".'
        ) from error
    return openTSNE
