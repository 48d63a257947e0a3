"""What becomes of an answer: right, a known mistake, wrong, or no answer of the kind."""

from __future__ import annotations

import reprlib
from dataclasses import dataclass
from typing import Any

from cliplab._core.html import render
from cliplab.course.questions import Mistake, Question

RIGHT, MISTAKE, WRONG, NO_ANSWER = "right", "mistake", "wrong", "no answer"
VERDICTS = (RIGHT, MISTAKE, WRONG, NO_ANSWER)
WAITS = "waits"  # What is said before there is an answer, or while it is checked.
_MARKS = {RIGHT: "✓", MISTAKE: "✗", WRONG: "✗", NO_ANSWER: "?", WAITS: "…"}


@dataclass(frozen=True, repr=False)
class Reply:
    """What is said to an answer.

    Attributes
    ----------
    verdict : {"right", "mistake", "wrong", "no answer"}
        Whether it is right; a plausible mistake, which has a hint of its own; another wrong
        answer; or no answer of the kind that is asked for.
    words : str
        The reply itself.
    mistake : str
        The name of the mistake; empty where it is none.
    """

    verdict: str
    words: str
    mistake: str = ""

    def __repr__(self) -> str:
        return f"Reply {_MARKS[self.verdict]} {self.words}"

    def _repr_html_(self) -> str:
        return render(
            "course/templates/reply.html",
            verdict=self.verdict.replace(" ", "-"),
            mark=_MARKS[self.verdict],
            words=self.words,
        )


def judge(question: Question, facts: Any, given: Any) -> Reply:
    """Compare an answer with the key and with the known mistakes.

    Parameters
    ----------
    question : Question
        What was asked.
    facts : object
        The facts of the lesson, from the learner's own values.
    given : object
        The answer, as `read` returns it.

    Returns
    -------
    Reply
        What is said to it. It never holds the key.
    """
    same = question.kind.same
    if same(given, question.key(facts)):
        return Reply(RIGHT, f"Right. {question.because}")
    for mistake in question.mistakes:
        if same(given, answer_of(mistake, facts)):
            figure = mistake.look_at or question.look_at
            words = f"Not yet: {mistake.name}? {mistake.hint} Look at {figure}."
            return Reply(MISTAKE, words, mistake.name)
    return Reply(WRONG, f"Not yet. Look at {question.look_at}.")


def refuse(question: Question, answer: Any) -> Reply:
    """Say what an answer must be to something that is none."""
    must = question.kind.must
    words = f"That is not an answer of this kind: it must be {must}. Got {_shown(answer)}."
    return Reply(NO_ANSWER, words)


def not_answered() -> Reply:
    """Say what to do to somebody who has not answered yet."""
    return Reply(NO_ANSWER, "Write your answer in place of the three dots, and run the cell again.")


def read(question: Question, answer: Any) -> Any:
    """Return an answer in the one form of its kind, or None for what is no such answer.

    Anything may be given, and an odd object may fail at whatever is asked of it.
    """
    try:
        return question.kind.read(answer)
    except Exception:
        return None


def answer_of(mistake: Mistake, facts: Any) -> Any:
    """Return the answer of a mistake, for some facts."""
    return mistake.answer(facts) if callable(mistake.answer) else mistake.answer


def _shown(answer: Any) -> str:
    try:
        return reprlib.repr(answer)
    except Exception:
        return f"a value of type {type(answer).__name__}"
