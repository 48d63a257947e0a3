from __future__ import annotations

import warnings
from itertools import pairwise

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

from cliplab.clustering.lloyd import kmeans_steps
from cliplab.embeddings.values import Embeddings

POINTS = np.random.default_rng(0).normal(size=(120, 3)) + 4 * (np.arange(120) % 4)[:, None]


def test_lloyd_ends_where_scikit_learn_ends_from_the_same_start() -> None:
    *_, last = steps = list(kmeans_steps(POINTS, n_clusters=4, random_state=0))
    reference = KMeans(4, init=steps[0].centers, n_init=1, tol=0).fit(POINTS)

    assert len(steps) > 3
    np.testing.assert_array_equal(last.cluster_labels, reference.labels_)
    np.testing.assert_allclose(last.centers, reference.cluster_centers_)
    assert last.inertia == pytest.approx(reference.inertia_)


@pytest.mark.parametrize("init", ["random", "k-means++"])
def test_each_step_is_that_of_scikit_learn(init: str) -> None:
    steps = list(kmeans_steps(POINTS, n_clusters=6, init=init, random_state=0))

    assert len(steps) > 3
    for n_steps, step in enumerate(steps[1:], start=1):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # It is stopped on the way.
            start = steps[0].centers
            reference = KMeans(6, init=start, n_init=1, tol=0, max_iter=n_steps).fit(POINTS)
        np.testing.assert_array_equal(step.cluster_labels, reference.labels_)
        np.testing.assert_allclose(step.centers, reference.cluster_centers_)
        assert step.inertia == pytest.approx(reference.inertia_)


def test_k_means_plus_plus_starts_further_apart_than_chance() -> None:
    inertias = {
        init: np.mean(
            [next(kmeans_steps(POINTS, 4, init=init, random_state=s)).inertia for s in range(20)]
        )
        for init in ("random", "k-means++")
    }

    assert inertias["k-means++"] < 0.8 * inertias["random"]


def test_an_unknown_start_is_an_error_at_once() -> None:
    with pytest.raises(ValueError, match=r"`init` must be one of 'random', 'k-means\+\+'"):
        kmeans_steps(POINTS, 3, init="kmeans++")


@pytest.mark.parametrize("init", ["random", "k-means++"])
def test_lloyd_starts_from_images(init: str) -> None:
    first = next(kmeans_steps(POINTS, n_clusters=5, init=init, random_state=2))

    assert all(center in POINTS.tolist() for center in first.centers.tolist())
    assert len(np.unique(first.centers, axis=0)) == 5


def test_inertia_never_rises_from_step_to_step() -> None:
    inertias = [step.inertia for step in kmeans_steps(POINTS, n_clusters=6, random_state=3)]

    assert (np.diff(inertias) <= 1e-9).all()


def test_every_step_moves_the_centers_to_the_means_of_the_step_before() -> None:
    steps = list(kmeans_steps(POINTS, n_clusters=3, random_state=4))

    for before, after in pairwise(steps):
        means = [POINTS[before.cluster_labels == cluster].mean(axis=0) for cluster in range(3)]
        np.testing.assert_allclose(after.centers, means)


def test_the_last_step_is_the_first_in_which_no_image_moves() -> None:
    steps = list(kmeans_steps(POINTS, n_clusters=4, random_state=5))
    still = [
        np.array_equal(before.cluster_labels, after.cluster_labels)
        for before, after in pairwise(steps)
    ]

    assert still[-1]
    assert not any(still[:-1])


def test_a_center_without_images_stays_where_it_is() -> None:
    *_, last = kmeans_steps([[0.0], [0.0], [4.0]], n_clusters=3, random_state=0)

    assert sorted(last.centers.ravel().tolist()) == [0.0, 0.0, 4.0]


def test_the_seed_decides_the_start() -> None:
    first = [next(kmeans_steps(POINTS, 3, random_state=seed)).centers for seed in (0, 0, 1)]

    np.testing.assert_array_equal(first[0], first[1])
    assert not np.array_equal(first[0], first[2])


def test_a_step_cannot_be_written_to() -> None:
    step = next(kmeans_steps(Embeddings(POINTS), n_clusters=2))

    with pytest.raises(ValueError, match="read-only"):
        step.centers[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        step.cluster_labels[0] = 0


@pytest.mark.parametrize("n_clusters", [0, 121])
def test_more_centers_than_images_are_an_error_at_once(n_clusters: int) -> None:
    with pytest.raises(ValueError, match=f"must be from 1 to 120.* Got {n_clusters}"):
        kmeans_steps(POINTS, n_clusters)
