"""A page whose widgets' part is of another version than the kernel's says so above the plot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from notebook_file import write_notebook
from notebook_page import Notebook

pytestmark = pytest.mark.browser

CODE = """
import numpy as np
from cliplab import project, show_projection
show_projection(project(np.random.default_rng(0).normal(size=(40, 4)), "pca"))
"""


def test_another_jupyter_bokeh_is_told_with_the_command(
    open_notebook: Callable[..., Notebook], tmp_path: Path
) -> None:
    notebook = open_notebook(write_notebook(tmp_path / "plot.ipynb", CODE))
    notebook.page.route(
        "**/@bokeh/jupyter_bokeh/package.json",
        lambda route: route.fulfill(json={"version": "3.0.7"}),
    )
    notebook.run_all()
    alert = notebook.page.locator("p[role=alert]")
    alert.wait_for()
    assert alert.count() == 1
    said = alert.text_content() or ""
    assert "has @bokeh/jupyter_bokeh 3.0.7 and the kernel needs ^4." in said
    assert 'pip install "jupyter_bokeh==4.' in said
