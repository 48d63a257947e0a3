"""Another sample: which clusters come back among the next images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab._core.arguments import checked
from cliplab._core.validation import (
    require_count,
    require_kind,
    require_rows,
    wrong_value,
)
from cliplab.clustering.matching import shared
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import Clustering
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.evidence.answers import STABLE
from cliplab.evaluation.result_html import result_html
from cliplab.images.image_set import ImageSet
from cliplab.packs.pack import Pack

if TYPE_CHECKING:
    import pandas as pd


@checked
@dataclass(frozen=True, eq=False, repr=False)
class AnotherSample:
    """The clusters of one sample, and what becomes of them in the next.

    Parameters
    ----------
    images : ImageSet
        Both samples, yours first.
    clustering : Clustering
        The clusters of your sample.
    next_clustering : Clustering
        The clusters found in the next one, without looking at yours.
    expected : ndarray of shape (n_next,)
        For each of the next images the nearest of your centres.
    matches : ndarray of shape (k,)
        For each of your clusters the most similar one of the next sample.
    overlaps : ndarray of shape (k,)
        For each of your clusters the Jaccard overlap, among the next images, of those nearest to
        its centre and those of this cluster: from 0 to 1 for the same images.

    Examples
    --------
    >>> from cliplab import Embeddings, load_storybook
    >>> embeddings = Embeddings(np.eye(2)[[0, 0, 1, 0, 1, 1]])
    >>> found = another_sample(load_storybook(n_images=6), embeddings, n_clusters=2)
    >>> found.overlaps.tolist()
    [1.0, 1.0]
    """

    images: ImageSet
    clustering: Clustering
    next_clustering: Clustering
    expected: NDArray[np.int64]
    matches: NDArray[np.intp]
    overlaps: NDArray[np.float64]

    def __post_init__(self) -> None:
        require_rows("expected", len(self.expected), len(self.next_clustering))
        for name in ("expected", "matches", "overlaps"):
            array = np.array(getattr(self, name))
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def comes_back(self) -> NDArray[np.bool_]:
        """Whether each of your clusters comes back: with an overlap of 0.75 or more."""
        back: NDArray[np.bool_] = self.overlaps >= STABLE
        return back

    @property
    def sentence(self) -> str:
        """How many of your clusters come back, in words."""
        n_back, k = int(self.comes_back.sum()), len(self.overlaps)
        n_next = f"{len(self.next_clustering):,}"
        return (
            f"{n_back} of your {k} clusters {'comes' if n_back == 1 else 'come'} back among the "
            f"next {n_next} images: of the images that belong to one or the other, at least "
            f"{STABLE:.0%} belong to both."
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return a table with a row for each of your clusters.

        Returns
        -------
        pandas.DataFrame
            With ``cluster_label``, ``n_images`` in your sample, ``n_expected`` of the next images,
            those nearest to its centre, ``n_found``, the size of its match, ``overlap`` and
            ``comes_back``.
        """
        import pandas as pd

        k = len(self.overlaps)
        sizes = np.bincount(self.next_clustering.cluster_labels, minlength=k)
        return pd.DataFrame(
            {
                "cluster_label": np.arange(k),
                "n_images": np.bincount(self.clustering.cluster_labels, minlength=k),
                "n_expected": np.bincount(self.expected, minlength=k),
                "n_found": sizes[self.matches],
                "overlap": self.overlaps,
                "comes_back": self.comes_back,
            }
        )

    def __repr__(self) -> str:
        return f"AnotherSample: {self.sentence}"

    def _repr_html_(self) -> str:
        return result_html("Another sample", self.to_pandas(), note=self.sentence)


@checked
def another_sample(
    images: ImageSet | Pack,
    embeddings: Embeddings | None = None,
    clustering: Clustering | None = None,
    *,
    n_clusters: int = 10,
    n_images: int | None = None,
    random_state: int = 0,
) -> AnotherSample:
    """Find out which of your clusters come back among the next images.

    The first images are your sample, the next as many another one: a source gives its images in
    sampling order, so both are random samples of it. Each of the next images goes to the nearest
    of your centres. K-means then finds clusters among the next images without looking at yours,
    and each of yours is matched with the most similar of these.

    Parameters
    ----------
    images : ImageSet or Pack
        Both samples, yours first. A pack has its embeddings.
    embeddings : Embeddings, optional
        Of all these images; left out for a pack.
    clustering : Clustering, optional
        Your clusters, of the first images, by K-means on the embeddings. When left out they are
        found here, as `sweep_clusters` finds them.
    n_clusters : int, default=10
        How many clusters, at least 2; a clustering says it itself.
    n_images : int, optional
        The size of your sample; half of the images when left out, and what a clustering says
        itself. The next sample has as many, or as many as there are.
    random_state : int, default=0
        The seed of K-means.

    Returns
    -------
    AnotherSample
        The overlap of each of your clusters with its match.

    Raises
    ------
    ValueError
        If there are too few images for two samples, or the clustering is not by K-means on these
        embeddings.
    TypeError
        If an argument is of another kind.

    References
    ----------
    Hennig, C. (2007). Cluster-wise assessment of cluster stability. Computational Statistics &
    Data Analysis 52, 258-271.

    Examples
    --------
    >>> from cliplab import ClipEncoder, load_storybook
    >>> from cliplab.course import another_sample
    >>> images = load_storybook(n_images=160)
    >>> embeddings = ClipEncoder("storybook").encode_images(images)
    >>> found = another_sample(images, embeddings, n_clusters=4)
    >>> len(found.clustering), len(found.next_clustering)
    (80, 80)
    """
    images, embeddings = _images_and_embeddings(images, embeddings)
    if clustering is not None:
        _require_kmeans(clustering, embeddings)
        n_clusters, n_images = clustering.n_clusters, len(clustering)
    n_images = _size_of_sample(n_clusters, n_images, len(images))
    yours, others = embeddings[:n_images], embeddings[n_images : 2 * n_images]
    if clustering is None:
        clustering = sweep_clusters(yours, [n_clusters], random_state=random_state)[n_clusters]
    again = sweep_clusters(
        others, [n_clusters], metric=clustering.metric, random_state=random_state
    )[n_clusters]
    expected = _nearest(np.asarray(others, dtype=np.float64), clustering.centers)
    matches, overlaps = _matched(expected, again.cluster_labels, n_clusters)
    both = images[: n_images + len(others)]
    return AnotherSample(both, clustering, again, expected, matches, overlaps)


def _images_and_embeddings(
    images: ImageSet | Pack, embeddings: Embeddings | None
) -> tuple[ImageSet, Embeddings]:
    if isinstance(images, Pack):
        if embeddings is not None:
            raise ValueError(
                wrong_value("embeddings", "be left out for a pack, which has its own", embeddings)
            )
        return images.images, images.embeddings
    require_kind("images", images, ImageSet)
    require_kind("embeddings", embeddings, Embeddings)
    assert embeddings is not None
    require_rows("embeddings", len(embeddings), len(images))
    return images, embeddings


def _require_kmeans(clustering: Clustering, embeddings: Embeddings) -> None:
    require_kind("clustering", clustering, Clustering)
    is_one = (clustering.algorithm, clustering.space) == ("kmeans", embeddings.space)
    if not is_one or clustering.centers.shape[1] != embeddings.shape[1]:
        raise ValueError(
            wrong_value(
                "clustering",
                f"be found by K-means in the {embeddings.space} of the first images, with centres "
                f"of {embeddings.shape[1]} features",
                clustering,
                f", by {clustering.algorithm!r} with {clustering.centers.shape[1]} features",
            )
        )


def _size_of_sample(n_clusters: int, n_images: int | None, n_all: int) -> int:
    require_count("n_clusters", n_clusters, 2)
    if n_images is None:
        n_images = n_all // 2
    most = n_all - n_clusters
    if most < n_clusters:
        must = f"have at least {2 * n_clusters} images, for {n_clusters} clusters in each sample"
        raise ValueError(wrong_value("images", must, n_all))
    where = f"so that {n_clusters} images or more are left for another sample"
    require_count("n_images", n_images, n_clusters, most, where)
    return n_images


def _nearest(points: NDArray[np.float64], centers: NDArray[np.float64]) -> NDArray[np.intp]:
    from sklearn.metrics import pairwise_distances_argmin

    return np.asarray(pairwise_distances_argmin(points, centers), dtype=np.intp)


def _matched(
    expected: NDArray[np.intp], found: NDArray[np.integer], k: int
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Find the most similar of other clusters of the same images, and how far each overlaps."""
    both = shared(expected, found, k, k)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
    jaccard = both / np.maximum(either, 1)
    return jaccard.argmax(axis=1), jaccard.max(axis=1)
