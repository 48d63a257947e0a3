from __future__ import annotations

import asyncio

import ipywidgets
import numpy as np
import pytest

from cliplab import Clustering, sweep_clusters
from cliplab.course import MapGrid
from cliplab.course.map_comparison import compare_maps
from cliplab.course.map_series import MapKey


@pytest.fixture
def grid(images, embeddings):
    return MapGrid(embeddings, images=images, perplexities=[5, 15])


@pytest.fixture(scope="module")
def settled(images, embeddings):
    grid = MapGrid(embeddings, images=images, perplexities=[5, 15])
    grid.settle()
    return grid


def test_each_column_is_a_perplexity_each_row_a_seed_and_the_last_is_null_data(settled):
    assert list(settled.maps) == [(5, 0), (15, 0), (5, 1), (15, 1)]
    grid, _pair = settled._plots.layout.children
    titles = [[plot.title.text for plot in row.children] for row in grid.children]
    assert titles == [
        ["perplexity 5, seed 0", "perplexity 15, seed 0"],
        ["perplexity 5, seed 1", "perplexity 15, seed 1"],
        ["perplexity 5, null data", "perplexity 15, null data"],
    ]


def test_every_map_draws_its_own_places_from_one_source(settled):
    source = settled._plots.images.source
    for i, projection in enumerate(settled.maps.values()):
        drawn = np.transpose([source.data[f"x{i}"], source.data[f"y{i}"]])
        np.testing.assert_array_equal(drawn, projection.coordinates)
    sources = {
        each.data_source.name
        for key, plot in settled._plots.maps.items()
        for each in plot.renderers
        if not key.is_null
    }
    assert sources == {"grid images"}


def test_what_is_selected_in_one_is_selected_in_all_but_not_among_null_data(settled):
    settled.selected = [3, 4]
    assert settled.selected == (3, 4)
    assert settled._plots.images.source.selected.indices == [3, 4]
    assert settled._plots._null.source.selected.indices == []
    with pytest.raises(IndexError, match="`selected` must be from -60 to 59"):
        settled.selected = [60]
    settled.selected = ()


def test_two_seeds_stand_side_by_side_at_first_and_any_two_can(settled, embeddings):
    assert settled.pair == (MapKey(15, 0), MapKey(15, 1))
    found = settled.compare((5, 0), (15, 1))
    maps = settled.maps
    expected = compare_maps(embeddings, maps[5, 0], maps[15, 1], settled._clustering)
    np.testing.assert_allclose(found.shared, expected.shared)
    assert found is settled.comparison
    assert found.sentence in settled.sentence
    with pytest.raises(ValueError, match=r"`after` must be .* settled: \(5, 0\), \(15, 0\)"):
        settled.compare((5, 0), (5, 7))


def test_the_slider_moves_images_from_the_first_map_to_the_second(settled):
    settled.compare((5, 0), (15, 1))
    data = settled._plots.images.source.data
    start, end = (settled.maps[key].coordinates for key in ((5, 0), (15, 1)))
    settled.blend(0)
    np.testing.assert_allclose(data["x"], start[:, 0], atol=1e-6)
    settled.blend(0.5)
    between = np.transpose([data["x"], data["y"]])
    assert settled._plots.between.title.text == "50% of the way to perplexity 15, seed 1"
    np.testing.assert_allclose(data["trail_y"], start[:, 1], atol=1e-6)
    settled.blend(1)
    there = np.transpose([data["x"], data["y"]])
    np.testing.assert_allclose(between, (start + there) / 2, atol=1e-5)
    np.testing.assert_allclose(
        np.linalg.norm(there, axis=1), np.linalg.norm(end, axis=1), atol=1e-3
    )
    with pytest.raises(ValueError, match="`share` must be a number from 0 to 1"):
        settled.blend(1.1)


def test_aligned_on_a_selection_its_images_hardly_move(settled):
    settled.compare((5, 0), (5, 1))
    settled.blend(1)
    rows = list(settled.comparison.rows(0))
    data = settled._plots.images.source.data

    def moved():
        away = np.hypot(data["x"] - data["trail_x"], data["y"] - data["trail_y"])
        return (away[rows] ** 2).sum()

    on_all = moved()
    settled.align(rows)
    assert moved() < on_all
    settled.align()
    assert moved() == pytest.approx(on_all)


def test_a_grid_shows_no_places_before_there_are_any(grid):
    assert np.isnan(grid._plots.images.source.data["x0"]).all()
    assert grid.maps == {}
    assert grid.comparison is None
    assert not grid._plots.pair.visible
    assert grid.sentence == "0 of 6 t-SNE maps have settled."


def test_colours_are_the_clusters_that_are_given(embeddings):
    own = sweep_clusters(embeddings, [3])[3]
    grid = MapGrid(embeddings, clustering=own, perplexities=[5], null_data=False)
    colors = grid._plots.images.source.data["color_values"]
    np.testing.assert_array_equal(colors, own.cluster_labels)


def test_one_map_alone_has_nothing_beside_it(embeddings):
    grid = MapGrid(embeddings, perplexities=[5], random_states=[3], null_data=False)
    grid.settle()
    assert (grid.pair, grid.comparison) == (None, None)
    assert grid.sentence == "1 of 1 t-SNE maps have settled."


def test_few_images_have_smaller_perplexities(embeddings):
    grid = MapGrid(embeddings[:31], null_data=False)
    assert {key.perplexity for key in grid._keys} == {5, 10}


def test_wrong_arguments_are_refused_in_words(images, embeddings):
    with pytest.raises(ValueError, match="`embeddings` must have at least 12 images"):
        MapGrid(embeddings[:11])
    with pytest.raises(ValueError, match="`images` must have one row for each of the 59 images"):
        MapGrid(embeddings[:59], images=images)
    with pytest.raises(ValueError, match=r"`perplexities` must be a number from 2 to 19\.66"):
        MapGrid(embeddings, perplexities=[5, 30])
    with pytest.raises(ValueError, match=r"`perplexities` must be a list of numbers\. Got 30"):
        MapGrid(embeddings, perplexities=30)
    with pytest.raises(
        ValueError, match=r"`random_states` must be a list of whole numbers\. Got 5"
    ):
        MapGrid(embeddings, random_states=5)
    with pytest.raises(ValueError, match=r"`perplexities` must all differ. Got \[5.0, 5.0\]"):
        MapGrid(embeddings, perplexities=[5, 5])
    with pytest.raises(ValueError, match="`random_states` must be a whole number from 1 to 6, how"):
        MapGrid(embeddings, random_states=range(7))
    with pytest.raises(ValueError, match="`clustering` must have one row for each of the 60"):
        MapGrid(embeddings, clustering=Clustering([0], [[0.0]], 0.0, [0.0]))


@pytest.mark.slow
def test_where_nobody_watches_all_maps_are_there_when_the_sentence_is_said(grid, capsys):
    grid._ipython_display_()
    assert len(grid.maps) == 4
    assert capsys.readouterr().out == f"{grid.sentence}\n"
    assert grid._tool._copy._content.drawing()().data.startswith(b"\x89PNG")


@pytest.mark.slow
def test_maps_settle_while_they_are_watched_and_then_groups_are_listed(in_kernel, widgets_in, grid):
    def named(words):
        buttons = widgets_in(grid._tool._screen, ipywidgets.Button)
        return next(each for each in buttons if words in each.description)

    async def story():
        grid._ipython_display_()
        assert grid.maps == {}
        while grid._worker.task is not None:
            await asyncio.sleep(0.02)
        assert len(grid.maps) == 4
        cluster, changed = grid.comparison.changes[0]
        rows = grid.comparison.rows(cluster)
        button = named("images ·")
        assert button.description == f"{cluster} · {len(rows)} images · {changed:.0%} change"
        assert named("Align on selection").disabled
        button.click()
        assert grid.selected == rows
        assert not named("Align on selection").disabled
        named("Align on selection").click()
        named("Clear selection").click()
        assert grid.selected == ()

    in_kernel(story)


@pytest.mark.slow
def test_shown_elsewhere_it_goes_on_with_what_has_settled(in_kernel, grid):
    async def story():
        grid._ipython_display_()
        while not grid.maps:
            await asyncio.sleep(0.01)
        first, hosted = grid.maps[5, 0], grid._tool._hosted
        grid._ipython_display_()
        while grid._worker.task is not None:
            await asyncio.sleep(0.02)
        assert grid.maps[5, 0] is first
        assert len(grid.maps) == 4
        assert hosted.comm is None

    in_kernel(story)


def test_before_the_first_map_there_is_nothing_to_draw_and_no_map_of_another_grid(embeddings):
    grid = MapGrid(embeddings, perplexities=[5], random_states=[0, 1])
    assert grid._still() is None
    with pytest.raises(ValueError, match="`after` must be the key of a map of the grid"):
        grid.choose_pair(MapKey(5.0, 0), MapKey(7.0, 0))
