"""Questions and predictions as a learner meets them: first wrong, then right, and run again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from access import add_axe, violations
from notebook_file import write_notebook
from notebook_page import Notebook

pytestmark = pytest.mark.browser

BEGIN = """from cliplab import course, load_pack, project, show_projection
from cliplab.packs.published import STORYBOOK_PACK
pack = load_pack(STORYBOOK_PACK)
images, embeddings = pack.images[:60], pack.embeddings[:60]
projection = project(embeddings, "pca")
course.begin("6", images=images, embeddings=embeddings, projection=projection)"""
FIGURE = """course.predict(
    "Few <b>or</b> many?",
    lambda: show_projection(projection, images=images),
    choices=["few", "many"],
)"""
CELLS = (
    BEGIN,
    FIGURE,
    'course.predict("What will it say?", lambda: print("It said", "so.") or 1 / 0)',
    'course.ask("6", "nothing on a map")',
    'course.ask("6", "which agrees with the kinds")',
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_notebook(tmp_path / "course.ipynb", *CELLS)


def test_a_learner_predicts_errs_and_is_right(
    path: Path, open_notebook: Callable[[Path], Notebook]
) -> None:
    lesson = open_notebook(path)
    lesson.run_all()
    figure, printed, typed, chosen = (lesson.cell(index) for index in range(1, 5))

    # Run All is through, and both outputs wait visibly.
    for cell in (figure, printed):
        cell.get_by_text("The output waits here for your prediction.").wait_for()
    assert figure.locator(".bk-Figure").count() == 0

    add_axe(lesson.page)
    for cell in (figure, printed, typed, chosen):
        cell.evaluate("(cell) => { cell.querySelector('.jp-OutputArea').id = 'looked-at' }")
        assert violations(lesson.page, "#looked-at") == []
        cell.evaluate("(cell) => { cell.querySelector('.jp-OutputArea').id = '' }")

    # By mouse; and by keyboard, on the thread that JupyterLab has for widgets.
    figure.get_by_label("many").check()
    figure.get_by_role("button", name="Predict").click()
    figure.locator(".bk-Figure").first.wait_for()
    assert "Few <b>or</b> many?\nYou predicted: many" in figure.inner_text()
    box = printed.get_by_label("Your prediction")
    box.press_sequentially("so")
    box.press("Enter")
    printed.get_by_text("It said so.").wait_for()
    printed.get_by_text("ZeroDivisionError").first.wait_for()
    assert figure.locator(".bk-Figure").first.is_visible()

    box = typed.get_by_label("Your answer")
    box.fill("0")
    box.press("Enter")
    typed.get_by_role("alert").filter(has_text="Not yet: zero?").wait_for()
    box.fill(
        lesson.run_cell(
            "from cliplab.course.progress import PROGRESS as p\n"
            "print(round(p.begun['6'].facts.null_on_its_map, 2))"
        ).strip()
    )
    typed.get_by_role("button", name="Check").click()
    typed.get_by_role("alert").filter(has_text="Right.").wait_for()

    # Run again, the first cell shows what was predicted and its output.
    lesson.run(1)
    figure.get_by_text("You predicted:").wait_for()
    figure.locator(".bk-Figure").first.wait_for()
