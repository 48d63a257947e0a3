"""Data of which a t-SNE is a true map, or an error that says why there is none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import pdist

from cliplab import Projection, project
from cliplab.projection.tsne import StagedTSNE


def _groups(n_images: int = 120) -> NDArray[np.float32]:
    random = np.random.default_rng(0)
    centers = 3 * np.eye(16)[np.arange(n_images) % 4]
    return (centers + random.normal(size=(n_images, 16))).astype(np.float32)


@pytest.mark.parametrize("n_images", [0, 1, 2, 3])
def test_three_images_are_too_few(n_images: int) -> None:
    message = rf"with at least 4 images. Got an array of shape \({n_images}, 16\)"
    for compute in (project, StagedTSNE):
        with pytest.raises(ValueError, match=message):
            compute(_groups()[:n_images])


def test_four_images_have_a_map_without_equal_points() -> None:
    projection = project(_groups(4))

    assert pdist(projection.coordinates).min() > 0.1


@pytest.mark.parametrize("value", [0.0, 0.1, 1e-25, 1e25])
def test_equal_images_have_no_map(value: float) -> None:
    with pytest.raises(ValueError, match=r"`embeddings` must differ .* Got 1,000 equal rows"):
        project(np.full((1000, 8), value))


@pytest.mark.parametrize("scale", [1e-25, 1e25])
def test_very_small_and_very_large_numbers_have_the_map_of_others(scale: float) -> None:
    points = _groups()

    scaled = project(points.astype(np.float64) * scale)

    assert scaled.kl_divergence == pytest.approx(project(points).kl_divergence, rel=0.01)


def _order_along(projection: Projection, values: ArrayLike) -> float:
    """Return how well the longest axis of a map orders the images by their values."""
    centered = projection.coordinates - projection.coordinates.mean(axis=0)
    along = centered @ np.linalg.svd(centered, full_matrices=False)[2][0]
    ranks = [np.argsort(np.argsort(each)) for each in (along, np.ravel(values))]
    return abs(float(np.corrcoef(ranks)[0, 1]))


def test_one_variable_is_drawn_as_a_curve_in_its_order() -> None:
    values = np.random.default_rng(0).normal(size=(120, 1))

    projection = project(values)

    wide, narrow = np.linalg.svd(projection.coordinates - projection.coordinates.mean(axis=0))[1]
    assert narrow < 0.1 * wide
    assert _order_along(projection, values) > 0.99


@pytest.mark.parametrize("n_equal", [25, 200])
def test_equal_images_are_drawn_at_one_point_however_many_there_are(n_equal: int) -> None:
    """Of 200 equal ones only some are among the nearest; which of them is no structure."""
    projection = project(np.repeat(np.eye(2), n_equal, axis=0))

    first, second = projection.coordinates[:n_equal], projection.coordinates[n_equal:]
    apart = np.linalg.norm(first.mean(axis=0) - second.mean(axis=0))
    assert max(np.ptp(first, axis=0).max(), np.ptp(second, axis=0).max()) < 0.05 * apart


def test_affinities_of_many_equal_images_are_equal() -> None:
    points = np.vstack([np.zeros((100, 16)), _groups()])

    affinities = StagedTSNE(points).affinities(10).toarray()

    among = affinities[:100, :100][~np.eye(100, dtype=bool)]
    np.testing.assert_allclose(among, among[0], rtol=1e-6)
    assert among[0] > 0
    assert affinities.sum() == pytest.approx(1)
