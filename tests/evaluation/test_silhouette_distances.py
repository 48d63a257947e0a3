import numpy as np
import pytest

from cliplab import explain_silhouette, sweep_clusters
from cliplab.clustering.values import Clustering
from cliplab.evaluation.silhouette_distances import silhouette_distances


@pytest.fixture(scope="module")
def points():
    return np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_they_are_those_that_one_image_is_explained_by(points, metric):
    sweep = sweep_clusters(points, [2, 5], metric=metric)
    for clustering, found in zip(
        sweep.clusterings, silhouette_distances(points, sweep.clusterings), strict=True
    ):
        for row in range(len(points)):
            one = explain_silhouette(points, clustering, row)
            assert found.nearest[row] == one.nearest_cluster
            assert found.medoids[one.cluster] == one.medoid
            assert [found.a[row], found.b[row], found.silhouettes[row]] == pytest.approx(
                [one.a, one.b, one.silhouette]
            )


def test_noise_has_none_and_an_image_alone_has_silhouette_0():
    points = np.array([[0.0], [1.0], [5.0], [99.0]])
    clustering = Clustering([0, 0, 1, -1], [[0.5], [5.0]], 0.5, [0.8, 0.75, 0.0, np.nan])
    (found,) = silhouette_distances(points, [clustering])
    assert found.nearest.tolist() == [1, 1, 0, -1]
    assert found.a[:3].tolist() == [1.0, 1.0, 0.0]
    assert found.silhouettes[2] == 0
    assert np.isnan([found.a[3], found.b[3], found.silhouettes[3]]).all()


def test_one_cluster_alone_has_no_other_to_be_near_to():
    points = np.array([[0.0], [1.0], [3.0]])
    clustering = Clustering([0, 0, 0], [[4 / 3]], 1.0, [np.nan] * 3)
    (found,) = silhouette_distances(points, [clustering])
    assert found.nearest.tolist() == [-1, -1, -1]
    assert found.medoids == (1,)


def test_another_number_of_images_is_refused(points):
    clustering = sweep_clusters(points, [2])[2]
    with pytest.raises(ValueError, match="`embeddings` must have"):
        silhouette_distances(points[:-1], [clustering])
