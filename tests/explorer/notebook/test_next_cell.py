"""What waits until no other cell shows the same: when it is done, and when it is not."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from IPython.core.events import EventManager, available_events

from cliplab.explorer.notebook import next_cell
from cliplab.explorer.notebook.event_loop import EventLoop
from cliplab.explorer.notebook.next_cell import ends_with, once_it_stays

SHOWN = object()
NAMES = {"explorer": SHOWN, "same": SHOWN, "images": object()}


@pytest.fixture
def shell(monkeypatch):
    """A shell that tells of the cells that begin, as IPython does."""
    shell = SimpleNamespace(user_ns=NAMES)
    shell.events = EventManager(shell, available_events)
    monkeypatch.setattr(next_cell, "ipython", lambda: shell)
    return shell


def _begin(shell, code):
    shell.events.trigger("pre_run_cell", SimpleNamespace(raw_cell=code))


@pytest.mark.parametrize(
    ("code", "shows"),
    [
        ("explorer", True),
        ("explorer.parts = 'all'\nexplorer  # here", True),
        ("same", True),
        ("explorer;", True),  # It shows nothing, but the next cell will tell.
        ("explorer.agreement()", False),
        ("images", False),
        ("nobody", False),
        ("x = explorer", False),
        ("%pip list", False),
        ("if", False),
        ("", False),
        ("# nothing", False),
        ("\0", False),
    ],
)
def test_a_cell_shows_what_its_last_line_names(code, shows):
    assert ends_with(code, SHOWN, NAMES) is shows


def test_it_is_done_before_a_cell_that_shows_something_else_and_only_once(in_kernel, shell):
    async def story():
        done = []
        once_it_stays(SHOWN, lambda: done.append(1), EventLoop())
        assert done == []
        _begin(shell, "explorer")
        assert done == []
        _begin(shell, "import time")
        assert done == [1]
        _begin(shell, "import time")
        await asyncio.sleep(2 * next_cell._A_MOMENT)
        assert done == [1]
        assert shell.events.callbacks["pre_run_cell"] == []

    in_kernel(story)


def test_it_is_done_a_moment_later_where_no_cell_follows(in_kernel, shell):
    async def story():
        done = []
        once_it_stays(SHOWN, lambda: done.append(1), EventLoop())
        await asyncio.sleep(2 * next_cell._A_MOMENT)
        assert done == [1]
        assert shell.events.callbacks["pre_run_cell"] == []

    in_kernel(story)


def test_it_is_not_done_once_it_was_called_off(in_kernel, shell):
    async def story():
        done = []
        call_off = once_it_stays(SHOWN, lambda: done.append(1), EventLoop())
        _begin(shell, "explorer")
        call_off()
        call_off()
        _begin(shell, "import time")
        await asyncio.sleep(2 * next_cell._A_MOMENT)
        assert done == []

    in_kernel(story)


def test_where_there_is_no_later_it_is_done_at_once(shell):
    done = []
    once_it_stays(SHOWN, lambda: done.append(1), EventLoop())
    assert done == [1]


def test_on_colab_it_is_done_while_the_cell_runs(in_kernel, shell, monkeypatch):
    monkeypatch.setenv("CLIPLAB_FRONT_END", "colab")

    async def story():
        done = []
        once_it_stays(SHOWN, lambda: done.append(1), EventLoop())
        assert done == [1]
        assert shell.events.callbacks["pre_run_cell"] == []

    in_kernel(story)
