"""What moved, as a still."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_hex

from cliplab import compare_clusterings, show_transitions
from cliplab.explorer.model.flow import flow_view
from cliplab.explorer.style.theme import cluster_color


def test_ribbons_and_blocks_have_their_colours_and_names(sweep):
    moves = compare_clusterings(sweep[4], sweep[5])
    view = flow_view(moves)
    (axes,) = show_transitions(moves).still.figure().axes
    (ribbons,) = axes.collections
    assert len(ribbons.get_paths()) == len(view["ribbons"]["xs"])
    assert [to_hex(each) for each in ribbons.get_facecolors()] == view["ribbons"]["colors"]
    np.testing.assert_allclose(ribbons.get_facecolors()[:, 3], view["ribbons"]["alphas"])
    assert len(axes.patches) == 4 + 5
    assert [to_hex(each.get_facecolor()) for each in axes.patches[:4]] == [
        cluster_color(cluster) for cluster in range(4)
    ]
    heights = [each.get_height() for each in axes.patches]
    np.testing.assert_allclose(sum(heights[:4]), sum(heights[4:]))
    assert [text.get_text() for text in axes.texts] == [*"0123", *"01234"]
    assert axes.get_title("left") == view["title"]
    assert axes.get_ylim() == (1.02, -0.02)
