"""What a learner has done so far, for as long as the kernel runs."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from cliplab._core.validation import require_one_of, wrong_value
from cliplab.course.events import Beginning, Event, Prediction, Try, now
from cliplab.course.questions import Lesson

if TYPE_CHECKING:
    from cliplab.course.judging import Reply


class Begun:
    """A lesson with a learner's own values.

    Parameters
    ----------
    lesson : Lesson
        The lesson.
    values : types.SimpleNamespace
        What it was begun with, and ``random_state``.
    described : mapping
        How these were made.
    """

    def __init__(
        self, lesson: Lesson, values: SimpleNamespace, described: Mapping[str, Any]
    ) -> None:
        self.lesson, self.values = lesson, values
        self.beginning = Beginning(lesson.number, values.random_state, described)

    @cached_property
    def facts(self) -> Any:
        """What keys are made of; computed when the first answer is checked."""
        return self.lesson.facts(self.values)


@dataclass
class Progress:
    """Lessons begun, and what was answered and predicted, in order.

    Attributes
    ----------
    begun : dict of str to Begun
        By the number of the lesson.
    lesson : str
        The number of the lesson that was begun last; empty before.
    beginnings : list of Beginning
        Of each lesson and all values that it was begun with.
    events : list of Try or Prediction
        In order.
    work : str
        A random number by which a copy of this work is known under another name.
    """

    begun: dict[str, Begun] = field(default_factory=dict)
    lesson: str = ""
    beginnings: list[Beginning] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    work: str = field(default_factory=lambda: secrets.token_hex(8))

    def begin(self, begun: Begun) -> None:
        """Take up a lesson; what was answered before stays."""
        self.lesson = begun.lesson.number
        self.begun[self.lesson] = begun
        if begun.beginning not in self.beginnings:
            self.beginnings.append(begun.beginning)

    def restore(self, beginnings: Sequence[Beginning], events: Sequence[Event], work: str) -> None:
        """Go on with other work; lessons that are begun now stay so."""
        self.beginnings, self.events, self.work = list(beginnings), list(events), work
        for begun in self.begun.values():
            if begun.beginning not in self.beginnings:
                self.beginnings.append(begun.beginning)

    def answer(self, begun: Begun, question: str, answer: Any, reply: Reply) -> None:
        """Remember an answer, and by which values it was judged."""
        place = self.beginnings.index(begun.beginning)
        self.events.append(
            Try(begun.lesson.number, question, answer, reply.verdict, reply.mistake, now(), place)
        )

    def require_begun(self, number: str) -> Begun:
        """Return a lesson that was begun, or refuse one that was not."""
        if number not in self.begun:
            must = f"be begun first: run the cell with course.begin({number!r}, …)"
            raise ValueError(wrong_value("lesson", must, number))
        return self.begun[number]

    def predict(self, question: str, prediction: str) -> None:
        """Remember a prediction."""
        self.events.append(Prediction(self.lesson, question, prediction, now()))

    def prediction(self, question: str) -> str | None:
        """Return what was predicted first: later the output had been seen."""
        return next(
            (each.prediction for each in self.predictions if each.question == question), None
        )

    @property
    def predictions(self) -> list[Prediction]:
        """The predictions, in order."""
        return [event for event in self.events if isinstance(event, Prediction)]

    @property
    def tries(self) -> list[Try]:
        """The answers, in order."""
        return [event for event in self.events if isinstance(event, Try)]

    def forget_from(self, step: str) -> None:
        """Forget the first event of a question, and all that came after it."""
        steps = [event.question for event in self.events]
        require_one_of("step", step, dict.fromkeys(steps))
        del self.events[steps.index(step) :]


PROGRESS = Progress()
