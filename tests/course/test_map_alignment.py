from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import procrustes

from cliplab.course.map_alignment import aligned_to, unit_size

MAP = np.random.default_rng(0).normal(size=(60, 2)) * [3, 1]
ANGLE = 1.1
TURN = np.array([[np.cos(ANGLE), -np.sin(ANGLE)], [np.sin(ANGLE), np.cos(ANGLE)]])
MIRROR = np.diag([1.0, -1.0])


@pytest.mark.parametrize("change", [TURN, MIRROR, TURN @ MIRROR])
def test_a_map_that_was_turned_mirrored_and_moved_comes_back(change):
    np.testing.assert_allclose(aligned_to(MAP @ change + [4, -7], MAP), MAP, atol=1e-12)


def test_it_is_procrustes_analysis():
    other = np.random.default_rng(1).normal(size=(60, 2))
    ours, theirs = unit_size(MAP), unit_size(aligned_to(unit_size(other), unit_size(MAP)))
    _, reference, _ = procrustes(MAP, other)

    # SciPy shrinks the second map by how badly it fits.
    np.testing.assert_allclose(theirs, unit_size(reference), atol=1e-12)
    assert ((theirs - ours) ** 2).sum() <= ((unit_size(other) - ours) ** 2).sum()


def test_distances_stay():
    other = np.random.default_rng(2).normal(size=(60, 2))
    aligned = aligned_to(other, MAP)

    np.testing.assert_allclose(
        np.linalg.norm(aligned - aligned[0], axis=1), np.linalg.norm(other - other[0], axis=1)
    )


def test_on_a_selection_its_images_come_near_whatever_becomes_of_the_others():
    moved = MAP.copy()
    moved[:10] = MAP[:10] @ TURN + 20
    aligned = aligned_to(moved, MAP, range(10))

    np.testing.assert_allclose(aligned[:10], MAP[:10], atol=1e-9)
    assert np.abs(aligned[10:] - MAP[10:]).max() > 1


@pytest.mark.parametrize("rows", [[3], [3, 3]])
def test_one_image_alone_is_moved_to_its_place(rows):
    aligned = aligned_to(MAP + 5, MAP[::-1], rows)

    np.testing.assert_allclose(aligned[3], MAP[::-1][3], atol=1e-12)
    assert np.isfinite(aligned).all()


def test_a_map_of_unit_size_has_its_points_at_distance_1():
    places = unit_size(MAP + 100)

    np.testing.assert_allclose(places.mean(axis=0), 0, atol=1e-12)
    assert (places**2).sum(axis=1).mean() == pytest.approx(1)
    assert not unit_size(np.ones((5, 2))).any()
