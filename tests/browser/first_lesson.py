"""The first lesson, for the tests that look at it."""

from __future__ import annotations

from pathlib import Path

from notebook_page import Notebook

RESULTS = Path(__file__).parents[2] / "test-results"
LESSON = Path(__file__).parents[2] / "notebooks" / "00_explore.ipynb"
FIGURES = ("scatter", "silhouettes", "elbow", "score")


def cell_of_the_explorer(notebook: Notebook) -> int:
    sources = notebook.evaluate("return cells.map((cell) => cell.model.sharedModel.source)")
    (index,) = (i for i, source in enumerate(sources) if source.endswith("\nexplorer"))
    return index


def see_explorer(notebook: Notebook) -> None:
    notebook.evaluate("cells[arg].node.scrollIntoView()", cell_of_the_explorer(notebook))
