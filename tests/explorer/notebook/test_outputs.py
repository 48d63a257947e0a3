"""An output that is filled later belongs to the cell that it was made in."""

from __future__ import annotations

import asyncio
import threading

import pytest

from cliplab.explorer.notebook.front_end import current_cell, on_behalf_of
from cliplab.explorer.notebook.outputs import LaterOutput


def test_a_callback_shows_on_behalf_of_the_cell_of_its_widget():
    with on_behalf_of(("cell", "run")):
        output = LaterOutput()
    seen = []
    output.fill(lambda: seen.append(current_cell()))
    assert seen == [("cell", "run")]
    assert current_cell() is None


def test_the_cell_is_left_when_what_is_shown_fails():
    output = LaterOutput()

    def fail():
        raise ZeroDivisionError("no")

    with pytest.raises(ZeroDivisionError, match="no"):
        output.fill(fail)
    with on_behalf_of(("other", "run")):
        assert current_cell() == ("other", "run")
    assert current_cell() is None


def test_a_callback_on_another_thread_waits_until_the_main_thread_has_shown_it():
    """Where messages of widgets have a thread of their own, outputs end with the message."""
    seen = []

    async def cell():
        output = LaterOutput()

        def callback():
            output.fill(lambda: seen.append(threading.current_thread()))
            seen.append("done")

        await asyncio.to_thread(callback)

    asyncio.run(cell())
    assert seen == [threading.main_thread(), "done"]
