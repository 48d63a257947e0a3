"""Each lesson of the course in JupyterLab, by a learner who is wrong first and right then."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from learner import SHOWN, WAITS, Learner
from notebook_page import Notebook

from cliplab.course.lessons import MODULES

pytestmark = [pytest.mark.browser(seconds=40), pytest.mark.proof]

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("lesson_*.ipynb"))
NINETY_MINUTES = NOTEBOOKS / "ninety_minutes.ipynb"
IN_SHORT = ("lesson_04",)
SECONDS = 300  # All cells at once take longer than other tests wait.
# What a cell that failed shows, or a warning.
PROBLEM = ":is([data-mime-type$='.error'], [data-mime-type$='.stderr'])"


def _lesson(path: Path) -> Any:
    in_full = pytest.mark.skipif(not os.environ.get("CLIPLAB_PROOF"), reason="make proof does this")
    return pytest.param(path, id=path.stem, marks=[] if path.stem[:9] in IN_SHORT else [in_full])


@pytest.mark.parametrize("path", [*map(_lesson, LESSONS), _lesson(NINETY_MINUTES)])
def test_a_learner_is_wrong_reads_the_hint_and_then_is_right(
    path: Path,
    open_notebook: Callable[[Path], Notebook],
    record_property: Callable[[str, object], None],
) -> None:
    lesson = open_notebook(path)
    lesson.patience = SECONDS
    lesson.page.set_default_timeout(SECONDS * 1000)
    lesson.run_all()
    sources = lesson.evaluate("return cells.map((cell) => cell.model.sharedModel.source)")
    learner = Learner(lesson, sources)

    # Run All is through, and every prediction waits visibly, without its output.
    for cell in learner.predictions:
        place = lesson.see(cell)
        place.get_by_text(WAITS).wait_for()
        assert place.locator(":is(.bk-Figure, .cliplab-copy, table)").count() == 0

    for cell in learner.predictions:
        learner.predict(cell)
        assert lesson.see(cell).locator(SHOWN).locator(PROBLEM).all_inner_texts() == []

    answers = learner.answers()
    expected: list[tuple[str, str]] = []
    for exercise in learner.exercises:
        right, wrong = answers[exercise.lesson][exercise.question]
        assert len(wrong) >= 3
        answer, hint = wrong[len(expected) % len(wrong)]
        reply = learner.answer(exercise, answer)
        assert "Reply ✗ Not yet: " in reply, (exercise, answer)
        assert hint in reply
        assert "Reply ✓ Right. " in learner.answer(exercise, right), (exercise, right)
        expected += [(exercise.question, "mistake"), (exercise.question, "right")]
    for cell in range(len(sources)):
        assert lesson.see(cell).locator(PROBLEM).all_inner_texts() == [], sources[cell]

    # All of it is in the one small file that the learner hands in.
    written = json.loads(
        lesson.run_cell("print(course.hand_in('A learner').read_text(encoding='utf-8'))")
    )
    tries = [each for each in written["events"] if "verdict" in each]
    assert [(each["question"], each["verdict"]) for each in tries] == expected
    assert len(written["events"]) - len(tries) == len(learner.predictions)
    record_property(
        "figure", f"{len(learner.predictions)} predictions, {len(expected)} answers, {path.stem}"
    )


def test_there_is_a_notebook_for_every_lesson() -> None:
    assert {str(int(path.stem[7:9])) for path in LESSONS} == set(MODULES)
