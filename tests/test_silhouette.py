from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from sklearn.metrics import silhouette_samples

from cliplab.silhouette import silhouettes


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

    monkeypatch.setattr("cliplab.silhouette._BLOCK_DISTANCES", 7 * 50)

    np.testing.assert_allclose(silhouettes(points, labelings), whole, rtol=0, atol=1e-6)


def test_a_single_cluster_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"at least 2 clusters in every clustering\. Got 1"):
        silhouettes([[0.0], [1.0]], [[0, 0]])


def test_labels_of_another_length_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"`cluster_labels` must have shape .* Got \(1, 3\)"):
        silhouettes([[0.0], [1.0]], [[0, 0, 1]])
