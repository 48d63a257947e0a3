"""The wall: each image in a cell of its own, as near as can be to its place on the map."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import traitlets
from scipy.optimize import linear_sum_assignment

from cliplab import Embeddings, Projection, neighbors_kept
from cliplab.explorer.model import wall as walls
from cliplab.explorer.model.views import map_view
from cliplab.explorer.model.wall import (
    assign_cells,
    build_wall,
    grid_cells,
    shown_rows,
    spread_over,
    wall_note,
    wall_view,
)


def _moved(places, cells):
    return float(((spread_over(grid_cells(len(places)), places) - cells) ** 2).sum())


@pytest.fixture(scope="module")
def places():
    return np.random.default_rng(0).normal(size=(90, 2))


@pytest.mark.parametrize(
    "places",
    [
        np.zeros((1, 2)),
        np.zeros((2, 2)),
        np.arange(6.0).reshape(3, 2),
        np.zeros((40, 2)),
        np.repeat(np.random.default_rng(0).normal(size=(10, 2)), 5, axis=0),
        np.column_stack([np.arange(30.0), np.zeros(30)]),
        np.random.default_rng(1).normal(size=(101, 2)),
    ],
    ids=["one", "two", "three", "a constant map", "equal places", "a line", "many"],
)
def test_no_two_images_have_one_cell_and_every_cell_is_in_the_grid(places):
    cells = assign_cells(places)
    grid = {tuple(cell) for cell in grid_cells(len(places)).tolist()}
    assert len({tuple(cell) for cell in cells.tolist()}) == len(places)
    assert {tuple(cell) for cell in cells.tolist()} <= grid


def test_the_grid_is_about_square_and_no_larger_than_its_shape_needs():
    for n_cells in (1, 2, 3, 4, 90, 1000):
        n_columns, n_lines = grid_cells(n_cells).max(axis=0) + 1
        assert n_columns - n_lines in (0, 1)
        assert n_cells <= n_columns * n_lines < n_cells + n_columns


def test_no_other_order_moves_five_images_less():
    places = np.random.default_rng(3).normal(size=(5, 2))
    grid = grid_cells(5)
    least = min(_moved(places, grid[list(order)]) for order in permutations(range(len(grid)), 5))
    assert _moved(places, assign_cells(places)) == pytest.approx(least)


def test_images_move_no_more_than_in_scipys_assignment(places):
    grid = grid_cells(len(places))
    costs = [[((a - b) ** 2).sum() for b in grid] for a in spread_over(grid, places)]
    least = np.array(costs)[linear_sum_assignment(costs)].sum()
    assert _moved(places, assign_cells(places)) == pytest.approx(least)


def test_a_map_that_is_a_grid_stays_as_it_is():
    grid = grid_cells(36)
    shuffled = np.random.default_rng(0).permutation(grid)
    np.testing.assert_array_equal(assign_cells(10.0 * shuffled - 3), shuffled)


def test_of_more_than_2000_images_a_random_sample_is_shown_and_it_is_said(monkeypatch):
    rows = shown_rows(2500)
    assert len(set(rows.tolist())) == 2000
    assert rows.max() > 2400
    np.testing.assert_array_equal(rows, shown_rows(2500))
    np.testing.assert_array_equal(shown_rows(2000), np.arange(2000))
    # A sample of fewer is treated in the same way, and sooner.
    monkeypatch.setattr(walls, "MOST_ON_WALL", 50)
    points = np.random.default_rng(0).normal(size=(2500, 2))
    found = build_wall(Embeddings(points), Projection(points))
    view = wall_view(found, map_view(Projection(points)))
    np.testing.assert_array_equal(np.flatnonzero(np.isfinite(view["x"])), found.rows)
    assert wall_note(found).startswith("A random sample of 50 of 2,500 images. Of each image's 10")


def test_the_share_kept_counts_the_nearest_that_are_no_further_than_the_tenth_cell(
    embeddings, projection
):
    found = build_wall(embeddings, projection)
    on_map = neighbors_kept(embeddings, projection)
    lengths = ((found.cells[:, None] - found.cells) ** 2).sum(axis=2)
    tenth = np.sort(lengths, axis=1)[:, 10]  # The image itself is the first.
    is_near = np.take_along_axis(lengths, on_map.neighbors, axis=1) <= tenth[:, None]
    assert found.kept == pytest.approx(is_near.mean())
    assert found.kept_on_map == pytest.approx(on_map.share)
    assert f"the wall keeps {found.kept:.0%}" in wall_note(found)


@pytest.mark.parametrize("n_images", [1, 2, 3])
def test_of_very_few_images_nothing_is_said_of_neighbours(n_images):
    vectors = np.eye(4)[:n_images]
    found = build_wall(Embeddings(vectors), Projection(vectors[:, :2]))
    assert found.n_neighbors == 0
    assert wall_note(found) == ""


def test_the_wall_lies_in_the_square_of_the_map_and_its_cells_do_not_overlap(places):
    shown = map_view(Projection(places))
    found = build_wall(Embeddings(places), Projection(places))
    view = wall_view(found, shown)
    points = np.column_stack([view["x"], view["y"]])
    assert (np.abs(points - shown["center"]) + view["cell"] / 2 <= shown["reach"]).all()
    steps = np.abs(points[:, None] - points).max(axis=2)
    np.fill_diagonal(steps, np.inf)
    assert steps.min() == pytest.approx(view["cell"], rel=1e-4)


def test_the_session_has_a_wall_while_it_is_asked_for_and_one_of_each_map(make_session):
    session = make_session()
    assert session.wall_view is None
    session.state.map_images = "wall"
    first = session.wall
    assert first.projection is session.projection
    session.state.projection = "pca"
    assert session.wall.projection is session.projection
    assert session.wall is not first
    session.state.map_images = "typical"
    assert session.wall_view is None
    assert session.wall_note == ""


def test_of_very_many_images_only_dots_can_be_chosen(make_session, monkeypatch):
    monkeypatch.setattr("cliplab.explorer.model.options.MOST_AT_ONCE", 10)
    session = make_session()
    with pytest.raises(traitlets.TraitError, match="`map_images` must be one of 'none'"):
        session.state.map_images = "wall"
