"""The workshop, with photographs from a host on this machine, as a learner meets it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from loopback.open_images import HOSTILE, SmallOpenImages
from notebook_page import Notebook

pytestmark = pytest.mark.browser

LESSON = Path(__file__).parents[2] / "notebooks" / "02_open_images.ipynb"


def test_photographs_are_sampled_credited_encoded_and_explored(
    open_notebook: Callable[[Path], Notebook], tmp_path: Path
) -> None:
    small = SmallOpenImages(600)
    small.titles = dict.fromkeys(small.titles, HOSTILE)
    small.authors = dict.fromkeys(small.authors, HOSTILE)
    small.make_tables()
    with small.server:
        lesson = open_notebook(LESSON)
        lesson.run_cell(
            f"""import os
os.environ["CLIPLAB_OPEN_IMAGES_MIRROR"] = {small.server.address!r}
os.environ["CLIPLAB_CACHE"] = {str(tmp_path / "cache")!r}
os.chdir({str(tmp_path)!r})"""
        )
        lesson.run_all()
        lesson.wait_painted()
        assert lesson.run_cell("len(images), images.provenance['source']") == (
            "(200, 'open_images')"
        )
        # Credits on the page and in the gallery are words, whatever a stranger wrote.
        lesson.wait_for("document.querySelectorAll('.cliplab-gallery .cliplab-credit').length >= 4")
        shown = lesson.evaluate(
            "return document.querySelector('.cliplab-gallery figcaption').textContent"
        )
        assert HOSTILE in shown
        assert "CC BY 2.0" in shown
        assert lesson.evaluate("return window.hacked === undefined")
        assert (tmp_path / "my-pack" / "ATTRIBUTION.csv").is_file()
