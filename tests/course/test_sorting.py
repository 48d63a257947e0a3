"""Images sorted into groups with names, and the gallery of them."""

from __future__ import annotations

import pytest

from cliplab import course, load_pack, load_storybook
from cliplab.packs.published import STORYBOOK_PACK


@pytest.fixture(scope="module")
def images():
    return load_storybook(n_images=6)


def test_images_are_sorted_by_their_numbers(images):
    sorting = course.sort_images(images, {"wet": [4, 0], "dry": range(1, 4)})
    assert sorting.names == ("wet", "dry", "dry", "dry", "wet", "not sorted yet")
    assert sorting.groups == {"dry": [1, 2, 3], "not sorted yet": [5], "wet": [0, 4]}


def test_images_are_sorted_by_what_is_known_of_them(images):
    sorting = course.sort_images(images, images.to_pandas()["place"])
    assert sorting.to_pandas()["group"].tolist() == images.to_pandas()["place"].tolist()


def test_the_gallery_has_a_row_for_each_group_and_a_number_below_each_image(images):
    html = course.sort_images(images, {"wet": [4, 0], "dry": [1, 2, 3, 5]})._repr_html_()
    assert html.count("<section") == 2
    assert html.index("dry") < html.index("<figcaption>5<") < html.index("<figcaption>0<")
    assert html.count('alt="image ') == 6


def test_a_name_is_escaped(images):
    html = course.sort_images(images, {"<img src=x>": range(6)})._repr_html_()
    assert "<img src=x>" not in html


def test_it_reads_as_its_groups_in_plain_python(images):
    assert repr(course.sort_images(images, ["a"] * 6)) == (
        "Sorting of 6 images into one group: a (6)"
    )


def test_an_image_has_one_group(images):
    with pytest.raises(ValueError, match=r"one group only\. Got 3 instead in 'a' and 'b'"):
        course.sort_images(images, {"a": [3], "b": [2, 3]})


def test_an_image_that_is_not_there_is_refused(images):
    with pytest.raises(ValueError, match="`groups` must be a whole number from 0 to 5"):
        course.sort_images(images, {"a": [6]})


def test_every_image_needs_a_name(images):
    with pytest.raises(ValueError, match=r"a name for each of the 6 images\. Got 5"):
        course.sort_images(images, list("abcde"))


def test_more_than_a_person_can_look_at_is_refused():
    with pytest.raises(ValueError, match="how many can be looked at"):
        course.sort_images(load_pack(STORYBOOK_PACK).images[:201], {})


def test_a_sorting_has_a_name_for_each_image(images):
    with pytest.raises(ValueError, match="`names` must have one row for each of the 6 images"):
        course.Sorting(images, ("dry", "wet"))
