"""The button that saves a plot in the browser: every plot has one, and its file a name."""

from __future__ import annotations

import pytest
from bokeh.models import CustomJS
from bokeh.plotting import figure

from cliplab import show_elbow, show_projection, show_silhouettes
from cliplab.explorer.plots.board import Board
from cliplab.explorer.plots.linked import Plots


def _saving(plot):
    """Return what a plot calls to get its button."""
    callbacks = plot.js_property_callbacks.get("change:inner_width", ())
    return [each for each in callbacks if isinstance(each, CustomJS) and "words" in each.args]


def test_every_plot_of_an_explorer_has_a_button_and_a_name_of_its_own(images):
    names, board = [], Board(images, reveals=False)
    assert board._null_row and board.flow and board.evidence and board.answers  # noqa: PT018
    board.arrange()
    for plot in board.layout.select({"type": figure}):
        (add,) = _saving(plot)
        names.append(add.args["names"][plot.name])
    assert sorted(names) == [
        "classes", "evidence-calinski-harabasz", "evidence-davies-bouldin", "evidence-fullness",
        "evidence-gap", "evidence-silhouette-main", "evidence-stability", "inertia", "map",
        "mean-silhouette", "null-inertia", "null-map", "null-mean-silhouette",
        "null-silhouettes", "silhouettes", "transitions", "valley", "your-clusters",
    ]  # fmt: skip


@pytest.mark.parametrize("shown", ["map", "silhouettes", "curves"])
def test_a_plot_in_a_cell_of_its_own_has_one_button(images, projection, sweep, shown):
    display = {
        "map": lambda: show_projection(projection, sweep[4]),
        "silhouettes": lambda: show_silhouettes(images, sweep[4]),
        "curves": lambda: show_elbow(sweep),
    }[shown]()
    plots = list(display.figure.select({"type": figure}))
    assert [len(_saving(plot)) for plot in plots] == [1] * (2 if shown == "curves" else 1)


def test_files_of_clusters_say_how_many_and_those_of_all_k_do_not(images):
    plots = Plots(len(images), {})
    for plot, source in ((plots.scatter, plots.images), (plots.elbow, None)):
        (add,) = _saving(plot)
        assert add.args["images"] is source
