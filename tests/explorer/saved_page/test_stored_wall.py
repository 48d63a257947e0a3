"""The wall that a page holds is that of the Explorer."""

import json

import numpy as np
import pytest

from cliplab import Explorer
from cliplab.explorer.model import wall as walls
from cliplab.explorer.saved_page.stored_wall import stored_wall

pytestmark = pytest.mark.slow


def test_the_wall_of_a_page_is_that_of_the_explorer_whether_it_was_looked_at_or_not(
    images, embeddings, projection, sweep
):
    explorer = Explorer(images, embeddings, projection, sweep)
    before = stored_wall(explorer._session)
    explorer.state.map_images = "wall"
    session = explorer._session
    assert stored_wall(session) == before
    for axis in ("x", "y"):
        np.testing.assert_allclose(before[axis], session.wall_view[axis], rtol=1e-4)
    assert (before["cell"], before["note"]) == (session.wall_view["cell"], session.wall_note)


def test_images_that_are_not_on_the_wall_have_no_place(
    images, embeddings, projection, sweep, monkeypatch
):
    monkeypatch.setattr(walls, "MOST_ON_WALL", 50)
    stored = stored_wall(Explorer(images, embeddings, projection, sweep)._session)
    assert sum(x is not None for x in stored["x"]) == 50
    assert stored["note"].startswith("A random sample of 50")
    json.dumps(stored, allow_nan=False)
