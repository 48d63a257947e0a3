"""Projections by t-SNE, PCA and UMAP."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.arguments import checked
from cliplab._core.extras import require_extra
from cliplab._core.interrupts import interruptible
from cliplab._core.kinds import count
from cliplab.embeddings.on_disk import StoredEmbeddings
from cliplab.embeddings.portions import Vectors
from cliplab.embeddings.sample import in_memory, sample_rows
from cliplab.embeddings.values import Embeddings
from cliplab.projection.placing import add_to_projection, require_open_tsne
from cliplab.projection.tsne import FEWEST_IMAGES, StagedTSNE, require_vectors
from cliplab.projection.values import Projection

METHODS = ("pca", "tsne", "umap")


@checked(n_components=count(1), n_sample=count(FEWEST_IMAGES))
def project(
    embeddings: Embeddings | StoredEmbeddings | ArrayLike,
    method: str = "tsne",
    *,
    n_components: int = 2,
    perplexity: float | None = None,
    random_state: int = 0,
    n_sample: int | None = None,
    start: Projection | None = None,
    on_frame: Callable[[Projection], object] | None = None,
) -> Projection:
    """Project many dimensions into a few: t-SNE, PCA or UMAP.

    Parameters
    ----------
    embeddings : Embeddings, StoredEmbeddings or array-like of shape (n_images, n_features)
        At least 4 images.
    method : {"tsne", "pca", "umap"}, default="tsne"
        t-SNE preserves neighbours: up to 10,000 images the gradient is exact, the affinities are
        those of the 3 x perplexity nearest. PCA preserves distances as well as a linear projection
        can. UMAP, an extra, preserves neighbours too.
    n_components : int, default=2
        The number of dimensions; t-SNE always has two.
    perplexity : float, optional
        About how many neighbours t-SNE preserves for each image, from 2 to a third of the images.
        When left out, 30, or as much of it as few images allow.
    random_state : int, default=0
        Equal seeds give equal projections on the same machine.
    n_sample : int, optional
        The number of images whose t-SNE is computed; the others are placed among them, each near
        its neighbours, which needs openTSNE, an extra. When left out, all images, and 10,000 of
        StoredEmbeddings. A sample is for t-SNE of Embeddings or StoredEmbeddings.
    start : Projection, optional
        A t-SNE of the same images to start from. Points move as little as they can, and it takes
        less than half the time. The KL divergence is within a few per cent of a new one's.
    on_frame : callable, optional
        Called with each frame while t-SNE settles. When it returns False, the run stops and the
        frame is the result.

    Returns
    -------
    Projection
        Coordinates of shape (n_images, n_components), and how they were made. With a sample, the
        KL divergence is that of the sample, and ``parameters["n_sample"]`` its size.

    Raises
    ------
    ValueError
        If an argument is out of its range, or all images are equal and have no t-SNE, or a sample
        is asked for with another method than t-SNE, with `start` or with `on_frame`.
    TypeError
        If a sample of an array is asked for.
    ImportError
        If an extra is needed that is not installed.

    References
    ----------
    van der Maaten, L. and Hinton, G. (2008). Visualizing data using t-SNE. Journal of Machine
    Learning Research 9, 2579-2605.

    McInnes, L., Healy, J. and Melville, J. (2018). UMAP: uniform manifold approximation and
    projection for dimension reduction. arXiv:1802.03426.

    Examples
    --------
    >>> points = np.random.default_rng(0).normal(size=(60, 16))
    >>> project(points, "pca")
    Projection of 60 images into 2 dimensions, pca
    >>> project(points, "tsne", perplexity=10).coordinates.shape
    (60, 2)
    """
    if method not in METHODS:
        raise ValueError(f"`method` must be one of {METHODS!r}. Got {method!r} instead.")
    rows = sample_rows(embeddings, n_sample, FEWEST_IMAGES, random_state)
    if rows is not None:
        _require_plain_tsne(len(rows), method, start, on_frame)
        return _project_by_sample(cast(Vectors, embeddings), rows, perplexity, random_state)
    vectors = np.asarray(in_memory(embeddings), dtype=np.float32)
    require_vectors(vectors)
    if method == "tsne" and n_components != 2:
        raise ValueError(f"`n_components` must be 2 for t-SNE. Got {n_components!r} instead.")
    # Of one feature too, t-SNE makes a map in two dimensions.
    if method != "tsne" and not 1 <= n_components <= min(vectors.shape):
        raise ValueError(
            f"`n_components` must be from 1 to {min(vectors.shape)}. Got {n_components!r} instead."
        )
    if method == "pca":
        return _pca(vectors, n_components)
    if method == "umap":
        return _umap(vectors, n_components, random_state)
    for frame in settle(StagedTSNE(vectors, random_state), perplexity, start):
        if on_frame is not None and on_frame(frame) is False:
            break
    return frame


def settle(
    stages: StagedTSNE, perplexity: float | None = None, start: Projection | None = None
) -> Iterator[Projection]:
    """Let a t-SNE settle, and yield it as it moves; the last one is done.

    Parameters
    ----------
    stages : StagedTSNE
        The t-SNE; what it has computed serves the next run too.
    perplexity, start
        As in `project`.

    Returns
    -------
    iterator of Projection
        With ``perplexity``, ``random_state``, ``iteration`` and ``share_done`` as parameters.
    """
    if perplexity is None:
        perplexity = stages.default_perplexity()
    for frame in stages.frames(perplexity, None if start is None else start.coordinates):
        parameters = {
            "perplexity": float(perplexity),
            "random_state": float(stages.random_state),
            "iteration": float(frame.iteration),
            "share_done": frame.share_done,
        }
        yield Projection(frame.coordinates, "tsne", frame.kl_divergence, parameters)


def _require_plain_tsne(n_sample: int, method: str, start: object, on_frame: object) -> None:
    """Refuse what is not possible with a sample."""
    if method != "tsne":
        raise ValueError(
            f"`method` must be 'tsne' to project a sample of {n_sample:,} images and place the "
            f"others. Got {method!r} instead. Give the sample itself, for example "
            "embeddings[::100]."
        )
    for name, value in (("start", start), ("on_frame", on_frame)):
        if value is not None:
            raise ValueError(
                f"`{name}` must be None to project a sample of {n_sample:,} images and place the "
                f"others. Got {value!r} instead."
            )


def _project_by_sample(
    embeddings: Vectors, rows: NDArray[np.intp], perplexity: float | None, random_state: int
) -> Projection:
    """Compute the t-SNE of a sample, and place all other images."""
    require_open_tsne()  # Before the work, not after it.
    sample = embeddings[rows]
    projection = project(sample, "tsne", perplexity=perplexity, random_state=random_state)
    coordinates = add_to_projection(sample, projection, embeddings).coordinates.copy()
    coordinates[rows] = projection.coordinates
    parameters = {**projection.parameters, "n_sample": float(len(rows))}
    return Projection(coordinates, "tsne", projection.kl_divergence, parameters)


def _pca(vectors: NDArray[np.float32], n_components: int) -> Projection:
    from sklearn.decomposition import PCA

    pca = PCA(n_components, svd_solver="full")
    coordinates = pca.fit_transform(vectors.astype(np.float64))
    explained = float(pca.explained_variance_ratio_.sum())
    return Projection(coordinates, "pca", parameters={"explained_variance": explained})


def _umap(vectors: NDArray[np.float32], n_components: int, random_state: int) -> Projection:
    require_extra("umap", "UMAP", 'take method="tsne"')
    with warnings.catch_warnings():
        # It warns of what we ask for: one seed, one thread, and few images.
        warnings.simplefilter("ignore")
        from umap import UMAP

        n_neighbors = min(15, len(vectors) - 1)
        reducer = UMAP(
            n_neighbors=n_neighbors,
            n_components=n_components,
            random_state=random_state % 2**32,  # It takes no others.
            init="pca",
            n_jobs=1,
        )
        with interruptible():
            coordinates = reducer.fit_transform(vectors)
    parameters = {"n_neighbors": float(n_neighbors), "random_state": float(random_state)}
    return Projection(coordinates, "umap", parameters=parameters)
