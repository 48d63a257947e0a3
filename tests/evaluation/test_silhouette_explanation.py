from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from cliplab.clustering.measuring import remeasure
from cliplab.clustering.minibatch import cluster_shards
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import Clustering
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.silhouette_explanation import (
    borderline_images,
    explain_silhouette,
    negative_images,
)

_RANDOM = np.random.default_rng(0)
EMBEDDINGS = Embeddings(_RANDOM.normal(size=(120, 8)) + 1.5 * np.eye(8)[np.arange(120) % 4])


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_a_case_gives_the_silhouette_of_the_bar(metric: str) -> None:
    found = sweep_clusters(EMBEDDINGS, [5], metric=metric)[5]
    distances = cdist(EMBEDDINGS.vectors, EMBEDDINGS.vectors, metric)
    labels = found.cluster_labels
    for image in range(0, 120, 7):
        case = explain_silhouette(EMBEDDINGS, found, image)
        assert case.silhouette == pytest.approx(found.silhouettes[image], abs=1e-5)
        own = (labels == labels[image]) & (np.arange(120) != image)
        assert case.a == pytest.approx(distances[image, own].mean(), abs=1e-6)
        means = {k: distances[image, labels == k].mean() for k in range(5) if k != labels[image]}
        assert case.rival == min(means, key=means.get)
        assert case.b == pytest.approx(means[case.rival], abs=1e-6)
        for cluster, medoid in ((case.cluster, case.medoid), (case.rival, case.rival_medoid)):
            members = np.flatnonzero(labels == cluster)
            inside = distances[np.ix_(members, members)].sum(axis=1)
            assert medoid == members[inside.argmin()]


def test_an_image_alone_in_its_cluster_has_silhouette_0() -> None:
    alone = Clustering([0, 1, 1], [[0.0], [5.5]], 0.5, [0.0, 0.8, 0.8])
    case = explain_silhouette([[0.0], [5.0], [6.0]], alone, 0)
    assert (case.a, case.b, case.silhouette, case.medoid) == (0, 5.5, 0, 0)


def test_a_duplicate_sits_perfectly_and_not_on_the_border() -> None:
    found = Clustering([0, 0, 1, 1], [[0.0], [5.5]], 0.5, [1.0, 1.0, 0.8, 0.8])
    case = explain_silhouette([[0.0], [0.0], [5.0], [6.0]], found, 0)
    assert (case.a, case.silhouette) == (0, 1)


def test_noise_has_no_case_and_is_nobodys_rival() -> None:
    found = Clustering([0, 0, 1, 1, -1], [[0.5], [9.5]], 1.0, [0.9, 0.9, 0.9, 0.9, np.nan])
    points = [[0.0], [1.0], [9.0], [10.0], [1.5]]
    assert explain_silhouette(points, found, 1).rival == 1
    with pytest.raises(ValueError, match=r"noise has no silhouette\. Got row 4"):
        explain_silhouette(points, found, 4)
    with pytest.raises(ValueError, match=r"`image` must be a row from 0 to 4\. Got 5"):
        explain_silhouette(points, found, 5)
    with pytest.raises(ValueError, match=r"one row for each of the 5 images\. Got 4"):
        explain_silhouette(points[:4], found, 0)


def test_lists_hold_the_worst_first() -> None:
    found = sweep_clusters(EMBEDDINGS, [9])[9]
    negative, borderline = negative_images(found), borderline_images(found, within=0.03)
    assert set(negative) == set(np.flatnonzero(found.silhouettes < 0))
    assert set(borderline) == set(np.flatnonzero(abs(found.silhouettes) <= 0.03))
    for rows in (negative, borderline):
        assert len(rows) > 1
        assert (np.diff(found.silhouettes[list(rows)]) >= 0).all()


def test_in_a_very_large_cluster_the_medoid_is_found_near_the_mean():
    random = np.random.default_rng(0)
    points = np.vstack([random.normal(size=(2500, 6)), random.normal(size=(50, 6)) + 9])
    labels = np.repeat([0, 1], [2500, 50])
    found = Clustering(labels, np.zeros((2, 6)), 1.0, np.zeros(2550))
    case = explain_silhouette(points, found, 7)
    assert case.medoid == cdist(points[:2500], points[:2500]).sum(axis=1).argmin()


def test_swapped_arguments_are_told_apart() -> None:
    found = sweep_clusters(EMBEDDINGS, [5])
    with pytest.raises(TypeError, match=r"`clustering` must be a .*\. Got Embeddings instead"):
        explain_silhouette(found[5], EMBEDDINGS, 1)
    for images in (negative_images, borderline_images):
        with pytest.raises(TypeError, match=r"such as sweep\[5\]\. Got ClusterSweep instead"):
            images(found)


def test_what_was_never_measured_has_no_lists_of_images() -> None:
    unmeasured = cluster_shards(EMBEDDINGS, 5)
    words = r"must have silhouettes, as those of sweep_clusters .* Got Clustering of 120 .*not mea"
    for images in (negative_images, borderline_images):
        with pytest.raises(ValueError, match=words):
            images(unmeasured)
        assert isinstance(images(remeasure(EMBEDDINGS, unmeasured)), tuple)
