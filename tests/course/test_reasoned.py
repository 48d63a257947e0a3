"""An answer that says what holds needs the number that shows it."""

from __future__ import annotations

import pytest

from cliplab.course.kinds import Choice, Number
from cliplab.course.reasoned import Reasoned

KIND = Reasoned(Choice(("yes", "no")), Number(-1, 1, tolerance=0.01))


@pytest.mark.parametrize(
    "answer",
    [("no", 0.34), ["No", "0.34"], "no, 0.34", "no 0,34", "no: 34 %", "('no', 0.34)", "No; .34"],
)
def test_a_verdict_with_its_number_is_read(answer):
    assert KIND.read(answer) == ("no", 0.34)


@pytest.mark.parametrize(
    "answer",
    ["yes", "no", ("yes",), "0.34", 0.34, ("maybe", 0.34), ("no", 7), ("no", 0.3, 0.4), "no,", {}],
)
def test_a_verdict_without_a_number_is_no_answer(answer):
    assert KIND.read(answer) is None


def test_both_have_to_be_the_same():
    assert KIND.same(("no", 0.34), ("no", 0.345))
    assert not KIND.same(("yes", 0.34), ("no", 0.34))
    assert not KIND.same(("no", 0.34), ("no", 0.4))


def test_it_says_what_an_answer_must_be():
    words = "one of 'yes', 'no' and a number from -1 to 1 that shows it, as (verdict, number)"
    assert KIND.must == words
