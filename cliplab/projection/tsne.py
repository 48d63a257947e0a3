"""t-SNE in stages that are kept: neighbours, affinities, a first picture, and its settling.

The gradient is exact. At the sizes of a lesson that is faster than its approximations and ends
in a better picture. A run can be watched frame by frame, stopped after any of them, and gone on
with from a picture that stands.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array, triu

from cliplab._core.device import gpu_for
from cliplab.embeddings.values import Embeddings

MOST_DENSE = 2_000
MOST_EXACT = 10_000
_FRAME_EVERY = 15
_EARLY, _LATE, _WARM = 250, 350, 250
_EXAGGERATION = 12.0
# So many images at once are asked for their nearest: the order of all would take 800 MB of 10,000.
_ROWS = 512
_LEAST_SPREAD = 1e-6  # A hundredth of what the first picture has.

Gradient = Callable[[NDArray[np.float32], float], tuple[NDArray[np.float32], float]]


class Frame(NamedTuple):
    """A picture on its way.

    Attributes
    ----------
    coordinates : ndarray of shape (n_images, 2)
        Where each image stands.
    kl_divergence : float
        How far its neighbours are from the true ones, in nats.
    iteration : int
        How many steps it has made.
    share_done : float
        How much of the way that is, up to 1.
    """

    coordinates: NDArray[np.float32]
    kl_divergence: float
    iteration: int
    share_done: float


class StagedTSNE:
    """t-SNE of one set of vectors, with every stage at hand.

    Parameters
    ----------
    embeddings : Embeddings or array-like of shape (n_images, n_features)
        At least 4 images.
    random_state : int, default=0
        The seed of the little noise in the first picture.

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
        self.random_state = random_state
        self._affinities: dict[float, csr_array] = {}

    def default_perplexity(self) -> float:
        """30 neighbours, or as many as few images allow."""
        return min(30.0, self._most_perplexity)

    def affinities(self, perplexity: float) -> csr_array:
        """How much each image is a neighbour of each other one; symmetric, with sum 1.

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
    def first_picture(self) -> NDArray[np.float32]:
        """The two main directions of the vectors, very small, with a little noise."""
        import torch

        vectors = torch.tensor(self.vectors)
        with _one_thread(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            scores, scales, _ = torch.pca_lowrank(vectors, q=min(8, *vectors.shape), niter=4)
        picture = (scores[:, :2] * scales[:2]).numpy()
        picture = picture / max(float(picture[:, 0].std()), 1e-12)
        noise = np.random.default_rng(self.random_state).normal(scale=0.1, size=picture.shape)
        first: NDArray[np.float32] = (1e-4 * (picture + noise)).astype(np.float32)
        return first

    def frames(
        self, perplexity: float | None = None, start: ArrayLike | None = None
    ) -> Iterator[Frame]:
        """Let the picture settle, and yield it as it moves; the last one is done.

        Parameters
        ----------
        perplexity : float, optional
            About how many neighbours each image keeps.
        start : array-like of shape (n_images, 2), optional
            A picture that stands; without it the run begins with `first_picture`.

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
        gradient, divergence = _gradient(affinities), _divergence(affinities)
        picture = self.first_picture if start is None else np.array(start, dtype=np.float32)
        early = _EARLY if start is None else 0
        total = early + (_LATE if start is None else _WARM)
        update, gains = np.zeros_like(picture), np.ones_like(picture)
        for iteration in range(1, total + 1):
            is_early = iteration <= early
            slope, normalizer = gradient(picture, _EXAGGERATION if is_early else 1.0)
            if iteration % _FRAME_EVERY == 0 or iteration == total:
                yield Frame(picture, divergence(picture, normalizer), iteration, iteration / total)
            # Where the slope is exaggerated, steps have to be as much shorter.
            rate = len(picture) / (48 if is_early else 8)
            grows = update * slope < 0
            gains = np.maximum(np.where(grows, gains + 0.2, gains * 0.8), 0.01)
            update = (0.5 if is_early else 0.8) * update - rate * gains * slope
            picture = picture + update
            picture -= picture.mean(axis=0, dtype=np.float32)
            if is_early:
                picture = _lifted(picture)

    def _check(self, perplexity: float) -> None:
        if not 2 <= perplexity <= self._most_perplexity:
            raise ValueError(
                f"`perplexity` must be between 2 and {self._most_perplexity:g} for "
                f"{len(self.vectors)} images. Got {perplexity!r} instead."
            )

    @property
    def _most_perplexity(self) -> float:
        return max(2.0, (len(self.vectors) - 1) / 3)

    @cached_property
    def _squared_distances(self) -> NDArray[np.float32]:
        centered = self.vectors - self.vectors.mean(axis=0)
        squares = np.einsum("ij,ij->i", centered, centered)
        # In place: of 10,000 images each such array takes 400 MB.
        distances: NDArray[np.float32] = (-2 * centered) @ centered.T
        distances += squares[:, None]
        distances += squares
        np.maximum(distances, 0, out=distances)
        np.fill_diagonal(distances, np.inf)
        return distances


def _lifted(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Keep both axes of a small picture from dying out, and from becoming one and the same.

    Where the images form no groups, the exaggerated pull shrinks every direction, the slowest one
    least: in the end both axes would hold that one alone, and grow again into a line.
    """
    spreads = picture.std(axis=0)
    if spreads.min() >= _LEAST_SPREAD:
        return picture
    lifted = picture.astype(np.float64)
    narrow, wide = (lifted[:, axis] for axis in np.argsort(spreads, kind="stable"))
    tiny = float(np.finfo(np.float64).tiny)
    narrow -= wide * (float(wide @ narrow) / max(float(wide @ wide), tiny))
    for axis in (wide, narrow):
        lift = max(1.0, _LEAST_SPREAD / max(float(axis.std()), tiny))
        np.multiply(axis, lift, out=axis)
    return lifted.astype(np.float32)


def joint_affinities(squared_distances: NDArray[np.float32], perplexity: float) -> csr_array:
    """Turn distances into how much two images are neighbours of each other.

    Each image looks at its ``3 * perplexity`` nearest ones through a bell curve, as wide as makes
    their effective number the perplexity (found by bisection, for all images at once). The two
    views of a pair are averaged.

    Parameters
    ----------
    squared_distances : ndarray of shape (n_images, n_images)
        With infinity on the diagonal.
    perplexity : float
        The effective number of neighbours.

    Returns
    -------
    scipy.sparse.csr_array of shape (n_images, n_images)
        Symmetric, with sum 1.
    """
    n_images = len(squared_distances)
    n_neighbors = min(n_images - 1, int(3 * perplexity + 1))
    nearest = np.empty((n_images, n_neighbors), dtype=np.intp)
    for start in range(0, n_images, _ROWS):
        some = slice(start, start + _ROWS)
        order = np.argpartition(squared_distances[some], n_neighbors - 1, axis=1)
        nearest[some] = order[:, :n_neighbors]
    distances = np.take_along_axis(squared_distances, nearest, axis=1).astype(np.float64)
    distances -= distances.min(axis=1, keepdims=True)
    # In units of its own mean, no image's bell curve is too wide or too narrow to be found.
    distances /= np.maximum(distances.mean(axis=1, keepdims=True), 1e-12)
    low, high = np.full((n_images, 1), 1e-6), np.full((n_images, 1), 1e6)
    for _ in range(60):
        sharpness = np.sqrt(low * high)
        weights = np.exp(-distances * sharpness)
        shares = weights / weights.sum(axis=1, keepdims=True)
        entropy = -(shares * np.log(np.maximum(shares, 1e-300))).sum(axis=1, keepdims=True)
        too_wide = entropy > np.log(perplexity)
        low, high = np.where(too_wide, sharpness, low), np.where(too_wide, high, sharpness)
    rows = np.repeat(np.arange(n_images), n_neighbors)
    one_way = coo_array((shares.ravel(), (rows, nearest.ravel())), shape=(n_images, n_images))
    both_ways = (one_way + one_way.T).tocsr()
    return both_ways / both_ways.sum()


def kl_divergence(
    affinities: csr_array, picture: NDArray[np.float32], normalizer: float | None = None
) -> float:
    """How far the neighbours in a picture are from the true ones, in nats; 0 is perfect.

    Parameters
    ----------
    affinities : csr_array of shape (n_images, n_images)
        The true neighbours.
    picture : ndarray of shape (n_images, 2)
        Where the images stand.
    normalizer : float, optional
        The sum over all pairs of 1 / (1 + squared distance), where it is known already.

    Returns
    -------
    float
    """
    if normalizer is None:
        normalizer = float(_closeness(np.ascontiguousarray(picture.T)).sum())
    return _divergence(affinities)(picture, normalizer)


def _divergence(affinities: csr_array) -> Callable[[NDArray[np.float32], float], float]:
    """Prepare what is the same in every frame: each pair once, and their own entropy."""
    pairs = triu(affinities, 1).tocoo()
    kept = pairs.data > 0
    true, one, other = pairs.data[kept], pairs.row[kept], pairs.col[kept]
    own = 2 * float(true @ np.log(true))

    def divergence(picture: NDArray[np.float32], normalizer: float) -> float:
        x, y = np.ascontiguousarray(picture.T)
        apart = (x[one] - x[other]) ** 2 + (y[one] - y[other]) ** 2
        # No dot product: BLAS would wake a second thread, which then spins in the first one's way.
        shared = float((true * np.log1p(apart)).sum())
        return own + 2 * shared + float(np.log(normalizer))

    return divergence


def _closeness(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 / (1 + squared distance) of all pairs of a picture given as (2, n_images)."""
    squares = (picture**2).sum(axis=0)
    apart = np.maximum(squares[:, None] + squares - 2 * picture.T @ picture, 0)
    closeness: NDArray[np.float32] = 1 / (1 + apart)
    np.fill_diagonal(closeness, 0)
    return closeness


def _gradient(affinities: csr_array) -> Gradient:
    """Choose how the slope is reckoned.

    Compiled loops are faster at every size, but take seconds to compile the first time: a lesson
    should not wait for that.
    """
    n_images = affinities.shape[0]
    if n_images <= MOST_DENSE:
        return _dense_gradient(affinities)
    if gpu := gpu_for(_n_multiplications(n_images)):
        return _dense_gradient(affinities, gpu)
    if importlib.util.find_spec("numba") is None:
        return _dense_gradient(affinities)
    from cliplab.projection.engines.numba_gradient import fused_gradient

    return fused_gradient(affinities)


def _n_multiplications(n_images: int) -> float:
    """Reckon how much there is to do for a picture that settles."""
    return 10.0 * n_images**2 * (_EARLY + _LATE)


def _dense_gradient(affinities: csr_array, device: str = "cpu") -> Gradient:
    """Reckon the slope from all pairs at once, in torch, on one thread or a GPU.

    Products are written as (2, n) @ (n, n): the other way round they take several times as long.
    """
    import torch

    true = torch.from_numpy(affinities.toarray().astype(np.float32)).to(device)
    closeness, weights = torch.empty_like(true), torch.empty_like(true)
    ones = torch.ones(1, len(true), device=device)

    @lru_cache(maxsize=1)
    def exaggerated(exaggeration: float) -> torch.Tensor:
        return true if exaggeration == 1 else exaggeration * true

    def gradient(
        picture: NDArray[np.float32], exaggeration: float
    ) -> tuple[NDArray[np.float32], float]:
        with _one_thread():
            # Each line is one walk over all pairs, and the walks are what takes the time. The
            # first yields 1 + |a|² + |b|² - 2ab of every pair of points a, b as one product.
            points = torch.from_numpy(np.ascontiguousarray(picture.T)).to(device)
            squares = (points**2).sum(dim=0, keepdim=True)
            left = torch.cat([-2 * points, squares, ones])
            right = torch.cat([points, ones, squares + 1])
            torch.mm(left.T, right, out=closeness)
            closeness.reciprocal_().fill_diagonal_(0)
            normalizer = closeness.sum(dim=0).sum(dtype=torch.float64).item()
            torch.add(exaggerated(exaggeration), closeness, alpha=-1 / normalizer, out=weights)
            weights.mul_(closeness)
            pulls = torch.cat([points, ones]) @ weights
            slope = points * pulls[2] - pulls[:2]
            return (4 * slope.T).cpu().numpy(), normalizer

    return gradient


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let torch work on one thread: two gain little, and on a busy machine wait for each other.

    Measured beside one other busy process on two cores: 3 seconds a picture instead of 80.
    """
    import torch

    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)
