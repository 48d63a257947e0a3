"""A sweep over more vectors than memory holds: found on a sample, true of all."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from cliplab._core.validation import require_count, require_kind
from cliplab.clustering.minibatch import cluster_shards, nearest_centers
from cliplab.clustering.sampling import stratified_rows
from cliplab.clustering.stored_silhouettes import sampled_silhouettes
from cliplab.clustering.sweeping import checked_values, sweep_clusters
from cliplab.clustering.values import Clustering, ClusterSweep
from cliplab.embeddings.on_disk import StoredEmbeddings
from cliplab.embeddings.values import Embeddings


def sweep_shards(
    vectors: StoredEmbeddings | Embeddings,
    n_clusters: Iterable[int] = range(2, 21),
    *,
    random_state: int = 0,
    n_sample: int = 10_000,
    n_silhouettes: int = 2_000,
) -> ClusterSweep:
    """Cluster any number of vectors for every k, and say how far the scores may be off.

    `cluster_shards` parts the vectors once, into as many clusters as the largest k. From these a
    sample is drawn in which each has its share, and `sweep_clusters` looks for clusters in it.
    Then all vectors come by twice more: each is given to its nearest centre for every k, and a
    smaller sample is measured against all of them.

    Parameters
    ----------
    vectors : StoredEmbeddings or Embeddings
        Unit vectors.
    n_clusters : iterable of int, default=range(2, 21)
        Every k to try. For each k and vector the result needs 12 bytes: of nine million vectors
        take a few k.
    random_state : int, default=0
        Equal seeds give equal sweeps of equal shards.
    n_sample : int, default=10000
        In how many images clusters are looked for; at most all.
    n_silhouettes : int, default=2000
        How many images are measured; at most all. Twice as many take twice as long.

    Returns
    -------
    ClusterSweep
        Of all images. Inertias are those of all images around centres that were found on the
        sample. The images that were measured have their silhouettes among all images; the others
        have NaN. `silhouette_errors` says how far the mean of all may be from that of these.

    Raises
    ------
    ValueError
        If a k is below 2, given twice, or larger than the number of images in the sample that
        differ; or if a sample is of fewer than two.

    References
    ----------
    Rousseeuw, P. J. (1987). Silhouettes: a graphical aid to the interpretation and validation
    of cluster analysis. Journal of Computational and Applied Mathematics 20, 53-65.

    Examples
    --------
    >>> from cliplab import ClipEncoder, load_storybook
    >>> embeddings = ClipEncoder("storybook").encode_images(load_storybook(n_images=200))
    >>> sweep = sweep_shards(embeddings, [2, 3, 4], n_sample=100, n_silhouettes=50)
    >>> sweep[4].n_measured, len(sweep[4])
    (50, 200)
    """
    require_kind("vectors", vectors, Embeddings, StoredEmbeddings)
    values = checked_values("n_clusters", n_clusters)
    for name, n_images in (("n_sample", n_sample), ("n_silhouettes", n_silhouettes)):
        require_count(name, n_images, 2)
    if n_sample < values[-1]:
        raise ValueError(
            f"`n_sample` must be at least {values[-1]}, the largest k. Got {n_sample!r} instead."
        )
    parts = cluster_shards(vectors, values[-1], random_state=random_state).cluster_labels
    sample = vectors[_rows(parts, n_sample, random_state)]
    # Drawn anew, for clusters fit the images better in which they were looked for.
    measured = _rows(parts, n_silhouettes, random_state + 1)
    found = sweep_clusters(sample, values, random_state=random_state, n_silhouettes=2)
    with threadpool_limits(limits=1):
        labelings, inertias = nearest_centers(vectors, [each.centers for each in found.values()])
        silhouettes = sampled_silhouettes(vectors, measured, labelings)
    clusterings = []
    for each, labels, inertia, own in zip(
        found.clusterings, labelings, inertias, silhouettes, strict=True
    ):
        scores = np.full(len(vectors), np.nan, dtype=np.float32)
        scores[measured] = own
        clusterings.append(Clustering(labels, each.centers, inertia, scores, each.space))
    return ClusterSweep(tuple(clusterings), random_state)


def _rows(parts: NDArray[np.int64], n_rows: int, random_state: int) -> NDArray[np.intp]:
    return stratified_rows(parts, min(n_rows, len(parts)), random_state)
