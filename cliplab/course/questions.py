"""What a lesson declares: its objectives, and questions with their keys and plausible mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cliplab._core.validation import require_one_of
from cliplab.course.kinds import Kind


@dataclass(frozen=True)
class Mistake:
    """A plausible wrong answer, and what helps whoever gives it.

    Parameters
    ----------
    name : str
        What it mistakes for the answer, in a few words: "the silhouette on the map".
    answer : object or callable
        The answer, or a function from the facts of the lesson to it.
    hint : str
        What to think about, in a sentence or two. It does not give the right answer away.
    look_at : str, default=""
        The figure that shows it; that of the question when left out.
    """

    name: str
    answer: Any
    hint: str
    look_at: str = ""


@dataclass(frozen=True)
class Question:
    """A question that can be checked.

    Parameters
    ----------
    name : str
        A short name, by which a notebook asks for it.
    text : str
        The question itself.
    kind : Kind
        What an answer must be, such as ``Number(-1, 1, tolerance=0.01)``.
    key : callable
        A function from the facts of the lesson to the right answer.
    because : str
        What is said when the answer is right: why it is, and what to take from it.
    look_at : str
        The figure or table that shows the answer, as the notebook calls it.
    mistakes : tuple of Mistake
        At least three. One that is the right answer for somebody's own data is passed over.
    """

    name: str
    text: str
    kind: Kind
    key: Callable[[Any], Any]
    because: str
    look_at: str
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True)
class Lesson:
    """A lesson: what it teaches, what it needs, and its questions.

    Parameters
    ----------
    number : str
        Such as "6".
    title : str
        A question.
    objectives : tuple of str
        What a learner can do afterwards; each begins with a verb.
    minutes : int
        How long it takes.
    needs : str
        What is needed before it, in words.
    values : tuple of str
        What `begin` has to be given: ``"images"``, ``"embeddings"``, ``"projection"``,
        ``"sweep"``, ``"encoder"`` or names of the lesson's own.
    facts : callable
        A function from these values to all that keys and mistakes are made of. It is called when
        the first answer is checked, with the values as attributes, and ``random_state``.
    questions : tuple of Question
        Two or three.
    """

    number: str
    title: str
    objectives: tuple[str, ...]
    minutes: int
    needs: str
    values: tuple[str, ...]
    facts: Callable[[Any], Any]
    questions: tuple[Question, ...]

    def question(self, name: str) -> Question:
        """Return a question by its name, or refuse a name that is none."""
        by_name = {question.name: question for question in self.questions}
        require_one_of("question", name, by_name, f"in lesson {self.number}")
        return by_name[name]
