from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import Clustering
from cliplab.course.map_comparison import MapComparison, compare_maps
from cliplab.embeddings.laboratory import load_laboratory
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.neighbors import neighbors_kept
from cliplab.projection.projecting import project
from cliplab.projection.values import Projection

FOOD = Path(__file__).parents[3] / "shared" / "vectors" / "food.npz"
EMBEDDINGS = load_laboratory("mixture", n_images=90).embeddings
PLACES = np.random.default_rng(0).normal(size=(90, 2))
LABELS = np.repeat([0, 1, 2], 30)
GROUPS = Clustering(LABELS, np.zeros((3, 2)), 0.0, np.zeros(90))


def test_what_each_map_keeps_is_what_neighbors_kept_says():
    maps = [project(EMBEDDINGS, random_state=seed) for seed in (0, 1)]
    found = compare_maps(EMBEDDINGS, *maps, GROUPS)

    for kept, each in zip((found.kept_before, found.kept_after), maps, strict=True):
        np.testing.assert_allclose(kept, neighbors_kept(EMBEDDINGS, each).kept)


@pytest.mark.slow
@pytest.mark.skipif(not FOOD.is_file(), reason="needs the folder shared/vectors")
def test_two_seeds_share_most_neighbours_and_both_lose_nearly_half_of_the_true_ones():
    rows = np.random.default_rng(0).permutation(2000)[:600]
    with np.load(FOOD) as file:
        dishes = Embeddings(file["vectors"][rows].astype(np.float32))
    maps = [project(dishes, random_state=seed) for seed in (0, 1)]
    found = compare_maps(dishes, *maps, sweep_clusters(dishes, [10])[10])

    assert found.shared.mean() > 0.9
    assert 0.4 < found.kept_before.mean() < 0.6
    assert 0.4 < found.kept_after.mean() < 0.6


def test_a_map_shares_all_neighbours_with_itself_turned():
    turned = Projection(PLACES @ [[0, 1], [-1, 0]])
    found = compare_maps(EMBEDDINGS, Projection(PLACES), turned, GROUPS)

    np.testing.assert_allclose(found.shared, 1)
    assert [share for _, share in found.changes] == pytest.approx([0, 0, 0])


def test_the_group_that_is_scattered_comes_first():
    scattered = PLACES.copy() + 20 * LABELS[:, None]
    before = Projection(scattered.copy())
    scattered[LABELS == 1] = np.random.default_rng(1).normal(size=(30, 2)) * 5 + 90
    found = compare_maps(EMBEDDINGS, before, Projection(scattered), GROUPS)

    (first, changed), *others = found.changes
    assert first == 1
    assert changed > 0.5
    assert all(share < 0.1 for _, share in others)
    assert found.rows(1) == tuple(range(30, 60))
    assert found.to_pandas()["cluster_label"].tolist()[0] == 1


def test_noise_is_no_group():
    labels = np.where(LABELS == 2, -1, LABELS)
    groups = Clustering(labels, np.zeros((2, 2)), 0.0, np.zeros(90))
    found = compare_maps(EMBEDDINGS, Projection(PLACES), Projection(PLACES), groups)

    assert sorted(cluster for cluster, _ in found.changes) == [0, 1]


def test_the_sentence_sets_agreement_beside_truth():
    shares = np.full(4, 0.7), np.full(4, 0.5), np.full(4, 0.4)
    found = MapComparison(10, *shares, np.zeros(4, dtype=int))

    assert found.sentence == (
        "Of the 10 nearest of an image, the two maps share 7.0. Of the 10 nearest among the "
        "embeddings, the first map keeps 5.0 and the second 4.0."
    )
    assert found.sentence in repr(found)
    assert "10 nearest" in found._repr_html_()


def test_maps_of_other_images_are_refused():
    with pytest.raises(ValueError, match="`after` must have one row for each of the 90 images"):
        compare_maps(EMBEDDINGS, Projection(PLACES), Projection(PLACES[:50]), GROUPS)
    with pytest.raises(ValueError, match="`embeddings` must have one row"):
        compare_maps(EMBEDDINGS[:50], Projection(PLACES), Projection(PLACES), GROUPS)
    with pytest.raises(TypeError, match="`before` must be a Projection"):
        compare_maps(EMBEDDINGS, PLACES, Projection(PLACES), GROUPS)
    few = Projection(PLACES[:2])
    with pytest.raises(ValueError, match=r"`before` must have at least 3 images\. Got 2 instead"):
        compare_maps(EMBEDDINGS[:2], few, few, GROUPS)


def test_all_shares_are_of_the_same_images():
    shares, labels = np.array([1.0, 0.5]), np.array([0, 0])
    with pytest.raises(ValueError, match="`kept_after` must have one row for each of the 2"):
        MapComparison(2, shares, shares, shares[:1], labels)
    with pytest.raises(ValueError, match="`cluster_labels` must have one row for each of the 2"):
        MapComparison(2, shares, shares, shares, labels[:1])
