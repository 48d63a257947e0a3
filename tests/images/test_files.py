"""The files of images: each is decoded once in fetching and once in encoding, and not again."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import datasets
import numpy as np
import pytest
from loopback.open_images import QUICK, SmallOpenImages
from PIL import Image, ImageFile

from cliplab import ClipEncoder, ImageSet, fetch_open_images, load_folder
from cliplab.images import files
from cliplab.images.thumbnails import sheets, thumbnail
from cliplab.sources import OpenImagesHost


def _photograph(width: int, height: int = 200, kind: str = "JPEG") -> bytes:
    shades = np.random.default_rng(width).integers(0, 256, (height // 32, width // 32, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(shades).resize((width, height)).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[int, int]]:
    """How often Pillow has decoded an image of each size."""
    sizes: Counter[tuple[int, int]] = Counter()
    prepare = ImageFile.ImageFile.load_prepare

    def counted(self: ImageFile.ImageFile) -> None:
        sizes[self.size] += 1
        prepare(self)

    monkeypatch.setattr(ImageFile.ImageFile, "load_prepare", counted)
    return sizes


def _encode_and_show(images: ImageSet) -> None:
    ClipEncoder("storybook", device="cpu").encode_images(images)
    list(sheets(images, 40))
    for row in range(len(images)):
        thumbnail(images.small_copy(row), 112)
    images._repr_html_()


@pytest.mark.slow
def test_an_image_of_open_images_is_decoded_once_in_fetching_and_once_in_encoding(
    decoded: Counter[tuple[int, int]], tmp_path: Path
) -> None:
    small = SmallOpenImages()
    width = {name: 300 + row for row, name in enumerate(small.ids)}
    small.image = lambda name: _photograph(width[name])  # type: ignore[method-assign]
    with small.server:
        host = OpenImagesHost(small.server.address, small.server.address)
        images = fetch_open_images(12, source=host, cache_dir=tmp_path, patience=QUICK)
    sizes = {(width[name], 200) for name in images.image_ids}
    assert {size: decoded[size] for size in sizes} == dict.fromkeys(sizes, 1)

    _encode_and_show(images)

    assert {size: decoded[size] for size in sizes} == dict.fromkeys(sizes, 2)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_an_image_of_a_folder_is_decoded_once_in_loading_and_once_in_encoding(
    decoded: Counter[tuple[int, int]], tmp_path: Path, kind: str
) -> None:
    sizes = [(300 + row, 200) for row in range(12)]
    for width, height in sizes:
        (tmp_path / f"{width}.{kind.lower()}").write_bytes(_photograph(width, height, kind))

    images = load_folder(tmp_path)
    assert {size: decoded[size] for size in sizes} == dict.fromkeys(sizes, 1)

    _encode_and_show(images)
    assert {size: decoded[size] for size in sizes} == dict.fromkeys(sizes, 2)


def _image_set(*sizes: tuple[int, int]) -> ImageSet:
    rows = [{"bytes": _photograph(*size, "PNG"), "path": None} for size in sizes]
    columns = {"image": rows, "image_id": [str(row) for row in range(len(rows))]}
    table = datasets.Dataset.from_dict(columns).cast_column("image", datasets.Image())
    return ImageSet(table)


def test_a_small_copy_is_the_image_with_fewer_pixels() -> None:
    images = _image_set((400, 300), (300, 400), (100, 90))
    assert [images.small_copy(row).size for row in range(3)] == [(171, 128), (128, 171), (100, 90)]
    small = np.asarray(images[0].resize((171, 128)), dtype=int)
    assert np.abs(small - np.asarray(images.small_copy(0))).mean() < 5
    np.testing.assert_array_equal(images.small_copy(2), images[2])


def test_a_small_copy_is_the_same_whether_the_image_was_decoded_before_or_not() -> None:
    fresh, used = _image_set((400, 300)), _image_set((400, 300))
    used[0].putpixel((0, 0), (0, 0, 0))
    np.testing.assert_array_equal(fresh.small_copy(0), used.small_copy(0))


@pytest.mark.slow
def test_a_long_strip_and_what_is_beyond_the_limit_have_no_copy_in_memory(
    decoded: Counter[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_MAX_COPIES", 1)
    images = _image_set((2000, 200), (400, 300), (500, 300))
    sizes = [images.small_copy(row).size for row in (0, 1, 2, 1, 2)]
    assert sizes == [(2000, 200), (171, 128), (500, 300), (171, 128), (500, 300)]
    assert (decoded[400, 300], decoded[500, 300]) == (1, 2)
