"""One JupyterLab and one Chromium in each process; a new window and kernel for each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from find_browser import ADVICE, find_browser
from first_lesson import RESULTS
from lab import Lab, running_lab
from notebook_page import Notebook


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    if find_browser() is None:
        if os.environ.get("CI"):
            pytest.fail(ADVICE, pytrace=False)
        pytest.skip(ADVICE)
    with running_lab() as lab:
        yield lab


@pytest.fixture
def open_notebook(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Callable[..., Notebook]]:
    """Open notebooks; at the end keep what was last seen, and look for errors in the console."""
    opened: list[Notebook] = []

    def open_one(path: Path, **window: int) -> Notebook:
        opened.append(lab.open(path, **window))
        return opened[-1]

    yield open_one
    for notebook in opened:
        notebook.screenshot(RESULTS / f"{request.node.name}.png")
        notebook.close()
    assert [error for notebook in opened for error in notebook.errors] == []
