"""anywidget gives a script two seconds; the Explorer works where a page was busy for longer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from notebook_file import write_notebook
from notebook_page import Notebook

pytestmark = pytest.mark.browser

CODE = """
from cliplab import explore, load_storybook
explorer = explore(load_storybook(n_images=60))
explorer.state.n_clusters = 4
explorer
"""


def test_the_page_hears_the_kernel_where_its_script_was_late(
    open_notebook: Callable[..., Notebook], tmp_path: Path
) -> None:
    notebook = open_notebook(write_notebook(tmp_path / "late.ipynb", CODE), is_late=True)
    notebook.run_all()
    notebook.wait_painted()
    assert notebook.late
    clusters = notebook.page.locator(".cliplab-clusters tbody tr")
    clusters.nth(3).wait_for()
    assert clusters.count() == 4
    # Of each k the page knows how it looks, and what is chosen on either side comes to the other.
    notebook.page.get_by_role("button", name="One more").first.click()
    clusters.nth(4).wait_for()
    assert notebook.run_cell("explorer.state.n_clusters") == "5"
    notebook.run_cell("explorer.state.n_clusters = 3")
    notebook.wait_for("document.querySelectorAll('.cliplab-clusters tbody tr').length === 3")
