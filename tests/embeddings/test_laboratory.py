"""The laboratory's shapes are what they are called, and stay so on the sphere."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kurtosis, skew
from sklearn.metrics import adjusted_mutual_info_score

from cliplab import load_laboratory, sweep_clusters

WITH_GROUPS = {"mixture": 5, "hierarchy": 12, "long_tail": 30}
ONE_GROUP = ("gaussian", "decaying", "cone", "skewed", "heavy_tails", "sphere", "arc")


def _scores(name, **wanted):
    """Return the principal component scores of a shape, and their shares of the variance."""
    vectors = load_laboratory(name, **wanted).embeddings.vectors.astype(np.float64)
    left, values, _ = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    return left * values, values**2 / (values**2).sum()


@pytest.mark.parametrize("name", [*WITH_GROUPS, *ONE_GROUP])
@pytest.mark.parametrize("n_features", [8, 64, 512])
def test_every_shape_is_unit_vectors_off_the_origin_and_knows_its_groups(name, n_features):
    shape = load_laboratory(name, n_images=250, n_features=n_features)
    vectors = shape.embeddings.vectors
    assert vectors.shape == (250, n_features)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    cosines = (vectors @ vectors.T)[np.triu_indices(250, 1)]
    assert 0.5 <= cosines.mean() <= 0.7
    assert shape.n_groups == WITH_GROUPS.get(name, 1)
    assert set(shape.class_labels) == set(range(shape.n_groups))
    assert len(shape.lesson.split()) > 5


@pytest.mark.parametrize("name", [*WITH_GROUPS, *ONE_GROUP])
def test_equal_seeds_give_equal_rows_and_others_do_not(name):
    one, same, other = (
        load_laboratory(name, n_images=60, random_state=seed).embeddings.vectors
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, same)
    assert not np.allclose(one, other)


@pytest.mark.parametrize("n_groups", [2, 12])
def test_k_means_finds_the_groups_of_a_mixture_that_stand_apart(n_groups):
    shape = load_laboratory("mixture", n_images=300, n_groups=n_groups)
    found = sweep_clusters(shape.embeddings, [n_groups])[n_groups]
    assert adjusted_mutual_info_score(shape.class_labels, found.cluster_labels) > 0.99


@pytest.mark.parametrize("separation", [2.0, 8.0])
def test_the_nearest_two_groups_are_as_far_apart_as_was_asked_for(separation):
    shape = load_laboratory("mixture", n_images=6000, n_groups=3, separation=separation)
    vectors = shape.embeddings.vectors.astype(np.float64)
    means = [vectors[shape.class_labels == group].mean(axis=0) for group in range(3)]
    distances = []
    for one, other in ((0, 1), (0, 2), (1, 2)):
        line = (means[other] - means[one]) / np.linalg.norm(means[other] - means[one])
        widths = [(vectors[shape.class_labels == group] @ line).std() for group in (one, other)]
        distances.append(np.linalg.norm(means[other] - means[one]) / np.mean(widths))
    assert min(distances) == pytest.approx(separation, rel=0.15)


def test_a_hierarchy_has_two_right_answers():
    shape = load_laboratory("hierarchy")
    sweep = sweep_clusters(shape.embeddings, [3, 12])
    assert adjusted_mutual_info_score(shape.outer_labels, sweep[3].cluster_labels) > 0.99
    assert adjusted_mutual_info_score(shape.class_labels, sweep[12].cluster_labels) > 0.99
    np.testing.assert_array_equal(shape.outer_labels, shape.class_labels // 4)


@pytest.mark.parametrize("n_features", [3, 8, 64])
def test_inner_groups_are_nearer_to_one_another_than_outer_ones(n_features):
    for seed in range(5):
        shape = load_laboratory("hierarchy", n_features=n_features, random_state=seed)
        vectors = shape.embeddings.vectors.astype(np.float64)
        means = np.array([vectors[shape.class_labels == group].mean(axis=0) for group in range(12)])
        distances = np.linalg.norm(means[:, None] - means, axis=-1)
        is_inner = (np.arange(12)[:, None] // 4) == (np.arange(12) // 4)
        assert distances[is_inner].max() < distances[~is_inner].min()


def test_with_a_small_separation_the_inner_groups_are_faint_and_the_outer_ones_clear():
    shape = load_laboratory("hierarchy", separation=4)
    sweep = sweep_clusters(shape.embeddings, [3, 12])
    assert adjusted_mutual_info_score(shape.outer_labels, sweep[3].cluster_labels) > 0.99
    assert 0.6 < adjusted_mutual_info_score(shape.class_labels, sweep[12].cluster_labels) < 0.999


def test_the_sizes_of_the_long_tail_follow_zipf_s_law():
    sizes = np.bincount(load_laboratory("long_tail", n_images=1000).class_labels)
    expected = 1000 / np.arange(1, 31) / (1 / np.arange(1, 31)).sum()
    assert sizes.sum() == 1000
    np.testing.assert_allclose(sizes, expected, atol=10, rtol=0.1)
    assert np.bincount(load_laboratory("long_tail", n_images=30).class_labels).tolist() == [1] * 30


@pytest.mark.parametrize("n_features", [8, 64, 512])
def test_the_first_component_of_a_cone_has_a_quarter_of_the_variance(n_features):
    for n_images in (250, 1000):
        _, shares = _scores("cone", n_images=n_images, n_features=n_features)
        assert 0.18 <= shares[0] <= 0.32


def test_no_feature_belongs_to_a_direction_of_the_shape():
    vectors = load_laboratory("cone").embeddings.vectors
    variances = vectors.var(axis=0)
    assert variances.max() < 0.15 * variances.sum()  # Of the first component it is a quarter.


def test_one_group_has_the_moments_of_its_name():
    for name in ("gaussian", "decaying", "cone"):
        scores, _ = _scores(name, n_features=8)
        assert np.abs(skew(scores)).max() < 0.6, name
    scores, _ = _scores("skewed", n_features=8)
    assert np.abs(skew(scores)).max() > 0.8
    for name, low, high in (("heavy_tails", 1, np.inf), ("decaying", -0.5, 0.5)):
        scores, _ = _scores(name)
        assert low < np.median(kurtosis(scores[:, :10])) < high, name
    _, shares = _scores("decaying", n_features=8)
    assert shares[0] / shares[3] == pytest.approx(4, rel=0.3)
    _, shares = _scores("arc")
    assert shares[:2].sum() > 0.95


def test_the_sphere_is_empty_in_the_middle():
    def nearest_to_the_mean(name):
        vectors = load_laboratory(name, n_features=8).embeddings.vectors
        distances = np.linalg.norm(vectors - vectors.mean(axis=0), axis=1)
        return np.quantile(distances, 0.01) / np.median(distances)

    assert nearest_to_the_mean("sphere") > 0.9
    assert nearest_to_the_mean("gaussian") < 0.7


def test_its_table_has_a_row_for_each_vector():
    assert load_laboratory("arc", n_images=9).to_pandas().columns.tolist() == ["class_label"]
    table = load_laboratory("hierarchy", n_images=24).to_pandas()
    assert table.columns.tolist() == ["class_label", "outer_label"]
    assert len(table) == 24


def test_what_it_teaches_stands_in_its_html_and_labels_are_read_only():
    shape = load_laboratory("arc", n_images=9)
    assert shape.lesson in shape._repr_html_()
    assert repr(shape) == "Laboratory 'arc' of 9 rows with 64 features, one group"
    with pytest.raises(ValueError, match="read-only"):
        shape.class_labels[0] = 1


@pytest.mark.parametrize(
    ("name", "wanted", "words"),
    [
        ("cube", {}, "`name` must be one of 'mixture', 'hierarchy', .* Got 'cube' instead"),
        ("arc", {"n_groups": 3}, "`n_groups` must not be given for 'arc'. Got 3 instead"),
        ("long_tail", {"separation": 3}, "`separation` must not be given for 'long_tail'"),
        ("mixture", {"n_groups": 0}, "`n_groups` must be a whole number of at least 1"),
        ("mixture", {"separation": -1}, "`separation` must be a number from 0 to 20"),
        ("mixture", {"n_groups": 9, "n_images": 8}, "`n_images` must be a whole .* at least 9"),
        ("long_tail", {"n_images": 29}, "`n_images` must be a whole number of at least 30"),
        ("arc", {"n_images": 2}, "`n_images` must be a whole number of at least 3"),
        ("arc", {"n_features": 2}, "`n_features` must be a whole number from 3 to"),
        ("arc", {"random_state": -1}, "`random_state` must be a whole number from 0 to"),
    ],
)
def test_what_a_shape_cannot_be_is_refused_in_words(name, wanted, words):
    with pytest.raises(ValueError, match=words):
        load_laboratory(name, **wanted)
