"""A prediction is asked for before its output, and stands beside it."""

from __future__ import annotations

import pytest

from cliplab import course
from cliplab.course.progress import PROGRESS

QUESTION = "How many <b>groups</b>?"


@pytest.fixture
def calls():
    return []


def _predict(asked, answer):
    asked.widget.children[1].value = answer
    asked.widget.children[2].click()


def test_an_output_waits_visibly(calls):
    asked = course.predict(QUESTION, lambda: calls.append(1))
    assert "The output waits here for your prediction." in asked.widget.children[3].value
    assert calls == []


def test_a_prediction_is_remembered_and_stands_beside_its_output():
    asked = course.predict(QUESTION, lambda: None)
    _predict(asked, " five <i>or</i> so ")
    assert PROGRESS.prediction(QUESTION) == "five <i>or</i> so"
    html = asked.widget.children[0].value
    assert "You predicted: <b>five &lt;i&gt;or&lt;/i&gt; so</b>" in html
    assert "How many &lt;b&gt;groups&lt;/b&gt;?" in html


def test_an_empty_prediction_is_refused_in_words(calls):
    asked = course.predict(QUESTION, lambda: calls.append(1))
    _predict(asked, "  ")
    assert "A prediction must be words" in asked.widget.children[3].value
    assert (PROGRESS.events, calls) == ([], [])


def test_a_prediction_may_be_one_of_some_choices():
    asked = course.predict(QUESTION, lambda: None, choices=["few", "many"])
    asked.make()
    assert "must be one of" in asked.widget.children[3].value
    _predict(asked, "many")
    assert PROGRESS.prediction(QUESTION) == "many"


def test_the_first_prediction_stays():
    first, second = (course.predict(QUESTION, lambda: None) for _ in range(2))
    _predict(first, "five")
    _predict(second, "six")
    assert PROGRESS.prediction(QUESTION) == "five"


@pytest.mark.parametrize("choices", [["yes"], ["yes", "Yes "], ["a", " "]])
def test_choices_are_several_texts_that_differ(choices):
    with pytest.raises(ValueError, match="`choices` must be two or more texts that differ"):
        course.predict(QUESTION, lambda: None, choices=choices)


def test_an_output_that_was_made_already_is_refused():
    with pytest.raises(ValueError, match=r"`then` must be a function .* a lambda\. Got None"):
        course.predict(QUESTION, None)


def test_a_question_is_a_text():
    with pytest.raises(ValueError, match="`question` must be a text"):
        course.predict(" ", lambda: None)


def test_a_second_copy_of_the_question_shows_the_first_prediction():
    first, second = (course.predict(QUESTION, lambda: None) for _ in range(2))
    _predict(first, "five")
    _predict(second, "six")
    assert "You predicted: <b>five</b>" in second.widget.children[0].value


def test_where_nobody_watches_question_and_output_are_shown_at_once(capsys, calls):
    course.predict(QUESTION, lambda: calls.append(1) or "the output")._ipython_display_()
    shown = capsys.readouterr().out
    assert shown.index("AskedPrediction: How many <b>groups</b>?") < shown.index("the output")
    assert (calls, PROGRESS.events) == ([1], [])


@pytest.fixture
def watched(monkeypatch):
    monkeypatch.setenv("CLIPLAB_FRONT_END", "jupyter")


def test_where_somebody_watches_the_output_waits(watched, capsys, calls):
    asked = course.predict(QUESTION, lambda: calls.append(1) or "the output")
    asked._ipython_display_()
    assert "the output" not in capsys.readouterr().out
    _predict(asked, "five")
    assert "the output" in capsys.readouterr().out
    asked.make()
    assert calls == [1]


def test_a_cell_that_runs_again_shows_prediction_and_output(watched, capsys, calls):
    _predict(course.predict(QUESTION, lambda: None), "five")
    course.predict(QUESTION, lambda: calls.append(1))._ipython_display_()
    assert calls == [1]


def test_a_teacher_can_leave_predictions_out(watched, calls, monkeypatch):
    monkeypatch.setattr(course.settings, "predictions", False)
    course.predict(QUESTION, lambda: calls.append(1))._ipython_display_()
    assert calls == [1]
