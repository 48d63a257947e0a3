"""A lesson is begun with one's own values, and shows what it is for."""

from __future__ import annotations

import pytest

from cliplab import course
from cliplab.course.progress import PROGRESS


def test_a_lesson_shows_its_title_objectives_time_and_needs(values):
    begun = course.begin("6", **values)
    html = begun._repr_html_()
    assert repr(begun) == "BegunLesson 6: Is 0.06 nothing? (about 30 minutes)"
    assert "Is 0.06 nothing?" in html
    assert html.count("<li>") == 3
    assert "about 30 minutes" in html
    assert "What you need:" in html


def test_no_key_is_computed_when_a_lesson_is_begun(values):
    course.begin("6", **values)
    assert "facts" not in vars(PROGRESS.begun["6"])


def test_a_lesson_that_is_begun_again_takes_the_new_values(values):
    course.begin("6", **values)
    course.begin("6", **values, random_state=7)
    assert PROGRESS.begun["6"].values.random_state == 7


def test_an_unknown_lesson_is_refused():
    with pytest.raises(ValueError, match=r"`lesson` must be one of .*'6'.* Got '66' instead"):
        course.begin("66")


def test_a_missing_value_is_named(values):
    with pytest.raises(ValueError, match="must be given by name: images, embeddings, projection"):
        course.begin("6", images=values["images"])


def test_a_value_too_many_is_named(values):
    with pytest.raises(ValueError, match="'picture'"):
        course.begin("6", **values, picture=1)


def test_swapped_values_are_refused(values):
    swapped = values | {"images": values["embeddings"]}
    with pytest.raises(TypeError, match="`images` must be an ImageSet"):
        course.begin("6", **swapped)


def test_values_of_other_images_are_refused(values):
    fewer = values | {"embeddings": values["embeddings"][:30]}
    with pytest.raises(ValueError, match=r"one row for each of the 40 images\. Got 30"):
        course.begin("6", **fewer)


def test_a_seed_is_a_whole_number(values):
    with pytest.raises(ValueError, match="`random_state` must be a whole number"):
        course.begin("6", **values, random_state=0.5)
