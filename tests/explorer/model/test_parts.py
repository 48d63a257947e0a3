"""Parts of the screen can be opened one at a time."""

from __future__ import annotations

import pytest

from cliplab import Explorer
from cliplab.explorer.model.parts import PARTS, require_parts
from cliplab.explorer.model.state import NOTHING


def _plots(explorer):
    plots = explorer._board.plots
    shown = {"map": plots.scatter, "silhouettes": plots.silhouettes, "curves": plots.curves}
    return {name for name, plot in shown.items() if plot.visible}


def _hidden(explorer):
    classes = explorer._panel._screen._dom_classes
    return {name.removeprefix("cliplab-without-") for name in classes if "-without-" in name}


def _with(data, parts):
    return Explorer(*data, parts=parts)


@pytest.fixture
def data(images, embeddings, projection, sweep):
    return images, embeddings, projection, sweep


def test_parts_are_put_in_the_order_of_the_screen():
    assert require_parts(["pages", "map", "map"]) == ("map", "pages")
    assert require_parts("all") == PARTS


@pytest.mark.parametrize("parts", ["map", 3, None])
def test_a_single_name_is_refused(parts):
    with pytest.raises(TypeError, match=r"`parts` must be 'all' or hold some of 'k', 'map'"):
        require_parts(parts)


@pytest.mark.parametrize("parts", [(), ("map", "plots"), ([],), (1,)])
def test_an_unknown_part_is_refused(parts):
    with pytest.raises(ValueError, match=r"`parts` must be 'all' or hold some of .* Got \("):
        require_parts(parts)


@pytest.mark.slow
def test_only_the_map_is_shown_and_without_clusters(data):
    explorer = _with(data, ("map",))
    assert explorer.parts == ("map",)
    assert _plots(explorer) == {"map"}
    assert _hidden(explorer) == set(PARTS) - {"map"}
    _, beside = explorer._board._images_row.children
    assert not beside.visible  # It would take room from the map.
    assert explorer.state.color_by == NOTHING
    assert set(explorer._board.plots.images.data["color_values"]) == {0}


@pytest.mark.slow
def test_parts_open_and_close_later(data):
    explorer = _with(data, ("map",))
    explorer.parts = ("silhouettes", "k", "map")
    assert explorer.parts == ("k", "map", "silhouettes")
    assert _plots(explorer) == {"map", "silhouettes"}
    assert _hidden(explorer) == {"curves", "clusters", "pages"}
    assert explorer.state.color_by == "cluster"
    explorer.parts = "all"
    assert _hidden(explorer) == set()
    assert _plots(explorer) == {"map", "silhouettes", "curves"}


@pytest.mark.slow
def test_a_colour_that_was_chosen_stays(data):
    explorer = _with(data, ("map",))
    explorer.state.color_by = "silhouette"
    explorer.parts = "all"
    assert explorer.state.color_by == "silhouette"


@pytest.mark.slow
def test_what_takes_the_place_of_plots_gives_it_back_only_to_parts_that_are_shown(data):
    explorer = _with(data, ("k", "map", "curves", "pages"))
    explorer.state.page = "valley"
    explorer.state.page = "images"
    assert _plots(explorer) == {"map", "curves"}


@pytest.mark.slow
def test_a_wrong_part_changes_nothing(data):
    explorer = _with(data, ("map",))
    with pytest.raises(ValueError, match="'plots'"):
        explorer.parts = ("plots",)
    assert explorer.parts == ("map",)
    with pytest.raises(ValueError, match="'plots'"):
        _with(data, ("plots",))


@pytest.mark.slow
def test_a_reset_does_not_show_clusters_to_who_cannot_choose_k(data):
    explorer = _with(data, ("map",))
    explorer.state.color_by = "silhouette"
    explorer.reset()
    assert explorer.parts == ("map",)
    assert explorer.state.color_by == NOTHING
