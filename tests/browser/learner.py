"""A learner of the course: predicts, answers wrongly first, reads the hint, and then is right."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from notebook_page import Notebook
from playwright.sync_api import Locator

WAITS = "The output waits here for your prediction."
SHOWN = ".cliplab-course > :nth-child(2)"  # Where the output of a prediction appears.
_DOTS = "answer = ..."
_CHECKED = re.compile(r'course\.check\("(\d+)", "([^"]+)", answer\)')

# From the course's own keys, for the values that the notebook has begun its lessons with. Mistakes
# that are right, or another mistake, for these values are left out.
_ANSWERS = """\
import json
from cliplab.course.judging import answer_of, judge, read
from cliplab.course.progress import PROGRESS

def _answers(begun):
    for question in begun.lesson.questions:
        wrong = [(repr(given), mistake.hint) for mistake in question.mistakes
                 for given in [read(question, answer_of(mistake, begun.facts))]
                 if judge(question, begun.facts, given).mistake == mistake.name]
        yield question.name, (repr(read(question, question.key(begun.facts))), wrong)

print(json.dumps({number: dict(_answers(begun)) for number, begun in PROGRESS.begun.items()}))"""


class Exercise(NamedTuple):
    """A cell in which an answer is to be written.

    Attributes
    ----------
    cell : int
        Its place.
    lesson, question : str
        What it asks.
    """

    cell: int
    lesson: str
    question: str


class Answers(NamedTuple):
    """What can be answered, as Python writes it.

    Attributes
    ----------
    right : str
        The right answer.
    wrong : list of (str, str)
        Plausible wrong answers, each with its hint.
    """

    right: str
    wrong: list[tuple[str, str]]


class Learner:
    """Somebody who takes a lesson that is open.

    Parameters
    ----------
    notebook : Notebook
        The lesson.
    sources : list of str
        What stands in its cells.
    """

    def __init__(self, notebook: Notebook, sources: list[str]) -> None:
        self.notebook, self._sources = notebook, sources
        self.predictions = [i for i, each in enumerate(sources) if "course.predict(" in each]
        self.exercises = [
            Exercise(cell, *found.groups())
            for cell, source in enumerate(sources)
            if _DOTS in source and (found := _CHECKED.search(source))
        ]

    def answers(self) -> dict[str, dict[str, Answers]]:
        """Return what can be answered, by lesson and question."""
        said = self.notebook.run_cell(_ANSWERS)
        found: dict[str, dict[str, Any]] = json.loads(said[said.index("{") :])
        return {
            lesson: {question: Answers(*each) for question, each in questions.items()}
            for lesson, questions in found.items()
        }

    def predict(self, cell: int) -> Locator:
        """Make a prediction with the mouse; return the place of its output, once that is there."""
        place = self.notebook.see(cell)
        if (choices := place.get_by_role("radio")).count():
            choices.last.check()
        else:
            box = place.get_by_label("Your prediction")
            box.fill("something else")
            box.press("Tab")
        place.get_by_role("button", name="Predict").click()
        place.get_by_text("You predicted:").wait_for()
        shown = place.locator(SHOWN)
        shown.locator(":is(.bk-Figure, img, pre, table, li, p):visible").first.wait_for()
        return shown

    def answer(self, exercise: Exercise, answer: str) -> str:
        """Write an answer in place of the three dots, run the cell, and return the reply."""
        source = self._sources[exercise.cell].replace(_DOTS, f"answer = {answer}")
        self.notebook.write(exercise.cell, source)
        return self.notebook.run(exercise.cell)
