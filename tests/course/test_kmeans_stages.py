from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cliplab.clustering.lloyd import kmeans_steps
from cliplab.course.kmeans_stages import kmeans_stages, same_numbers

POINTS = np.random.default_rng(0).normal(size=(120, 3)) + 4 * (np.arange(120) % 4)[:, None]
STAGES = kmeans_stages(POINTS, 6, random_state=3)


def test_assigning_and_moving_take_turns_after_the_start():
    phases = [stage.phase for stage in STAGES]

    assert phases[:2] == ["start", "assign"]
    assert phases[2:] == ["move", "assign"] * (len(phases) // 2 - 1)
    assert len(phases) > 6


def test_after_each_assignment_they_are_the_steps_of_k_means():
    for stage, step in zip(STAGES[1::2], kmeans_steps(POINTS, 6, random_state=3), strict=True):
        np.testing.assert_array_equal(stage.centers, step.centers)
        np.testing.assert_array_equal(stage.cluster_labels, step.cluster_labels)
        assert stage.inertia == step.inertia


def test_moving_leaves_every_image_with_its_cluster_and_assigning_every_center_in_its_place():
    for before, after in pairwise(STAGES[1:]):
        if after.phase == "move":
            np.testing.assert_array_equal(after.cluster_labels, before.cluster_labels)
        else:
            np.testing.assert_array_equal(after.centers, before.centers)


def test_inertia_never_rises_and_is_unknown_before_images_are_assigned():
    inertias = [stage.inertia for stage in STAGES]

    assert np.isnan(inertias[0])
    assert (np.diff(inertias[1:]) <= 1e-9).all()
    assert inertias[2] < inertias[1]  # Moving alone lowers it, too.


def test_the_images_that_changed_are_those_with_another_cluster():
    for before, after in pairwise(STAGES):
        changed = np.flatnonzero(before.cluster_labels != after.cluster_labels)
        assert after.changed == tuple(changed)
    assert STAGES[-1].changed == ()


def test_a_center_is_shown_as_the_image_nearest_to_it():
    last = STAGES[-1]
    distances = np.linalg.norm(POINTS[:, None] - last.centers, axis=2)

    assert last.nearest_images == tuple(distances.argmin(axis=0))
    assert STAGES[0].centers.tolist() == POINTS[list(STAGES[0].nearest_images)].tolist()


def test_equal_clusters_of_two_runs_get_the_same_number():
    groups = np.repeat(np.eye(4) * 50, 10, axis=0) + np.random.default_rng(1).normal(size=(40, 4))
    runs = [kmeans_stages(groups, 4, init="k-means++", random_state=seed) for seed in (0, 1)]
    numbers = same_numbers(runs)

    first, second = (n[run[-1].cluster_labels] for n, run in zip(numbers, runs, strict=True))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(runs[0][-1].cluster_labels, runs[1][-1].cluster_labels)


@pytest.mark.parametrize("points", [[[0.0], [0.0], [4.0]], [[1.0]] * 5])
def test_every_center_has_a_number_also_without_images(points):
    runs = [kmeans_stages(points, 3, random_state=seed) for seed in (0, 1)]

    for numbers in same_numbers(runs):
        assert sorted(numbers) == [0, 1, 2]


def test_a_stage_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        STAGES[0].cluster_labels[0] = 1
