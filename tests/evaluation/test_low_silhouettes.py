from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cliplab.clustering.measuring import remeasure
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import Clustering
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.low_silhouettes import borderline_images, negative_images

_RANDOM = np.random.default_rng(0)
EMBEDDINGS = Embeddings(_RANDOM.normal(size=(120, 8)) + 1.5 * np.eye(8)[np.arange(120) % 4])


def test_negative_and_borderline_images_are_sorted_by_silhouette() -> None:
    found = sweep_clusters(EMBEDDINGS, [9])[9]
    negative, borderline = negative_images(found), borderline_images(found, tolerance=0.03)
    assert set(negative) == set(np.flatnonzero(found.silhouettes < 0))
    assert set(borderline) == set(np.flatnonzero(abs(found.silhouettes) <= 0.03))
    for rows in (negative, borderline):
        assert len(rows) > 1
        assert (np.diff(found.silhouettes[list(rows)]) >= 0).all()


def test_what_is_near_0_goes_by_how_large_the_silhouettes_are() -> None:
    scores = np.array([0.5, -0.5, 0.04, -0.06, 0.9, 0.9])
    labels, centers = [0, 0, 0, 1, 1, 1], [[0.0], [1.0]]
    for scale in (1.0, 0.1):
        found = Clustering(labels, centers, 0.0, scale * scores)
        assert borderline_images(found) == (2,)  # A tenth of the mean size is 0.048, or 0.0048.


@pytest.mark.parametrize("images", [negative_images, borderline_images])
def test_a_sweep_in_place_of_a_clustering_is_an_error(images) -> None:
    with pytest.raises(TypeError, match=r"such as sweep\[5\]\. Got ClusterSweep instead"):
        images(sweep_clusters(EMBEDDINGS, [5]))


@pytest.mark.slow
@pytest.mark.parametrize("images", [negative_images, borderline_images])
def test_a_clustering_without_silhouettes_is_an_error_until_it_is_remeasured(images) -> None:
    found = sweep_clusters(EMBEDDINGS, [5])[5]
    unmeasured = replace(found, silhouettes=np.full(len(found), np.nan))
    words = r"must have silhouettes, as the .* of `sweep_clusters` do; .* Got Clustering of 120 "
    with pytest.raises(ValueError, match=words):
        images(unmeasured)
    assert isinstance(images(remeasure(EMBEDDINGS, unmeasured)), tuple)
