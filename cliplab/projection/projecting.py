"""Projections: where the images stand when many dimensions are drawn in two."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab.embeddings.points import Points
from cliplab.embeddings.values import Embeddings
from cliplab.projection.tsne import StagedTSNE

METHODS = ("pca", "tsne", "umap")


@dataclass(frozen=True, eq=False, repr=False)
class Projection(Points):
    """Where each image stands in a picture of the embeddings.

    A projection is for looking. Distances in it are not those that CLIP sees, so it is clustered
    only on purpose.

    Parameters
    ----------
    coordinates : array-like of shape (n_images, n_components)
        Finite numbers; kept as float32 that cannot be written to. Plots show two columns.
    method : str, default="by hand"
        How it was made: ``"pca"``, ``"tsne"``, ``"umap"`` or a name of your own.
    kl_divergence : float, optional
        How far neighbours in the picture are from being the neighbours of the embeddings, in
        nats; only t-SNE has it.
    parameters : mapping of str to float, default={}
        What the method was told, and how far it has come.

    Raises
    ------
    ValueError
        If the coordinates are not a table of finite numbers.

    Examples
    --------
    >>> Projection([[0, 1], [2, 3], [4, 5]], method="by hand")
    Projection of 3 images into 2 dimensions, by hand
    """

    coordinates: NDArray[np.float32]
    method: str = "by hand"
    kl_divergence: float | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        coordinates = np.array(self.coordinates, dtype=np.float32)
        if coordinates.ndim != 2 or coordinates.size == 0 or not np.isfinite(coordinates).all():
            raise ValueError(
                "`coordinates` must be finite numbers of shape (n_images, n_components). "
                f"Got an array of shape {coordinates.shape!r} instead."
            )
        coordinates.setflags(write=False)
        # A frozen dataclass is filled once, here; after this nothing changes.
        object.__setattr__(self, "coordinates", coordinates)
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))

    def __len__(self) -> int:
        return len(self.coordinates)

    @property
    def space(self) -> str:
        """The name of the space that a clustering of the projection is in."""
        n_components = self.coordinates.shape[1]
        return self.method if n_components == 2 else f"{self.method}-{n_components}"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.coordinates, dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        n_images, n_components = self.coordinates.shape
        kl = "" if self.kl_divergence is None else f", KL divergence {self.kl_divergence:.3f}"
        return f"Projection of {n_images} images into {n_components} dimensions, {self.method}{kl}"


def project(
    embeddings: Embeddings | ArrayLike,
    method: str = "tsne",
    *,
    n_components: int = 2,
    perplexity: float | None = None,
    random_state: int = 0,
    start: Projection | None = None,
    on_frame: Callable[[Projection], object] | None = None,
) -> Projection:
    """Draw many dimensions in a few: t-SNE, PCA or UMAP.

    Parameters
    ----------
    embeddings : Embeddings or array-like of shape (n_images, n_features)
        At least 4 images.
    method : {"tsne", "pca", "umap"}, default="tsne"
        t-SNE keeps neighbours, PCA keeps distances as well as a straight line can, and UMAP, an
        extra, keeps neighbours too.
    n_components : int, default=2
        How many dimensions; t-SNE always has two.
    perplexity : float, optional
        About how many neighbours t-SNE keeps for each image, from 2 to a third of the images. 30
        when left out, or as much of it as few images allow.
    random_state : int, default=0
        Equal seeds give equal pictures on the same machine.
    start : Projection, optional
        A t-SNE that stands, to go on from: points stay where they are as far as they can, and
        it takes less than half the time. The end is within a few per cent of a fresh one's KL.
    on_frame : callable, optional
        Called with each frame while t-SNE settles. When it returns False the run stops, and the
        frame so far is the result.

    Returns
    -------
    Projection
        Coordinates of shape (n_images, n_components), with how they were made.

    Raises
    ------
    ValueError
        If an argument is out of its range.
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
    vectors = np.asarray(embeddings, dtype=np.float32)
    if vectors.ndim != 2 or len(vectors) < 4 or not np.isfinite(vectors).all():
        raise ValueError(
            "`embeddings` must be finite numbers of shape (n_images, n_features), with at least 4 "
            f"images. Got an array of shape {vectors.shape!r} instead."
        )
    if not 1 <= n_components <= min(vectors.shape):
        raise ValueError(
            f"`n_components` must be from 1 to {min(vectors.shape)}. Got {n_components!r} instead."
        )
    if method == "pca":
        return _pca(vectors, n_components)
    if method == "umap":
        return _umap(vectors, n_components, random_state)
    if n_components != 2:
        raise ValueError(f"`n_components` must be 2 for t-SNE. Got {n_components!r} instead.")
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
        Keeps what it has reckoned for the next run.
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


def _pca(vectors: NDArray[np.float32], n_components: int) -> Projection:
    from sklearn.decomposition import PCA

    pca = PCA(n_components, svd_solver="full")
    coordinates = pca.fit_transform(vectors.astype(np.float64))
    kept = float(pca.explained_variance_ratio_.sum())
    return Projection(coordinates, "pca", parameters={"explained_variance": kept})


def _umap(vectors: NDArray[np.float32], n_components: int, random_state: int) -> Projection:
    if importlib.util.find_spec("umap") is None:
        raise ImportError('UMAP is an extra: pip install "cliplab[umap]", or take method="tsne".')
    with warnings.catch_warnings():
        # It warns of what we ask for: one seed, one thread, and few images.
        warnings.simplefilter("ignore")
        from umap import UMAP

        n_neighbors = min(15, len(vectors) - 1)
        reducer = UMAP(
            n_neighbors=n_neighbors,
            n_components=n_components,
            random_state=random_state,
            init="pca",
            n_jobs=1,
        )
        coordinates = reducer.fit_transform(vectors)
    parameters = {"n_neighbors": float(n_neighbors), "random_state": float(random_state)}
    return Projection(coordinates, "umap", parameters=parameters)
