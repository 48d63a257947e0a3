from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import Clustering
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.silhouette_explanation import SilhouetteExplanation, explain_silhouette

_RANDOM = np.random.default_rng(0)
EMBEDDINGS = Embeddings(_RANDOM.normal(size=(120, 8)) + 1.5 * np.eye(8)[np.arange(120) % 4])


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_the_explained_silhouette_is_that_of_the_clustering(metric: str) -> None:
    found = sweep_clusters(EMBEDDINGS, [5], metric=metric)[5]
    distances = cdist(EMBEDDINGS.vectors, EMBEDDINGS.vectors, metric)
    labels = found.cluster_labels
    for image in range(0, 120, 7):
        explained = explain_silhouette(EMBEDDINGS, found, image)
        assert explained.silhouette == pytest.approx(found.silhouettes[image], abs=1e-5)
        own = (labels == labels[image]) & (np.arange(120) != image)
        assert explained.a == pytest.approx(distances[image, own].mean(), abs=1e-6)
        means = {k: distances[image, labels == k].mean() for k in range(5) if k != labels[image]}
        assert explained.nearest_cluster == min(means, key=means.get)
        assert explained.b == pytest.approx(means[explained.nearest_cluster], abs=1e-6)
        for cluster, medoid in (
            (explained.cluster, explained.medoid),
            (explained.nearest_cluster, explained.nearest_medoid),
        ):
            members = np.flatnonzero(labels == cluster)
            inside = distances[np.ix_(members, members)].sum(axis=1)
            assert medoid == members[inside.argmin()]


def test_an_image_alone_in_its_cluster_has_silhouette_0() -> None:
    alone = Clustering([0, 1, 1], [[0.0], [5.5]], 0.5, [0.0, 0.8, 0.8])
    explained = explain_silhouette([[0.0], [5.0], [6.0]], alone, 0)
    assert (explained.a, explained.b, explained.silhouette, explained.medoid) == (0, 5.5, 0, 0)


def test_an_image_with_only_duplicates_in_its_cluster_has_silhouette_1() -> None:
    found = Clustering([0, 0, 1, 1], [[0.0], [5.5]], 0.5, [1.0, 1.0, 0.8, 0.8])
    explained = explain_silhouette([[0.0], [0.0], [5.0], [6.0]], found, 0)
    assert (explained.a, explained.silhouette) == (0, 1)


def test_noise_has_no_silhouette_and_is_never_the_nearest_cluster() -> None:
    found = Clustering([0, 0, 1, 1, -1], [[0.5], [9.5]], 1.0, [0.9, 0.9, 0.9, 0.9, np.nan])
    points = [[0.0], [1.0], [9.0], [10.0], [1.5]]
    assert explain_silhouette(points, found, 1).nearest_cluster == 1
    with pytest.raises(ValueError, match=r"noise has no silhouette\. Got image 4"):
        explain_silhouette(points, found, 4)
    with pytest.raises(
        ValueError, match=r"`image` must be a whole number from 0 to 4, the last image\. Got 5"
    ):
        explain_silhouette(points, found, 5)
    with pytest.raises(ValueError, match=r"one row for each of the 5 images\. Got 4"):
        explain_silhouette(points[:4], found, 0)


def test_in_a_very_large_cluster_the_medoid_is_searched_near_the_mean():
    random = np.random.default_rng(0)
    points = np.vstack([random.normal(size=(2500, 6)), random.normal(size=(50, 6)) + 9])
    labels = np.repeat([0, 1], [2500, 50])
    found = Clustering(labels, np.zeros((2, 6)), 1.0, np.zeros(2550))
    explained = explain_silhouette(points, found, 7)
    assert explained.medoid == cdist(points[:2500], points[:2500]).sum(axis=1).argmin()


def test_swapped_arguments_are_an_error() -> None:
    found = sweep_clusters(EMBEDDINGS, [5])[5]
    with pytest.raises(TypeError, match=r"`clustering` must be a .*\. Got Embeddings instead"):
        explain_silhouette(EMBEDDINGS, EMBEDDINGS, 1)
    with pytest.raises(TypeError, match=r"`embeddings` must be .*\. Got Clustering instead"):
        explain_silhouette(found, EMBEDDINGS, 1)


def test_the_table_has_a_row_for_each_of_the_two_clusters() -> None:
    explained = SilhouetteExplanation(
        7, cluster=0, nearest_cluster=3, a=1.0, b=1.25, medoid=2, nearest_medoid=9
    )
    table = explained.to_pandas()
    assert table.index.tolist() == ["own", "nearest"]
    assert table.to_numpy().tolist() == [[0, 1.0, 2], [3, 1.25, 9]]
    assert "of image 7: 0.200" in explained._repr_html_()
