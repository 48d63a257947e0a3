from __future__ import annotations

import datasets
import numpy as np
import pytest
from PIL import Image

from cliplab import Attribution, ImageSet, load_storybook


def _table(n_images: int = 4, **columns: list) -> datasets.Dataset:
    images = [Image.new("RGB", (8, 8), (10 * i, 0, 0)) for i in range(n_images)]
    ids = [f"image {i}" for i in range(n_images)]
    return datasets.Dataset.from_dict({"image": images, "image_id": ids} | columns).cast_column(
        "image", datasets.Image()
    )


@pytest.fixture(scope="module")
def storybook():
    return load_storybook(n_images=40)


def test_a_number_gives_an_image_and_numbers_give_a_set(storybook):
    assert storybook[3].size == (128, 128)
    assert storybook[-1].tobytes() == storybook[39].tobytes()
    for rows in ([5, 2], (5, 2), np.array([5, 2])):
        part = storybook[rows]
        assert part.image_ids.tolist() == storybook.image_ids[[5, 2]].tolist()
        assert part[0].tobytes() == storybook[5].tobytes()


def test_a_mask_a_slice_and_an_empty_list_select_as_in_numpy(storybook):
    mask = storybook.class_labels == 3
    assert (storybook[mask].class_labels == 3).all()
    assert len(storybook[mask]) == mask.sum() > 0
    assert storybook[10:20:3].image_ids.tolist() == storybook.image_ids[10:20:3].tolist()
    assert len(storybook[[]]) == len(storybook[()]) == 0


def test_a_row_that_does_not_exist_is_refused(storybook):
    with pytest.raises(IndexError, match=r"`index` must be from -40 to 39\. Got 40 instead"):
        storybook[40]


def test_a_loop_gives_every_image_in_order(storybook):
    images = list(storybook[:5])
    assert [each.tobytes() for each in images] == [storybook[i].tobytes() for i in range(5)]


def test_the_table_has_a_row_an_image_with_every_factor_and_no_images(storybook):
    table = storybook.to_pandas()
    assert len(table) == 40
    assert {"object", "color", "place", "caption"} <= set(table.columns)
    assert "image" not in table.columns
    assert table["class_name"].tolist() == table["object"].tolist()
    assert table["image_id"].tolist() == storybook.image_ids.tolist()


def test_another_factor_can_be_the_class(storybook):
    by_place = storybook.with_classes("place")
    places = storybook.to_pandas()["place"]
    assert by_place.class_names == tuple(sorted(set(places)))
    assert [by_place.class_names[label] for label in by_place.class_labels] == places.tolist()
    with pytest.raises(ValueError, match=r"`column` must be one of .*'place'.* Got 'mood' instead"):
        storybook.with_classes("mood")


def test_a_factor_that_is_missing_here_and_there_leaves_those_without_a_class():
    images = ImageSet(_table(mood=["glad", None, "", "sad"])).with_classes("mood")
    assert images.class_names == ("glad", "sad")
    assert images.class_labels.tolist() == [0, -1, -1, 1]


def test_without_classes_every_label_is_minus_1():
    images = ImageSet(_table())
    assert images.class_labels.tolist() == [-1] * 4
    assert images.class_names == ()
    assert repr(images) == "ImageSet of 4 images, 0 with a class out of 0"


def test_credits_belong_to_their_image_and_missing_ones_are_empty():
    images = ImageSet(_table(author=["Ada", "", "Bo", "Cy"], license=["CC BY 2.0"] * 4))
    assert images.attribution[2] == Attribution(author="Bo", license="CC BY 2.0")
    assert images[[2]].attribution == (images.attribution[2],)
    assert ImageSet(_table()).attribution == (Attribution(),) * 4


@pytest.mark.parametrize(
    "rows", [[2, 0], [], slice(1, 3), range(2), [-1], np.array([1, 0, 0, 1]) > 0]
)
def test_credits_of_some_images_are_those_of_the_images_taken_alone(rows):
    names = ["Ada", None, "Bo", "Cy"]
    images = ImageSet(_table().add_column("author", names))
    taken = images[rows].attribution
    assert images.attribution_of(rows) == taken
    assert len(taken) == len(images[rows])
    assert ImageSet(_table()).attribution_of(rows) == (Attribution(),) * len(taken)


def test_credits_of_an_image_that_there_is_not_are_an_error():
    with pytest.raises(IndexError, match=r"`rows` must be from -4 to 3\. Got 4 instead"):
        ImageSet(_table()).attribution_of([4])


def test_a_credit_that_is_missing_here_and_there_is_empty():
    images = ImageSet(_table(author=["Ada", None, "Bo", None], url=[None] * 4))
    assert images.attribution[0] == Attribution(author="Ada")
    assert images.attribution[1] == Attribution()


def test_a_class_that_is_missing_here_and_there_is_minus_1():
    kind = datasets.ClassLabel(names=["cat", "dog"])
    table = _table().add_column("class_label", [1, None, 0, None], feature=kind)
    assert ImageSet(table).class_labels.tolist() == [1, -1, 0, -1]


def test_classes_without_names_are_refused():
    with pytest.raises(ValueError, match=r"must have a datasets\.ClassLabel as its column"):
        ImageSet(_table(class_label=[1, 0, 0, 1]))


def test_every_part_lists_what_was_skipped():
    images = ImageSet(_table(), skipped=[("broken.jpg", "not an image")])
    assert images[:2].skipped == (("broken.jpg", "not an image"),)
    assert "1 skipped" in repr(images)


def test_names_are_escaped_where_images_are_shown():
    table = _table().remove_columns("image_id")
    attack = "<script>alert(1)</script>\" onload='x'"
    images = ImageSet(table.add_column("image_id", [f"{attack}{i}" for i in range(4)]))
    page = images._repr_html_()
    assert "<script" not in page
    assert page.count("<img ") == 4
    assert "&#34; onload=&#39;x&#39;" in page


def test_its_arrays_are_read_only(storybook):
    for array in (storybook.image_ids, storybook.class_labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[1]


def test_a_table_without_images_or_ids_is_refused():
    with pytest.raises(ValueError, match="`dataset` must have a column 'image_id'"):
        ImageSet(_table().remove_columns("image_id"))


def test_two_images_with_one_id_are_refused():
    table = _table().remove_columns("image_id").add_column("image_id", ["a", "b", "a", "c"])
    with pytest.raises(ValueError, match=r"one id for each image\. Got an id twice instead"):
        ImageSet(table)


def test_every_part_has_the_provenance_of_the_whole(storybook):
    expected = {"source": "storybook", "random_state": 0, "n_objects": 1, "imbalance": 0.0}
    for part in (storybook, storybook[3:9], storybook.with_classes("color")):
        assert expected.items() <= part.provenance.items()
    with pytest.raises(TypeError, match="does not support item assignment"):
        storybook.provenance["source"] = "elsewhere"


def test_images_are_shown_with_author_licence_and_link():
    images = [Image.new("RGB", (8, 8))] * 2
    table = datasets.Dataset.from_dict(
        {
            "image": images, "image_id": ["a", "b"], "author": ["Ada", "<b>"],
            "license": ["CC BY 2.0"] * 2, "url": ["https://example.org/a", "javascript:1"],
            "license_url": ["https://creativecommons.org/licenses/by/2.0/", ""],
        }
    ).cast_column("image", datasets.Image())  # fmt: skip
    page = ImageSet(table)._repr_html_()
    assert '<a href="https://example.org/a" target="_blank" rel="noopener">Ada</a>' in page
    assert ">CC BY 2.0</a>" in page
    assert page.count(">CC BY 2.0<") == 2
    assert "javascript" not in page
