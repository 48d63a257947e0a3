from __future__ import annotations

import numpy as np
import pytest

from cliplab.clustering.sampling import stratified_rows

STRATA = np.repeat([3, 0, 7, -1], [500, 300, 150, 50])


def test_every_part_has_its_share_of_the_sample():
    for seed in range(20):
        drawn = STRATA[stratified_rows(STRATA, 100, seed)]
        counts = [int((drawn == part).sum()) for part in (3, 0, 7, -1)]
        assert np.abs(np.array(counts) - [50, 30, 15, 5]).max() <= 1


def test_rows_are_increasing_and_each_is_drawn_once():
    rows = stratified_rows(STRATA, 333, random_state=5)
    assert len(rows) == 333
    assert (np.diff(rows) > 0).all()


def test_all_rows_can_be_drawn():
    assert stratified_rows(STRATA, len(STRATA)).tolist() == list(range(len(STRATA)))


def test_within_a_part_every_row_is_as_likely_as_another():
    times = np.zeros(len(STRATA))
    for seed in range(2000):
        times[stratified_rows(STRATA, 100, seed)] += 1
    # 200 times on average, with a standard deviation of 13.4.
    assert times.min() > 140
    assert times.max() < 260


def test_equal_seeds_draw_equal_samples():
    first, again, other = (stratified_rows(STRATA, 50, seed) for seed in (1, 1, 2))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


@pytest.mark.parametrize("n_rows", [0, 1001])
def test_a_sample_larger_than_all_or_of_none_is_refused(n_rows):
    with pytest.raises(ValueError, match="`n_rows` must be from 1 to 1000, the number of images"):
        stratified_rows(STRATA, n_rows)
