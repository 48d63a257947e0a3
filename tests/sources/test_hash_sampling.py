from __future__ import annotations

import random

import numpy as np
import pytest
from scipy.stats import chi2

from cliplab.sources.hash_sampling import hash_order

_IDS = [f"{number:016x}" for number in range(1000)]
_STORED = {
    0: ["0000000000000331", "00000000000001e0", "0000000000000238", "00000000000003a4"],
    1: ["0000000000000235", "000000000000000c", "000000000000014c", "0000000000000054"],
}


def test_the_hash_order_of_a_seed_never_changes():
    """If this fails, no published sample can be drawn again."""
    assert hash_order(_IDS, 0)[:4] == _STORED[0]
    assert hash_order(_IDS, 1)[:4] == _STORED[1]


def test_the_order_in_which_names_come_does_not_matter():
    mixed = random.Random(0).sample(_IDS, len(_IDS))
    assert hash_order(mixed, 3) == hash_order(_IDS, 3)


def test_the_order_of_a_subset_is_the_same():
    part = set(_IDS[::3])
    assert hash_order(part, 3) == [name for name in hash_order(_IDS, 3) if name in part]


@pytest.mark.slow
@pytest.mark.proof
def test_every_name_is_as_likely_to_be_drawn_as_any_other(proof):
    """Chi-square over many seeds: a sample of 100 out of 1,000, counted for each name."""
    n_seeds = proof(400, 10_000, "samples of 100 out of 1,000, chi-square between 0.1 % and 99.9 %")
    counts = np.zeros(len(_IDS))
    place = {name: i for i, name in enumerate(_IDS)}
    for seed in range(n_seeds):
        counts[[place[name] for name in hash_order(_IDS, seed)[:100]]] += 1
    # A name's count has the variance of a draw without replacement, a little below a Poisson's.
    expected = n_seeds / 10
    statistic = ((counts - expected) ** 2 / (0.9 * expected)).sum()
    assert chi2.ppf(0.001, df=999) < statistic < chi2.ppf(0.999, df=999)


def test_another_seed_is_another_sample():
    first, second = (set(hash_order(_IDS, seed)[:100]) for seed in (0, 1))
    assert len(first & second) < 30
