"""What an Explorer shows now, as a still."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex

from cliplab.explorer.plots.stills.screen_still import still_of
from cliplab.explorer.style.theme import CATEGORY_COLORS


def test_all_plots_stand_side_by_side_and_show_the_chosen_k(make_session):
    session = make_session()
    session.state.n_clusters = 6
    plot, bars, elbow, score = still_of(session).figure().axes
    assert plot.get_title("left") == session.map_title
    assert [text.get_text() for text in plot.texts] == list("012345")
    assert "k = 6" in bars.get_title("left")
    for curve in (elbow, score):
        assert [6, 6] in [list(line.get_xdata()) for line in curve.lines]
    boxes = [axes.get_tightbbox() for axes in (plot, bars, elbow, score)]
    for i, box in enumerate(boxes):
        assert all(box.overlaps(other) == 0 for other in boxes[:i])


def test_what_is_not_selected_is_pale(make_session):
    session = make_session()
    session.state.selected = (3, 5)
    (axes,) = still_of(session, "map").figure().axes
    alphas = axes.collections[0].get_facecolors()[:, 3]
    np.testing.assert_array_equal(np.flatnonzero(alphas == 1), [3, 5])
    assert set(np.delete(alphas, [3, 5])) == {0.12}


def test_clusters_are_coloured_as_on_the_screen(make_session):
    session = make_session()
    (axes,) = still_of(session, "silhouettes").figure().axes
    drawn = [to_hex(color) for color in axes.collections[0].get_facecolors()]
    assert drawn == [CATEGORY_COLORS[label] for label in session.clustering.cluster_labels]


def test_a_plot_that_is_not_there_is_refused(make_session):
    with pytest.raises(ValueError, match=r"`plot` must be one of 'map'.* Got 'scatter' instead"):
        still_of(make_session(), "scatter")
