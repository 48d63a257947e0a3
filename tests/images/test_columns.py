"""Datasets of images from plain columns, each with the type of its values."""

from __future__ import annotations

import datasets

from cliplab import ImageSet
from cliplab.images.columns import image_dataset


def test_columns_have_the_type_of_their_values() -> None:
    table = image_dataset(
        {
            "image": ["a.jpg", b"the bytes of a file"],
            "image_id": ["a", "b"],
            "held_out": [None, True],
            "year": [1901, None],
            "ratio": [0.5, 2.0],
            "labels": [[], ["cat"]],
            "author": [None, None],
        }
    )
    names = {name: getattr(kind, "dtype", None) for name, kind in table.features.items()}
    assert names["held_out"] == "bool"
    assert names["year"] == "int64"
    assert names["ratio"] == "float64"
    assert names["author"] == "string"
    assert table["labels"][:] == [[], ["cat"]]
    files = table.cast_column("image", datasets.Image(decode=False))["image"][:]
    assert files[0] == {"bytes": None, "path": "a.jpg"}
    assert files[1] == {"bytes": b"the bytes of a file", "path": None}


def test_classes_are_those_that_occur_or_those_that_are_named() -> None:
    columns = {"image": [b"", b""], "image_id": ["a", "b"], "class_label": ["dog", None]}
    images = ImageSet(image_dataset(columns))
    assert (images.class_names, images.class_labels.tolist()) == (("dog",), [0, -1])
    images = ImageSet(image_dataset(columns, class_names=["cat", "dog"]))
    assert (images.class_names, images.class_labels.tolist()) == (("cat", "dog"), [1, -1])


def test_other_classes_of_chosen_images_come_without_a_progress_bar(capsys) -> None:
    columns = {"image": [b"", b"", b""], "image_id": ["a", "b", "c"], "mood": ["glad", "sad", None]}
    images = ImageSet(image_dataset(columns))[[2, 0]].with_classes("mood")
    assert (images.class_names, images.class_labels.tolist()) == (("glad",), [-1, 0])
    assert capsys.readouterr().err == ""
    assert datasets.is_progress_bar_enabled()
