"""Colours that everybody can tell apart, on a light page and on a dark one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from make_palette import distance, seen_by_all

from cliplab.explorer.style.theme import ACCENT, CATEGORY_COLORS, NEUTRAL, OTHER_COLOR, ink_on

WHITE, JUPYTERLABS_DARK = "#ffffff", "#111111"


def _rgb(color: str) -> np.ndarray:
    return np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])


def _luminance(color: str) -> float:
    rgb = _rgb(color)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def _contrast(color: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""
    low, high = sorted([_luminance(color), _luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("n_colors", "apart"), [(6, 0.12), (10, 0.12), (20, 0.10)])
def test_colours_are_distinct_to_every_kind_of_eye(n_colors, apart):
    assert len(CATEGORY_COLORS) == 20
    seen = seen_by_all(np.array([_rgb(color) for color in CATEGORY_COLORS[:n_colors]]))
    for one, other in combinations(range(n_colors), 2):
        assert distance(seen[:, [one]], seen[:, other]).item() > apart, (one, other)


@pytest.mark.parametrize("page", [WHITE, JUPYTERLABS_DARK])
def test_words_and_lines_stand_out_from_both_pages(page):
    assert _contrast(NEUTRAL, page) > 4.1
    assert _contrast(ACCENT, page) > 3.5


@pytest.mark.parametrize("page", [WHITE, JUPYTERLABS_DARK])
def test_no_colour_of_a_cluster_is_lost_on_the_page(page):
    assert min(_contrast(color, page) for color in CATEGORY_COLORS) > 1.5


@pytest.mark.parametrize("color", [*CATEGORY_COLORS, OTHER_COLOR])
def test_the_number_on_a_cluster_s_colour_can_be_read(color):
    assert _contrast(ink_on(color), color) >= 4.5
