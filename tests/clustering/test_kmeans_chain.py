from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, make_blobs

from cliplab.clustering.kmeans_chain import kmeans_chain
from cliplab.clustering.matching import match

KS = range(2, 13)


def _unit(points: NDArray[np.float64]) -> NDArray[np.float32]:
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def _storybook_like(random: np.random.Generator) -> NDArray[np.float32]:
    """Three factors that vary independently, as object, colour and place do."""
    return _unit(
        sum(
            weight * random.normal(size=(n_values, 96))[random.integers(0, n_values, 400)]
            for weight, n_values in ((1.0, 16), (0.8, 8), (1.2, 6), (0.3, 400))
        )
    )


def _data() -> dict[str, NDArray[np.floating]]:
    random = np.random.default_rng(0)
    return {
        "separate groups": 3 * random.normal(size=(10, 64))[np.arange(300) % 10]
        + 0.3 * random.normal(size=(300, 64)),
        "overlapping groups": _unit(
            random.normal(size=(15, 96))[np.arange(400) % 15] + random.normal(size=(400, 96))
        ),
        "three factors": _storybook_like(random),
        "noise in many dimensions": _unit(random.normal(size=(300, 128))),
        "noise in a plane": random.uniform(size=(300, 2)),
        "groups in a plane": make_blobs(300, centers=9, random_state=0)[0],
        "handwritten digits": load_digits().data[:400].astype(np.float32),
    }


def _inertia(points: NDArray[np.floating], labels: NDArray[np.intp]) -> float:
    return sum(
        float(((points[labels == label] - points[labels == label].mean(axis=0)) ** 2).sum())
        for label in np.unique(labels)
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", _data())
def test_inertia_is_within_1_percent_of_ten_starts_of_scikit_learn(name: str) -> None:
    points = _data()[name]

    labelings = kmeans_chain(points, KS, random_state=0)

    assert {labels.dtype for labels in labelings} == {np.dtype(np.intp)}
    found = [_inertia(points, labels) for labels in labelings]
    expected = [KMeans(k, n_init=10, random_state=0).fit(points).inertia_ for k in KS]
    assert (np.array(found) / expected).max() <= 1.01


@pytest.mark.slow
def test_the_largest_k_which_few_starts_reach_are_as_good() -> None:
    random = np.random.default_rng(2)
    points = random.normal(size=(40, 256))[np.arange(1000) % 40]
    points = _unit(points + 0.5 * random.normal(size=points.shape))
    largest = [16, 18, 20]

    labelings = dict(zip(range(2, 21), kmeans_chain(points, range(2, 21), 1), strict=True))

    for k in largest:
        expected = KMeans(k, n_init=10, random_state=0).fit(points).inertia_
        assert _inertia(points, labelings[k]) <= 1.01 * expected


@pytest.mark.slow
@pytest.mark.parametrize("k", [128, 140])
def test_there_may_be_more_clusters_than_a_byte_can_count(k: int) -> None:
    points = np.random.default_rng(5).normal(size=(300, 512)).astype(np.float32)

    (labels,) = kmeans_chain(points, [k], random_state=0)

    assert sorted(set(labels.tolist())) == list(range(k))


@pytest.mark.slow
@pytest.mark.parametrize("random_state", range(3))
def test_inertia_never_rises_with_more_clusters(random_state: int) -> None:
    points = np.random.default_rng(1).uniform(size=(100, 2))

    labelings = kmeans_chain(points, range(2, 40), random_state)

    assert (np.diff([_inertia(points, labels) for labels in labelings]) < 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["three factors", "noise in a plane"])
def test_every_partition_is_settled(name: str) -> None:
    points = _data()[name]

    for k, labels in zip(KS, kmeans_chain(points, KS, random_state=1), strict=True):
        means = np.stack([points[labels == label].mean(axis=0) for label in range(k)])
        distances = ((points[:, None] - means) ** 2).sum(axis=2)
        own = distances[np.arange(len(points)), labels]
        np.testing.assert_allclose(own, distances.min(axis=1), atol=1e-5)


def test_separate_groups_are_found() -> None:
    groups = np.arange(90) % 6
    points = np.array([[0, 0], [0, 9], [9, 0], [9, 9], [30, 0], [30, 30]])[groups]
    points = points + np.random.default_rng(2).normal(size=points.shape)

    (labels,) = kmeans_chain(points, [6], random_state=0)

    assert len(set(zip(labels.tolist(), groups.tolist(), strict=True))) == 6


def test_clusters_keep_their_numbers_from_k_to_k_as_far_as_they_can() -> None:
    labelings = match(kmeans_chain(_data()["three factors"], KS, random_state=0))

    for k, before, after in zip(KS, labelings, labelings[1:], strict=False):
        shared = np.zeros((k, k + 1), dtype=int)
        np.add.at(shared, (before, after), 1)
        most = shared[linear_sum_assignment(shared, maximize=True)].sum()
        assert np.trace(shared) == most


def test_a_group_that_splits_leaves_the_other_numbers_alone() -> None:
    points = np.repeat([[0.0], [4.0], [50.0], [200.0]], [9, 8, 30, 40], axis=0)

    three, four = match(kmeans_chain(points, [3, 4], random_state=0))

    assert three.tolist() == [2] * 17 + [1] * 30 + [0] * 40
    assert four.tolist() == [2] * 9 + [3] * 8 + [1] * 30 + [0] * 40


@pytest.mark.slow
def test_the_first_clusters_are_numbered_by_size() -> None:
    (labels,) = match(kmeans_chain(_data()["handwritten digits"], [5], random_state=0))

    assert (np.diff(np.bincount(labels)) <= 0).all()


def test_more_clusters_than_images_are_refused_before_any_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cliplab.clustering.kmeans_chain._partitions", None)
    points = np.random.default_rng(0).normal(size=(40, 3))
    points[1] = points[0]
    with pytest.raises(ValueError, match=r"at most 39, the number of images that differ\. Got 41"):
        kmeans_chain(points, [2, 41], random_state=0)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_duplicates_form_as_many_clusters_as_there_are_different_points(dtype: type) -> None:
    places = np.random.default_rng(3).normal(size=(12, 32)).astype(dtype)
    points = places[np.arange(200) % 12]

    labels = kmeans_chain(points, [12], random_state=0)[0]

    assert len(set(zip(labels.tolist(), (np.arange(200) % 12).tolist(), strict=True))) == 12
    with pytest.raises(ValueError, match=r"at most 12, the number of images that differ\. Got 13"):
        kmeans_chain(points, [2, 13], random_state=0)


def test_every_image_can_be_a_cluster_of_its_own() -> None:
    points = np.random.default_rng(4).normal(size=(15, 4)).astype(np.float32)

    assert sorted(kmeans_chain(points, [15], random_state=0)[0]) == list(range(15))


def test_equal_seeds_give_equal_partitions_and_others_may_differ() -> None:
    points = _data()["noise in many dimensions"]
    first, again, other = (kmeans_chain(points, [8, 12], random_state=s) for s in (5, 5, 6))

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.slow
def test_few_clusters_for_many_groups_are_as_good_as_a_hundred_starts() -> None:
    """It matters which of ten groups share one of five clusters, and there are 42,525 ways."""
    random = np.random.default_rng(0)
    centers = random.normal(size=(10, 96)) + 1.5 * random.normal(size=96)
    points = _unit(centers[np.arange(500) % 10] + 0.8 * random.normal(size=(500, 96)))
    ks = range(3, 8)
    lowest = [KMeans(k, n_init=100, random_state=0).fit(points).inertia_ for k in ks]

    for seed in range(3):
        found = [_inertia(points, labels) for labels in kmeans_chain(points, ks, seed)]
        assert (np.array(found) / lowest).max() <= 1.005
