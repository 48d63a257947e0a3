from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from sklearn import metrics
from sklearn.cluster import KMeans

from cliplab.clustering.sweeping import sweep_clusters
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.evidence import measures
from cliplab.evaluation.evidence.main_directions import main_directions, partitions

# Four groups that touch, so that starts do not always agree.
_RANDOM = np.random.default_rng(0)
CENTERS = 3.5 * np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 1]])
POINTS = CENTERS[np.arange(60) % 4] + _RANDOM.normal(size=(60, 3))
SCORES = main_directions(POINTS).scores(POINTS)
KS = range(2, 6)


def _plain_inertia(points, labels):
    means = np.array([points[labels == each].mean(axis=0) for each in range(labels.max() + 1)])
    return ((points - means[labels]) ** 2).sum()


def test_inertias_are_the_squared_distances_to_the_means():
    labels = partitions(SCORES, 5, 0)
    found = measures.inertias_of(SCORES, labels, [*KS, 6])
    one = _plain_inertia(SCORES, np.zeros(60, dtype=int))
    expected = [one, *(_plain_inertia(SCORES, labels[k]) for k in KS)]
    np.testing.assert_allclose(found[:5], expected, rtol=1e-5)
    assert np.isnan(found[5])


def test_silhouettes_are_those_of_scikit_learn():
    labels = partitions(SCORES, 5, 0)
    expected = [metrics.silhouette_score(SCORES, labels[k]) for k in KS]
    found = measures.mean_silhouettes(SCORES, labels, [*KS, 9])
    np.testing.assert_allclose(found[:4], expected, atol=1e-5)
    assert np.isnan(found[4])
    assert np.isnan(measures.mean_silhouettes(SCORES, {}, [2])).all()


@pytest.fixture
def clustered(monkeypatch):
    """The points that are clustered, which a function does not return."""
    seen = []

    def seeing(points, *arguments, **options):
        seen.append(points)
        return partitions(points, *arguments, **options)

    monkeypatch.setattr(measures, "partitions", seeing)
    return seen


def test_shuffled_data_keep_the_values_of_every_direction_and_no_more(clustered):
    found = [measures.shuffled_silhouettes(SCORES, KS, seed) for seed in (0, 0, 1)]
    one, same, other = clustered
    np.testing.assert_array_equal(np.sort(one, axis=0), np.sort(SCORES, axis=0))
    np.testing.assert_array_equal(np.sort(other, axis=0), np.sort(SCORES, axis=0))
    assert (one == same).all()
    assert not (one == other).all()
    # Each direction is shuffled on its own: hardly a row of three stays together.
    rows = {tuple(row) for row in SCORES.tolist()}
    assert sum(tuple(row) in rows for row in one.tolist()) <= 2
    np.testing.assert_array_equal(found[0], found[1])
    expected = measures.mean_silhouettes(one, partitions(one, 5, 0, is_brief=True), KS)
    np.testing.assert_array_equal(found[0], expected)


def test_uniform_data_fill_the_box_of_the_main_directions(clustered):
    found = [measures.uniform_inertias(SCORES, KS, seed) for seed in range(20)]
    drawn = np.concatenate(clustered)
    low, high = SCORES.min(axis=0), SCORES.max(axis=0)
    assert (drawn >= low).all()
    assert (drawn <= high).all()
    shares = (drawn - low) / (high - low)
    np.testing.assert_allclose(shares.mean(axis=0), 0.5, atol=0.03)
    np.testing.assert_allclose(shares.var(axis=0), 1 / 12, atol=0.01)
    for points, inertias in zip(clustered[:2], found, strict=False):
        plain = [
            KMeans(k, n_init=50, tol=0, random_state=0).fit(points).inertia_ for k in (1, 2, 3)
        ]
        np.testing.assert_allclose(inertias[:3], plain, rtol=1e-3)


@pytest.mark.parametrize(("n_points", "most"), [(200, 0), (600, 0.01)])
def test_of_many_points_inertias_for_the_gap_are_some_thousandths_above_the_lowest(n_points, most):
    points = np.random.default_rng(0).uniform(-1, 1, (n_points, 12))
    ks = range(2, 13)
    lowest = measures.inertias_of(points, partitions(points, max(ks), 0), ks)
    found = measures.comparable_inertias(points, ks, 0)
    assert found[0] == lowest[0]
    assert (found <= lowest * (1 + most)).all()
    assert (found > lowest).any() == (most > 0)  # The search of many is brief.
    assert (found[1:] / lowest[1:]).mean() < 1 + most / 3 + 1e-12


def test_the_gap_is_how_much_lower_the_log_inertia_is_than_that_of_null_data():
    null = _RANDOM.uniform(50, 100, size=(7, 4))
    real = np.array([100.0, 50, 20, 10])
    gap, error = measures.gap_statistic(real, list(null))
    np.testing.assert_allclose(gap, np.log(null).mean(axis=0) - np.log(real))
    np.testing.assert_allclose(error, np.log(null).std(axis=0) * np.sqrt(1 + 1 / 7))


def test_an_inertia_of_zero_has_a_finite_gap():
    null = [np.array([5.0, 3.0]), np.array([4.0, 2.0])]
    assert np.isfinite(measures.gap_statistic(np.array([5.0, 0.0]), null)[0]).all()
    assert np.isfinite(measures.gap_statistic(np.zeros(2), null)[0]).all()


def test_a_start_is_k_means_from_random_images_until_convergence():
    labelings, scores = measures.random_start(SCORES, KS, 5)
    for labels, score in zip(labelings, scores, strict=True):
        assert score == pytest.approx(metrics.silhouette_score(SCORES, labels), abs=1e-6)
        means = np.array([SCORES[labels == each].mean(axis=0) for each in range(labels.max() + 1)])
        nearest = np.linalg.norm(SCORES[:, None] - means, axis=-1).argmin(axis=1)
        assert (nearest == labels).mean() > 0.98  # It stops where the centres hardly move.


def test_a_start_with_more_clusters_than_different_images_has_none():
    few = np.repeat(np.eye(3, dtype=np.float32), 5, axis=0)
    labelings, scores = measures.random_start(few, [2, 3, 4], 0)
    assert [len(set(labels)) for labels in labelings] == [2, 3, 1]
    assert scores[1] == 1
    assert np.isnan(scores[2])


@pytest.mark.slow
def test_starts_reach_each_minimum_as_often_as_independent_runs_of_scikit_learn():
    ours = [float(measures.random_start(SCORES, [4], seed)[1][0]) for seed in range(300)]
    theirs = [
        metrics.silhouette_score(
            SCORES, KMeans(4, init="random", n_init=1, random_state=seed).fit_predict(SCORES)
        )
        for seed in range(1000, 1300)
    ]
    best = measures.mean_silhouettes(SCORES, partitions(SCORES, 4, 0), [4])[0]
    shares = [np.mean(np.array(some) > best - 0.005) for some in (ours, theirs)]
    assert 0.3 < shares[1] < 0.98
    assert shares[0] == pytest.approx(shares[1], abs=0.12)
    assert min(ours) == pytest.approx(min(theirs), abs=0.03)
    assert max(ours) == pytest.approx(max(theirs), abs=0.005)


def test_the_agreement_of_starts_is_the_mean_over_all_pairs():
    starts = [measures.random_start(SCORES, KS, seed)[0] for seed in range(4)]
    found = measures.agreement_of_starts(starts)
    for at, agreement in enumerate(found):
        plain = [
            metrics.adjusted_rand_score(one[at], other[at])
            for one, other in combinations(starts, 2)
        ]
        assert agreement == pytest.approx(np.mean(plain))


@pytest.mark.parametrize("n_higher", range(10))
def test_the_p_value_is_the_rank_among_null_data(n_higher):
    null = np.array([1.0] * n_higher + [-1.0] * (9 - n_higher))[:, None] * [1.0, 2.0, 3.0]
    found = measures.null_p_value(np.zeros(3), null)
    assert found == pytest.approx((1 + n_higher) / 10)


def test_a_null_data_set_that_is_as_high_counts_as_higher():
    assert measures.null_p_value(np.ones(2), np.ones((4, 2))) == 1


def test_one_k_is_enough_to_stand_out_and_its_scale_does_not_matter():
    null = np.random.default_rng(0).normal(size=(9, 6))
    scales = np.array([1, 10, 100, 1e3, 1e-2, 1])
    for k in range(6):
        high, low = null.mean(axis=0) + 9 * np.eye(6)[k], null.mean(axis=0) - 9 * np.eye(6)[k]
        assert measures.null_p_value(high, null) == pytest.approx(0.1)
        assert measures.null_p_value(scales * high, scales * null) == pytest.approx(0.1)
        assert measures.null_p_value(low, null) > 0.1


def test_a_k_that_some_null_data_lack_is_left_out():
    null = np.array([[0.1, np.nan], [0.2, 5.0], [0.3, 6.0]])
    assert measures.null_p_value(np.array([0.4, 0.0]), null) == 0.25
    assert measures.null_p_value(np.array([0.4]), np.full((3, 1), np.nan)) == 1


def test_one_more_null_data_set_has_each_p_value_as_often():
    random = np.random.default_rng(0)
    found = [measures.null_p_value(*_first_and_others(random)) for _ in range(2000)]
    for rank in range(1, 6):
        assert np.mean(np.array(found) <= rank / 5 + 1e-9) == pytest.approx(rank / 5, abs=0.03)


def _first_and_others(random):
    drawn = random.normal(size=(5, 6))
    return drawn[0], drawn[1:]


def test_with_the_cosine_only_directions_matter():
    directions = np.random.default_rng(1).normal(size=(60, 4)) + 4 * np.eye(4)[np.arange(60) % 4]
    lengths = np.random.default_rng(2).uniform(0.1, 10, (60, 1))
    sweep = sweep_clusters(Embeddings(directions), [2, 3], metric="cosine")
    near, far = (measures.comparable(each, sweep) for each in (directions, lengths * directions))
    np.testing.assert_allclose(near, far, atol=1e-12)
    scores = [measures.classical_scores(each, sweep) for each in (directions, lengths * directions)]
    np.testing.assert_allclose(*scores)
