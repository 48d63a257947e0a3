"""K-means over vectors that do not fit into memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from cliplab._core.validation import require_kind
from cliplab.clustering.values import Clustering
from cliplab.embeddings.on_disk import StoredEmbeddings
from cliplab.embeddings.portions import N_ROWS, portions
from cliplab.embeddings.values import Embeddings

_N_FIRST = 10_000
_N_PASSES = 2


def cluster_shards(
    vectors: StoredEmbeddings | Embeddings, n_clusters: int, *, random_state: int = 0
) -> Clustering:
    """Cluster any number of vectors, of which only some thousand stand in memory at a time.

    K-means on a random sample says where to begin. Then all vectors come by twice, some thousand
    at a time, and move the centres (MiniBatchKMeans of scikit-learn); a third time each is given
    to its nearest centre.

    Parameters
    ----------
    vectors : StoredEmbeddings or Embeddings
        Unit vectors.
    n_clusters : int
        The number of clusters, k.
    random_state : int, default=0
        Equal seeds give equal clusters of equal shards.

    Returns
    -------
    Clustering
        A cluster for every vector, around the centres of mini-batch K-means, with the inertia
        around them. Nothing is measured: all silhouettes are NaN (`sweep_shards` has them).

    Raises
    ------
    ValueError
        If `n_clusters` is below 2, or above the number of vectors in the sample that differ.

    References
    ----------
    Sculley, D. (2010). Web-scale k-means clustering. World Wide Web Conference, 1177-1178.

    Examples
    --------
    >>> from cliplab import ClipEncoder, load_storybook
    >>> embeddings = ClipEncoder("storybook").encode_images(load_storybook(n_images=80))
    >>> cluster_shards(embeddings, 4).n_clusters
    4
    """
    from sklearn.cluster import MiniBatchKMeans

    require_kind("vectors", vectors, Embeddings, StoredEmbeddings)
    if not isinstance(n_clusters, int | np.integer):
        raise TypeError(
            f"`n_clusters` must be one whole number. Got {n_clusters!r} instead: for several k "
            "take sweep_shards."
        )
    if n_clusters < 2:
        raise ValueError(f"`n_clusters` must be at least 2. Got {n_clusters!r} instead.")
    with threadpool_limits(limits=1):
        first = _first_centers(vectors, n_clusters, random_state)
        # With a reassignment ratio of 0 no centre jumps: where they begin they are apart.
        kmeans = MiniBatchKMeans(
            n_clusters, init=first, n_init=1, random_state=random_state, reassignment_ratio=0
        )
        # As many at a time as there are centres, at least: scikit-learn wants it so.
        size = max(N_ROWS, n_clusters)
        for _ in range(_N_PASSES):
            for _, portion in portions(vectors, f"moving {n_clusters} centres", size):
                kmeans.partial_fit(portion)
        (labels,), (inertia,) = nearest_centers(vectors, [kmeans.cluster_centers_])
    used, found = np.unique(labels, return_inverse=True)
    unmeasured = np.full(len(found), np.nan, dtype=np.float32)
    centers = kmeans.cluster_centers_[used]
    space = vectors.space
    return Clustering(found, centers, inertia, unmeasured, space, algorithm="minibatch_kmeans")


def nearest_centers(
    vectors: StoredEmbeddings | Embeddings, centers: Sequence[NDArray[np.floating]]
) -> tuple[list[NDArray[np.int64]], list[float]]:
    """Give every vector to its nearest centre, for several sets of centres in one reading.

    Parameters
    ----------
    vectors : StoredEmbeddings or Embeddings
        Of any number.
    centers : sequence of ndarray of shape (k, n_features)
        One set for each clustering.

    Returns
    -------
    list of ndarray of shape (n_images,), list of float
        For each set the nearest centre of every vector, and the sum of their squared distances.
    """
    together = np.vstack(centers).astype(np.float32)
    squares = np.einsum("ij,ij->i", together, together)
    ends = np.cumsum([len(each) for each in centers])
    labels = [np.empty(len(vectors), dtype=np.int64) for _ in centers]
    inertias = [0.0] * len(centers)
    for rows, portion in portions(vectors, "finding the nearest centres"):
        lengths = np.einsum("ij,ij->i", portion, portion)
        apart = squares - 2 * portion @ together.T
        for i, own in enumerate(np.split(apart, ends[:-1], axis=1)):
            nearest = own.argmin(axis=1)
            labels[i][rows] = nearest
            closest = own[np.arange(len(own)), nearest] + lengths
            inertias[i] += float(np.maximum(closest, 0).sum(dtype=np.float64))
    return labels, inertias


def _first_centers(
    vectors: StoredEmbeddings | Embeddings, n_clusters: int, random_state: int
) -> NDArray[np.float32]:
    from sklearn.cluster import KMeans

    random = np.random.default_rng(random_state)
    n_rows = min(len(vectors), max(_N_FIRST, 10 * n_clusters))
    sample = vectors[np.sort(random.choice(len(vectors), n_rows, replace=False))].vectors
    n_different = len(np.unique(sample, axis=0))
    if n_clusters > n_different:
        raise ValueError(
            f"`n_clusters` must be at most {n_different}, the number of images in a sample of "
            f"{n_rows:,} that differ. Got {n_clusters!r} instead."
        )
    kmeans = KMeans(n_clusters, n_init=3, random_state=random_state).fit(sample)
    centers: NDArray[np.float32] = kmeans.cluster_centers_
    return centers
