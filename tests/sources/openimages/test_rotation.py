"""Images of Open Images are upright, by their own EXIF data or by the table."""

from __future__ import annotations

import io

import pytest
from loopback.open_images import jpeg
from PIL import Image

from cliplab.images.decoding import decode_image
from cliplab.sources.openimages.rotation import add_rotation, rotation_origin


@pytest.mark.parametrize(
    ("degrees", "orientation", "size", "by"),
    [
        (0.0, 0, (48, 32), "none"),
        (90.0, 0, (32, 48), "table"),
        (90.0, 6, (32, 48), "camera"),
        (0.0, 3, (48, 32), "camera"),
        (float("nan"), 0, (48, 32), "none"),
    ],
)
def test_an_image_is_rotated_by_its_exif_data_or_by_the_table_and_never_by_both(
    degrees, orientation, size, by
):
    file = add_rotation(jpeg(100, orientation), degrees)
    image = decode_image(file)
    assert image.size == size
    assert rotation_origin(file) == by
    if by == "table":  # Dark was on the left; a quarter against the clock brings it to the bottom.
        assert image.getpixel((16, 44))[1] < 60 < image.getpixel((16, 4))[1]
        assert add_rotation(file, degrees) == file
    if by == "camera" and orientation == 6:  # A quarter with the clock: dark is at the top.
        assert image.getpixel((16, 4))[1] < 60


def test_a_file_that_is_not_a_jpeg_stays_as_it_is():
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    assert add_rotation(buffer.getvalue(), 90.0) == buffer.getvalue()


def test_damaged_exif_data_rotates_nothing():
    assert rotation_origin(b"\xff\xd8 torn") == "none"
    assert rotation_origin(add_rotation(b"\xff\xd8 torn", 90.0)) == "table"


@pytest.mark.slow
def test_how_an_image_was_rotated_is_recorded(small, fetch):
    small.exif = dict.fromkeys(small.ids[10:20], 6)
    images = fetch(299, population="all")
    changes = images.to_pandas().set_index("image_id")["changes"]
    for row, name in enumerate(images.image_ids):
        turned = small.rotations[name] == "90.0" and name not in small.exif
        assert bool(changes[name]) == turned
        assert images[row].size == ((32, 48) if turned or name in small.exif else (48, 32))
