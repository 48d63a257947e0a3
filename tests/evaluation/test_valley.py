"""A valley is found between groups that stand apart, and not where one group was cut."""

from __future__ import annotations

import numpy as np
import pytest

from cliplab import Clustering, load_laboratory, sweep_clusters, valley
from cliplab.clustering.values import NOISE

ONE_GROUP = ("gaussian", "decaying", "cone", "skewed", "heavy_tails", "sphere", "arc")


def _clustered(points, labels):
    centers = [points[labels == label].mean(axis=0) for label in range(labels.max() + 1)]
    return Clustering(labels, centers, 0.0, np.zeros(len(labels)))


def _two_groups(n_first, n_second, separation, seed=0, n_features=16):
    """Draw two normal groups; return their points and the clustering that knows them."""
    random = np.random.default_rng(seed)
    labels = np.repeat([0, 1], [n_first, n_second])
    points = random.normal(size=(len(labels), n_features))
    points[:, 0] += separation * labels
    return points, _clustered(points, labels)


@pytest.mark.slow
@pytest.mark.parametrize("name", ONE_GROUP)
@pytest.mark.parametrize(("n_images", "n_features"), [(250, 8), (250, 512), (2000, 64)])
def test_one_group_that_k_means_has_cut_has_no_valley(name, n_images, n_features):
    shape = load_laboratory(name, n_images=n_images, n_features=n_features, random_state=1)
    sweep = sweep_clusters(shape.embeddings, [2, 3, 8])
    # Half of a half circle and its other half lie apart along the chord.
    ks = (3, 8) if name == "arc" else (2, 3, 8)
    for k in ks:
        centers = sweep[k].centers
        spans = ((centers[:, None] - centers) ** 2).sum(axis=2)
        np.fill_diagonal(spans, np.inf)
        for a in range(0, k, 3):
            found = valley(shape.embeddings, sweep[k], a, int(spans[a].argmin()))
            assert not found.is_clear
            assert found.p_value > 0.05


def test_of_a_half_circle_the_two_halves_have_one_and_the_sentence_says_that_it_can_be_so():
    arc = load_laboratory("arc", n_images=2000)
    found = valley(arc.embeddings, sweep_clusters(arc.embeddings, [2])[2], 0, 1)
    assert found.is_clear
    assert "A single group that is bent can have one too" in found.sentence


@pytest.mark.parametrize(("n_first", "n_second"), [(100, 100), (200, 40), (500, 50)])
def test_groups_that_stand_apart_have_one_of_whatever_sizes_they_are(n_first, n_second):
    points, clustering = _two_groups(n_first, n_second, separation=8)
    found = valley(points, clustering, 0, 1)
    assert found.p_value < 0.01
    assert found.fullness < 0.1
    assert "there is a valley" in found.sentence


def test_groups_that_are_one_hill_together_have_none():
    points, clustering = _two_groups(100, 100, separation=2)
    found = valley(points, clustering, 0, 1)
    assert found.p_value > 0.05
    assert "no valley was found" in found.sentence


def test_without_halves_noise_would_have_one():
    """This is why the line comes from other images than those that are counted."""
    points = np.random.default_rng(0).normal(size=(60, 512))
    clustering = sweep_clusters(points, [2])[2]
    labels = clustering.cluster_labels
    one, other = (points[labels == label].mean(axis=0) for label in (0, 1))
    places = (points - one) @ (other - one) / ((other - one) @ (other - one))
    assert ((places > 1 / 3) & (places < 2 / 3)).sum() == 0  # A gap, among the same images.
    assert valley(points, clustering, 0, 1).p_value > 0.5


def test_positions_are_those_along_the_line_between_the_centers():
    points, clustering = _two_groups(100, 100, separation=8)
    found = valley(points, clustering, 0, 1)
    np.testing.assert_array_equal(found.rows, np.arange(200))
    assert found.positions[:100].mean() == pytest.approx(0, abs=0.05)
    assert found.positions[100:].mean() == pytest.approx(1, abs=0.05)
    assert np.corrcoef(found.positions, points[:, 0])[0, 1] > 0.99
    counts, edges = found.histogram
    assert counts.sum() == 200
    assert (edges[0], edges[-1]) == (-0.75, 1.75)
    # The bins fit the stretches that are counted.
    assert np.isclose(edges[:, None], [-1 / 6, 1 / 6, 1 / 3, 2 / 3, 5 / 6, 7 / 6]).any(axis=0).all()
    # About each centre are those within a sixth of the line: 1.3 deviations.
    np.testing.assert_allclose(found.counts, [82, 0, 82], atol=8)


def test_the_other_way_round_it_is_the_same_valley():
    points, clustering = _two_groups(120, 80, separation=5)
    one, other = valley(points, clustering, 0, 1), valley(points, clustering, 1, 0)
    assert one.p_value == pytest.approx(other.p_value)
    assert one.counts == pytest.approx(other.counts[::-1])
    np.testing.assert_allclose(one.positions, 1 - other.positions, atol=1e-6)


def test_its_rows_are_the_images_nearer_to_the_line_than_to_any_other_centre():
    points, clustering = _two_groups(50, 50, separation=8)
    # A third group, and noise: some in the middle of the line, some far away.
    middle = points[:10].copy()
    middle[:, 0] += 4
    far = np.vstack([points, points[:30] + 40, middle, 30 * np.eye(16) + 60])
    labels = np.r_[clustering.cluster_labels, np.full(30, 2), np.full(26, NOISE)]
    found = valley(far, _clustered(far, labels), 0, 1)
    np.testing.assert_array_equal(found.rows, np.r_[np.arange(100), np.arange(130, 140)])
    np.testing.assert_allclose(found.positions[100:], 0.5, atol=0.4)
    assert found.counts[1] > 5  # Noise between two clusters is no gap.


@pytest.mark.slow
def test_clusters_of_a_square_that_leave_noise_between_them_have_no_valley():
    clear = []
    for seed in range(6):
        square = np.random.default_rng(seed).uniform(size=(400, 2))
        sweep = sweep_clusters(square, algorithm="hdbscan", min_cluster_sizes=[15])
        clustering = sweep[15]
        clear += [
            valley(square, clustering, 0, b).is_clear
            for b in range(1, min(clustering.n_clusters, 4))
        ]
    assert len(clear) >= 5
    assert not any(clear)


def test_images_that_occur_twice_are_taken_once():
    points, clustering = _two_groups(60, 60, separation=4)
    twice = np.vstack([points, points])
    both = _clustered(twice, np.r_[clustering.cluster_labels, clustering.cluster_labels])
    one, other = valley(points, clustering, 0, 1), valley(twice, both, 0, 1)
    assert one.p_value == other.p_value
    np.testing.assert_array_equal(one.rows, other.rows)


def test_of_clusters_with_another_between_them_the_sentence_says_so():
    arc = load_laboratory("arc", n_images=300)
    clustering = sweep_clusters(arc.embeddings, [3])[3]
    found = [valley(arc.embeddings, clustering, a, b) for a, b in ((0, 1), (0, 2), (1, 2))]
    (ends,) = (each for each in found if each.between)
    assert {ends.a, ends.b, *ends.between} == {0, 1, 2}
    assert not ends.is_clear
    assert "not neighbors" in repr(ends)
    assert f"are not neighbours: cluster {ends.between[0]} lies between them" in ends.sentence


def test_equal_seeds_give_equal_values():
    points, clustering = _two_groups(60, 60, separation=4)
    one, same = (valley(points, clustering, 0, 1, random_state=3) for _ in range(2))
    assert one.p_value == same.p_value
    np.testing.assert_array_equal(one.positions, same.positions)


@pytest.mark.parametrize("sizes", [(1, 1), (1, 30), (2, 2)])
def test_of_too_few_images_nothing_is_said(sizes):
    points, clustering = _two_groups(*sizes, separation=50)
    found = valley(points, clustering, 0, 1)
    assert found.p_value > 0.05
    assert "too few images to tell" in found.sentence
    assert np.isfinite(found.positions).all()


def test_identical_images_have_none():
    points = np.ones((20, 3))
    found = valley(points, _clustered(points, np.arange(20) % 2), 0, 1)
    assert found.p_value == 1


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        (0, 0, "`b` must be another cluster than `a`, 0. Got 0 instead"),
        (0, 2, "`b` must be a whole number from 0 to 1, the last cluster. Got 2 instead"),
        (-1, 1, "`a` must be a whole number from 0 to 1"),
    ],
)
def test_clusters_that_there_are_not_are_refused_in_words(a, b, words):
    points, clustering = _two_groups(10, 10, separation=8)
    with pytest.raises(ValueError, match=words):
        valley(points, clustering, a, b)
    with pytest.raises(TypeError, match="`clustering` must be a Clustering"):
        valley(points, sweep_clusters(points, [2]), 0, 1)
