"""The first two lessons of the course, and the one with the stepper, in the emulation of Colab."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from colab.emulation import running_colab, what_is_missing
from colab.versions import INSTALLED, OLD, folder_of
from first_lesson import RESULTS
from lab import Lab
from learner import SHOWN, WAITS, Learner

pytestmark = [pytest.mark.browser, pytest.mark.proof]

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
STEPPER = "course.KMeansStepper("
SECONDS = 120
_in_full = pytest.mark.skipif(not os.environ.get("CLIPLAB_PROOF"), reason="make proof does this")


def _codes(number: str) -> list[str]:
    """Return the code of a lesson, without the cell that installs what Colab lacks."""
    (path,) = NOTEBOOKS.glob(f"lesson_{number}_*.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    codes = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return [code for code in codes if "%pip" not in code]


@pytest.mark.parametrize("version", [INSTALLED, OLD])
@pytest.mark.parametrize(
    ("number", "ends_with"),
    [
        pytest.param("04", STEPPER, id="04 up to the stepper"),
        pytest.param("01", "", marks=_in_full),
        pytest.param("02", "", marks=_in_full),
        pytest.param("04", "", marks=_in_full),
    ],
)
def test_a_learner_predicts_and_answers_in_colab(
    number: str,
    ends_with: str,
    version: str | None,
    lab: Lab,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    if missing := what_is_missing():
        pytest.skip(missing)
    codes = _codes(number)
    if ends_with:
        codes = codes[: 1 + next(i for i, code in enumerate(codes) if ends_with in code)]
    widgets = folder_of(version, tmp_path / "widgets")
    with running_colab(lab, tmp_path / "scripts", widgets=widgets, height=1000) as lesson:
        lesson.patience = SECONDS
        lesson.page.set_default_timeout(SECONDS * 1000)
        learner = Learner(lesson, codes)
        for code in codes:
            lesson.run_cell(code)
        for cell in learner.predictions:
            lesson.see(cell).get_by_text(WAITS).wait_for()
            learner.predict(cell)

        for cell in (i for i, code in enumerate(codes) if STEPPER in code):
            stepper = lesson.see(cell).locator(SHOWN)
            stepper.locator(".bk-Figure").nth(2).wait_for()
            stepper.get_by_role("button", name="Assign images").click()
            stepper.get_by_text("Half step 1 of K-means").first.wait_for()
            stepper.get_by_role("button", name="Run").click()
            stepper.get_by_role("button", name="Stop").click()

        answers = learner.answers() if learner.exercises else {}
        for exercise in learner.exercises:
            right, wrong = answers[exercise.lesson][exercise.question]
            answer, hint = wrong[0]
            assert hint in learner.answer(exercise, answer)
            assert "Reply ✓ Right. " in learner.answer(exercise, right), (exercise, right)
            lesson.see(exercise.cell).get_by_text("Right.").wait_for()

        lesson.screenshot(RESULTS / f"colab_lesson_{number}.png")
        widgets_are = lesson.ask("ipywidgets.__version__").strip("'")
        assert version in (None, widgets_are)
        assert lesson.errors == []
    n_predictions, n_questions = len(learner.predictions), len(learner.exercises)
    record_property(
        "figure",
        f"{n_predictions} predictions, {n_questions} questions of lesson {int(number)}, "
        f"ipywidgets {widgets_are}",
    )
