"""An answer is checked against one's own data, and each try is remembered."""

from __future__ import annotations

import pytest
from small_lesson import begin_small

from cliplab import course
from cliplab.course.progress import PROGRESS


def test_the_right_answer_follows_from_the_learners_own_seed():
    begin_small(random_state=5)
    assert course.check("0", "share", 0.5).verdict == "right"
    begin_small(random_state=7)
    assert course.check("0", "share", 0.5).verdict == "wrong"
    assert course.check("0", "share", "70 %").verdict == "right"


def test_a_right_answer_gets_its_reason():
    begin_small()
    assert repr(course.check("0", "word", "no")) == "Reply ✓ Right. You have looked."


def test_a_plausible_mistake_gets_its_own_hint_and_the_figure():
    begin_small()
    reply = course.check("0", "share", 1)
    assert (reply.verdict, reply.mistake) == ("mistake", "as 1")
    assert reply.words == "Not yet: as 1? Hint 1. Look at the table."


def test_another_wrong_answer_gets_the_figure():
    begin_small()
    assert course.check("0", "share", 0.3).words == "Not yet. Look at the table."


def test_what_is_no_answer_of_the_kind_is_told_so_without_an_error():
    begin_small()
    reply = course.check("0", "order", ["a", "b"])
    assert reply.verdict == "no answer"
    assert "must be a list of 'a', 'b', 'c', each once" in reply.words
    assert "Got ['a', 'b']." in reply.words


def test_a_reply_escapes_what_was_answered():
    begin_small()
    html = course.check("0", "share", "<script>x()</script>")._repr_html_()
    assert "&lt;script&gt;" in html
    assert "<script" not in html


def test_every_try_is_remembered_in_the_form_of_its_kind():
    begin_small()
    course.check("0", "share", "30 %")
    course.check("0", "share", "what?")
    course.check("0", "share", 0.5)
    seen = [(each.answer, each.verdict) for each in PROGRESS.tries]
    assert seen == [(0.3, "wrong"), (None, "no answer"), (0.5, "right")]


def test_a_lesson_has_to_be_begun_first():
    with pytest.raises(ValueError, match=r"`lesson` must be begun first: run the cell with"):
        course.check("6", "share", 1)


def test_an_unknown_question_is_refused():
    begin_small()
    with pytest.raises(ValueError, match="`question` must be one of 'share', 'word', 'order'"):
        course.check("0", "shares", 1)


def test_three_dots_are_asked_for_an_answer_and_are_no_try():
    begin_small()
    reply = course.check("0", "share", ...)
    assert reply.verdict == "no answer"
    assert reply.words == "Write your answer in place of the three dots, and run the cell again."
    assert PROGRESS.events == []
