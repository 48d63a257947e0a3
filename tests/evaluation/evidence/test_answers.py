from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from cliplab.evaluation.evidence.answers import (
    ALPHA,
    Answer,
    Kind,
    agreed,
    clearest,
    counted_groups,
    decide,
    n_alike,
    n_groups_inside,
    nearly_highest,
    one_group_p_value,
    standings,
)
from cliplab.evaluation.evidence.halves import Half

KS = range(2, 13)
EMPTY, FULL = (40, 4, 60), (20, 30, 20)
FOUR_COUNTED, FIVE_COUNTED = (Answer("k", (k,), is_counted=True) for k in (4, 5))


def _half(overlaps, counts, p_value=1e-4, groups=None, clear_groups=None):
    """Return a half in which all clusters of a k have the same overlap and the same counts."""
    fields = {
        "overlaps": {k: np.full(k, float(each)) for k, each in overlaps.items()},
        "counts": {k: np.tile(np.array(each, dtype=float), (k, 1)) for k, each in counts.items()},
        "p_value": p_value,
        "groups": groups or {},
        "clear_groups": clear_groups or {},
    }
    return Half(**{name: fields.get(name, 2) for name in Half._fields})


def _halves(apart=(), touching=(), p_value=1e-4, groups=None, clear_groups=None):
    """Return halves in which the clusters of some k come back and stand apart, or touch."""
    overlaps = {k: 0.95 if k in (*apart, *touching) else 0.4 for k in KS}
    counts = {k: EMPTY if k in apart else FULL for k in KS}
    return [_half(overlaps, counts, p_value, groups, clear_groups)] * 4


def test_the_measures_of_a_k_are_those_of_its_least_clear_clusters():
    half = _half({2: 0.9, 3: 0.9}, {2: EMPTY, 3: EMPTY})
    half.overlaps[3][1] = 0.6
    half.counts[3][2] = FULL
    found = standings([half], [2, 3, 4])
    assert found.ks == (2, 3)
    assert found.stability == (0.9, 0.6)
    np.testing.assert_allclose(found.fullness, [4.25 / 40.25, 30.25 / 20.25])
    np.testing.assert_allclose(found.typical, [4.25 / 40.25] * 2)
    np.testing.assert_allclose(found.mean, [4.25 / 40.25, (2 * 4.25 / 40.25 + 30.25 / 20.25) / 3])
    assert found.apart() == [2]
    assert standings([], [2, 3]).apart() == []


def test_a_cluster_that_no_half_has_stands_apart_nowhere():
    half = _half({2: 0.95}, {2: EMPTY})
    half.counts[2][0] = np.nan
    assert standings([half], [2]).fullness == (np.inf,)
    assert standings([half], [2]).apart() == []


def test_at_the_edge_of_a_rule_a_k_still_stands_apart():
    # (20.75 + 0.25) / (29.75 + 0.25) is 0.7.
    def apart(overlap, middle):
        return standings([_half({3: overlap}, {3: (29.75, middle, 99)})], [3]).apart()

    assert apart(0.75, 20.75) == [3]
    assert apart(0.749, 20.75) == apart(0.75, 20.76) == []


def test_the_p_value_of_one_group_is_twice_the_median_of_the_halves():
    def p_value(*values):
        return one_group_p_value([_half({}, {}, each) for each in values])

    assert p_value(0.01, 0.02, 0.5) == 0.04
    assert p_value(0.01, 0.03) == 0.04
    assert p_value(0.9, 0.8, 0.01) == 1
    # Where a half could not test, nothing was rejected.
    assert p_value(np.nan, 0.01) == 1
    assert p_value(np.nan, 0.01, 0.02) == 0.04
    assert np.isnan(p_value(np.nan))
    assert np.isnan(p_value())


def test_twice_the_median_holds_for_halves_that_depend_on_one_another():
    random = np.random.default_rng(0)
    for alike in (0.0, 0.7, 1.0):
        same, own = random.normal(size=(2000, 1)), random.normal(size=(2000, 6))
        ranks = (np.sqrt(alike) * same + np.sqrt(1 - alike) * own).ravel().argsort().argsort()
        uniform = (ranks.reshape(2000, 6) + 0.5) / 12_000
        p_values = [one_group_p_value([_half({}, {}, p) for p in row]) for row in uniform]
        assert np.mean(np.array(p_values) <= 0.05) <= 0.05


# What is decided.


@pytest.mark.parametrize("p_value", [0.6 * ALPHA, np.nan])
def test_if_one_group_is_not_rejected_nothing_else_is_said(p_value):
    assert decide(_halves(apart=[4], p_value=p_value), KS, [4]) == Answer("one group")
    assert decide([], KS, [4]) == Answer("one group")


def test_one_group_is_rejected_at_the_level_itself():
    assert decide(_halves(apart=[4], p_value=ALPHA / 2), KS, [4]) == Answer("k", (4,))


def test_a_k_is_named_if_its_clusters_stand_apart_where_the_silhouettes_are_highest():
    assert decide(_halves(apart=[2, 4]), KS, [4]) == Answer("k", (4,))


def test_no_k_is_named_if_its_clusters_do_not_come_back():
    assert decide(_halves(apart=[3]), KS, [4]) == Answer("groups")


def test_no_k_is_named_if_its_clusters_touch():
    assert decide(_halves(apart=[3], touching=[4]), KS, [4]) == Answer("groups")


def test_a_cluster_that_is_too_small_for_a_valley_is_made_up_for_by_finer_clusters():
    for n_touching, n_groups, expected in (
        (1, 4, Answer("k", (4,))),
        (1, 3, Answer("groups")),
        (1, 5, FIVE_COUNTED),
        (3, 4, FOUR_COUNTED),  # Most of them touch, but all halves count as many.
        (3, 3, Answer("groups")),
    ):
        found = _halves(apart=[4], groups=dict.fromkeys(KS, n_groups))
        found[0].counts[4][:n_touching] = FULL  # The same one in all halves: they are one object.
        assert decide(found, KS, [4]) == expected


@pytest.mark.parametrize(("vote", "apart"), [(12, [4]), (4, [4, 12]), (12, [12])])
def test_if_the_last_k_is_the_best_there_may_be_more_groups(vote, apart):
    assert decide(_halves(apart), KS, [vote]) == Answer("more")


def test_a_finer_k_that_stands_apart_too_is_a_second_level():
    assert decide(_halves(apart=[3, 7]), KS, [3]) == Answer("levels", (3, 7))


def test_a_much_finer_k_is_a_second_level_if_it_comes_back_and_its_middles_are_emptier():
    found = _halves(apart=[3], touching=[10])
    half = found[0]  # The same one in all halves: they are one object.
    for n_emptier, middle, expected in (
        (10, 16, Answer("levels", (3, 10))),
        (9, 15, Answer("levels", (3, 10))),  # The mean of nine at 0.75 and one at 1.5 is 0.83.
        (8, 14, Answer("levels", (3, 10))),  # 0.86.
        (8, 16, Answer("k", (3,))),  # 0.94.
        (10, 19, Answer("k", (3,))),  # As full, but for chance, as within a uniform group.
    ):
        half.counts[10][:] = FULL
        half.counts[10][:n_emptier] = (20, middle, 20)
        assert decide(found, KS, [3]) == expected
    half.counts[10][:] = (20, 16, 20)
    half.overlaps[10][0] = 0.1
    assert decide(found, KS, [3]) == Answer("k", (3,))


def test_a_k_that_is_only_a_little_finer_and_touches_is_no_level():
    found = _halves(apart=[3], touching=[5])
    for half in found:
        half.counts[5][:3] = (20, 16, 20)
    assert decide(found, KS, [3]) == Answer("k", (3,))


def test_of_many_groups_finer_clusters_may_miss_one_in_five():
    for n_groups, expected in (
        (8, Answer("k", (10,))),
        (7, Answer("groups")),
    ):
        found = _halves(apart=[10], groups=dict.fromkeys(KS, n_groups))
        found[0].counts[10][:2] = FULL  # The same one in all halves: they are one object.
        assert decide(found, KS, [10]) == expected


def test_a_k_is_taken_back_if_with_more_clusters_more_groups_remain():
    """The number that remains is named if the halves agree about it."""
    merged = dict.fromkeys(KS, 5)
    disagreeing = [
        half._replace(groups=dict.fromkeys(KS, n))
        for half, n in zip(_halves(apart=[3]), (5, 5, 4, 6), strict=True)
    ]
    assert decide(disagreeing, KS, [3]) == Answer("groups")
    assert decide(_halves(apart=[3], groups=merged), KS, [3]) == FIVE_COUNTED
    assert decide(_halves(apart=[3], groups=dict.fromkeys(KS, 3)), KS, [3]) == Answer("k", (3,))


@pytest.mark.parametrize(
    ("n_groups", "n_clear", "expected"),
    [
        (4, 3, Answer("levels", (3, 4))),
        (4, 2, Answer("levels", (3, 4))),
        (4, 4, FOUR_COUNTED),  # Clear valleys lie between groups that were merged.
        (5, 3, FIVE_COUNTED),
        (3, 3, Answer("k", (3,))),
    ],
)
def test_one_group_more_at_a_shallow_valley_is_a_second_level(n_groups, n_clear, expected):
    counted = [dict.fromkeys(KS, each) for each in (n_groups, n_clear)]
    found = _halves(apart=[3], groups=counted[0], clear_groups=counted[1])
    assert decide(found, KS, [3]) == expected


def test_one_group_more_is_no_second_level_if_still_more_groups_remain_beyond_it():
    clear = dict.fromkeys(KS, 3)
    for beyond, expected in ((4, Answer("levels", (3, 4))), (6, Answer("groups"))):
        rising = {k: 4 if k < 8 else beyond for k in KS}
        found = _halves(apart=[3], groups=rising, clear_groups=clear)
        # Some halves count otherwise, so that no number is named by their count alone.
        found = [*found, *_halves(apart=[3], groups=dict.fromkeys(KS, 3), clear_groups=clear)[:3]]
        assert decide(found, KS, [3]) == expected


def test_one_group_more_than_the_range_has_is_not_named():
    counted = [dict.fromkeys(KS, each) for each in (4, 3)]
    found = _halves(apart=[3], groups=counted[0], clear_groups=counted[1])
    assert decide(found, [2, 3, 5, 6], [3]) == Answer("groups")


def test_a_finer_k_is_no_second_level_if_it_has_merged_groups_itself():
    for n_groups, expected in ((4, Answer("levels", (2, 4))), (5, FIVE_COUNTED)):
        found = _halves(apart=[2, 4], groups=dict.fromkeys(KS, n_groups))
        assert decide(found, KS, [2]) == expected


def test_of_two_levels_the_second_is_the_number_that_the_halves_count():
    for groups, expected in (
        ([4, 4, 4, 3], Answer("levels", (2, 4), is_counted=True)),
        ([4, 4, 3, 3], Answer("levels", (2, 9))),  # They do not agree.
        ([9, 9, 9, 9], Answer("levels", (2, 9))),
        ([11, 11, 11, 11], Answer("levels", (2, 9))),  # They have not joined its clusters.
        ([2, 2, 2, 2], Answer("levels", (2, 9))),  # As of faint groups inside two clear ones.
    ):
        found = _halves(apart=[2], touching=[9])
        found[0].counts[9][:] = (20, 16, 20)  # The same one in all halves: they are one object.
        found = [
            half._replace(groups=dict.fromkeys(KS, n))
            for half, n in zip(found, groups, strict=True)
        ]
        assert decide(found, KS, [2]) == expected


def test_a_counted_level_whose_clusters_stand_apart_is_one_of_k_means():
    for apart, is_counted in (([2, 9], True), ([2, 4, 9], False)):
        found = _halves(apart=apart, groups=dict.fromkeys(KS, 4))
        assert decide(found, KS, [2]) == Answer("levels", (2, 4), is_counted=is_counted)


def test_silhouettes_within_two_percent_are_as_high():
    assert nearly_highest([0.2, 0.491, 0.5, 0.489], range(2, 6)) == (4, 3)
    assert nearly_highest([0.49, 0.5], [2, 3]) == (3, 2)
    assert nearly_highest([np.nan, 0.3], [2, 3]) == (3,)
    assert nearly_highest([-0.5, -0.505], [2, 3]) == (2, 3)
    assert nearly_highest([np.nan, np.nan], [2, 3])[0] == 2


def test_of_silhouettes_as_high_the_largest_k_that_stands_apart_counts():
    assert clearest([11, 10, 9], [2, 9, 10]) == 10
    assert clearest([11, 10], [2, 9]) == 11
    assert decide(_halves(apart=[3]), KS, [4, 3]) == Answer("k", (3,))
    assert decide(_halves(apart=[3, 4]), KS, [3, 4]) == Answer("k", (4,))


def test_a_number_that_the_range_lacks_is_not_named():
    found = _halves(apart=[3], groups=dict.fromkeys(KS, 5))
    assert decide(found, [2, 3, 4, 6, 7], [3]) == Answer("groups")


def test_a_half_counts_the_groups_that_remain_with_a_few_more_clusters():
    # Of 2 to 7 clusters 2 remain, the median; of 3 to 8 clusters 3, and of 4 to 9 clusters 3.
    climbing = _half({}, {}, groups={2: 2, 3: 2, 4: 2, 5: 3, 6: 3, 7: 3, 8: 4, 9: 4, 10: 1})
    assert counted_groups([climbing], 2) == 3
    one = _half({}, {}, groups=dict.fromkeys(KS, 1))
    assert counted_groups([one], 1) == 1


def test_six_of_ten_halves_must_count_alike_or_five_as_many_as_the_silhouettes_say():
    three, four, five = (_half({}, {}, groups=dict.fromkeys(KS, n)) for n in (3, 4, 5))
    assert counted_groups([four] * 6 + [five] * 4, 3) == 4
    assert counted_groups([four] * 5 + [five] * 3 + [three] * 2, 3) is None
    assert counted_groups([four] * 5 + [five] * 3 + [three] * 2, 4) == 4
    assert counted_groups([four] * 4 + [five] * 3 + [three] * 3, 4) is None
    # The order of the halves does not matter.
    assert counted_groups([four] * 5 + [five] * 5, 4) == counted_groups([five] * 5 + [four] * 5, 4)
    assert counted_groups([five] * 5 + [four] * 5, 4) == 4
    assert counted_groups([], 3) is None


def test_fewer_groups_than_the_silhouettes_say_are_not_named():
    three = _half({}, {}, groups=dict.fromkeys(KS, 3))
    assert counted_groups([three] * 10, 4) is None
    assert decide(_halves(groups=dict.fromkeys(KS, 3)), KS, [4]) == Answer("groups")


def test_the_groups_inside_are_the_median_over_halves_and_over_the_next_six_k():
    some = [_half({}, {}, groups={4: each, 5: 6, 6: 6, 20: 1}) for each in (3, 3, 9)]
    assert n_groups_inside(some, 3) == 6  # Of 3, 6 and 6.
    assert n_groups_inside(some, 6) == 6  # Nothing is known of a finer one.
    assert n_groups_inside([], 6) == 6


def test_of_clear_groups_the_clear_ones_are_counted():
    found = [_half({}, {}, groups=dict.fromkeys(KS, 5), clear_groups=dict.fromkeys(KS, 4))]
    assert n_groups_inside(found, 3) == 5
    assert n_groups_inside(found, 3, is_clear=True) == 4


# Whether repeats agree.

THREE, FOUR, BOTH = Answer("k", (3,)), Answer("k", (4,)), Answer("levels", (3, 12))


@pytest.mark.parametrize(
    ("answer", "repeats", "n"),
    [
        (THREE, [THREE, FOUR, BOTH, Answer("groups")], 2),
        (BOTH, [THREE, Answer("k", (12,)), FOUR], 2),
        (Answer("groups"), [Answer("groups"), Answer("one group"), THREE], 1),
        (Answer("more"), [], 0),
    ],
)
def test_a_repeat_is_alike_if_it_names_one_of_the_same_k(answer, repeats, n):
    assert n_alike(answer, repeats) == n


def test_a_k_is_kept_if_seven_of_ten_repeats_name_it():
    assert agreed(THREE, [THREE] * 7 + [FOUR] * 3) == THREE
    assert agreed(THREE, [THREE] * 6 + [FOUR] * 4) == Answer("groups")
    assert agreed(BOTH, [FOUR] * 10) == Answer("groups")
    assert agreed(THREE, []) == THREE


@pytest.mark.parametrize("kind", sorted(set(get_args(Kind)) - {"k", "levels"}))
def test_an_answer_without_a_k_stays_as_it_is(kind):
    assert agreed(Answer(kind), [THREE] * 10) == Answer(kind)
