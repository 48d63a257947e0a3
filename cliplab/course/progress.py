"""What a learner has done so far, for as long as the kernel runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from cliplab._core.validation import wrong_value
from cliplab.course.questions import Lesson


class Begun:
    """A lesson with a learner's own values.

    Parameters
    ----------
    lesson : Lesson
        The lesson.
    values : types.SimpleNamespace
        What it was begun with, and ``random_state``.
    """

    def __init__(self, lesson: Lesson, values: SimpleNamespace) -> None:
        self.lesson, self.values = lesson, values

    @cached_property
    def facts(self) -> Any:
        """What keys are made of; computed when the first answer is checked."""
        return self.lesson.facts(self.values)


@dataclass(frozen=True)
class Try:
    """One answer to a question.

    Parameters
    ----------
    lesson, question : str
        What was asked.
    answer : object
        The answer in the one form of its kind; None for what was no answer.
    verdict, mistake : str
        What became of it, as in `Reply`.
    at : str
        When, in UTC.
    """

    lesson: str
    question: str
    answer: Any
    verdict: str
    mistake: str
    at: str


@dataclass(frozen=True)
class Predicted:
    """What was predicted before an output was seen.

    Parameters
    ----------
    lesson : str
        The lesson that had been begun; empty where there was none.
    question, answer : str
        What was asked, and what was predicted.
    at : str
        When, in UTC.
    """

    lesson: str
    question: str
    answer: str
    at: str


@dataclass
class Progress:
    """Lessons begun, answers and predictions, in their order."""

    begun: dict[str, Begun] = field(default_factory=dict)
    tries: list[Try] = field(default_factory=list)
    predicted: dict[str, Predicted] = field(default_factory=dict)
    lesson: str = ""

    def begin(self, begun: Begun) -> None:
        """Take up a lesson; what was answered before stays."""
        self.lesson = begun.lesson.number
        self.begun[self.lesson] = begun

    def require_begun(self, number: str) -> Begun:
        """Return a lesson that was begun, or refuse one that was not."""
        if number not in self.begun:
            must = f"be begun first: run the cell with course.begin({number!r}, …)"
            raise ValueError(wrong_value("lesson", must, number))
        return self.begun[number]

    def predict(self, question: str, answer: str) -> None:
        """Keep a prediction; a second one comes after the output was seen, and is none."""
        made = Predicted(self.lesson, question, answer, now())
        self.predicted.setdefault(question, made)


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


PROGRESS = Progress()
