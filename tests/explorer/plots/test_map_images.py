"""What the map holds when images are shown on it."""

from __future__ import annotations

import numpy as np

from cliplab.explorer.plots.figures import part_of


def _visible(explorer):
    scatter = explorer._board.plots.scatter
    names = ("points", "tiles", "cluster numbers")
    return [part_of(scatter, name).visible for name in names]


def test_on_the_wall_the_points_are_in_cells_and_tiles_take_the_place_of_dots(explorer):
    plots, session = explorer._board.plots, explorer._session
    assert _visible(explorer) == [True, False, True]
    explorer.state.map_images = "wall"
    assert _visible(explorer) == [False, True, False]
    np.testing.assert_array_equal(plots.images.data["x"], session.wall_view["x"])
    assert plots.map_images.chosen.data == {"shown": ["wall"], "cell": [session.wall_view["cell"]]}


def test_back_on_the_map_everything_is_where_it_was(explorer):
    plots = explorer._board.plots
    before = {name: plots.images.data[name] for name in ("x", "y")}
    explorer.state.map_images = "wall"
    explorer.state.n_clusters = 7
    assert not part_of(plots.scatter, "cluster numbers").visible
    explorer.state.map_images = "none"
    for name, column in before.items():
        np.testing.assert_array_equal(plots.images.data[name], column)
    assert _visible(explorer) == [True, False, True]


def test_typical_images_are_those_with_the_highest_silhouettes_of_each_k(explorer):
    explorer.state.map_images = "typical"
    for k in (3, 7):
        explorer.state.n_clusters = k
        numbers = explorer._board.plots.numbers.data
        clustering = explorer.clustering
        labels = clustering.cluster_labels[numbers["typical"]]
        np.testing.assert_array_equal(labels, numbers["clusters"])
        for cluster, row in enumerate(numbers["typical"]):
            own = clustering.silhouettes[clustering.cluster_labels == cluster]
            assert clustering.silhouettes[row] == own.max()


def test_numbers_stand_beside_typical_images_whatever_the_colours_mean(explorer):
    explorer.state.color_by = "silhouette"
    assert _visible(explorer) == [True, False, False]
    explorer.state.map_images = "typical"
    assert _visible(explorer) == [True, False, True]
    explorer.state.map_images = "wall"
    explorer.state.color_by = "cluster"
    assert _visible(explorer) == [False, True, False]


def test_lasso_taps_and_hover_meet_tiles_as_they_meet_points(explorer):
    scatter = explorer._board.plots.scatter
    points, tiles = part_of(scatter, "points"), part_of(scatter, "tiles")
    met = [tool for tool in scatter.tools if hasattr(tool, "renderers")]
    met = [tool for tool in met if isinstance(tool.renderers, list)]
    assert len(met) == 4
    assert all(tool.renderers == [points, tiles] for tool in met)
    assert tiles.data_source is points.data_source


def test_the_menu_and_the_note_follow(explorer):
    controls = explorer._panel.controls
    controls._map_images.value = "wall"
    assert explorer.state.map_images == "wall"
    assert "the wall keeps" in controls._note.value
    explorer.state.map_images = "none"
    assert controls._map_images.value == "none"
    assert controls._note.layout.display == "none"
