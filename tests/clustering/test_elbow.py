from __future__ import annotations

import numpy as np
import pytest

from cliplab.clustering.elbow import find_elbow
from cliplab.clustering.sweeping import sweep_clusters

KS = np.arange(2, 21)


@pytest.mark.parametrize("knee", [3, 5, 8, 12])
def test_the_knee_of_two_straight_lines_is_found(knee: int) -> None:
    curve = np.where(knee >= KS, 100 - 80 * (KS - 2) / (knee - 2), 20 - 0.5 * (KS - knee))

    assert find_elbow(KS, curve) == knee


def test_a_straight_line_has_no_elbow() -> None:
    assert find_elbow(KS, 100 - 3.0 * KS) is None


def test_a_curve_that_bends_the_other_way_has_no_elbow() -> None:
    assert find_elbow(KS, 500 - KS**2) is None


def test_a_hyperbola_bends_most_where_its_slope_is_that_of_the_chord() -> None:
    # The slope of 1/k equals that of the chord from 2 to 20 at the square root of 2 · 20.
    assert find_elbow(KS, 1 / KS) == 6


def test_the_elbow_does_not_depend_on_the_units_of_inertia() -> None:
    curve = np.where(KS <= 6, 100 - 20 * (KS - 2), 20 - 0.5 * (KS - 6))

    assert find_elbow(KS, 1e-6 * curve + 3) == find_elbow(KS, curve) == 6


def test_a_gentle_bend_counts_only_for_the_sensitive() -> None:
    below_the_chord = 0.2 * (1 - ((KS - 11) / 9) ** 2)
    gentle = (20 - KS) / 18 - below_the_chord

    assert find_elbow(KS, gentle) is None
    assert find_elbow(KS, gentle, sensitivity=1.0) == 11


def test_a_short_sweep_can_have_an_elbow() -> None:
    assert find_elbow([2, 3, 4, 5, 6], [90, 20, 18, 16, 14]) == 3


def test_gaps_between_the_values_of_k_are_taken_as_they_are() -> None:
    assert find_elbow([2, 5, 10, 20], [100, 20, 15, 5]) == 5


@pytest.mark.parametrize("curve", [[5.0, 4.0], [5.0, 5.0, 5.0], [1.0, 2.0, 3.0]])
def test_too_few_values_or_no_fall_have_no_elbow(curve: list[float]) -> None:
    assert find_elbow(range(2, 2 + len(curve)), curve) is None


@pytest.mark.slow
def test_separate_groups_have_their_elbow_and_noise_of_many_dimensions_has_none() -> None:
    random = np.random.default_rng(0)
    noise = random.normal(size=(300, 64))
    groups = 6 * random.normal(size=(6, 64))[np.arange(300) % 6] + noise

    assert sweep_clusters(groups, range(2, 16)).elbow == 6
    assert sweep_clusters(noise, range(2, 16)).elbow is None


def test_values_of_k_that_do_not_increase_are_an_error() -> None:
    with pytest.raises(ValueError, match="`n_clusters` must increase"):
        find_elbow([2, 2, 3], [3.0, 2.0, 1.0])
