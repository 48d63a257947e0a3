from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from cliplab import load_storybook
from cliplab.images.thumbnails import SHEET_SIDE, sheets, thumbnail


def _opened(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1])))


@pytest.mark.slow
def test_an_image_has_its_place_on_its_sheet():
    images, size = load_storybook(n_images=SHEET_SIDE**2 + 20), 40
    numbered = dict(sheets(images, size))
    assert list(numbered) == [0, 1]
    for image in (17, SHEET_SIDE**2 + 3):
        number, place = divmod(image, SHEET_SIDE**2)
        row, column = divmod(place, SHEET_SIDE)
        box = (size * column, size * row, size * (column + 1), size * (row + 1))
        shown = np.asarray(_opened(numbered[number]).crop(box), dtype=int)
        apart = [np.abs(shown - np.asarray(thumbnail(each, size))).mean() for each in images]
        assert np.argmin(apart) == image


def test_a_thumbnail_is_the_square_middle():
    wide = Image.new("RGB", (300, 100), "red")
    wide.paste("blue", (100, 0, 200, 100))
    small = thumbnail(wide, 50)
    assert small.size == (50, 50)
    assert small.getpixel((25, 25)) == (0, 0, 255)
    assert small.getpixel((2, 25)) == (0, 0, 255)
