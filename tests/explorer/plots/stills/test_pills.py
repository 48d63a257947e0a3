"""The pills of a still: the largest clusters have theirs, and none covers another."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from cliplab.explorer.plots.stills.paper import axes_at
from cliplab.explorer.plots.stills.pills import draw_pills
from cliplab.explorer.plots.stills.still import DPI


def _drawn(middles, sizes, *, may_move):
    """Write numbers into a frame of 300 by 300 pixels, and return their texts."""
    figure = Figure((300 / DPI, 300 / DPI), dpi=DPI)
    axes = axes_at(figure, 0, 0, 300, 300)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    pills = {
        "names": [str(i) for i in range(len(sizes))],
        "sizes": sizes,
        "colors": ["#0072b2"] * len(sizes),
        "inks": ["#ffffff"] * len(sizes),
    }
    draw_pills(axes, pills, np.asarray(middles, dtype=float), may_move=may_move)
    figure.draw_without_rendering()
    return axes, {text.get_text(): text for text in axes.texts}


def test_a_number_stands_at_its_place_on_its_colour_in_its_ink():
    _, texts = _drawn([(0.3, 0.4), (0.7, 0.8)], [5, 9], may_move=True)
    np.testing.assert_allclose(texts["1"].get_position(), (0.7, 0.8))
    assert to_hex(texts["1"].get_bbox_patch().get_facecolor()) == "#0072b2"
    assert to_hex(texts["1"].get_color()) == "#ffffff"


@pytest.mark.parametrize("seed", range(3))
def test_no_two_numbers_cover_each_other(seed):
    rng = np.random.default_rng(seed)
    axes, texts = _drawn(rng.uniform(0.3, 0.7, (20, 2)), list(range(20)), may_move=True)
    assert len(texts) > 10
    boxes = [each.get_window_extent() for each in texts.values()]
    for i, box in enumerate(boxes):
        assert axes.get_window_extent().contains(box.x0, box.y0)
        assert axes.get_window_extent().contains(box.x1, box.y1)
        assert not any(box.overlaps(other) for other in boxes[:i])


def test_where_a_number_may_not_move_the_largest_has_the_place():
    _, texts = _drawn([(0.1, 0.5), (0.1, 0.51), (0.1, 0.9)], [4, 7, 1], may_move=False)
    assert list(texts) == ["1", "2"]


def test_of_very_many_the_twenty_largest_are_written_and_none_from_outside():
    middles = [(x / 7 + 0.06, y / 7 + 0.06) for x in range(7) for y in range(7)] + [(2, 2)]
    _, texts = _drawn(middles, list(range(50)), may_move=True)
    assert list(texts) == [str(i) for i in range(29, 49)]
