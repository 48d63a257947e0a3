from __future__ import annotations

import numpy as np

from cliplab.course.map_blend import MapBlend
from cliplab.projection.values import Projection

PLACES = np.random.default_rng(0).normal(size=(30, 2))
BEFORE = Projection(PLACES - PLACES.mean(axis=0))
STRETCHED = BEFORE.coordinates * [1.5, 0.5]
AFTER = Projection(STRETCHED @ [[0, 1], [-1, 0]])


def test_it_begins_with_the_first_map_and_ends_with_the_second_turned_towards_it():
    blend = MapBlend(BEFORE, AFTER)

    np.testing.assert_allclose(blend.at(0), BEFORE.coordinates)
    lengths = [np.linalg.norm(each, axis=1) for each in (blend.at(1), STRETCHED)]
    np.testing.assert_allclose(*lengths, rtol=1e-5)
    assert np.linalg.norm(blend.at(1) - STRETCHED) < np.linalg.norm(AFTER.coordinates - STRETCHED)
    np.testing.assert_allclose(blend.at(0.25), 0.75 * blend.start + 0.25 * blend.end)


def test_aligned_on_a_selection_its_middle_stays_all_the_way():
    rows = [2, 3, 5, 8]
    blend = MapBlend(BEFORE, AFTER, rows)

    for share in (0, 0.5, 1):
        middle = blend.at(share)[rows].mean(axis=0)
        np.testing.assert_allclose(middle, BEFORE.coordinates[rows].mean(axis=0), atol=1e-6)
