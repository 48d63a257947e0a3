"""What all stills have in common: numbers and words."""

from __future__ import annotations

import pytest

from cliplab.explorer.plots.stills.paper import plain, short_number, shortened, wrapped


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (0.08, "0.08"), (-0.5, "-0.5"), (12.5, "12.5"), (640, "640"), (200_000, "200k"),
     (1_500_000, "1.5m"), (3e9, "3b")],
)  # fmt: skip
def test_numbers_beside_a_curve_are_short(number, text):
    assert short_number(number) == text


def test_words_that_are_too_long_end_in_an_ellipsis_and_sentences_are_wrapped():
    assert shortened("a short one", 200) == "a short one"
    assert shortened("a long one " * 9, 100) == "a long one a l…"
    assert wrapped("one two three", 45) == ["one two", "three"]


def test_words_are_in_one_line_and_without_signs_that_draw_nothing():
    assert plain("a\n\u202eb\x00\t$c$ <d>") == "a b $c$ <d>"
