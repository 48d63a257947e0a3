"""Images at hand: a list or a table of paths, of Pillow's images, of pixels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cliplab import ImageSet


@pytest.fixture
def path(tmp_path):
    Image.new("RGB", (8, 8), "navy").save(tmp_path / "night.png")
    return tmp_path / "night.png"


def test_a_list_may_mix_paths_images_and_pixels(path):
    grey = np.full((8, 8), 7, dtype=np.uint8)
    images = ImageSet.from_list([path, str(path), Image.new("L", (8, 8), 7), grey])
    assert images.image_ids.tolist() == ["0", "1", "2", "3"]
    colors = [image.getpixel((0, 0)) for image in images]
    assert colors == [(0, 0, 128)] * 2 + [(7, 7, 7)] * 2


def test_a_batch_of_pixels_is_a_list_of_images_and_clear_ones_are_white():
    batch = np.zeros((12, 4, 4, 4), dtype=np.uint8)
    images = ImageSet.from_list(batch)
    assert images.image_ids[-1] == "11"
    assert images[3].getpixel((0, 0)) == (255, 255, 255)


def test_nothing_and_not_a_number_are_no_class(path):
    classes = ["cat", None, float("nan"), "", pd.NA, np.nan]
    images = ImageSet.from_list([path] * 6, classes=classes)
    assert images.class_names == ("cat",)
    assert images.class_labels.tolist() == [0, -1, -1, -1, -1, -1]


def test_a_table_has_its_columns_as_classes_credits_and_factors(path):
    table = pd.DataFrame(
        {
            "file": [str(path), Image.new("RGB", (8, 8))],
            "kind": ["night", np.nan],
            "author": ["Ada", None],
            "year": [1815.0, np.nan],
        }
    )
    images = ImageSet.from_pandas(table, image="file", class_label="kind")
    assert images.class_names == ("night",)
    assert images.class_labels.tolist() == [0, -1]
    assert images.attribution[0].author == "Ada"
    assert images.factors == ("year",)
    assert images.factor("year") == [1815.0, None]


def test_what_is_missing_is_left_out_and_listed(path):
    images = ImageSet.from_list([path, None, path.parent / "gone.png", path.parent / "torn.png"])
    pixels = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path.parent / "torn.png")
    whole = (path.parent / "torn.png").read_bytes()
    (path.parent / "torn.png").write_bytes(whole[: len(whole) // 2])
    found = images.without_unreadable()
    assert found.image_ids.tolist() == ["0"]
    assert [name for name, _ in found.skipped] == ["1", "2", "3"]
    reasons = " ".join(reason for _, reason in found.skipped)
    assert "The image 1 is missing." in reasons
    assert "The file of the image 2 can no longer be read" in reasons
    assert "The image 3 is damaged" in reasons


def test_a_set_without_any_readable_image_is_refused():
    with pytest.raises(ValueError, match="hold one that can be read"):
        ImageSet.from_list([None]).without_unreadable()


@pytest.mark.parametrize(
    ("images", "error", "words"),
    [
        ("photos/", TypeError, r"`images` must be a list of paths.*load_folder"),
        (5, TypeError, "`images` must be a list of paths"),
        ([], ValueError, "`images` must hold at least one image"),
        ([3.5], TypeError, r"`images` must hold paths, .* Got 3\.5 instead in row 0"),
        ([np.zeros((2, 2, 2), np.uint8)], ValueError, "`images` must hold arrays of the shape"),
        ([np.zeros((2, 2, 3))], ValueError, "numbers from 0 to 255"),
    ],
)
def test_what_is_no_image_is_refused_in_words(images, error, words):
    with pytest.raises(error, match=words):
        ImageSet.from_list(images)


def test_a_table_is_refused_that_lacks_the_column_or_is_none():
    with pytest.raises(ValueError, match=r"`image` must be one of 'a'"):
        ImageSet.from_pandas(pd.DataFrame({"a": []}))
    with pytest.raises(TypeError, match=r"`table` must be a pandas\.DataFrame"):
        ImageSet.from_pandas([1, 2])


def test_there_is_one_class_for_each_image(path):
    with pytest.raises(ValueError, match="one class for each of 1 images"):
        ImageSet.from_list([path], classes=["a", "b"])
