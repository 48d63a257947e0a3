"""The pages for instructors say what to expect, from the lessons' own facts."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from lesson_ranges import MARKERS, PAGES, ranges, with_table, with_values
from small_lesson import LESSON

from cliplab import encode_colors, load_storybook
from cliplab.course.lessons import MODULES, find_lesson


def _facts(*seeds):
    return [LESSON.facts(SimpleNamespace(random_state=seed)) for seed in seeds]


def test_a_number_has_its_range_and_a_choice_is_counted():
    rows = ranges(LESSON, _facts(2, 3, 7)).splitlines()
    assert rows[2] == "| **share** | 0.20 | 0.40 | 0.70 |"
    assert rows[3] == "| **word** | | no (3 of 3) | |"


def test_wrong_answers_that_follow_from_the_data_stand_below_their_question():
    lesson = find_lesson("2")
    images = load_storybook(n_images=30)
    own = with_values(
        SimpleNamespace(images=images, embeddings=encode_colors(images), random_state=0),
        lesson.values,
    )
    rows = ranges(lesson, [lesson.facts(own)]).splitlines()
    after = rows[next(i for i, row in enumerate(rows) if "**any two**" in row) + 1]
    assert re.fullmatch(r"\| ✗ two images of one class \|( \d\.\d\d \|){3}", after)


def test_a_value_of_the_pipeline_is_made_with_the_seed():
    images = load_storybook(n_images=30)
    own = SimpleNamespace(images=images, embeddings=encode_colors(images), random_state=4)
    assert with_values(own, ("images", "projection")).projection.parameters["random_state"] == 4


def test_a_table_takes_the_place_of_the_one_before():
    page = "Before.\n\n<!-- ranges -->\nold\n<!-- /ranges -->\n\nAfter.\n"
    once = with_table(page, "| new |")
    assert once == "Before.\n\n<!-- ranges -->\n\n| new |\n\n<!-- /ranges -->\n\nAfter.\n"
    assert with_table(once, "| new |") == once


def test_a_page_without_a_place_for_it_is_refused():
    with pytest.raises(ValueError, match="`page` must have the markers"):
        with_table("Words.", "| new |")


@pytest.mark.parametrize("page", sorted(PAGES.glob("lesson_*.md")), ids=lambda page: page.stem)
def test_each_page_has_a_row_for_every_question_of_its_lesson(page):
    lesson = find_lesson(str(int(page.stem.removeprefix("lesson_"))))
    table = MARKERS.search(page.read_text(encoding="utf-8"))[0]
    assert re.findall(r"^\| \*\*(.*?)\*\* \|", table, re.MULTILINE) == [
        question.name for question in lesson.questions
    ]


def test_a_page_belongs_to_a_lesson():
    assert {int(page.stem[-2:]) for page in PAGES.glob("lesson_*.md")} <= set(map(int, MODULES))
