from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from cliplab.evaluation.evidence.main_directions import main_directions, partitions, whitening


def _points(n_images, n_features, seed=0, dtype=np.float64):
    random = np.random.default_rng(seed)
    spread = np.linspace(3, 0.2, n_features)
    mixed = random.normal(size=(n_images, n_features)) * spread
    rotation = np.linalg.qr(random.normal(size=(n_features, n_features)))[0]
    return (5 + mixed @ rotation).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(300, 24), (60, 200), (120, 5)])
def test_the_main_directions_are_the_principal_components(shape, dtype):
    points = _points(*shape, dtype=dtype)
    found = main_directions(points)
    n_directions = min(16, shape[0] // 6, shape[1])
    assert found.basis.shape == (shape[1], n_directions)
    np.testing.assert_allclose(found.basis.T @ found.basis, np.eye(n_directions), atol=1e-4)
    plain = PCA(n_directions, svd_solver="full").fit(points.astype(np.float64))
    expected = plain.transform(points)
    signs = np.sign((found.scores(points) * expected).sum(axis=0))
    np.testing.assert_allclose(found.scores(points) * signs, expected, atol=5e-3)


def test_other_images_are_placed_by_the_directions_and_the_mean_of_the_first():
    points, others = np.split(_points(200, 12), 2)
    found = main_directions(points)
    plain = PCA(12, svd_solver="full").fit(points)
    signs = np.sign((found.basis.T * plain.components_).sum(axis=1))
    np.testing.assert_allclose(found.scores(others) * signs, plain.transform(others), atol=1e-4)


@pytest.mark.parametrize(
    ("n_images", "n_directions"), [(3, 2), (12, 2), (18, 3), (95, 15), (96, 16), (600, 16)]
)
def test_there_is_a_direction_for_every_six_images_from_2_to_16(n_images, n_directions):
    assert main_directions(_points(n_images, 40)).basis.shape[1] == n_directions


@pytest.mark.parametrize("n_features", [8, 200])
def test_directions_without_variance_are_left_out(n_features):
    flat = np.random.default_rng(0).normal(size=(100, 3)) @ np.eye(3, n_features) + 7
    assert main_directions(flat).basis.shape[1] == 3
    few = np.repeat(np.eye(4, n_features), 30, axis=0)
    found = main_directions(few)
    assert found.basis.shape[1] == 3  # Four points span three directions.
    scores = found.scores(few)
    to_first = np.linalg.norm(scores - scores[0], axis=1)
    np.testing.assert_allclose(to_first, np.repeat([0, 1, 1, 1], 30) * np.sqrt(2), atol=1e-5)


@pytest.mark.parametrize("shape", [(100, 3), (20, 50)])
def test_equal_images_are_all_at_one_place(shape):
    for value in (0.0, 0.1, 1e4):
        scores = main_directions(np.full(shape, value)).scores(np.full(shape, value))
        assert scores.shape == (shape[0], 1)
        assert np.ptp(scores) == 0
        assert np.isfinite(scores).all()


def test_partitions_have_the_lowest_inertia_that_many_starts_find():
    """One seed ends at most half a hundredth above it, and eight on average far less."""
    points = _points(90, 4).astype(np.float32)
    lowest = {k: KMeans(k, n_init=30, random_state=0).fit(points).inertia_ for k in range(2, 7)}
    ratios = []
    for seed in range(8):
        found = partitions(points, 6, seed)
        assert list(found) == list(lowest)
        for k, labels in found.items():
            assert sorted(set(labels)) == list(range(k))
            means = np.array([points[labels == each].mean(axis=0) for each in range(k)])
            ratios.append(((points - means[labels]) ** 2).sum() / lowest[k])
            assert seed > 0 or ratios[-1] <= 1.005
    assert np.mean(ratios) <= 1.002


def test_there_are_no_more_clusters_than_different_images():
    few = np.repeat(np.eye(3, dtype=np.float32), 10, axis=0)
    found = partitions(few, 6, 0)
    assert list(found) == [2, 3]
    assert all(len(set(found[3][each : each + 10])) == 1 for each in (0, 10, 20))


def test_equal_seeds_give_equal_partitions():
    points = _points(60, 3).astype(np.float32)
    one, same = (partitions(points, 8, 5) for _ in range(2))
    assert all((one[k] == same[k]).all() for k in one)


def _groups(n_images=3000, n_groups=3, seed=0):
    random = np.random.default_rng(seed)
    labels = np.arange(n_images) % n_groups
    width = np.array([4.0, 1.0, 0.5, 2.0])
    points = 6 * random.normal(size=(n_groups, 4))[labels] + width * random.normal(
        size=(n_images, 4)
    )
    centers = np.array([points[labels == each].mean(axis=0) for each in range(n_groups)])
    return points, centers, labels


def test_whitened_clusters_are_about_as_wide_in_every_direction():
    points, centers, labels = _groups()
    matrix = whitening(points, centers, labels)
    within = np.cov(((points - centers[labels]) @ matrix).T, bias=True)
    before = np.cov((points - centers[labels]).T, bias=True)
    # But for a tenth, which is that of a sphere.
    shrunk = 0.9 * before + 0.1 * np.trace(before) / 4 * np.eye(4)
    np.testing.assert_allclose(matrix @ matrix.T, np.linalg.inv(shrunk), rtol=1e-9)
    np.testing.assert_allclose(matrix.T @ shrunk @ matrix, np.eye(4), atol=1e-9)
    assert np.linalg.cond(within) < 4
    assert np.linalg.cond(before) > 30
    assert 0.3 < np.diag(within).min() < np.diag(within).max() < 1.2


def test_the_line_between_whitened_centres_is_that_of_a_discriminant_analysis():
    points, centers, labels = _groups(n_groups=2)
    matrix = whitening(points, centers, labels)
    line = matrix @ ((centers[1] - centers[0]) @ matrix)
    plain = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.1).fit(points, labels).coef_[0]
    # scikit-learn scales the features first, so that its tenth is of another sphere.
    assert line @ plain / np.linalg.norm(line) / np.linalg.norm(plain) > 0.95


def test_clusters_of_duplicates_can_be_whitened():
    points = np.repeat(np.eye(3, dtype=np.float32), 5, axis=0)
    matrix = whitening(points, np.eye(3, dtype=np.float32), np.repeat([0, 1, 2], 5))
    assert np.isfinite(matrix).all()
    np.testing.assert_allclose(matrix / matrix[0, 0], np.eye(3), atol=1e-12)
