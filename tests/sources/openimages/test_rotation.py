"""Pictures of Open Images stand upright, by their own notes or by the table."""

from __future__ import annotations

import io

import pytest
from loopback.open_images import jpeg
from PIL import Image

from cliplab.images.decoding import decode_image
from cliplab.sources.openimages.rotation import turn_upright, turned_by


@pytest.mark.parametrize(
    ("degrees", "orientation", "size", "by"),
    [
        (0.0, 0, (48, 32), "nothing"),
        (90.0, 0, (32, 48), "table"),
        (90.0, 6, (32, 48), "camera"),
        (0.0, 3, (48, 32), "camera"),
        (float("nan"), 0, (48, 32), "nothing"),
    ],
)
def test_a_picture_is_turned_by_its_notes_or_by_the_table_and_never_by_both(
    degrees, orientation, size, by
):
    file = turn_upright(jpeg(100, orientation), degrees)
    picture = decode_image(file)
    assert picture.size == size
    assert turned_by(file) == by
    if by == "table":  # Dark was on the left; a quarter against the clock brings it to the bottom.
        assert picture.getpixel((16, 44))[1] < 60 < picture.getpixel((16, 4))[1]
        assert turn_upright(file, degrees) == file
    if by == "camera" and orientation == 6:  # A quarter with the clock: dark is at the top.
        assert picture.getpixel((16, 4))[1] < 60


def test_a_file_that_is_no_jpeg_is_not_written_into():
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    assert turn_upright(buffer.getvalue(), 90.0) == buffer.getvalue()


def test_notes_that_cannot_be_read_turn_nothing():
    assert turned_by(b"\xff\xd8 torn") == "nothing"
    assert turned_by(turn_upright(b"\xff\xd8 torn", 90.0)) == "table"


def test_how_a_picture_was_turned_is_written_down(small, fetch):
    small.exif = dict.fromkeys(small.ids[10:20], 6)
    images = fetch(299, population="all")
    changes = images.to_pandas().set_index("image_id")["changes"]
    for row, name in enumerate(images.image_ids):
        turned = small.rotations[name] == "90.0" and name not in small.exif
        assert bool(changes[name]) == turned
        assert images[row].size == ((32, 48) if turned or name in small.exif else (48, 32))
