"""The fourth lesson as a learner meets it: the study again, and beside it what it lacked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from notebook_page import Notebook

pytestmark = pytest.mark.browser(seconds=200)

LESSON = Path(__file__).parents[2] / "notebooks" / "03_original_study.ipynb"
FIGURES = (
    "map",
    "five",
    "five-silhouettes",
    "measured",
    "moves",
    "evidence",
    "null-map",
    "explorer",
)


@pytest.fixture
def short(tmp_path: Path) -> Path:
    """Write the lesson with a cell more, that leaves a third of its pictures."""
    notebook = nbformat.read(LESSON, as_version=4)
    (start,) = (i for i, cell in enumerate(notebook.cells) if cell.id == "pictures")
    fewer = "images, embeddings = images[:300], embeddings[:300]"
    notebook.cells.insert(start + 1, nbformat.v4.new_code_cell(fewer))
    nbformat.write(notebook, tmp_path / LESSON.name)
    return tmp_path / LESSON.name


def test_the_study_is_repeated_doubted_and_left_to_be_judged(
    short: Path, open_notebook: Callable[[Path], Notebook]
) -> None:
    lesson = open_notebook(short)
    # Cell by cell, as it asks for: all at once takes longer than a browser is waited for.
    for index in range(lesson.evaluate("return cells.length")):
        lesson.run(index)
    lesson.wait_painted()
    ids = lesson.evaluate("return cells.map((cell) => cell.model.sharedModel.id)")

    def see(cell: str) -> int:
        index: int = ids.index(cell)
        lesson.evaluate("cells[arg].node.scrollIntoView()", index)
        return index

    # Every figure is painted in its own cell, and there are no others.
    for cell in FIGURES:
        canvas = lesson.cell(see(cell)).locator(".bk-Figure").first
        canvas.wait_for(state="visible")
        assert canvas.bounding_box()["width"] > 200, cell
    assert lesson.evaluate("return documents.length") == len(FIGURES)

    # The Explorer opens on the study's five clusters, found on the map, and warns of its score.
    explorer = lesson.cell(see("explorer"))
    lesson.wait_for("new Set(data_of('images').cluster_labels).size === 5")
    assert "CLIP space" in explorer.inner_text()

    # Tables stand as tables: what was measured, and what the learner is to fill in.
    table = lesson.cell(see("null-table")).locator(".jp-OutputArea-output table")
    assert table.locator("tbody tr").count() == 6
    claims = lesson.cell(see("claims")).locator(".jp-MarkdownOutput table")
    assert claims.locator("tbody tr").count() == 8
    assert claims.locator("tbody tr").first.locator("td").all_inner_texts()[3:] == ["", "", ""]
