from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import jaccard_score

from cliplab.clustering.sweeping import sweep_clusters
from cliplab.evaluation.evidence import halves as halves_module
from cliplab.evaluation.evidence.halves import halves, standing
from cliplab.evaluation.evidence.main_directions import main_directions, partitions

KS = range(2, 9)


def _mixture(sizes, n_features=6, apart=9.0, seed=0):
    groups = np.repeat(np.arange(len(sizes)), sizes)
    centers = apart / np.sqrt(2) * np.eye(len(sizes), n_features)
    return centers[groups] + np.random.default_rng(seed).normal(size=(len(groups), n_features))


def _labels(points, ks=KS):
    return {k: found.cluster_labels for k, found in sweep_clusters(points, ks).items()}


# In more features than main directions.
POINTS = _mixture([60, 60, 60, 60], n_features=40)
LABELS = _labels(POINTS)
SEED = 3
ORDER = np.random.default_rng(SEED).permutation(len(POINTS))
HALVES = halves(POINTS, LABELS, SEED)


def _same(one, other):
    return (
        one.p_value == other.p_value
        and one.groups == other.groups
        and one.clear_groups == other.clear_groups
        and all((one.overlaps[k] == other.overlaps[k]).all() for k in KS)
        and all(np.array_equal(one.counts[k], other.counts[k], equal_nan=True) for k in KS)
    )


def test_equal_seeds_give_equal_halves_and_others_give_others():
    again = halves(POINTS, LABELS, SEED)
    assert len(HALVES) == 2
    assert all(_same(*both) for both in zip(HALVES, again, strict=True))
    assert not _same(HALVES[0], halves(POINTS, LABELS, SEED + 1)[0])
    assert not _same(*HALVES)


@pytest.mark.parametrize("which", [0, 1])
def test_overlaps_are_those_with_clusters_of_the_half_alone(which):
    fit = np.split(ORDER, 2)[which]
    scores = main_directions(POINTS[fit]).scores(POINTS[fit])
    found = partitions(scores, max(12, *KS), SEED, is_brief=True)
    for k in KS:
        plain = [
            max(jaccard_score(LABELS[k][fit] == one, found[k] == other) for other in range(k))
            for one in range(k)
        ]
        np.testing.assert_allclose(HALVES[which].overlaps[k], plain, rtol=1e-12)


def _halves_that_see(row):
    labels = LABELS[4].copy()
    labels[row] = (labels[row] + 1) % 4
    return [
        not np.array_equal(one.overlaps[4], other.overlaps[4])
        for one, other in zip(HALVES, halves(POINTS, {4: labels}, SEED), strict=True)
    ]


@pytest.mark.slow
def test_each_image_is_in_one_half_only():
    """Moving an image to another cluster changes the overlaps in the one half that has it."""
    changed = np.array([_halves_that_see(row) for row in range(0, len(POINTS), 20)])
    assert (changed.sum(axis=1) == 1).all()
    assert changed.any(axis=0).all()


def test_the_images_that_test_have_no_part_in_what_is_proposed():
    other = POINTS.copy()
    held = ORDER[len(POINTS) // 2 :]
    other[held] = np.random.default_rng(9).normal(size=(len(held), 40))
    first, second = halves(other, LABELS, SEED)
    for k in KS:
        np.testing.assert_array_equal(first.overlaps[k], HALVES[0].overlaps[k])
    # It is not that these images have no influence at all.
    assert first.p_value > 0.5 > HALVES[0].p_value
    assert not np.array_equal(first.counts[4], HALVES[0].counts[4])
    assert not np.array_equal(second.overlaps[4], HALVES[1].overlaps[4])


def test_the_images_that_test_are_counted_on_the_lines_of_the_others():
    other = POINTS.copy()
    held = ORDER[len(POINTS) // 2 :]
    other[held[:10]] = 1e3  # On no line between two clusters.
    counts = halves(other, LABELS, SEED)[0].counts[4]
    assert (counts <= HALVES[0].counts[4]).all()
    assert (counts < HALVES[0].counts[4]).any()


def test_separate_groups_come_back_and_have_valleys_between_them():
    for half in HALVES:
        assert (half.overlaps[4] == 1).all()
        low, middle, high = half.counts[4].T
        assert (middle <= 2).all()
        assert (np.minimum(low, high) >= 5).all()
        assert half.p_value < 1e-3


def test_groups_of_unequal_sizes_come_back_too():
    points = _mixture([200, 40, 200])
    for half in halves(points, _labels(points), 0):
        assert (half.overlaps[3] == 1).all()
        assert (half.counts[3][:, 1] <= 1).all()
        assert half.p_value < 1e-3


def test_where_no_cluster_is_the_same_nothing_is_counted():
    random = np.random.default_rng(0).integers(0, 8, len(POINTS))
    for half in halves(POINTS, {8: random}, SEED):
        lost = half.overlaps[8] <= 0.5
        assert lost.all()
        assert np.isnan(half.counts[8]).all()
    assert all(np.isfinite(half.counts[4]).all() for half in HALVES)


@pytest.mark.slow
@pytest.mark.parametrize("n_features", [2, 16])
def test_in_one_group_small_p_values_are_at_most_as_rare_as_they_say(n_features):
    found = [
        half.p_value
        for seed in range(30)
        for half in halves(
            np.random.default_rng(seed).normal(size=(160, n_features)),
            {2: np.arange(160) % 2},
            seed,
        )
    ]
    assert len(found) == 60
    for level in (0.05, 0.2, 0.5):
        assert np.mean(found <= np.float64(level)) <= level


@pytest.mark.slow
@pytest.mark.parametrize("n_groups", [1, 3])
def test_groups_that_are_cut_are_joined_again(n_groups):
    points = _mixture([900 // n_groups] * n_groups, n_features=8)
    for half in halves(points, _labels(points, [2]), 0):
        # With 300 images in a group a middle can be emptier than the ends by chance.
        found = [half.groups[k] for k in range(max(2, n_groups), 11)]
        assert min(found) == np.median(found) == n_groups


def test_clusters_that_merge_groups_are_fewer_groups():
    assert all(half.groups[2] == 2 and half.groups[3] == 3 for half in HALVES)


@pytest.mark.parametrize(("n_images", "n_halves"), [(2, 0), (7, 0), (15, 1), (16, 2), (40, 2)])
def test_a_half_has_four_images_for_each_cluster_or_does_not_tell(n_images, n_halves):
    points = np.random.default_rng(0).normal(size=(n_images, 3))
    labels = {2: np.arange(n_images) % 2, 3: np.arange(n_images) % 3}
    found = halves(points, {2: labels[2]}, 0)
    assert len(found) == n_halves
    assert all((3 in half.overlaps) == (n_images >= 24) for half in halves(points, labels, 0))


def test_one_group_is_tested_if_a_half_has_32_images():
    points = np.random.default_rng(0).normal(size=(64, 3))
    tested = [half.p_value for half in halves(points, {2: np.arange(64) % 2}, 0)]
    assert np.isfinite(tested).all()
    untested = [half.p_value for half in halves(points[:62], {2: np.arange(62) % 2}, 0)]
    assert np.isnan(untested).all()


def test_a_standing_is_the_mean_over_halves():
    found = [half for seed in range(3) for half in halves(POINTS, LABELS, seed)]
    for k in (4, 7):
        each = standing(found, k)
        overlaps = np.array([half.overlaps[k] for half in found])
        np.testing.assert_allclose(each.overlap, overlaps.mean(axis=0))
        counts = np.array([half.counts[k] for half in found])
        for cluster in range(k):
            some = counts[:, cluster]
            known = some[np.isfinite(some[:, 0])]
            if not len(known):
                assert np.isnan(each.fullness[cluster])
                continue
            low, middle, high = known.mean(axis=0)
            full = (middle + 0.25) / (min(low, high) + 0.25)
            assert each.fullness[cluster] == pytest.approx(full)


def test_of_a_k_that_no_half_knows_there_is_no_standing():
    assert standing(HALVES, 9) is None
    assert standing([], 2) is None


def test_the_fullness_of_a_cluster_that_no_half_has_is_not_a_number():
    random = np.random.default_rng(0).integers(0, 8, len(POINTS))
    found = standing(halves(POINTS, {8: random}, SEED), 8)
    assert np.isnan(found.fullness).all()
    assert np.isfinite(found.overlap).all()


def _proposed(points, labels):
    return halves_module._propose(points, points, labels)


def test_clusters_with_another_between_them_are_no_neighbors():
    """Validity for bent groups rests on it: the ends of an arc lie apart along the chord."""
    angles = np.linspace(0, np.pi, 90)
    arc = np.column_stack([np.cos(angles), np.sin(angles)])
    proposal = _proposed(arc, np.repeat([0, 1, 2], 30))
    starts, ends = proposal.lines
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == [(0, 1), (1, 2)]


def test_a_line_has_the_same_counts_from_its_other_end():
    random = np.random.default_rng(0)
    points = random.normal(size=(240, 3))
    points[200:, 0] += 9
    counts = halves_module._to_nearest(_proposed(points, np.repeat([0, 1], [200, 40])))
    np.testing.assert_array_equal(counts[0], counts[1][::-1])
    assert counts[0][0] > 3 * counts[0][2]


def test_long_clusters_are_parted_across_and_not_along():
    """In two long clusters side by side the line between the means is blurred by their length."""
    random = np.random.default_rng(0)
    points = random.normal(size=(400, 2)) * [10, 1]
    labels = np.repeat([0, 1], 200)
    points[:, 1] += 8 * labels
    points[:, 0] += 6 * labels
    counts = halves_module._to_nearest(_proposed(points, labels))
    assert counts[0][1] < 0.1 * min(counts[0][0], counts[0][2])


def test_an_end_with_a_single_image_is_no_sign_of_a_gap():
    """Two clusters of which one has so few images beside its centre count as one group."""
    random = np.random.default_rng(0)
    points = random.normal(size=(121, 3))
    points[100:, 0] += 12
    labels = np.repeat([0, 1], [100, 21])
    many = _proposed(points, labels)
    assert halves_module._n_groups(many, 1.0) == 2
    few = halves_module._Proposal(many.proposing[:101], many.testing[:101], many.spans)
    assert few.tested[0, 2] <= 1
    assert halves_module._n_groups(few, 1.0) == 1


def test_neighbors_are_one_group_if_their_middle_is_fuller_than_the_share():
    """The middle holds 12 images for 16 at the emptier end: 74 % with a quarter added to both."""
    many = _proposed(*_two_groups())
    many.__dict__["tested"] = np.array([[16, 12, 20]])
    assert many.lines[0].tolist() == [0]
    assert halves_module._n_groups(many, 0.7) == 1
    assert halves_module._n_groups(many, 0.8) == 2


def _two_groups():
    points = np.random.default_rng(0).normal(size=(200, 3))
    points[100:, 0] += 12
    return points, np.repeat([0, 1], 100)


def test_clear_groups_are_no_more_than_groups():
    assert all(half.clear_groups[k] <= half.groups[k] for half in HALVES for k in half.groups)
    assert all(half.clear_groups[3] == 3 for half in HALVES)


def test_some_groups_are_not_clear():
    points = _mixture([100] * 3, n_features=8, apart=4)
    counted = [
        (half.groups[k], half.clear_groups[k])
        for half in halves(points, _labels(points, [3]), 0)
        for k in half.groups
    ]
    assert any(clear < every for every, clear in counted)


def test_a_chain_of_neighbors_is_one_group():
    n = 9
    spans = (np.arange(n)[:, None] - np.arange(n)) ** 2.0
    chain = halves_module._Proposal(np.zeros((1, n)), np.zeros((1, n)), spans)
    assert len(chain.lines[0]) == n - 1
    chain.__dict__["tested"] = np.tile([20, 20, 20], (n - 1, 1))
    assert halves_module._n_groups(chain, 0.7) == 1
    chain.tested[4] = (20, 2, 20)
    assert halves_module._n_groups(chain, 0.7) == 2
