"""The silhouettes as a still: each bar is as long as its silhouette."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_hex

from cliplab import show_silhouettes
from cliplab.explorer.model.columns import bar_columns
from cliplab.explorer.style.theme import ACCENT, CATEGORY_COLORS


def _bars(axes):
    (drawn,) = axes.collections
    return drawn, np.array([path.vertices[:4] for path in drawn.get_paths()])


def test_each_image_has_a_bar_as_long_as_its_silhouette_in_the_block_of_its_cluster(images, sweep):
    (axes,) = show_silhouettes(images, sweep[5]).still.figure().axes
    drawn, corners = _bars(axes)
    np.testing.assert_allclose(corners[:, 1, 0], sweep[5].silhouettes, rtol=1e-6)
    np.testing.assert_array_equal(corners[:, 0, 0], 0)
    positions = bar_columns(sweep[5])["bar_positions"]
    np.testing.assert_allclose(corners[:, :, 1].mean(axis=1), positions)
    colors = [to_hex(color) for color in drawn.get_facecolors()]
    assert colors == [CATEGORY_COLORS[label] for label in sweep[5].cluster_labels]


def test_the_first_cluster_is_on_top_and_all_bars_are_inside(images, sweep):
    (axes,) = show_silhouettes(images, sweep[5]).still.figure().axes
    _, corners = _bars(axes)
    bottom, top = axes.get_ylim()
    assert top < corners[:, :, 1].min() < corners[:, :, 1].max() < bottom
    left, right = axes.get_xlim()
    assert left < corners[:, :, 0].min() < corners[:, :, 0].max() < right
    assert [text.get_text() for text in axes.texts] == list("01234")
    heights = [text.get_position()[1] for text in axes.texts]
    assert heights == sorted(heights)


def test_lines_mark_zero_and_the_mean(images, sweep):
    (axes,) = show_silhouettes(images, sweep[5]).still.figure().axes
    zero, mean = axes.lines
    assert zero.get_xdata() == [0, 0]
    assert mean.get_xdata() == [sweep[5].silhouette_score] * 2
    assert mean.get_color() == ACCENT
    assert "k = 5" in axes.get_title("left")
    assert axes.get_xlabel() == "silhouette · embedding"
