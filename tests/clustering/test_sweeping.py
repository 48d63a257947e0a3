from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score, silhouette_samples

from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.elbow import find_elbow
from cliplab.clustering.measuring import remeasure
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import Clustering
from cliplab.embeddings.values import Embeddings
from cliplab.projection.values import Projection

_RANDOM = np.random.default_rng(0)
VECTORS = _RANDOM.normal(size=(5, 32))[np.arange(150) % 5] + 0.4 * _RANDOM.normal(size=(150, 32))
EMBEDDINGS = Embeddings(VECTORS)
SWEEP = sweep_clusters(EMBEDDINGS, n_clusters=range(2, 9))


def _clustering(n_clusters: int = 2, n_images: int = 6, space: str = "embedding") -> Clustering:
    labels = np.arange(n_images) % n_clusters
    return Clustering(labels, np.zeros((n_clusters, 3)), 1.0, np.zeros(n_images), space)


@pytest.mark.parametrize("k", SWEEP)
def test_centers_are_means_and_inertia_is_their_squared_distances(k: int) -> None:
    clustering = SWEEP[k]
    points = EMBEDDINGS.vectors.astype(np.float64)
    means = [points[clustering.cluster_labels == label].mean(axis=0) for label in range(k)]

    np.testing.assert_allclose(clustering.centers, means, rtol=1e-12)
    distances = points - clustering.centers[clustering.cluster_labels]
    assert clustering.inertia == pytest.approx((distances**2).sum(), rel=1e-12)


@pytest.mark.parametrize("k", SWEEP)
def test_silhouettes_of_a_sweep_equal_those_of_scikit_learn(k: int) -> None:
    expected = silhouette_samples(EMBEDDINGS.vectors, SWEEP[k].cluster_labels)

    np.testing.assert_allclose(SWEEP[k].silhouettes, expected, rtol=0, atol=1e-5)
    assert SWEEP[k].silhouette_score == pytest.approx(expected.mean(), abs=1e-5)


def test_a_sweep_finds_the_groups_and_its_curves_show_them() -> None:
    assert len(set(zip(SWEEP[5].cluster_labels.tolist(), np.arange(150) % 5, strict=True))) == 5
    assert SWEEP.elbow == 5
    assert SWEEP.n_clusters[int(SWEEP.silhouette_scores.argmax())] == 5


def test_elbows_are_those_of_each_shorter_range() -> None:
    assert list(SWEEP.elbows) == [5, 6, 7, 8]
    for end, elbow in SWEEP.elbows.items():
        shorter = ClusterSweep(tuple(SWEEP[k] for k in range(2, end + 1)))
        assert elbow == find_elbow(range(2, end + 1), shorter.inertias) == shorter.elbow
    assert SWEEP.elbows[8] == SWEEP.elbow == 5
    assert SWEEP.elbows[5] != 5  # The last k of a range is never its elbow.


def test_there_are_no_elbows_of_three_k_or_of_another_parameter() -> None:
    assert ClusterSweep(tuple(SWEEP[k] for k in (2, 3, 4))).elbows == {}
    other = ClusterSweep(SWEEP.clusterings, parameter="min_cluster_size")
    assert other.elbows == {}


def test_the_curves_are_those_of_the_clusterings() -> None:
    assert SWEEP.n_clusters == (2, 3, 4, 5, 6, 7, 8)
    assert SWEEP.inertias.tolist() == [SWEEP[k].inertia for k in SWEEP]
    assert SWEEP.silhouette_scores.tolist() == [SWEEP[k].silhouette_score for k in SWEEP]
    frame = SWEEP.to_pandas()
    assert frame["n_clusters"].tolist() == list(SWEEP)
    assert frame["inertia"].tolist() == SWEEP.inertias.tolist()
    assert frame["silhouette_score"].tolist() == SWEEP.silhouette_scores.tolist()


def test_a_sweep_says_in_which_space_it_was_made() -> None:
    assert SWEEP.space == SWEEP[2].space == "embedding"
    assert sweep_clusters(EMBEDDINGS.vectors, [3]).space == "array"


@pytest.mark.slow
def test_a_projection_is_swept_by_its_coordinates_and_names_its_method() -> None:
    sweep = sweep_clusters(Projection(VECTORS[:, :2], "tsne"), [3])

    assert sweep.space == sweep[3].space == "tsne"
    assert sweep[3].centers.shape == (3, 2)


def test_an_array_is_swept_as_it_is_and_embeddings_by_their_unit_vectors() -> None:
    far = np.repeat([[1.0, 0.0], [9.0, 0.1], [0.0, 1.0]], 4, axis=0)

    assert sweep_clusters(far, [2])[2].cluster_labels.tolist() == [0] * 4 + [1] * 4 + [0] * 4
    assert sweep_clusters(Embeddings(far), [2])[2].cluster_labels.tolist() == [0] * 8 + [1] * 4


def test_any_values_of_k_in_any_order_can_be_swept() -> None:
    sweep = sweep_clusters(EMBEDDINGS, [7, 3], random_state=4)

    assert list(sweep) == [3, 7]
    assert sweep[7].n_clusters == 7
    assert sweep.random_state == 4


def test_equal_seeds_give_equal_sweeps() -> None:
    again = sweep_clusters(EMBEDDINGS, n_clusters=range(2, 9))

    for k in SWEEP:
        np.testing.assert_array_equal(again[k].cluster_labels, SWEEP[k].cluster_labels)
        np.testing.assert_array_equal(again[k].silhouettes, SWEEP[k].silhouettes)


def test_a_sweep_is_a_mapping_from_k_to_clustering() -> None:
    assert len(SWEEP) == 7
    assert SWEEP[np.int64(3)] is SWEEP[3]
    assert 8 in SWEEP
    assert 9 not in SWEEP
    with pytest.raises(KeyError, match=r"must be one of \[2, 3, 4, 5, 6, 7, 8\]\. Got 9"):
        SWEEP[9]


def test_reprs_fit_one_line() -> None:
    assert repr(SWEEP) == "ClusterSweep of 150 images in the embedding, k from 2 to 8"
    assert repr(_clustering()) == (
        "Clustering of 6 images into 2 clusters in the embedding, silhouette 0.000"
    )


def test_each_cluster_has_size_mean_silhouette_and_share_of_negatives() -> None:
    clustering = Clustering([0, 1, 1, 1], [[0.0], [1.0]], 1.0, [0.5, -0.25, 0.5, -0.25])

    assert clustering.to_pandas().to_dict("list") == {
        "cluster_label": [0, 1],
        "size": [1, 3],
        "mean_silhouette": [0.5, 0.0],
        "negative_share": [0.0, pytest.approx(2 / 3)],
    }


@pytest.mark.parametrize("name", ["cluster_labels", "centers", "silhouettes"])
def test_a_clustering_cannot_be_written_to(name: str) -> None:
    with pytest.raises(ValueError, match="read-only"):
        getattr(SWEEP[3], name)[0] = 0


def test_a_clustering_does_not_share_memory_with_what_it_was_made_from() -> None:
    labels = np.array([0, 1])
    clustering = Clustering(labels, np.zeros((2, 1)), 0.0, np.zeros(2))
    labels[0] = 1

    assert clustering.cluster_labels.tolist() == [0, 1]


def test_a_clustering_with_an_empty_cluster_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"each number from 0 to 2, .* Got \[0, 2\]"):
        Clustering(np.array([0, 2]), np.zeros((3, 1)), 0.0, np.zeros(2))


def test_a_clustering_whose_shapes_differ_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"must have shapes .* Got \(2,\), \(2, 1\) and \(3,\)"):
        Clustering(np.array([0, 1]), np.zeros((2, 1)), 0.0, np.zeros(3))


@pytest.mark.parametrize(
    "clusterings",
    [
        (),
        (_clustering(2), _clustering(2)),
        (_clustering(2), _clustering(3, n_images=7)),
        (_clustering(2), _clustering(3, space="tsne")),
    ],
    ids=["none", "one k twice", "other images", "another space"],
)
def test_clusterings_that_do_not_belong_together_are_an_error(
    clusterings: tuple[Clustering, ...],
) -> None:
    with pytest.raises(ValueError, match="`clusterings` must be of the same images"):
        ClusterSweep(clusterings)


@pytest.mark.parametrize("ks", [[1, 2], [2, 2], [0], [2.5], [5, "10"], [[2], 3]])
def test_values_of_k_that_make_no_sense_are_an_error(ks: list[int]) -> None:
    with pytest.raises(ValueError, match="`n_clusters` must be different whole numbers from 2"):
        sweep_clusters(EMBEDDINGS, ks)


def test_a_single_k_is_no_list() -> None:
    for k, hint in ((5, r": write \[5\]\.$"), ("23", r"\.$")):
        with pytest.raises(ValueError, match=rf"`n_clusters` must be a list .* instead{hint}"):
            sweep_clusters(EMBEDDINGS, k)


def test_few_images_have_fewer_k_unless_they_are_given() -> None:
    assert sweep_clusters(EMBEDDINGS).n_clusters == tuple(range(2, 21))
    assert sweep_clusters(EMBEDDINGS[:12]).n_clusters == tuple(range(2, 12))
    twice = np.repeat(np.eye(4), 5, axis=0)
    assert sweep_clusters(twice).n_clusters == (2, 3)
    assert sweep_clusters(twice * 1e-9 + 1).n_clusters == (2, 3)
    with pytest.raises(ValueError, match=r"`embeddings` must have at least 3 rows .* Got 2 inst"):
        sweep_clusters(EMBEDDINGS[:2])


def test_values_for_another_algorithm_are_not_ignored() -> None:
    with pytest.raises(ValueError, match=r"`n_clusters` must be left out for HDBSCAN. Got \[8\]"):
        sweep_clusters(EMBEDDINGS, [8], algorithm="hdbscan")
    with pytest.raises(ValueError, match=r"`min_cluster_sizes` must be left out for K-means\. Got"):
        sweep_clusters(EMBEDDINGS, min_cluster_sizes=[8])


def test_no_k_at_all_is_an_error() -> None:
    for ks in ([], range(5, 5), ()):
        with pytest.raises(ValueError, match=r"`n_clusters` must hold at least one .* Got none"):
            sweep_clusters(EMBEDDINGS, ks)


def test_more_clusters_than_images_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"`n_clusters` must be at most 12.* Got 20"):
        sweep_clusters(EMBEDDINGS[:12], range(2, 21))


@pytest.mark.parametrize("array", [[1.0, 2.0], [[1.0], [np.nan]], np.zeros((0, 3))])
def test_what_is_no_table_of_finite_numbers_is_an_error(array: object) -> None:
    with pytest.raises(ValueError, match="`embeddings` must be finite numbers of shape"):
        sweep_clusters(array, [2])


def test_clustering_needs_neither_torch_nor_datasets() -> None:
    program = (
        "import sys, cliplab.clustering\n"
        "print(sorted({'torch', 'datasets', 'bokeh', 'pandas'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "[]"


@pytest.mark.slow
def test_of_very_many_images_a_sample_is_measured_and_each_of_it_exactly() -> None:
    sampled = sweep_clusters(EMBEDDINGS, [2, 5], n_silhouettes=40)
    whole = sweep_clusters(EMBEDDINGS, [2, 5])
    for k in (2, 5):
        measured = np.isfinite(sampled[k].silhouettes)
        assert measured.sum() == sampled[k].n_measured == 40
        assert sampled[k].is_sampled
        assert not whole[k].is_sampled
        np.testing.assert_array_equal(sampled[k].cluster_labels, whole[k].cluster_labels)
        np.testing.assert_allclose(
            sampled[k].silhouettes[measured], whole[k].silhouettes[measured], atol=1e-6
        )
        assert sampled[k].inertia == whole[k].inertia


def test_the_same_images_are_measured_for_every_k() -> None:
    sampled = sweep_clusters(EMBEDDINGS, [2, 3, 5], n_silhouettes=40)
    first, *others = (np.isfinite(each.silhouettes).tolist() for each in sampled.values())
    assert all(other == first for other in others)


def test_every_cluster_has_its_share_of_what_is_measured() -> None:
    sampled = sweep_clusters(EMBEDDINGS, [2, 5], n_silhouettes=50)[5]
    counts = np.bincount(sampled.cluster_labels[np.isfinite(sampled.silhouettes)], minlength=5)
    assert counts.tolist() == [10] * 5


@pytest.mark.slow
def test_the_error_is_known_where_a_cluster_has_two_images_with_a_silhouette() -> None:
    """As the docstrings say; and a sample larger than k always has such a cluster."""
    for n_silhouettes in range(2, 12):
        for found in sweep_clusters(VECTORS, [4, 9], n_silhouettes=n_silhouettes).values():
            measured = found.cluster_labels[np.isfinite(found.silhouettes)]
            is_known = bool(np.isfinite(found.silhouette_error))
            assert is_known == (np.bincount(measured).max() > 1)
            assert is_known or n_silhouettes <= found.n_clusters
    assert np.isnan(sweep_clusters(VECTORS, [9], n_silhouettes=5)[9].silhouette_error)


@pytest.mark.slow
def test_the_error_is_that_of_the_mean_of_a_sample() -> None:
    """The mean of all is within two errors of the sample's mean nearly always."""
    random = np.random.default_rng(1)
    points = random.normal(size=(5, 8))[np.arange(1000) % 5] + random.normal(size=(1000, 8))
    held, errors = [], []
    for seed in range(30):
        own = points + 0.3 * np.random.default_rng(seed).normal(size=points.shape)
        labels = sweep_clusters(own, [4, 5], n_silhouettes=150)[4]
        true = silhouette_samples(own, labels.cluster_labels).mean()
        errors.append(labels.silhouette_error)
        held.append(abs(labels.silhouette_score - true) <= 2 * labels.silhouette_error)
    assert np.mean(held) >= 0.85
    assert max(errors) < 0.03


def test_where_every_image_is_measured_the_error_is_zero() -> None:
    assert SWEEP.silhouette_errors.tolist() == [0.0] * len(SWEEP)
    assert "silhouette_error" not in SWEEP.to_pandas()
    sampled = sweep_clusters(EMBEDDINGS, [5], n_silhouettes=60)
    assert sampled.to_pandas()["silhouette_error"].tolist() == sampled.silhouette_errors.tolist()
    assert "±" in repr(sampled[5])
    assert "±" not in repr(SWEEP[5])


def test_noise_is_not_what_was_left_unmeasured() -> None:
    labels = np.array([0, 0, 0, 1, 1, 1, -1])
    scores = np.array([0.5, np.nan, 0.7, 0.1, np.nan, 0.3, np.nan])
    some = Clustering(labels, np.zeros((2, 3)), 1.0, scores)
    assert (some.n_noise, some.n_measured, some.is_sampled) == (1, 4, True)
    assert some.silhouette_score == pytest.approx(0.4)
    # Pooled variance (0.02 + 0.02) / 2, of which 1 - 4/6 is left, over 4 images.
    assert some.silhouette_error == pytest.approx(np.sqrt((1 - 4 / 6) * 0.02 / 4))
    assert some.to_pandas()["mean_silhouette"].tolist() == pytest.approx([0.6, 0.2])
    assert some.to_pandas()["negative_share"].tolist() == [0, 0]


@pytest.mark.parametrize("n_silhouettes", [1, 0, -3])
def test_fewer_than_two_silhouettes_are_refused(n_silhouettes: int) -> None:
    with pytest.raises(
        ValueError, match=f"must be a whole number of at least 2. Got {n_silhouettes} instead"
    ):
        sweep_clusters(EMBEDDINGS, [3], n_silhouettes=n_silhouettes)


def test_swapped_arguments_are_an_error() -> None:
    words = (
        r"`clustering` must be a Clustering, such as .*, or a ClusterSweep, .*\. Got Embeddings "
    )
    with pytest.raises(TypeError, match=words):
        remeasure(EMBEDDINGS, EMBEDDINGS)
    with pytest.raises(TypeError, match=r"`embeddings` must be Embeddings, .*\. Got Clustering "):
        remeasure(SWEEP[3], EMBEDDINGS)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    ("algorithm", "metric"),
    [
        ("kmeans", "euclidean"),
        ("kmeans", "cosine"),
        ("ward", "euclidean"),
        ("average", "cosine"),
        ("gaussian_mixture", "euclidean"),
        ("hdbscan", "euclidean"),
        ("hdbscan", "cosine"),
    ],
)
def test_points_of_any_scale_are_clustered_as_their_scaled_selves(algorithm, metric, dtype):
    random = np.random.default_rng(0)
    points = np.concatenate(
        [random.normal(size=(15, 4)) + 6 * random.normal(size=4) for _ in "abc"]
    )
    given = {"min_cluster_sizes": [5]} if algorithm == "hdbscan" else {"n_clusters": [2, 3]}
    settings = {"algorithm": algorithm, "metric": metric, **given}
    usual = sweep_clusters(points.astype(dtype), **settings)
    for scale in (1e-25, 1e25):
        scaled = sweep_clusters((points * scale).astype(dtype), **settings)
        unit = 1 if metric == "cosine" else scale
        for value, clustering in usual.items():
            labels = clustering.cluster_labels, scaled[value].cluster_labels
            assert adjusted_mutual_info_score(*labels) == pytest.approx(1)
            assert scaled[value].inertia == pytest.approx(clustering.inertia * unit**2, rel=1e-4)
            np.testing.assert_allclose(
                np.sort(scaled[value].centers / unit, axis=0), np.sort(clustering.centers, axis=0),
                rtol=1e-4, atol=1e-5,
            )  # fmt: skip
            assert scaled[value].silhouette_score == pytest.approx(
                clustering.silhouette_score, abs=1e-4
            )


@pytest.mark.parametrize("noise", [1e-4, 1e-6])
@pytest.mark.parametrize("n_groups", [1, 2, 10])
def test_near_duplicates_that_differ_are_different_images(n_groups, noise):
    random = np.random.default_rng(0)
    groups = np.repeat(random.normal(size=(n_groups, 64)), 60 // n_groups, axis=0)
    embeddings = Embeddings(groups / 8 + noise * random.normal(size=groups.shape))
    assert sweep_clusters(embeddings, [n_groups + 1, 15])[15].n_clusters == 15
    # What lies apart comes first.
    if n_groups > 1:
        found = sweep_clusters(embeddings, [n_groups])[n_groups].cluster_labels
        known = np.repeat(np.arange(n_groups), 60 // n_groups)
        assert adjusted_mutual_info_score(found, known) == pytest.approx(1)


def test_beside_one_that_is_very_far_away_there_are_fewer_k_and_a_true_number():
    points = np.random.default_rng(0).normal(size=(60, 4))
    points[7] = 1e10
    assert list(sweep_clusters(points)) == [2]
    assert sweep_clusters(points)[2].to_pandas()["size"].max() == 59
    with pytest.raises(
        ValueError, match="at most 2, as many as can be told apart of the 60 images that differ"
    ):
        sweep_clusters(points, [2, 12])


def test_beside_many_equal_ones_there_are_as_many_k_as_images_that_differ():
    points = np.random.default_rng(0).normal(size=(60, 8))
    points[5:] = points[5]
    assert list(sweep_clusters(points)) == [2, 3, 4, 5]
    with pytest.raises(ValueError, match=r"at most 6, the number of images that differ\. Got 7"):
        sweep_clusters(points, [7])
