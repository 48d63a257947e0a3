"""The Explorer over real photographs, in the browser; skipped where there are none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from notebook_file import write_notebook
from notebook_page import Notebook

PHOTOS = Path(__file__).parents[3] / "shared" / "photos"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not PHOTOS.is_dir(), reason="needs the folder shared/photos"),
]

CELL = """\
from cliplab import ClipEncoder, explore, load_folder

photographs = load_folder({path!r})
explorer = explore(photographs, ClipEncoder("ViT-B-32", pretrained=None))
explorer"""


@pytest.fixture
def notebook(tmp_path: Path, open_notebook: Callable[[Path], Notebook]) -> Notebook:
    cell = CELL.format(path=str(PHOTOS))
    path = write_notebook(tmp_path / "photographs.ipynb", cell, title="Photographs")
    return open_notebook(path)


def test_the_explorer_opens_on_photographs(notebook: Notebook) -> None:
    notebook.run_all()
    notebook.wait_painted()
    notebook.wait_for("data_of('sheets').uri.every((uri) => uri.length > 1000)")
    notebook.run_cell("explorer.state.selected = range(10)")
    notebook.wait_for("document.querySelectorAll('.cliplab-gallery .image').length === 10")
    notebook.evaluate("cells[1].node.scrollIntoView()")
    assert notebook.evaluate(
        "return [...document.querySelectorAll('.cliplab-gallery .image')]"
        ".every((each) => getComputedStyle(each).backgroundImage.startsWith('url(\"data:image'))"
    )
