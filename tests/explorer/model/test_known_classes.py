import datasets
import numpy as np

from cliplab import ImageSet, load_storybook
from cliplab.explorer.model.known_classes import class_columns, with_known


def _with_column(images, name, values):
    return ImageSet(images.dataset.add_column(name, list(values)))


def test_captions_marks_and_ids_are_no_classes(images):
    assert {"caption", "held_out"} <= set(images.factors)
    assert class_columns(images) == ("object", "color", "place", "light", "size")


def test_numbers_are_amounts_and_what_is_shared_by_few_is_a_name(images):
    with_more = _with_column(images, "width", [i % 4 for i in range(80)])
    with_more = _with_column(with_more, "file", [f"{i // 2}.png" for i in range(79)] + ["last"])
    with_more = _with_column(with_more, "album", [f"album {i // 2}" for i in range(80)])
    columns = class_columns(with_more)
    assert "album" in columns
    assert not {"width", "file"} & set(columns)


def test_the_images_own_class_comes_first_by_the_name_it_was_taken_from(images):
    assert class_columns(images.with_classes("place"))[0] == "place"
    alone = images.dataset.remove_columns(["object", "color", "place", "light", "size"])
    assert class_columns(ImageSet(alone)) == ("class",)
    assert class_columns(ImageSet(alone.remove_columns("class_label"))) == ()


def test_a_class_of_few_images_is_offered_all_the_same():
    three = load_storybook(n_images=3)
    assert class_columns(three)[0] == "class"
    unknown = datasets.ClassLabel(names=["boat"])
    table = three.dataset.remove_columns("class_label").add_column(
        "class_label", [-1, -1, -1], feature=unknown
    )
    assert "class" not in class_columns(ImageSet(table))


def test_images_take_a_column_as_their_class(images):
    assert with_known(images, "class") is images
    names = np.array(with_known(images, "color").class_names)
    assert set(names) == set(images.factor("color"))
