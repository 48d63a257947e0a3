"""The plots together: what is hidden may not reach into what is shown."""

from itertools import combinations

import numpy as np
import pytest
from bokeh.models import Plot, Range

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
