"""The page of twelve misconceptions: what it names stands in the lessons."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cliplab.course.lessons import find_lesson

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "docs" / "instructors"
ROWS = re.findall(
    r"^\| (\d+) \| (.+?) \| (\d+) \| (.+?) \| (.+?) \| `(.+?)` \|$",
    (PAGES / "misconceptions.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


def test_there_are_twelve_each_with_a_reason_in_the_quiz():
    assert [row[0] for row in ROWS] == [str(number) for number in range(1, 13)]
    answers = (PAGES / "quiz.md").read_text(encoding="utf-8").partition("## The answers")[2]
    for number, _, lesson, *_ in ROWS:
        (named,) = re.findall(rf"^\| {number} \| .* \| ([\d, ]+) \|$", answers, re.MULTILINE)
        assert lesson in named.split(", "), number


@pytest.mark.parametrize(("number", "words", "lesson", "asked", "changed", "check"), ROWS)
def test_its_lesson_asks_for_a_prediction_changes_something_and_checks(
    number, words, lesson, asked, changed, check
):
    (source,) = (ROOT / "notebooks" / "lessons").glob(f"{int(lesson):02}_*.md")
    text = source.read_text(encoding="utf-8")
    assert f'"{asked}"' in text
    assert f'course.check("{lesson}", "{check}", answer)' in text
    assert check in {question.name for question in find_lesson(lesson).questions}
    named = re.findall(r"`(\w+)(?:\(\))?`", changed)
    assert named
    assert [name for name in named if name not in text] == []
