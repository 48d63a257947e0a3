"""The search of K-means: what stays exact while its steps add up only the points that move."""

from __future__ import annotations

import numpy as np
import pytest

from cliplab.clustering.kmeans_search import Search


@pytest.mark.parametrize("is_spherical", [False, True])
def test_after_many_steps_the_means_are_those_of_their_points(is_spherical: bool) -> None:
    random = np.random.default_rng(0)
    points = random.normal(size=(600, 40)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    search = Search(points, random, is_spherical)
    *_, drawn = search.drawn(12)
    settled = search.settle(drawn)
    assert settled is not None
    # On the way down, clusters lose their centre, and their points have none for a while.
    pruned = search.settle(search.pruned(settled.copy()))
    assert pruned is not None

    for partition in (settled, pruned):
        k = len(partition.means)
        own = [points[partition.labels == cluster].astype(np.float64) for cluster in range(k)]
        means = np.stack([each.mean(axis=0) for each in own])
        np.testing.assert_allclose(partition.means, means, atol=1e-6)
        distances = search.distances(search.centers(partition.means))
        np.testing.assert_array_equal(distances.argmin(axis=0), partition.labels)


@pytest.mark.parametrize("is_spherical", [False, True])
def test_the_finest_clusters_are_joined_into_three_to_eight(is_spherical: bool) -> None:
    random = np.random.default_rng(1)
    points = random.normal(size=(10, 30))[np.arange(300) % 10] + 0.2 * random.normal(size=(300, 30))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    search = Search(points, random, is_spherical)
    *_, drawn = search.drawn(20)
    search.settle(drawn)

    search.join(21, 40)  # The second block has no few clusters.
    assert set(search.best) == {1, 20}
    search.join(2, 20)

    assert set(search.best) == {1, *range(3, 9), 20}
    for k in range(3, 9):
        assert sorted(set(search.best[k].labels)) == list(range(k))
        assert search.best[k].inertia < search.best[1 if k == 3 else k - 1].inertia
