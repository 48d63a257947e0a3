from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import HDBSCAN, AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score, silhouette_samples

from cliplab.clustering.algorithms import ALGORITHMS
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.matching import match, shared
from cliplab.clustering.measuring import remeasure
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import NOISE, Clustering
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.agreement import class_agreement
from cliplab.evaluation.algorithm_comparison import compare_algorithms
from cliplab.projection.projecting import project
from cliplab.projection.values import Projection
from cliplab.sources import load_storybook

_RANDOM = np.random.default_rng(0)
CLASSES = np.arange(180) % 6
GROUPS = Embeddings(_RANDOM.normal(size=(6, 24))[CLASSES] + 0.15 * _RANDOM.normal(size=(180, 24)))
# A handful of points that belong nowhere.
STRAYS = np.r_[0.1 * _RANDOM.normal(size=(100, 3)) + 5 * np.eye(3)[np.arange(100) % 3],
               [[40.0, 0, 0], [0, 40.0, 0], [0, 0, -40.0]]]  # fmt: skip

EVERY_WAY = [(name, metric) for name, each in ALGORITHMS.items() for metric in each.metrics]


@pytest.mark.parametrize(("algorithm", "metric"), EVERY_WAY)
def test_every_algorithm_finds_groups_that_are_plain(algorithm: str, metric: str) -> None:
    sweep = sweep_clusters(
        GROUPS, range(2, 9), algorithm=algorithm, metric=metric, min_cluster_sizes=[6, 10]
    )
    found = sweep[6]
    assert adjusted_rand_score(CLASSES, found.cluster_labels) == 1
    assert (found.algorithm, found.metric, found.space) == (algorithm, metric, "embedding")
    expected = silhouette_samples(GROUPS.vectors, found.cluster_labels, metric=metric)
    np.testing.assert_allclose(found.silhouettes, expected, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("algorithm", "metric"), EVERY_WAY)
def test_equal_seeds_give_equal_clusterings(algorithm: str, metric: str) -> None:
    values = {"min_cluster_sizes" if algorithm == "hdbscan" else "n_clusters": [3, 4]}
    first, second = (
        sweep_clusters(GROUPS, random_state=7, algorithm=algorithm, metric=metric, **values)
        for _ in range(2)
    )
    for one, other in zip(first.clusterings, second.clusterings, strict=True):
        assert one.cluster_labels.tolist() == other.cluster_labels.tolist()


@pytest.mark.parametrize(
    ("algorithm", "metric"),
    [("ward", "euclidean"), ("average", "euclidean"), ("average", "cosine")],
)
def test_one_tree_cut_for_every_k_is_what_scikit_learn_finds_for_each(
    algorithm: str, metric: str
) -> None:
    points = _RANDOM.normal(size=(90, 5)).astype(np.float32)
    sweep = sweep_clusters(points, range(2, 8), algorithm=algorithm, metric=metric)
    for k, found in sweep.items():
        theirs = AgglomerativeClustering(k, linkage=algorithm, metric=metric).fit_predict(points)
        assert adjusted_rand_score(theirs, found.cluster_labels) == 1


def test_hdbscan_is_scikit_learns_and_its_noise_is_noise() -> None:
    sweep = sweep_clusters(STRAYS, algorithm="hdbscan", min_cluster_sizes=[5, 10])
    assert (sweep.parameter, tuple(sweep)) == ("min_cluster_size", (5, 10))
    for size, found in sweep.items():
        theirs = HDBSCAN(min_cluster_size=size, copy=True).fit_predict(STRAYS.astype(np.float64))
        assert adjusted_rand_score(theirs, found.cluster_labels) == 1
        assert set(np.flatnonzero(found.cluster_labels == NOISE)) >= {100, 101, 102}
        assert np.isnan(found.silhouettes[found.cluster_labels == NOISE]).all()
        inside = found.cluster_labels != NOISE
        expected = silhouette_samples(STRAYS[inside], found.cluster_labels[inside])
        np.testing.assert_allclose(found.silhouettes[inside], expected, atol=1e-5)
        assert found.silhouette_score == pytest.approx(expected.mean(), abs=1e-5)
        assert found.to_pandas()["size"].sum() == inside.sum() == len(STRAYS) - found.n_noise
    assert sweep.to_pandas().columns[0] == "min_cluster_size"
    assert sweep.elbow is None
    assert "of noise in the array" in repr(sweep[5])


def test_where_all_is_noise_there_are_no_clusters_and_no_silhouette() -> None:
    nothing = sweep_clusters(
        _RANDOM.normal(size=(40, 8)), algorithm="hdbscan", min_cluster_sizes=[20]
    )[20]
    assert (nothing.n_clusters, nothing.n_noise, nothing.inertia) == (0, 40, 0)
    assert np.isnan(nothing.silhouette_score)
    assert nothing.to_pandas().empty


@pytest.mark.slow
def test_spherical_k_means_gives_every_image_to_the_nearest_direction() -> None:
    vectors = Embeddings(_RANDOM.normal(size=(300, 6)) + 0.7).vectors.astype(np.float64)
    sweep = sweep_clusters(Embeddings(vectors), range(2, 9), metric="cosine")
    for found in sweep.clusterings:
        np.testing.assert_allclose(np.linalg.norm(found.centers, axis=1), 1)
        cosines = vectors @ found.centers.T
        own = cosines[np.arange(300), found.cluster_labels]
        assert (own >= cosines.max(axis=1) - 1e-5).all()
        assert found.inertia == pytest.approx((2 - 2 * own).sum(), rel=1e-5)
        for cluster, center in enumerate(found.centers):
            total = vectors[found.cluster_labels == cluster].sum(axis=0)
            np.testing.assert_allclose(center, total / np.linalg.norm(total), atol=1e-5)
    assert (np.diff(sweep.inertias) < 0).all()


@pytest.mark.slow
def test_spherical_k_means_does_not_look_at_lengths() -> None:
    directions = Embeddings(_RANDOM.normal(size=(120, 5))).vectors
    stretched = directions * _RANDOM.uniform(0.1, 10, size=(120, 1)).astype(np.float32)
    plain, long = (
        sweep_clusters(each, [4], metric="cosine")[4] for each in (directions, stretched)
    )
    assert adjusted_rand_score(plain.cluster_labels, long.cluster_labels) == 1
    assert long.inertia == pytest.approx(plain.inertia, rel=1e-5)


@pytest.mark.parametrize("algorithm", ["ward", "gaussian_mixture"])
def test_what_knows_only_one_distance_says_so(algorithm: str) -> None:
    with pytest.raises(ValueError, match=r"`metric` must be one of \('euclidean',\) for .*cosine"):
        sweep_clusters(GROUPS, [3], algorithm=algorithm, metric="cosine")


@pytest.mark.parametrize("algorithm", ["kmeans", "ward", "average", "gaussian_mixture"])
def test_more_clusters_than_images_that_differ_are_refused(algorithm: str) -> None:
    twice = np.repeat(_RANDOM.normal(size=(5, 3)), 4, axis=0)
    with pytest.raises(ValueError, match=r"`n_clusters` must be at most 5, .*Got 6"):
        sweep_clusters(twice, [2, 6], algorithm=algorithm)


def test_another_algorithm_than_there_is_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"`algorithm` must be one of \('kmeans', .*'dbscan'"):
        sweep_clusters(GROUPS, algorithm="dbscan")
    with pytest.raises(ValueError, match=r"`min_cluster_sizes` must be different whole numbers"):
        sweep_clusters(GROUPS, algorithm="hdbscan", min_cluster_sizes=[1])


@pytest.mark.slow
def test_a_comparison_has_a_clustering_of_every_algorithm() -> None:
    found = compare_algorithms(GROUPS, n_clusters=6)
    assert list(found) == [
        "K-means", "spherical K-means", "agglomerative, Ward", "agglomerative, average",
        "Gaussian mixture", "HDBSCAN",
    ]  # fmt: skip
    assert {clustering.n_clusters for clustering in found.values()} == {6}


@pytest.mark.slow
def test_the_table_has_the_parameter_and_the_result_of_each_algorithm() -> None:
    images = load_storybook(n_images=60)
    kinds = np.eye(16)[images.class_labels] + 0.1 * _RANDOM.normal(size=(60, 16))
    found = compare_algorithms(Embeddings(kinds), n_clusters=5, min_cluster_size=3)
    table = found.to_pandas(images)
    assert table.index.tolist() == list(found)
    for title, row in table.iterrows():
        clustering = found[title]
        assert row["parameter_value"] == (3 if title == "HDBSCAN" else 5)
        assert (row["n_clusters"], row["n_noise"]) == (clustering.n_clusters, clustering.n_noise)
        assert row["silhouette_score"] == clustering.silhouette_score
        assert row["largest"] == max(np.bincount(clustering.cluster_labels + 1)[1:]) / 60
        agreement = class_agreement(images, clustering)
        assert row["adjusted_mutual_info"] == agreement.adjusted_mutual_info
    assert "adjusted_rand" not in found.to_pandas()


@pytest.mark.slow
def test_clusters_of_a_projection_measured_among_the_vectors_are_the_same_clusters() -> None:
    projection = project(GROUPS, "pca")
    found = sweep_clusters(projection, range(2, 6))
    really = remeasure(GROUPS, found)
    assert (found.space, really.space) == ("pca", "embedding")
    for k in found:
        assert really[k].cluster_labels.tolist() == found[k].cluster_labels.tolist()
        expected = silhouette_samples(GROUPS.vectors, found[k].cluster_labels)
        np.testing.assert_allclose(really[k].silhouettes, expected, atol=1e-5)
        one = remeasure(GROUPS, found[k], metric="cosine")
        expected = silhouette_samples(GROUPS.vectors, found[k].cluster_labels, metric="cosine")
        np.testing.assert_allclose(one.silhouettes, expected, atol=1e-5)
    with pytest.raises(ValueError, match=r"one row for each of the 180 images\. Got 179"):
        remeasure(GROUPS[:179], found)


@pytest.mark.slow
def test_centering_takes_the_common_direction_away_and_leaves_unit_length() -> None:
    cone = Embeddings(_RANDOM.normal(size=(200, 16)) + 5 * np.eye(16)[0])
    centered = cone.centered()
    np.testing.assert_allclose(np.linalg.norm(centered.vectors, axis=1), 1, rtol=1e-6)
    moved = cone.vectors - cone.vectors.mean(axis=0)
    expected = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    np.testing.assert_allclose(centered.vectors, expected, atol=1e-6)
    assert (cone.space, centered.space) == ("embedding", "centered embedding")
    assert sweep_clusters(centered, [3]).space == "centered embedding"
    with pytest.raises(ValueError, match="rows that are finite and not zero"):
        Embeddings([[1.0, 0.0], [1.0, 0.0]]).centered()


def test_what_is_centred_stays_as_it_is() -> None:
    centered = GROUPS.centered()
    assert centered.centered() is centered


@pytest.mark.slow
def test_a_projection_in_more_than_two_dimensions_is_a_space_of_its_own() -> None:
    assert sweep_clusters(project(GROUPS, "pca", n_components=5), [3]).space == "pca-5"
    assert sweep_clusters(Projection(GROUPS.vectors[:, :2], "by hand"), [3]).space == "by hand"


def test_numbers_follow_those_that_share_most_and_noise_stays_noise() -> None:
    first = np.array([2, 2, 2, 0, 0, 1, -1])
    second = np.array([1, 1, -1, 2, 2, 0, 0])
    third = np.array([0, 0, 0, 1, 1, 1, -1])
    a, b, c = match([first, second, third])
    assert a.tolist() == [0, 0, 0, 1, 1, 2, -1]
    assert b.tolist() == [0, 0, -1, 1, 1, 2, 2]
    assert c.tolist() == [0, 0, 0, 1, 1, 1, -1]
    assert shared(a, b, 3, 3).tolist() == [[2, 0, 0], [0, 2, 0], [0, 0, 1]]


@pytest.mark.slow
def test_a_mixture_that_loses_a_component_has_a_cluster_fewer() -> None:
    for seed in range(6):
        points = np.random.default_rng(seed).normal(size=(200, 2))
        sweep = sweep_clusters(
            points, range(2, 41, 4), random_state=seed, algorithm="gaussian_mixture"
        )
        assert tuple(sweep) == tuple(range(2, 41, 4))
        assert all(found.n_clusters <= k for k, found in sweep.items())
        assert sweep.elbow is None or sweep.elbow in sweep


@pytest.mark.slow
def test_what_an_algorithm_cannot_take_is_said_in_words() -> None:
    points = _RANDOM.normal(size=(40, 3))
    with pytest.raises(ValueError, match=r"`min_cluster_sizes` must be at most 40.* Got 50"):
        sweep_clusters(points, algorithm="hdbscan", min_cluster_sizes=[50])
    points[7] = 0
    for algorithm in ("kmeans", "average", "hdbscan"):
        with pytest.raises(ValueError, match=r"no row of zeros for the cosine.* at row 7"):
            sweep_clusters(points, [3], algorithm=algorithm, metric="cosine")
    two = Clustering([0, 0, 1, 1], np.zeros((2, 1)), 0.0, np.zeros(4))
    with pytest.raises(ValueError, match=r"`parameter_values` must have one for each of the 1"):
        ClusterSweep((two,), parameter_values=(1, 2))
    assert compare_algorithms(points[:8] + 1, n_clusters=3)["HDBSCAN"].n_noise >= 0


def test_a_sweep_over_sizes_may_find_the_same_number_of_clusters_twice() -> None:
    two = Clustering([0, 0, 1, 1], np.zeros((2, 1)), 0.0, np.zeros(4))
    sweep = ClusterSweep((two, two), parameter="min_cluster_size", parameter_values=(9, 5))
    assert (tuple(sweep), sweep.n_clusters) == ((5, 9), (2, 2))
    with pytest.raises(KeyError, match=r"`min_cluster_size` must be one of \[5, 9\]\. Got 2"):
        sweep[2]
    assert repr(sweep).endswith("smallest size from 5 to 9")


def test_the_cut_of_a_tree_is_the_cut_of_scipy() -> None:
    points = _RANDOM.normal(size=(50, 4))
    theirs = fcluster(linkage(points, "ward"), 5, "maxclust")
    found = sweep_clusters(points, [5], algorithm="ward")[5]
    assert adjusted_rand_score(theirs, found.cluster_labels) == 1


@pytest.mark.parametrize("algorithm", ["ward", "average", "hdbscan"])
def test_what_needs_all_pairs_is_refused_before_memory_is_full(algorithm):
    with pytest.raises(ValueError, match=r"for 20,001 images: .* takes at most 20,000"):
        sweep_clusters(np.random.default_rng(0).normal(size=(20_001, 2)), algorithm=algorithm)
