"""The plots together: what is hidden may not reach into what is shown."""

from itertools import combinations

import numpy as np
import pytest
from bokeh.models import CustomJS, Plot, Range

from cliplab import Explorer


def _shared(board) -> list[tuple[Plot, Plot, Range]]:
    """Return each pair of plots that have a range in common."""
    plots = sorted(board.layout.select({"type": Plot}), key=lambda plot: plot.name)
    return [
        (one, other, getattr(one, axis))
        for one, other in combinations(plots, 2)
        for axis in ("x_range", "y_range")
        if getattr(one, axis) is getattr(other, axis)
    ]


def _ends(explorer) -> list[tuple[float, float]]:
    return [(each.start, each.end) for *_, each in _shared(explorer._board)]


@pytest.mark.slow
def test_null_data_that_are_taken_away_leave_every_shared_range_as_it_was(
    images, embeddings, projection, sweep
):
    explorer = Explorer(images, embeddings, projection, sweep)
    assert explorer._board._null_row and explorer._board.answers  # noqa: PT018 - made when asked for
    explorer._board.arrange()
    assert {(one.name, other.name) for one, other, _ in _shared(explorer._board)} == {
        ("classes", "your clusters"),
        ("elbow", "null elbow"),
        ("null score", "score"),
    }
    before = _ends(explorer)
    explorer.state.null_data = "uniform"
    assert _ends(explorer) != before
    explorer.state.null_data = "none"
    assert _ends(explorer) == before
    explorer.state.null_data = "uniform"
    assert len(explorer._board.null.images.data["x"]) == len(images)
    assert len(explorer._board.null.sweep.data["inertias"]) == len(sweep)
    # Both curves are seen whole.
    for name, field in (("elbow", "inertias"), ("score", "silhouette_scores")):
        ends = getattr(explorer._board.plots, name).y_range
        for plots in (explorer._board.plots, explorer._board.null):
            values = np.asarray(plots.sweep.data[field])
            assert ends.start < values.min() <= values.max() < ends.end


def test_over_another_parameter_the_ends_are_those_of_the_number_of_clusters(
    images, embeddings, projection, sweep
):
    explorer = Explorer(images, embeddings, projection, sweep)
    explorer.state.algorithm = "hdbscan"
    counts = explorer.sweep.n_clusters
    ends = explorer._board.plots.elbow.y_range
    assert ends.start < min(counts) <= max(counts) < ends.end < 2 * max(counts) + 2


def _names(board) -> set[str]:
    return {plot.name for plot in board.layout.select({"type": Plot})}


def test_what_nobody_has_asked_for_is_not_made(explorer):
    board = explorer._board
    at_first = {"scatter", "silhouettes", "line", "elbow", "score"}
    assert _names(board) == at_first
    explorer.state.page = "evidence"  # Nothing has been gathered.
    explorer.state.page = "method"
    assert _names(board) == at_first
    explorer.state.page = "transitions"
    assert _names(board) == at_first | {"flow"}
    explorer.state.committed_k = 4
    assert _names(board) == at_first | {"flow", "your clusters", "classes"}
    assert "null scatter" not in _names(board)


def test_what_is_made_later_stands_where_it_belongs_and_says_what_the_others_say(explorer):
    board, told = explorer._board, CustomJS(code="")
    for plot in board.layout.select({"type": Plot}):
        plot.js_on_change("inner_width", told)
    explorer.state.large_text = True
    explorer.state.null_data = "uniform"
    explorer.state.page = "transitions"
    explorer.state.committed_k = 4
    explorer.state.page = "transitions"
    assert board.layout.children == [board._images_row, board.answers.layout, board._null_row]
    _, beside = board._images_row.children
    plots = board.plots
    assert beside.children == [plots.silhouettes, board.flow.layout, plots.line, plots.curves]
    new = [board.flow.layout, board.answers.classes, board.null.elbow]
    assert all(told in each.js_property_callbacks["change:inner_width"] for each in new)
    assert {each.title.text_font_size for each in new} == {plots.scatter.title.text_font_size}
    explorer.state.large_text = False
    assert {each.title.text_font_size for each in new} == {plots.scatter.title.text_font_size}
