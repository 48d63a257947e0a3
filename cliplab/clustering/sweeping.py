"""Sweeps: one algorithm for every k."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import ArrayLike

from cliplab._core.arguments import checked
from cliplab._core.blas_threads import one_blas_thread
from cliplab._core.kinds import count
from cliplab.clustering.algorithms import ALGORITHMS, find_algorithm
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.kmeans_chain import TooManyClustersError
from cliplab.clustering.matching import match, without_gaps
from cliplab.clustering.measuring import measure
from cliplab.clustering.sampled_sweep import cluster_by_sample
from cliplab.clustering.swept_values import swept_values
from cliplab.embeddings.points import points_and_space, power_of_two
from cliplab.embeddings.sample import in_memory, sample_rows
from cliplab.embeddings.values import Embeddings

if TYPE_CHECKING:
    from cliplab.embeddings.on_disk import StoredEmbeddings
    from cliplab.embeddings.portions import Vectors
    from cliplab.projection.values import Projection


@checked(n_sample=count(2), n_silhouettes=count(2))
def sweep_clusters(
    embeddings: Embeddings | StoredEmbeddings | Projection | ArrayLike,
    n_clusters: Iterable[int] | None = None,
    *,
    random_state: int = 0,
    algorithm: str = "kmeans",
    metric: str = "euclidean",
    min_cluster_sizes: Iterable[int] | None = None,
    n_sample: int | None = None,
    n_silhouettes: int | None = None,
) -> ClusterSweep:
    """Cluster the images for every k, and compute every image's silhouette for each.

    Distances are Euclidean by default. Embeddings have rows of unit length, so a small distance
    is also a high cosine similarity. A projection can be clustered too, but its distances are
    not those of the embeddings: the `space` of the result says where it was found.

    Parameters
    ----------
    embeddings : Embeddings, StoredEmbeddings, Projection or array-like of shape \
            (n_images, n_features)
        What to cluster.
    n_clusters : iterable of int, optional
        Every k to try, from 2 up to the number of images that differ. When left out, from 2 to 20,
        as far as there are more images that differ and can be told apart. The clusters for one k do
        not depend on the other k; their numbers do, for they follow the sweep. K-means searches
        for all k from 2 to 20 together, whichever of them are given (then from 21 to 40, and so
        on), so a single k takes nearly as long as all of them.
    random_state : int, default=0
        Equal seeds give equal clusterings on the same machine. Other seeds may give other
        clusters: look at more than one before you believe in a cluster.
    algorithm : {"kmeans", "ward", "average", "gaussian_mixture", "hdbscan"}, default="kmeans"
        HDBSCAN finds the number of clusters itself, from the smallest size a cluster may have.
    metric : {"euclidean", "cosine"}, default="euclidean"
        The distance. K-means with the cosine is spherical K-means. Ward and the Gaussian mixture
        know the Euclidean distance only.
    min_cluster_sizes : iterable of int, optional
        For HDBSCAN, in place of `n_clusters`: every smallest size to try, from 2. When left out,
        from 3 to 100 as far as there are three times as many images.
    n_sample : int, optional
        The number of images in which clusters are found; every other image joins the nearest
        centre. When left out, all images, and 10,000 of StoredEmbeddings. A sample is for
        K-means with the Euclidean distance, of Embeddings or StoredEmbeddings.
    n_silhouettes : int, optional
        The number of images that get a silhouette, since those of all images take the square of
        their number in time. When left out, all up to 20,000 images, and 5,000 of more, drawn
        at random with every cluster's share. `silhouette_error` then says how far the mean
        silhouette of all images may be from that of the sample. It is known for every k if the
        sample is larger than the largest k, and NaN if no cluster has two images with a
        silhouette.

    Returns
    -------
    ClusterSweep
        ``sweep[k]`` is a `Clustering`; with HDBSCAN, ``sweep[min_cluster_size]``.

    Raises
    ------
    ValueError
        If there is no k, or one is below 2, given twice, or larger than the number of images that
        differ; if only the parameter of another algorithm is given; if the algorithm does not
        know the metric, or needs too much memory for so many images; or if a sample is too
        small, or not for the algorithm.
    TypeError
        If `n_clusters` or `min_cluster_sizes` is one number and not several, or a sample of an
        array or a projection is asked for.

    References
    ----------
    Lloyd, S. P. (1982). Least squares quantization in PCM. IEEE Transactions on Information
    Theory 28, 129-137.

    Rousseeuw, P. J. (1987). Silhouettes: a graphical aid to the interpretation and validation
    of cluster analysis. Journal of Computational and Applied Mathematics 20, 53-65.

    Dhillon, I. S. and Modha, D. S. (2001). Concept decompositions for large sparse text data
    using clustering. Machine Learning 42, 143-175.

    Ward, J. H. (1963). Hierarchical grouping to optimize an objective function. Journal of the
    American Statistical Association 58, 236-244.

    Sokal, R. R. and Michener, C. D. (1958). A statistical method for evaluating systematic
    relationships. University of Kansas Science Bulletin 38, 1409-1438.

    Dempster, A. P., Laird, N. M. and Rubin, D. B. (1977). Maximum likelihood from incomplete
    data via the EM algorithm. Journal of the Royal Statistical Society B 39, 1-38.

    Campello, R. J. G. B., Moulavi, D. and Sander, J. (2013). Density-based clustering based on
    hierarchical density estimates. PAKDD, 160-172.

    Examples
    --------
    >>> import numpy as np
    >>> points = np.random.default_rng(0).normal(size=(90, 2))
    >>> points[30:60] += 20
    >>> points[60:] -= 20
    >>> sweep = sweep_clusters(points, n_clusters=range(2, 8))
    >>> sweep
    ClusterSweep of 90 images in the array, k from 2 to 7
    >>> sweep.elbow
    3
    >>> sweep[3].to_pandas()["size"].tolist()
    [30, 30, 30]
    >>> sweep_clusters(points, algorithm="hdbscan", min_cluster_sizes=[10])[10]
    Clustering of 90 images into 3 clusters in the array, silhouette 0.938
    """
    rows = sample_rows(embeddings, n_sample, 2, random_state)
    if rows is not None and (algorithm, metric) == ("kmeans", "euclidean"):
        vectors = cast("Vectors", embeddings)
        values = swept_values(
            ALGORITHMS["kmeans"], vectors[rows].vectors, n_clusters, min_cluster_sizes
        )
        found = cluster_by_sample(vectors, rows, values, random_state, n_silhouettes)
        return ClusterSweep(tuple(found), random_state)
    if rows is not None:
        raise ValueError(
            "`algorithm` and `metric` must be 'kmeans' and 'euclidean' to find clusters in a "
            f"sample of {len(rows):,} images. Got {algorithm!r} and {metric!r} instead. Give the "
            "sample itself, for example embeddings[::100]."
        )
    points, space = points_and_space(in_memory(embeddings))
    method = find_algorithm(algorithm, metric, len(points))
    if metric == "cosine" and not points.any(axis=1).all():
        raise ValueError(
            "`embeddings` must have no row of zeros for the cosine, which has no direction. "
            f"Got one at row {int(np.flatnonzero(~points.any(axis=1))[0])} instead."
        )
    values = swept_values(method, points, n_clusters, min_cluster_sizes)
    # As in `measure`: short products run best on one thread each.
    with one_blas_thread():
        scaled = points / power_of_two(points)
        try:
            labelings = method.partition(scaled, values, random_state, metric)
        except TooManyClustersError as error:
            if n_clusters is not None or error.most < values[0]:
                raise
            # Nobody has asked for so many.
            values = [k for k in values if k <= error.most]
            labelings = method.partition(scaled, values, random_state, metric)
    # A mixture may leave a component without images; then there is a cluster fewer.
    labelings = match([without_gaps(labels) for labels in labelings])
    clusterings = measure(points, labelings, space, metric, algorithm, n_silhouettes)
    return ClusterSweep(tuple(clusterings), random_state, method.parameter, tuple(values))
