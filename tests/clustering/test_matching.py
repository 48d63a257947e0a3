from __future__ import annotations

import numpy as np
import pytest

from cliplab.clustering.matching import match, match_to, without_gaps


def test_a_cluster_takes_the_number_of_the_one_with_which_it_shares_most_images() -> None:
    before, after = np.array([0, 0, 0, 1, 1, 2]), np.array([2, 2, 1, 0, 0, 1])

    assert match_to(before, after).tolist() == [0, 0, 2, 1, 1, 2]


def test_new_clusters_get_new_numbers_the_largest_first() -> None:
    before, after = np.array([0] * 9), np.array([0, 1, 1, 2, 2, 2, 2, 3, 3])

    assert match_to(before, after).tolist() == [3, 1, 1, 0, 0, 0, 0, 2, 2]


@pytest.mark.parametrize("before", [[-1, -1, -1], [0, -1, 1]])
def test_noise_stays_noise_and_matches_nothing(before: list[int]) -> None:
    assert match_to(np.array(before), np.array([0, -1, 1])).tolist() == [0, -1, 1]


def test_numbers_move_up_where_clusters_get_fewer() -> None:
    labelings = [np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 0, 0, 0, 1])]

    assert match(labelings)[1].tolist() == [0, 0, 0, 0, 0, 1]


def test_gaps_between_numbers_are_closed_in_order() -> None:
    assert without_gaps(np.array([7, -1, 2, 7, 5])).tolist() == [2, -1, 0, 2, 1]
