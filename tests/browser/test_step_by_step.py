"""The second lesson as a learner meets it: one plot at a time, then all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from first_lesson import cell_of_the_explorer, opened_once, watched
from lab import Lab
from notebook_page import Notebook

pytestmark = pytest.mark.browser

LESSON = Path(__file__).parents[2] / "notebooks" / "01_step_by_step.ipynb"


@pytest.fixture(scope="module")
def opened(lab: Lab) -> Iterator[Notebook]:
    with opened_once(lab, LESSON) as notebook:
        yield notebook


@pytest.fixture
def lesson(opened: Notebook, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    with watched(opened, request.node.name, cell_of_the_explorer(opened)):
        opened.wait_painted()
        yield opened


def test_every_plot_stands_where_its_words_are(lesson: Notebook) -> None:
    shown = [
        index
        for index, source in enumerate(
            lesson.evaluate("return cells.map((cell) => cell.model.sharedModel.source)")
        )
        if "show_" in source.splitlines()[-1] or source.endswith("\nexplorer")
    ]
    assert len(shown) == 6
    for index in shown:
        lesson.evaluate("cells[arg].node.scrollIntoView()", index)
        canvas = lesson.cell(index).locator(".bk-Figure").first
        canvas.wait_for(state="visible")
        assert canvas.bounding_box()["width"] > 200, index
        assert lesson.cell(index).locator(".cliplab-save").first.is_visible(), index
    assert lesson.evaluate("return documents.length") == len(shown)


def test_the_explorer_at_the_end_answers_the_cell_after_it(lesson: Notebook) -> None:
    lesson.wait_for("new Set(data_of('images').cluster_labels).size === 12")
    lesson.run_cell("explorer.state.selected = [4, 5]")
    assert lesson.run_cell("len(images[explorer.state.selected])") == "2"
