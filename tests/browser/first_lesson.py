"""The first lesson, for the tests that look at it, and what every test of a page ends with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import Lab
from notebook_page import Notebook

RESULTS = Path(__file__).parents[2] / "test-results"
LESSON = Path(__file__).parents[2] / "notebooks" / "00_explore.ipynb"
FIGURES = ("scatter", "silhouettes", "elbow", "score")


def cell_of_the_explorer(notebook: Notebook) -> int:
    sources = notebook.evaluate("return cells.map((cell) => cell.model.sharedModel.source)")
    # It has moved from cell to cell, to the last that shows it.
    return max(i for i, source in enumerate(sources) if source.endswith("\nexplorer"))


def see_explorer(notebook: Notebook) -> None:
    notebook.evaluate("cells[arg].node.scrollIntoView()", cell_of_the_explorer(notebook))


@contextmanager
def opened_once(lab: Lab, path: Path, **window: int) -> Iterator[Notebook]:
    """Open a notebook and run all of it, for all tests of a file."""
    notebook = lab.open(path, **window)
    try:
        notebook.run_all()
        yield notebook
    finally:
        notebook.close()


@contextmanager
def watched(notebook: Notebook, test: str, cell: int) -> Iterator[Notebook]:
    """Keep what a cell showed last, and fail if the page's console has an error of its time."""
    try:
        yield notebook
    finally:
        notebook.evaluate("cells[arg].node.scrollIntoView()", cell)
        notebook.screenshot(RESULTS / f"{test}.png")
        errors, notebook.errors[:] = list(notebook.errors), []
    assert errors == [], "\n".join(errors)  # No test module: pytest does not show the list.
