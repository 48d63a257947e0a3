"""t-SNE in stages: affinities, an initial layout, and the layouts on the way to the last one.

The gradient is exact, the affinities are those of the 3 x perplexity nearest. With a thousand
images that is faster than approximations, and the KL divergence is no higher. A run can be watched
frame by frame, stopped after any of them, and started from another layout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from cliplab._core.device import gpu_for
from cliplab._core.extras import has_extra
from cliplab._core.interrupts import import_whole
from cliplab.embeddings.values import Embeddings
from cliplab.projection.affinities import joint_affinities
from cliplab.projection.divergence import divergence_from
from cliplab.projection.engines.numpy_gradient import tiled_gradient
from cliplab.projection.initial_layout import pca_layout, spread_out

MOST_TILED = 1_500
MOST_EXACT = 10_000
FEWEST_IMAGES = 4
_FRAME_EVERY = 15
_N_STEPS_FURTHER = 250
# How many times too strongly neighbours attract each other, step by step. Where this falls slowly,
# and not at once, fewer images are left behind among others than their own neighbours.
_EXAGGERATIONS = np.concatenate([np.full(50, 12.0), np.geomspace(12, 1, 250), np.ones(250)])

Gradient = Callable[[NDArray[np.float32], float], tuple[NDArray[np.float32], float]]


class Frame(NamedTuple):
    """A layout on the way.

    Attributes
    ----------
    coordinates : ndarray of shape (n_images, 2)
        The layout.
    kl_divergence : float
        How much its neighbours differ from the true ones, in nats.
    iteration : int
        The number of steps so far.
    share_done : float
        The share of all steps, up to 1.
    """

    coordinates: NDArray[np.float32]
    kl_divergence: float
    iteration: int
    share_done: float


class StagedTSNE:
    """t-SNE of one set of vectors; each stage is computed once.

    The gradient is exact, the affinities are those of the ``3 * perplexity`` nearest images; beyond
    10,000 images openTSNE approximates both.

    Parameters
    ----------
    embeddings : Embeddings or array-like of shape (n_images, n_features)
        At least 4 images, not all equal.
    random_state : int, default=0
        The seed of the noise in the initial layout.

    Raises
    ------
    ValueError
        If there are fewer images, or all are equal, or not all numbers are finite.

    References
    ----------
    van der Maaten, L. and Hinton, G. (2008). Visualizing data using t-SNE. Journal of Machine
    Learning Research 9, 2579-2605.

    Belkina, A. C. et al. (2019). Automated optimized parameters for t-distributed stochastic
    neighbor embedding. Nature Communications 10, 5415.

    Examples
    --------
    >>> points = np.random.default_rng(0).normal(size=(60, 16))
    >>> stages = StagedTSNE(points)
    >>> for frame in stages.frames(perplexity=10):
    ...     pass  # draw it
    >>> frame.share_done
    1.0
    """

    def __init__(self, embeddings: Embeddings | ArrayLike, random_state: int = 0) -> None:
        self.vectors = np.asarray(embeddings, dtype=np.float32)
        require_vectors(self.vectors)
        if (self.vectors == self.vectors[0]).all():
            raise ValueError(
                "`embeddings` must differ from each other: t-SNE would draw a disc of equal rows. "
                f"Got {len(self.vectors):,} equal rows instead."
            )
        self.random_state = random_state
        self._affinities: dict[float, csr_array] = {}

    def default_perplexity(self) -> float:
        """Return 30, or as much of it as few images allow."""
        return min(30.0, self._largest_perplexity)

    def affinities(self, perplexity: float) -> csr_array:
        """Return how much each image is a neighbour of each other one; symmetric, with sum 1.

        Parameters
        ----------
        perplexity : float
            From 2 to a third of the images.

        Returns
        -------
        scipy.sparse.csr_array of shape (n_images, n_images)
        """
        self._check(perplexity)
        if perplexity not in self._affinities:
            self._affinities[perplexity] = joint_affinities(self._squared_distances, perplexity)
        return self._affinities[perplexity]

    @cached_property
    def initial_layout(self) -> NDArray[np.float32]:
        """The first two principal components, very small, with a little noise."""
        return pca_layout(self._centered, self.random_state)

    def frames(
        self, perplexity: float | None = None, start: ArrayLike | None = None
    ) -> Iterator[Frame]:
        """Let a layout settle, and yield it as it moves; the last one is done.

        Parameters
        ----------
        perplexity : float, optional
            About how many neighbours each image preserves.
        start : array-like of shape (n_images, 2), optional
            The layout to start from; `initial_layout` when left out.

        Returns
        -------
        iterator of Frame
        """
        if perplexity is None:
            perplexity = self.default_perplexity()
        self._check(perplexity)
        if len(self.vectors) > MOST_EXACT:
            from cliplab.projection.engines.opentsne import large_frames

            for values in large_frames(self.vectors, perplexity, self.random_state, start):
                yield Frame(*values)
            return
        affinities = self.affinities(perplexity)
        gradient, divergence = _gradient_of(affinities), divergence_from(affinities)
        layout = self.initial_layout if start is None else np.array(start, dtype=np.float32)
        exaggerations = _EXAGGERATIONS if start is None else np.ones(_N_STEPS_FURTHER)
        total = len(exaggerations)
        update, gains = np.zeros_like(layout), np.ones_like(layout)
        for iteration, exaggeration in enumerate(exaggerations, start=1):
            slope, normalizer = gradient(layout, exaggeration)
            if iteration % _FRAME_EVERY == 0 or iteration == total:
                yield Frame(layout, divergence(layout, normalizer), iteration, iteration / total)
            # With exaggeration the gradient is larger, and steps have to be as much shorter.
            rate = len(layout) / (8 * exaggeration)
            grows = update * slope < 0
            gains = np.maximum(np.where(grows, gains + 0.2, gains * 0.8), 0.01)
            update = 0.8 * update - np.float32(rate) * gains * slope
            layout = layout + update
            layout -= layout.mean(axis=0, dtype=np.float32)
            if exaggeration > 1:
                layout = spread_out(layout)

    def _check(self, perplexity: float) -> None:
        if not 2 <= perplexity <= self._largest_perplexity:
            raise ValueError(
                f"`perplexity` must be between 2 and {self._largest_perplexity:g} for "
                f"{len(self.vectors)} images. Got {perplexity!r} instead."
            )

    @property
    def _largest_perplexity(self) -> float:
        return max(2.0, (len(self.vectors) - 1) / 3)

    @cached_property
    def _centered(self) -> NDArray[np.float32]:
        """The vectors around their mean, scaled so that no square is too small or too large."""
        centered = self.vectors - self.vectors[0].astype(np.float64)
        centered /= np.abs(centered).max()
        single: NDArray[np.float32] = (centered - centered.mean(axis=0)).astype(np.float32)
        return single

    @cached_property
    def _squared_distances(self) -> NDArray[np.float32]:
        centered = self._centered
        squares = np.einsum("ij,ij->i", centered, centered)
        # In place: of 10,000 images each such array takes 400 MB.
        distances: NDArray[np.float32] = (-2 * centered) @ centered.T
        distances += squares[:, None]
        distances += squares
        np.maximum(distances, 0, out=distances)
        distances[_equal_rows(self.vectors)] = 0  # What is there is a rounding error.
        np.fill_diagonal(distances, np.inf)
        return distances


def require_vectors(vectors: NDArray[np.float32]) -> None:
    """Refuse what cannot be projected.

    Raises
    ------
    ValueError
        If the vectors are no table of finite numbers with at least 4 rows.
    """
    if vectors.ndim != 2 or len(vectors) < FEWEST_IMAGES or not np.isfinite(vectors).all():
        raise ValueError(
            "`embeddings` must be finite numbers of shape (n_images, n_features), with at least "
            f"{FEWEST_IMAGES} images. Got an array of shape {vectors.shape!r} instead."
        )


def _equal_rows(vectors: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs of rows that are equal."""
    rows = np.ascontiguousarray(vectors).view(f"V{vectors[0].nbytes}")[:, 0]
    _, group, sizes = np.unique(rows, return_inverse=True, return_counts=True)
    repeated = np.flatnonzero(sizes[group] > 1)
    one, other = np.nonzero(group[repeated, None] == group[repeated])
    return repeated[one], repeated[other]


def _gradient_of(affinities: csr_array) -> Gradient:
    """Choose the engine that computes the gradient.

    Compiled loops are faster at every size, but to load them takes a second or more and 100 MB: too
    much for a lesson's thousand images. torch takes 500 MB, and is loaded for a GPU only.
    """
    n_images = affinities.shape[0]
    if n_images <= MOST_TILED:
        return tiled_gradient(affinities)
    if gpu := gpu_for(10.0 * n_images**2 * len(_EXAGGERATIONS)):
        from cliplab.projection.engines.torch_gradient import dense_gradient

        return dense_gradient(affinities, gpu)
    if not has_extra("fast"):
        return tiled_gradient(affinities)
    engine = import_whole("cliplab.projection.engines.numba_gradient")
    gradient: Gradient = engine.fused_gradient(affinities)
    return gradient
