import datasets
import numpy as np
import pytest

from cliplab import ImageSet
from cliplab.explorer.model.colors import _most_frequent, color_titles, coloring_view
from cliplab.explorer.model.columns import (
    bar_columns,
    bars_end,
    number_columns,
    projection_columns,
    sweep_columns,
    word_columns,
)
from cliplab.explorer.style.theme import CATEGORY_COLORS, OTHER_COLOR


@pytest.mark.slow
def test_points_stand_where_the_projection_puts_them(projection):
    columns = projection_columns(projection)
    np.testing.assert_array_equal(columns["x"], projection.coordinates[:, 0])
    np.testing.assert_array_equal(columns["y"], projection.coordinates[:, 1])


@pytest.mark.slow
def test_bars_stand_cluster_by_cluster_and_fall_within_each(sweep):
    clustering = sweep[5]
    columns = bar_columns(clustering)
    order = np.argsort(columns["bar_positions"])
    labels = clustering.cluster_labels[order]
    assert (np.diff(labels) >= 0).all()
    falls = np.diff(clustering.silhouettes[order]) <= 0
    assert falls[np.diff(labels) == 0].all()


def test_every_bar_has_a_place_of_its_own_and_clusters_are_apart(sweep):
    clustering = sweep[5]
    positions = np.sort(bar_columns(clustering)["bar_positions"])
    steps = np.diff(positions)
    assert (steps >= 1).all()
    assert (steps > 1).sum() == 4
    assert positions[-1] < bars_end(clustering)


def test_words_of_small_clusters_do_not_cover_each_other(sweep):
    clustering = sweep[12]
    positions = np.array(word_columns(clustering)["word_positions"])
    assert (np.diff(positions) >= bars_end(clustering) / 24 - 1e-6).all()
    assert positions.max() <= bars_end(clustering)


def test_a_cluster_s_number_stands_at_the_median_of_its_points(sweep, projection):
    columns = number_columns(sweep[4], projection)
    for cluster in range(4):
        median = np.median(projection.coordinates[sweep[4].cluster_labels == cluster], axis=0)
        assert (columns["x"][cluster], columns["y"][cluster]) == pytest.approx(tuple(median))


def test_curves_are_those_of_the_sweep(sweep):
    columns = sweep_columns(sweep)
    np.testing.assert_array_equal(columns["inertias"], sweep.inertias)
    np.testing.assert_array_equal(columns["silhouette_scores"], sweep.silhouette_scores)


def test_colours_by_cluster_are_the_cluster_labels_whatever_k_is(images, sweep):
    few, many = (
        coloring_view("cluster", images, sweep[3]),
        coloring_view("cluster", images, sweep[9]),
    )
    np.testing.assert_array_equal(few["values"], sweep[3].cluster_labels)
    assert few["legend"] == many["legend"][:3]
    assert few["palette"][:3] == many["palette"][:3] == CATEGORY_COLORS[:3]
    assert (few["low"], few["high"]) == (many["low"], many["high"])


def test_colours_by_class_name_each_class_that_occurs(images, sweep):
    colors = coloring_view("class", images, sweep[3])
    names = [name for name, _ in colors["legend"]]
    shown = [names[value] for value in colors["values"]]
    assert shown == images.to_pandas()["class_name"].tolist()


def test_more_classes_than_colours_leave_a_grey_rest(sweep):
    codes = np.repeat(np.arange(30), np.arange(30, 0, -1))
    colors = _most_frequent(codes, [f"kind {i}" for i in range(30)])
    assert colors["legend"][-1] == ("other", OTHER_COLOR)
    assert len(colors["legend"]) == len(CATEGORY_COLORS) + 1
    others = codes[colors["values"] == len(CATEGORY_COLORS)]
    assert set(others) == set(range(20, 30))


def test_images_without_a_class_are_grey():
    colors = _most_frequent(np.array([0, -1, 1]), ["cat", "dog"])
    assert [colors["palette"][value] for value in colors["values"]] == [
        CATEGORY_COLORS[0],
        OTHER_COLOR,
        CATEGORY_COLORS[1],
    ]


def test_colours_by_silhouette_are_symmetric_around_zero(images, sweep):
    colors = coloring_view("silhouette", images, sweep[3])
    assert colors["low"] == -colors["high"]
    assert colors["is_amount"]
    np.testing.assert_array_equal(colors["values"], sweep[3].silhouettes)


def test_a_column_of_words_is_coloured_by_its_words(images, sweep):
    colors = coloring_view("place", images, sweep[3])
    names = [name for name, _ in colors["legend"]]
    assert [names[value] for value in colors["values"]] == images.to_pandas()["place"].tolist()


def _with_column(images, values, kind):
    table = images.dataset.add_column("extra", values, feature=kind)
    return ImageSet(table)


def test_a_column_of_numbers_is_coloured_by_amount_and_gaps_are_left_grey(images, sweep):
    values = [None, *range(1, len(images))]
    colors = coloring_view("extra", _with_column(images, values, datasets.Value("int64")), sweep[5])
    assert colors["is_amount"]
    assert (colors["low"], colors["high"]) == (1, len(images) - 1)
    assert np.isnan(colors["values"][0])
    np.testing.assert_array_equal(colors["values"][1:], values[1:])


def test_what_a_column_of_words_leaves_open_is_no_word(images, sweep):
    values = [None, "", *(["glad", "sad"] * len(images))[: len(images) - 2]]
    colors = coloring_view(
        "extra", _with_column(images, values, datasets.Value("string")), sweep[5]
    )
    assert [name for name, _ in colors["legend"]] == ["glad", "sad", "other"]
    assert colors["values"][0] == colors["values"][1] == 2


def test_a_column_of_class_codes_is_coloured_by_their_names(images, sweep):
    kind = datasets.ClassLabel(names=["no", "yes"])
    table = _with_column(images, [i % 2 for i in range(len(images))], kind)
    assert [name for name, _ in coloring_view("extra", table, sweep[5])["legend"]] == ["no", "yes"]


def test_a_column_of_lists_is_not_offered(images):
    kind = datasets.Sequence(datasets.Value("int64"))
    table = _with_column(images, [[i, i] for i in range(len(images))], kind)
    assert "extra" not in color_titles(table)


def test_a_column_that_is_called_class_does_not_take_the_place_of_the_classes(images):
    table = images.dataset.rename_column("light", "class").remove_columns("class_label")
    assert "class" not in color_titles(ImageSet(table))


def test_an_unknown_column_is_refused_in_words(images, sweep):
    with pytest.raises(ValueError, match=r"`color_by` must be one of 'cluster', .*Got 'colr'"):
        coloring_view("colr", images, sweep[3])
