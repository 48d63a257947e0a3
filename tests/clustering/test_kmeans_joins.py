"""Small clusters are joined into few as well as they can be, and in several ways."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from cliplab.clustering.kmeans_joins import joins


def _inertia(
    means: NDArray[np.floating], sizes: NDArray[np.integer], labels: NDArray[np.intp]
) -> float:
    total = 0.0
    for cluster in np.unique(labels):
        own, weights = means[labels == cluster], sizes[labels == cluster]
        center = np.average(own, axis=0, weights=weights)
        total += float((weights * ((own - center) ** 2).sum(axis=1)).sum())
    return total


@pytest.mark.parametrize("n_clusters", [2, 3, 4])
def test_the_best_way_is_the_best_of_all_that_there_are(n_clusters: int) -> None:
    random = np.random.default_rng(n_clusters)
    means, sizes = random.normal(size=(8, 5)), random.integers(1, 60, size=8)

    best, *_ = joins(means, sizes, n_clusters, np.random.default_rng(0))

    every = (np.array(way) for way in product(range(n_clusters), repeat=8))
    lowest = min(_inertia(means, sizes, way) for way in every if len(np.unique(way)) == n_clusters)
    assert _inertia(means, sizes, best) == pytest.approx(lowest)


def test_the_ways_differ_and_the_first_has_the_lowest_inertia() -> None:
    random = np.random.default_rng(1)
    means, sizes = random.normal(size=(25, 40)), random.integers(10, 60, size=25)

    ways = joins(means, sizes, 6, np.random.default_rng(0))

    assert len(ways) == 4
    assert all(len(np.unique(way)) == 6 for way in ways)
    inertias = [_inertia(means, sizes, way) for way in ways]
    assert (np.diff(inertias) > 0).all()


def test_means_at_one_place_are_not_made_into_several_clusters() -> None:
    means = np.repeat([[0.0, 0.0], [1.0, 1.0]], 3, axis=0)

    assert joins(means, np.ones(6, dtype=np.intp), 3, np.random.default_rng(0)) == []


def test_equal_ways_count_once_also_where_all_that_is_left_is_rounding() -> None:
    means = np.random.default_rng(0).normal(size=(3, 7)).repeat(3, axis=0).astype(np.float32)

    ways = joins(means, np.full(9, 10), 3, np.random.default_rng(0))

    assert len(ways) == 1


def test_equal_random_numbers_join_alike() -> None:
    means = np.random.default_rng(2).normal(size=(20, 8)).astype(np.float32)
    sizes = np.arange(1, 21)

    one, other = (joins(means, sizes, 5, np.random.default_rng(7)) for _ in range(2))

    np.testing.assert_array_equal(one, other)


def test_means_of_many_points_are_apart_where_there_are_as_many_clusters() -> None:
    means = np.random.default_rng(5).normal(size=(25, 12))
    sizes = np.where(np.arange(25) < 6, 400, 1)

    best, *_ = joins(means, sizes, 6, np.random.default_rng(0))

    assert len(set(best[:6])) == 6
