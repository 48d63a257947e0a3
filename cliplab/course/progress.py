"""What a learner has done so far, for as long as the kernel runs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from cliplab._core.validation import require_one_of, wrong_value
from cliplab.course.events import Event, Prediction, Try, now
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


@dataclass
class Progress:
    """Lessons begun, and what was answered and predicted, in order.

    Attributes
    ----------
    begun : dict of str to Begun
        By the number of the lesson.
    lesson : str
        The number of the lesson that was begun last; empty before.
    events : list of Try or Prediction
        In order.
    work : str
        A random number by which a copy of this work is known under another name.
    """

    begun: dict[str, Begun] = field(default_factory=dict)
    lesson: str = ""
    events: list[Event] = field(default_factory=list)
    work: str = field(default_factory=lambda: secrets.token_hex(8))

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
