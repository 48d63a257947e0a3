from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cliplab.clustering.sweeping import sweep_clusters
from cliplab.embeddings.laboratory import load_laboratory
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.null import NULL_TITLES, compare_null_data, null_data
from cliplab.projection.values import Projection

KINDS = ("covariance", "shuffled", "scores", "uniform")
FOOD = Path(__file__).parents[3] / "shared" / "vectors" / "food.npz"
_RANDOM = np.random.default_rng(0)
# Two groups, stretched and away from the origin, so that mean and covariance are not trivial.
POINTS = _RANDOM.normal(size=(80, 4)) @ _RANDOM.normal(size=(4, 4)) + [5, -3, 0, 1]
POINTS[:40] += 6
FEW = _RANDOM.normal(size=(12, 30)) + 2  # Fewer images than dimensions, as CLIP often has.
VECTORS = Embeddings(_RANDOM.normal(size=(200, 16)) + 4 * np.eye(16)[0], "by hand", {"mark": "x"})


def _draws(points: np.ndarray, kind: str, n_draws: int) -> np.ndarray:
    return np.array([null_data(points, kind, random_state=seed) for seed in range(n_draws)])


@pytest.mark.parametrize("kind", ["covariance", "shuffled", "scores"])
@pytest.mark.parametrize("points", [POINTS, FEW], ids=["many images", "few images"])
def test_over_many_draws_the_mean_is_that_of_the_data(points, kind):
    means = _draws(points, kind, 400).mean(axis=(0, 1))
    spread = points.std(axis=0) / np.sqrt(400 * len(points))
    assert (np.abs(means - points.mean(axis=0)) <= 4 * spread + 1e-9).all()


@pytest.mark.parametrize("kind", ["covariance", "scores"])
@pytest.mark.parametrize("points", [POINTS, FEW], ids=["many images", "few images"])
def test_over_many_draws_the_covariance_is_that_of_the_data(points, kind):
    real = np.cov(points.T, bias=True)
    centered = _draws(points, kind, 400) - points.mean(axis=0)
    drawn = np.einsum("sni,snj->ij", centered, centered) / (400 * len(points))
    scale = np.sqrt(np.outer(real.diagonal(), real.diagonal()))
    # The standard error of an entry of the covariance of n normal samples is at most √2 / √n.
    assert (np.abs(drawn - real) / scale).max() < 5 * np.sqrt(2 / (400 * len(points)))


def test_null_data_with_the_same_covariance_are_normal():
    def fourth_moments(points):
        root = np.linalg.cholesky(np.cov(points.T))
        return (np.linalg.solve(root, (points - points.mean(axis=0)).T) ** 4).mean(axis=1)

    # The kurtosis is 3 in every direction of a normal distribution, and lower with two groups.
    assert fourth_moments(POINTS).min() < 2.3
    drawn = _draws(POINTS, "covariance", 400).reshape(-1, 4)
    np.testing.assert_allclose(fourth_moments(drawn), 3, atol=0.15)


def test_null_data_have_no_extent_where_the_data_have_none():
    flat = np.c_[POINTS, POINTS.sum(axis=1)]
    for kind in ("covariance", "scores", "uniform"):
        made = null_data(flat, kind)
        np.testing.assert_allclose(made[:, :4].sum(axis=1), made[:, 4])


def test_shuffling_keeps_the_values_of_each_coordinate_but_not_their_correlation():
    made = null_data(POINTS, "shuffled")
    np.testing.assert_array_equal(np.sort(made, axis=0), np.sort(POINTS, axis=0))
    correlations = np.abs(np.corrcoef(made.T) - np.eye(4)).max()
    assert correlations < 0.4 < np.abs(np.corrcoef(POINTS.T) - np.eye(4)).max()


def test_shuffled_scores_keep_the_values_along_each_principal_component():
    mean = POINTS.mean(axis=0)
    axes = np.linalg.eigh(np.cov(POINTS.T))[1]
    made = null_data(POINTS, "scores")

    real, drawn = ((points - mean) @ axes for points in (POINTS, made))
    np.testing.assert_allclose(np.sort(drawn, axis=0), np.sort(real, axis=0), atol=1e-12)
    assert not np.allclose(drawn, real)


def test_shuffled_scores_keep_groups_along_one_component_but_not_in_several():
    along = np.repeat([[-9.0, 0], [9, 0]], 60, axis=0) + _RANDOM.normal(size=(120, 2))
    corners = 9 * np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    across = np.repeat(corners, 60, axis=0) + _RANDOM.normal(size=(240, 3))

    def silhouette(points, k):
        return sweep_clusters(points, [k])[k].silhouette_score

    assert silhouette(null_data(along, "scores"), 2) == pytest.approx(silhouette(along, 2), abs=0.1)
    assert silhouette(null_data(across, "scores"), 4) < silhouette(across, 4) - 0.2


def test_uniform_draws_fill_the_box_of_the_principal_components_and_stay_in_it():
    mean = POINTS.mean(axis=0)
    axes = np.linalg.eigh(np.cov(POINTS.T))[1]
    box = (POINTS - mean) @ axes
    inside = (_draws(POINTS, "uniform", 200).reshape(-1, 4) - mean) @ axes
    low, high = box.min(axis=0), box.max(axis=0)
    assert (inside >= low - 1e-9).all()
    assert (inside <= high + 1e-9).all()
    shares = (inside - low) / (high - low)
    for share in shares.T:
        counts, _ = np.histogram(share, bins=10, range=(0, 1))
        np.testing.assert_allclose(counts, 1600, rtol=0.12)


@pytest.mark.parametrize("kind", KINDS)
def test_embeddings_become_embeddings_of_unit_length_that_say_they_are_null(kind):
    made = null_data(VECTORS, kind, random_state=3)
    assert isinstance(made, Embeddings)
    assert made.vectors.shape == VECTORS.vectors.shape
    np.testing.assert_allclose(np.linalg.norm(made.vectors, axis=1), 1, rtol=1e-6)
    assert made.model == f"null: {NULL_TITLES[kind]}"
    assert dict(made.provenance) == {"mark": "x", "null": kind, "random_state": "3"}


@pytest.mark.parametrize("kind", KINDS)
def test_null_data_lie_in_the_same_cone_as_the_embeddings(kind):
    real, made = (each.vectors.mean(axis=0) for each in (VECTORS, null_data(VECTORS, kind)))
    np.testing.assert_allclose(made, real, atol=0.08)
    assert np.linalg.norm(made) == pytest.approx(np.linalg.norm(real), abs=0.03)


LABORATORY = {
    name: load_laboratory(name, n_images=600).embeddings
    for name in ("mixture", "hierarchy", "cone", "gaussian", "skewed", "arc", "heavy_tails")
}


@pytest.mark.parametrize("name", LABORATORY)
def test_the_table_says_what_each_kind_keeps_of_known_shapes(name):
    table = compare_null_data(LABORATORY[name])

    assert table.index.tolist() == ["data", *KINDS]
    assert not table.isna().any(axis=None)
    np.testing.assert_allclose(table["mean_length"], 1, rtol=1e-6)
    # In few directions the lengths of null data vary most, so unit length changes them most.
    tolerance = 0.08 if name in ("arc", "hierarchy") else 0.04
    np.testing.assert_allclose(table["mean_cosine"], table["mean_cosine"]["data"], atol=tolerance)
    kept = table.drop("shuffled")
    np.testing.assert_allclose(
        kept["first_component"], kept["first_component"]["data"], atol=tolerance
    )
    np.testing.assert_allclose(kept["n_directions"], kept["n_directions"]["data"], rtol=0.25)
    if name != "gaussian":  # It has as much variance in every direction.
        assert table["n_directions"]["shuffled"] > 1.5 * table["n_directions"]["data"]


def test_the_measures_equal_a_plain_computation():
    table = compare_null_data(POINTS)

    unit = POINTS / np.linalg.norm(POINTS, axis=1, keepdims=True)
    cosines = (unit @ unit.T)[np.triu_indices(80, 1)]
    variances = np.linalg.eigvalsh(np.cov(POINTS.T))
    data = table.loc["data"]
    assert data["mean_cosine"] == pytest.approx(cosines.mean())
    assert data["first_component"] == pytest.approx(variances.max() / variances.sum())
    assert data["n_directions"] == pytest.approx(variances.sum() ** 2 / (variances**2).sum())
    assert data["mean_length"] == pytest.approx(np.linalg.norm(POINTS, axis=1).mean())


def test_the_box_of_an_array_is_wider_than_the_data():
    normal = np.random.default_rng(1).normal(size=(400, 30)) + 1
    table = compare_null_data(normal)

    assert table["mean_length"]["uniform"] > 1.2 * table["mean_length"]["data"]
    assert table["mean_cosine"]["uniform"] < 0.8 * table["mean_cosine"]["data"]


@pytest.mark.skipif(not FOOD.is_file(), reason="needs the folder shared/vectors")
def test_of_photographs_all_kinds_keep_the_mean_cosine_and_all_but_one_the_components():
    vectors = np.load(FOOD)["vectors"].astype(np.float32)
    table = compare_null_data(Embeddings(vectors))

    assert table["mean_cosine"]["data"] == pytest.approx(0.65, abs=0.01)
    np.testing.assert_allclose(table["mean_cosine"], table["mean_cosine"]["data"], atol=0.01)
    directions = table["n_directions"]
    np.testing.assert_allclose(directions.drop("shuffled"), directions["data"], rtol=0.05)
    assert directions["shuffled"] > 7 * directions["data"]


def test_rows_that_are_all_equal_have_no_components():
    table = compare_null_data(np.ones((5, 3)))

    assert table.loc["data", ["mean_cosine", "mean_length"]].tolist() == pytest.approx([1, 3**0.5])
    assert np.isnan(table.loc["data", ["first_component", "n_directions"]]).all()


def test_null_data_stay_in_the_space_of_the_data():
    assert null_data(VECTORS.centered()).space == "centered embedding"
    assert null_data(VECTORS).space == "embedding"


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_become_arrays_of_the_same_dtype(kind):
    projection = Projection(POINTS[:, :2])
    for data, dtype in ((POINTS, "float64"), (POINTS.astype("float32"), "float32"),
                        (projection, "float32"), (POINTS.tolist(), "float64")):  # fmt: skip
        made = null_data(data, kind)
        assert type(made) is np.ndarray
        assert (made.shape, made.dtype) == (np.shape(data), dtype)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_draws_the_same_null_data(kind):
    first, again, other = (
        null_data(VECTORS, kind, random_state=seed).vectors for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_data_are_not_changed():
    before = POINTS.copy()
    for kind in KINDS:
        null_data(POINTS, kind)
    np.testing.assert_array_equal(POINTS, before)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("covariance", np.random.default_rng(0).normal(size=(300, 4))),
        ("uniform", np.random.default_rng(0).uniform(size=(300, 4))),
    ],
)
def test_null_data_differ_from_data_drawn_with_the_same_seed(kind, data):
    # A linear map of the numbers of default_rng(0) would be the data again.
    made = null_data(data, kind, random_state=0)
    together = np.corrcoef(data.T, made.T)[:4, 4:]
    assert np.abs(together).max() < 0.25


@pytest.mark.slow
def test_null_data_have_no_groups():
    grouped = Embeddings(_RANDOM.normal(size=(5, 16))[np.arange(200) % 5]
                         + 0.1 * _RANDOM.normal(size=(200, 16)))  # fmt: skip
    real = sweep_clusters(grouped, [5])[5].silhouette_score
    for kind in KINDS:
        assert sweep_clusters(null_data(grouped, kind), [5])[5].silhouette_score < real / 2


def test_an_unknown_kind_is_an_error():
    with pytest.raises(ValueError, match=r"`kind` must be one of 'covariance', .*Got 'normal'"):
        null_data(POINTS, "normal")
    with pytest.raises(ValueError, match="`embeddings` must be finite numbers of shape"):
        null_data([[np.nan, 1.0]])
    with pytest.raises(ValueError, match=r"`embeddings` must be of at least two images\. Got 1"):
        compare_null_data([[2.0, 1.0]])
