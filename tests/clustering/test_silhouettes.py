from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from sklearn.metrics import silhouette_samples

from cliplab.clustering.silhouettes import silhouettes


def _unit(points: NDArray[np.float64]) -> NDArray[np.float32]:
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def _near_duplicates(spread: float) -> NDArray[np.float32]:
    random = np.random.default_rng(2)
    centers = _unit(random.normal(size=(6, 64)))[np.arange(300) % 6]
    return (centers + spread * random.normal(size=centers.shape)).astype(np.float32)


_RANDOM = np.random.default_rng(0)
POINTS = {
    "unit vectors": _unit(_RANDOM.normal(size=(700, 64))),
    "a plane, far from the origin": _RANDOM.normal(size=(300, 2)) + 1000,
    "near-duplicates": _near_duplicates(1e-5),
    "exact duplicates": _near_duplicates(0.0),
}


@pytest.mark.parametrize("points", POINTS.values(), ids=POINTS.keys())
def test_silhouettes_equal_those_of_scikit_learn(points: NDArray[np.floating]) -> None:
    random = np.random.default_rng(1)
    labelings = [random.integers(0, k, len(points)) for k in (2, 3, 7, 20)]
    labelings.append(np.arange(len(points)) % 6)

    found = silhouettes(points, labelings)

    expected = [silhouette_samples(points, labels) for labels in labelings]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_silhouettes_hold_where_all_points_nearly_coincide() -> None:
    random = np.random.default_rng(3)
    points = (_unit(random.normal(size=(1, 64))) + 1e-6 * random.normal(size=(60, 64))).astype(
        np.float32
    )
    labels = np.arange(60) % 3

    distances = cdist(points.astype(np.float64), points.astype(np.float64))
    expected = silhouette_samples(distances, labels, metric="precomputed")

    np.testing.assert_allclose(silhouettes(points, [labels])[0], expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("spread", [0.02, 0.1, 0.25, 0.5])
def test_silhouettes_hold_where_groups_are_narrow_beside_the_whole(spread: float) -> None:
    random = np.random.default_rng(7)
    centers = _unit(random.normal(size=(12, 512)))[np.arange(600) % 12]
    points = (centers + spread / 512**0.5 * random.normal(size=centers.shape)).astype(np.float32)
    labels = random.integers(0, 24, 600)

    distances = cdist(points.astype(np.float64), points.astype(np.float64))
    expected = silhouette_samples(distances, labels, metric="precomputed")

    np.testing.assert_allclose(silhouettes(points, [labels])[0], expected, rtol=0, atol=1e-5)


def test_an_image_alone_in_its_cluster_has_silhouette_0() -> None:
    found = silhouettes([[0.0], [1.0], [9.0]], [[0, 0, 1]])

    assert found[0, 2] == 0
    assert (found[0, :2] > 0.8).all()


def test_a_cluster_of_duplicates_beside_a_duplicate_has_silhouette_0() -> None:
    assert silhouettes([[1.0], [1.0], [1.0], [1.0]], [[0, 0, 1, 1]]).tolist() == [[0, 0, 0, 0]]


def test_cluster_numbers_need_not_be_contiguous() -> None:
    points = np.random.default_rng(4).normal(size=(40, 3))
    labels = np.arange(40) % 3

    np.testing.assert_array_equal(
        silhouettes(points, [labels * 5 - 3]), silhouettes(points, [labels])
    )


def test_blocks_of_any_size_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.random.default_rng(5).normal(size=(50, 4))
    labelings = [np.arange(50) % k for k in (2, 5)]
    whole = silhouettes(points, labelings)

    monkeypatch.setattr("cliplab.clustering.silhouettes._BLOCK", 7)

    np.testing.assert_allclose(silhouettes(points, labelings), whole, rtol=0, atol=1e-6)


@pytest.mark.parametrize("rows", [None, np.arange(3, 700, 9)])
def test_several_threads_give_the_same(
    monkeypatch: pytest.MonkeyPatch, rows: NDArray[np.intp] | None
) -> None:
    points, labelings = POINTS["unit vectors"], [np.arange(700) % k for k in (2, 5)]
    monkeypatch.setattr("cliplab.clustering.silhouettes._BLOCK", 64)
    alone = silhouettes(points, labelings, rows=rows)

    monkeypatch.setattr("cliplab.clustering.silhouettes._ALONE", 0)
    monkeypatch.setattr("cliplab.clustering.silhouettes.n_cores", lambda: 3)

    together = silhouettes(points, labelings, rows=rows)
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(silhouettes(points, labelings, rows=rows), together)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("points", POINTS.values(), ids=POINTS.keys())
def test_a_row_has_the_silhouette_that_it_has_among_all(
    points: NDArray[np.floating], metric: str
) -> None:
    labelings = [np.arange(len(points)) % k for k in (2, 7)]
    rows = np.random.default_rng(6).permutation(len(points))[:40]

    found = silhouettes(points, labelings, metric, rows=rows)

    whole = silhouettes(points, labelings, metric)
    np.testing.assert_allclose(found[:, rows], whole[:, rows], rtol=0, atol=1e-6)
    assert np.isnan(np.delete(found, rows, axis=1)).all()


def test_rows_of_noise_and_lone_points_are_as_among_all() -> None:
    points, labels = [[0.0], [1.0], [9.0], [4.0], [1.5]], [[0, 0, 1, -1, 0]]

    found = silhouettes(points, labels, rows=[3, 2, 2, 0])

    np.testing.assert_array_equal(np.isnan(found[0]), [False, True, False, True, True])
    assert found[0, 2] == 0
    assert found[0, 0] == silhouettes(points, labels)[0, 0]


def test_no_rows_have_no_silhouettes() -> None:
    assert np.isnan(silhouettes([[0.0], [1.0], [9.0]], [[0, 0, 1]], rows=[])).all()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([1, 3], r"`rows` must be from 0 to 2\. Got 1 to 3"),
        ([-1], r"`rows` must be from 0 to 2\. Got -1 to -1"),
        ([0.5], r"`rows` must be a list of whole numbers\. Got \[0\.5\]"),
        ([True, False, True], r"`rows` must be a list of whole numbers"),
        ([[0, 1]], r"`rows` must be a list of whole numbers"),
    ],
)
def test_rows_that_are_no_points_are_an_error(rows: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        silhouettes([[0.0], [1.0], [9.0]], [[0, 0, 1]], rows=rows)


def test_a_single_cluster_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"at least 2 clusters in every clustering\. Got 1"):
        silhouettes([[0.0], [1.0]], [[0, 0]])


def test_labels_of_another_length_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"`cluster_labels` must have shape .* Got \(1, 3\)"):
        silhouettes([[0.0], [1.0]], [[0, 0, 1]])
