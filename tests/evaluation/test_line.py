from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.cluster import KMeans

from cliplab.evaluation.line import (
    VALLEY,
    counts_between,
    fullness,
    is_between,
    positions_between,
    squared_distances,
    valley_p_value,
)

_RANDOM = np.random.default_rng(0)
POINTS = 2 * _RANDOM.normal(size=(400, 3))
CENTERS = 2 * _RANDOM.normal(size=(6, 3))
DISTANCES, SPANS = squared_distances(POINTS, CENTERS), squared_distances(CENTERS, CENTERS)
PAIRS = [(a, b) for a in range(6) for b in range(6) if a != b]


def test_distances_are_those_of_a_plain_computation():
    plain = ((POINTS[:, None] - CENTERS) ** 2).sum(axis=2)
    np.testing.assert_allclose(DISTANCES, plain, atol=1e-12)
    assert (SPANS >= 0).all()


def test_beside_a_centre_the_position_is_0_and_beside_the_other_1():
    for a, b in PAIRS:
        along = CENTERS[b] - CENTERS[a]
        away = np.cross(along, [1.0, 2.0, 3.0])  # At a right angle to the line.
        beside = np.array([CENTERS[a] + 5 * away, CENTERS[b] - away, CENTERS[a] + along / 4])
        found = positions_between(squared_distances(beside, CENTERS), SPANS, a, b)
        np.testing.assert_allclose(found, [0, 1, 0.25], atol=1e-9)


def test_the_position_is_the_share_of_the_way_at_the_foot_of_the_perpendicular():
    for a, b in PAIRS:
        along = CENTERS[b] - CENTERS[a]
        plain = (POINTS - CENTERS[a]) @ along / (along @ along)
        np.testing.assert_allclose(positions_between(DISTANCES, SPANS, a, b), plain, atol=1e-9)


def _nearest_of_segment(point, start, end):
    """Return the point of a line between two ends that is nearest: of 10,001, the best."""
    steps = np.linspace(0, 1, 10_001)[:, None]
    line = (1 - steps) * start + steps * end
    return line[((line - point) ** 2).sum(axis=1).argmin()]


def test_between_is_who_is_nearer_to_the_line_where_it_passes_another_centre_than_to_that():
    n_inside = 0
    for a, b in PAIRS:
        inside = np.ones(len(POINTS), dtype=bool)
        for other in set(range(6)) - {a, b}:
            foot = _nearest_of_segment(CENTERS[other], CENTERS[a], CENTERS[b])
            to_foot, to_other = (
                ((POINTS - each) ** 2).sum(axis=1) for each in (foot, CENTERS[other])
            )
            # The feet are known to a step of 1 in 10,000.
            is_clear = abs(to_foot - to_other) > 0.02
            assert is_clear.mean() > 0.95
            inside &= np.where(is_clear, to_foot < to_other, True)
        found = is_between(DISTANCES, SPANS, a, b)
        assert not (found & ~inside).any()
        assert (inside & ~found).sum() <= 0.03 * len(POINTS)
        n_inside += found.sum()
    assert 0.2 < n_inside / (len(PAIRS) * len(POINTS)) < 0.8


def test_who_is_between_is_nearer_to_the_line_than_to_every_other_centre():
    for a, b in PAIRS:
        found = is_between(DISTANCES, SPANS, a, b)
        along = CENTERS[b] - CENTERS[a]
        share = np.clip((POINTS - CENTERS[a]) @ along / (along @ along), 0, 1)
        to_line = ((POINTS - CENTERS[a] - share[:, None] * along) ** 2).sum(axis=1)
        others = np.delete(DISTANCES, [a, b], axis=1).min(axis=1)
        assert (to_line[found] <= others[found] + 1e-9).all()


def test_what_is_between_two_centres_is_convex():
    for a, b in PAIRS:
        inside = POINTS[is_between(DISTANCES, SPANS, a, b)]
        shares = _RANDOM.uniform(size=(len(inside), 1))
        mixed = shares * inside + (1 - shares) * inside[::-1]
        assert is_between(squared_distances(mixed, CENTERS), SPANS, a, b).all()


def test_all_are_between_two_centres_if_there_are_no_others():
    assert is_between(DISTANCES[:, :2], SPANS[:2, :2], 0, 1).all()


def _plain_counts(points, centers, a, b, among):
    along = centers[b] - centers[a]
    positions = ((points - centers[a]) @ along / (along @ along))[among]
    return [int((abs(positions - middle) <= 1 / 6).sum()) for middle in (0, 0.5, 1)]


def test_the_counts_are_those_of_thirds_of_the_line_about_its_ends_and_its_middle():
    for a, b in PAIRS:
        among = is_between(DISTANCES, SPANS, a, b)
        found = counts_between(DISTANCES, SPANS, a, b)
        assert found.tolist() == _plain_counts(POINTS, CENTERS, a, b, among)
        assert found.tolist() == counts_between(DISTANCES, SPANS, b, a)[::-1].tolist()


# One group, which K-means cuts.


def _one_group(n_images, n_features, kind, seed):
    random = np.random.default_rng(seed)
    if kind == "normal":
        return random.normal(size=(n_images, n_features))
    if kind == "skewed":
        return random.exponential(size=(n_images, n_features))
    return random.uniform(size=(n_images, n_features)) * np.linspace(1, 3, n_features)


def _cut(kind, n_images, n_features, k, seed):
    """Cut half of one group, and return for each two clusters how many others are between."""
    points = _one_group(2 * n_images, n_features, kind, seed)
    fit, held = np.split(points, 2)
    found = KMeans(k, n_init=1, random_state=seed).fit(fit)
    centers = found.cluster_centers_
    distances, spans = squared_distances(held, centers), squared_distances(centers, centers)
    nearest = np.where(np.eye(k, dtype=bool), np.inf, spans).argmin(axis=1)
    pairs = sorted({(min(a, int(b)), max(a, int(b))) for a, b in enumerate(nearest)})
    labels = distances.argmin(axis=1)
    within = [counts_between(distances, spans, a, b) for a, b in pairs]
    naive = [_plain_counts(held, centers, a, b, (labels == a) | (labels == b)) for a, b in pairs]
    return np.array(within), np.array(naive)


@pytest.mark.parametrize("kind", ["normal", "skewed", "box"])
@pytest.mark.parametrize(("n_images", "n_features"), [(4000, 8), (1000, 64)])
def test_one_group_that_is_cut_has_no_valley_between_neighbors(kind, n_images, n_features):
    cut = [_cut(kind, n_images, n_features, k, seed)[0] for k in (2, 3, 8) for seed in range(3)]
    counts = np.concatenate(cut)
    assert len(counts) >= 20
    assert fullness(counts).min() > 0.85
    assert valley_p_value(counts).min() > 0.95


def test_two_clusters_of_one_group_have_a_waist_where_they_meet():
    """Why only the images between two centres are counted, not all of the two clusters."""
    cut = [_cut("normal", 4000, 8, 8, seed) for seed in range(3)]
    within, naive = (fullness(np.concatenate(each)) for each in zip(*cut, strict=True))
    assert naive.max() < 1
    assert naive.min() < VALLEY
    assert within.min() > 1.5


# Two groups.


@pytest.mark.parametrize("sizes", [(200, 200), (200, 40)])
def test_between_two_groups_the_middle_is_empty_also_if_one_is_small(sizes):
    groups = np.repeat([0, 1], sizes)
    for seed in range(5):
        random = np.random.default_rng(seed)
        points = 8 * groups[:, None] * np.eye(8)[0] + random.normal(size=(len(groups), 8))
        centers = np.array([points[groups == each].mean(axis=0) for each in (0, 1)])
        spans = squared_distances(centers, centers)
        counts = counts_between(squared_distances(points, centers), spans, 0, 1)
        assert fullness(counts) < 0.2
        assert valley_p_value(counts) < 1e-4


# How full the middle is, and the test.


def test_how_full_the_middle_is_depends_on_the_emptier_end():
    counts = np.array([[10, 5, 20], [20, 5, 10], [10, 0, 10], [10, 30, 10], [0, 0, 0]])
    expected = [5.25 / 10.25, 5.25 / 10.25, 0.25 / 10.25, 30.25 / 10.25, 1]
    np.testing.assert_allclose(fullness(counts), expected)
    assert np.isnan(fullness(np.full(3, np.nan)))


def test_the_p_value_is_the_larger_of_two_binomial_tests():
    counts = np.random.default_rng(0).integers(0, 40, size=(50, 3))
    probability = VALLEY / (1 + VALLEY)
    for (low, middle, high), found in zip(counts.tolist(), valley_p_value(counts), strict=True):
        both = [
            binomtest(middle, middle + end, probability, alternative="less").pvalue
            for end in (low, high)
        ]
        assert found == pytest.approx(max(both), rel=1e-9)


def test_nothing_that_is_counted_is_no_valley():
    assert valley_p_value(np.zeros((2, 3), dtype=int)).tolist() == [1, 1]


@pytest.mark.parametrize("rates", [(30, 21, 30), (30, 21, 90), (5, 3.5, 5), (30, 40, 30)])
def test_without_a_valley_small_p_values_are_as_rare_as_they_say(rates):
    counts = np.random.default_rng(0).poisson(rates, size=(4000, 3))
    found = valley_p_value(counts)
    for level in (0.01, 0.05, 0.2, 0.5):
        deviation = np.sqrt(level * (1 - level) / 4000)
        assert np.mean(found <= level) <= level + 3 * deviation


def test_a_valley_is_found_if_there_are_images_enough():
    random = np.random.default_rng(0)
    shares = [np.mean(valley_p_value(random.poisson((n, n / 10, n), size=(500, 3))) <= 0.05)
              for n in (3, 10, 30)]  # fmt: skip
    assert shares == sorted(shares)
    assert shares[0] < 0.5
    assert shares[2] > 0.99


def test_many_lines_are_counted_as_each_alone():
    pairs = list(permutations(range(len(CENTERS)), 2))
    starts, ends = np.array(pairs).T
    found = counts_between(DISTANCES, SPANS, starts, ends)
    alone = [counts_between(DISTANCES, SPANS, a, b) for a, b in pairs]
    np.testing.assert_array_equal(found, alone)
    assert found.sum() > 0
