"""One JupyterLab and one Chromium for all browser tests; a new window and kernel for each test."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from find_browser import ADVICE, find_browser
from first_lesson import RESULTS
from lab import Lab, running_lab
from notebook_page import Notebook

NO_BROWSER = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    if find_browser() is None:
        if os.environ.get("CI"):
            pytest.fail(ADVICE, pytrace=False)
        request.config.stash[NO_BROWSER] = True
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


def pytest_unconfigure(config: pytest.Config) -> None:
    # After pytest's own summary, so that these are the last lines of `make test`.
    if config.stash.get(NO_BROWSER, False):
        sys.stdout.write(f"\nThe browser tests were SKIPPED. {ADVICE}\n")
