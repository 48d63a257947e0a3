"""Neighbours are compared with scikit-learn's, and with maps whose answer is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

from cliplab import (
    Embeddings,
    Projection,
    load_laboratory,
    neighbor_counts,
    neighbors_kept,
    project,
)
from cliplab.evaluation import nearest as module
from cliplab.evaluation.nearest import find_nearest_images

FOOD = Path(__file__).parents[3] / "shared" / "vectors" / "food.npz"
EMBEDDINGS = load_laboratory("mixture", n_images=200, n_features=16).embeddings
PCA = project(EMBEDDINGS, "pca")


def _theirs(points, n_neighbors):
    points = np.asarray(points, dtype=np.float64)
    return NearestNeighbors(n_neighbors=n_neighbors).fit(points).kneighbors()[1]


@pytest.mark.parametrize("n_neighbors", [1, 10, 99])
@pytest.mark.parametrize("pairs", [1_000, 1_000_000])
def test_it_is_what_scikit_learn_finds(n_neighbors, pairs, monkeypatch):
    monkeypatch.setattr(module, "_MOST_PAIRS", pairs)
    found = neighbors_kept(EMBEDDINGS, PCA, n_neighbors)
    near, on_map = (_theirs(each, n_neighbors) for each in (EMBEDDINGS, PCA))
    np.testing.assert_array_equal(found.neighbors, near)
    expected = [len(set(a) & set(b)) / n_neighbors for a, b in zip(near, on_map, strict=True)]
    np.testing.assert_allclose(found.kept, expected)
    assert found.share == pytest.approx(np.mean(expected))
    vectors, places = (np.asarray(each, dtype=np.float64) for each in (EMBEDDINGS, PCA))
    trusted = trustworthiness(vectors, places, n_neighbors=n_neighbors)
    continued = trustworthiness(places, vectors, n_neighbors=n_neighbors)
    assert found.trustworthiness == pytest.approx(trusted, abs=1e-9)
    assert found.continuity == pytest.approx(continued, abs=1e-9)


def test_a_map_that_is_a_turned_copy_keeps_all():
    points = np.random.default_rng(0).normal(size=(50, 2))
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    found = neighbors_kept(points, Projection(3 * points @ turn))
    assert (found.share, found.trustworthiness, found.continuity) == (1, 1, 1)


def test_a_map_without_meaning_keeps_what_chance_keeps():
    places = np.random.default_rng(0).normal(size=(200, 2))
    found = neighbors_kept(EMBEDDINGS, Projection(places))
    assert found.share_by_chance == pytest.approx(10 / 199)
    assert found.share == pytest.approx(found.share_by_chance, abs=0.02)
    assert found.trustworthiness == pytest.approx(0.5, abs=0.05)


def test_the_image_that_a_map_has_torn_away_is_the_one_that_keeps_nothing():
    points = np.random.default_rng(0).normal(size=(60, 2))
    places = points.copy()
    places[7] += 1000
    kept = neighbors_kept(points, Projection(places)).kept
    nearest = _theirs(points, 10)[7]
    on_its_side = _theirs(places, 10)[7]
    assert kept[7] == len(set(nearest) & set(on_its_side)) / 10
    assert kept.argmin() == 7


def test_identical_images_do_not_depend_on_their_order():
    points = np.repeat(np.random.default_rng(0).normal(size=(10, 5)), 6, axis=0)
    places = np.repeat(np.random.default_rng(1).normal(size=(10, 2)), 6, axis=0)
    found = neighbors_kept(points, Projection(places), 3)
    np.testing.assert_allclose(found.kept, 1)
    on_a_map_without_ties = Projection(np.random.default_rng(2).normal(size=(60, 2)))
    kept = neighbors_kept(points, on_a_map_without_ties, 3).kept
    order = np.random.default_rng(3).permutation(60)
    again = neighbors_kept(points[order], Projection(np.asarray(on_a_map_without_ties)[order]), 3)
    np.testing.assert_allclose(again.kept, kept[order])
    np.testing.assert_allclose(neighbor_counts(np.ones((50, 3)), 5), 5)


@pytest.mark.parametrize("n_features", [64, 513])
def test_identical_rows_have_equal_counts_though_distances_are_rounded(n_features):
    random = np.random.default_rng(0)
    group = random.permutation(np.repeat(np.arange(101), 3))
    counts = neighbor_counts(random.normal(size=(101, n_features))[group], 4)
    mean_of_group = np.bincount(group, counts) / 3
    np.testing.assert_allclose(counts, mean_of_group[group])


@pytest.mark.parametrize("pairs", [1_000, 1_000_000])
def test_counts_are_those_of_scikit_learn_s_neighbors(pairs, monkeypatch):
    monkeypatch.setattr(module, "_MOST_PAIRS", pairs)
    for points in (EMBEDDINGS, PCA, EMBEDDINGS.vectors):
        counts = neighbor_counts(points, 10)
        expected = np.bincount(_theirs(points, 10).ravel(), minlength=200)
        np.testing.assert_array_equal(counts, expected)
        assert counts.mean() == 10


def test_in_many_dimensions_there_are_hubs_and_on_a_map_there_are_not():
    embeddings = load_laboratory("gaussian", n_images=500, n_features=512).embeddings
    counts = neighbor_counts(embeddings)
    on_map = neighbor_counts(project(embeddings, "pca"))
    assert counts.max() > 2 * on_map.max()
    assert (counts == 0).sum() > (on_map == 0).sum()


@pytest.mark.skipif(not FOOD.is_file(), reason="needs the folder shared/vectors")
def test_real_vectors_of_dishes_have_hubs_and_centered_ones_have_fewer():
    rows = np.random.default_rng(0).permutation(2000)[:1000]
    with np.load(FOOD, allow_pickle=False) as file:
        embeddings = Embeddings(file["vectors"].astype(np.float32)[rows])
    raw, centered = neighbor_counts(embeddings), neighbor_counts(embeddings.centered())
    assert (raw.max(), (raw == 0).sum()) == (pytest.approx(55, abs=2), pytest.approx(59, abs=2))
    assert (centered.max(), (centered == 0).sum()) < (raw.max(), (raw == 0).sum())
    assert (centered == 0).sum() == pytest.approx(23, abs=2)


def test_a_table_and_a_sentence_say_the_same():
    found = neighbors_kept(EMBEDDINGS, PCA)
    assert found.to_pandas()["neighbors_kept"].tolist() == found.kept.tolist()
    assert repr(found).startswith(
        f"NeighborsKept of 200 images: {found.share:.0%} of the 10 nearest"
    )
    assert repr(found) in found._repr_html_()
    with pytest.raises(ValueError, match="read-only"):
        found.kept[0] = 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((EMBEDDINGS, PCA, 0), "`n_neighbors` must be a whole number from 1 to 99, less than half"),
        ((EMBEDDINGS, PCA, 100), "`n_neighbors` must be a whole number from 1 to 99"),
        (
            ([[1.0], [2.0]], Projection([[1, 0], [2, 0]])),
            "`embeddings` must have at least 3 images",
        ),
        ((EMBEDDINGS[:9], PCA, 2), "`projection` must have one row for each of the 9 images"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        neighbors_kept(*arguments)


def test_swapped_arguments_are_refused_in_words():
    with pytest.raises(TypeError, match="`projection` must be a Projection"):
        neighbors_kept(EMBEDDINGS, EMBEDDINGS)
    with pytest.raises(TypeError, match=r"`embeddings` must be .*\. Got Projection instead"):
        neighbors_kept(PCA, EMBEDDINGS)
    with pytest.raises(ValueError, match=r"`embeddings` must have at least 2 images\. Got 1"):
        neighbor_counts([[1.0]])
    with pytest.raises(ValueError, match="`n_neighbors` must be a whole number from 1 to 2, the "):
        neighbor_counts(Embeddings(np.eye(3)), 3)


@pytest.mark.parametrize("kind", ["apart", "in pairs", "all alike"])
def test_found_once_they_are_compared_with_every_map(kind):
    points = np.random.default_rng(0).normal(size=(60, 5))
    if kind == "in pairs":
        points[1::2] = points[::2]
    if kind == "all alike":
        points[:] = points[0]
    nearest = find_nearest_images(points, 10)
    np.testing.assert_allclose(nearest.counts, neighbor_counts(points))
    for columns in ([0, 1], [2, 4], [3, 3]):
        map_ = Projection(points[:, columns])
        found = neighbors_kept(points, map_)
        np.testing.assert_allclose(nearest.kept_on(map_), found.kept)
        np.testing.assert_array_equal(nearest.neighbors, found.neighbors)
