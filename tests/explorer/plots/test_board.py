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


def _ends(plots) -> tuple[float, float]:
    """Return from where to where the data of some plots reach upwards."""
    values = []
    for renderer in (each for plot in plots for each in plot.renderers if each.visible):
        fields = (getattr(renderer.glyph, name, None) for name in ("y", "y1", "y2"))
        columns = (getattr(field, "field", field) for field in fields)
        data = renderer.data_source.data
        values += [np.ravel(data[name]) for name in columns if name is not None]
    everything = np.concatenate(values)
    return float(everything.min()), float(everything.max())


@pytest.mark.slow
def test_null_data_that_are_taken_away_leave_every_shared_range_as_it_was(
    images, embeddings, projection, sweep, no_documents
):
    explorer = Explorer(images, embeddings, projection, sweep)
    shared = _shared(explorer._board)
    assert {(one.name, other.name) for one, other, _ in shared} == {
        ("elbow", "null elbow"),
        ("null score", "score"),
    }
    before = [_ends(pair) for *pair, _ in shared]
    explorer.state.null_data = "uniform"
    assert [_ends(pair) for *pair, _ in shared] != before
    explorer.state.null_data = "none"
    assert [_ends(pair) for *pair, _ in shared] == before
    explorer.state.null_data = "uniform"
    assert len(explorer._board.null.images.data["x"]) == len(images)
    assert len(explorer._board.null.sweep.data["inertias"]) == len(sweep)
