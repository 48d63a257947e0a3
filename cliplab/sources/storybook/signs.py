"""Words that are written on a sign at the top of an image."""

from __future__ import annotations

import functools

from PIL import ImageFont

from cliplab.sources.storybook.drawing import Canvas, Color, Font, box

_PAPER: Color = (255, 251, 238)
_LETTERS: Color = (52, 42, 56)
_HEIGHT = 0.13


@functools.cache
def _font(size: int) -> Font:
    return ImageFont.load_default(size)


def paint_sign(canvas: Canvas, word: str) -> None:
    """Write a word onto a paper sign at the top of the image."""
    font = _font(round(0.86 * _HEIGHT * canvas.side))
    width = font.getlength(word) / canvas.side
    left, top = 0.5 - width / 2 - 0.04, 0.025
    right, bottom = 1 - left, top + _HEIGHT
    canvas.fill(box(left - 0.01, top - 0.01, right + 0.01, bottom + 0.01, 0.03), _LETTERS)
    canvas.fill(box(left, top, right, bottom, 0.025), _PAPER)
    canvas.write(word, 0.5, top + _HEIGHT / 2, font, _LETTERS)
