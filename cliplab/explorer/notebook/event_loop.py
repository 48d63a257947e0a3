"""The kernel's event loop, on which everything on the screen is changed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

from cliplab.explorer.notebook.front_end import front_end

_A_MOMENT = 0.01  # Seconds; the kernel reads several messages meanwhile.


class EventLoop:
    """The kernel's own event loop, on which every change to a plot is made.

    Widget callbacks arrive on the main thread or on another one, depending on the version of
    ipykernel; `post` brings them home in all of them.
    """

    def __init__(self) -> None:
        self._thread = threading.current_thread()
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None
        # Asked once, here in the cell: inside a widget's callback the answer would be another.
        self._is_watched = front_end() != "none"

    @property
    def is_live(self) -> bool:
        """Whether there is a loop to come back to and somebody who watches meanwhile."""
        return self._loop is not None and self._is_watched

    def post(self, change: Callable[[], None]) -> None:
        """Make a change now if this is the main thread, else as soon as that one is free."""
        if self._loop is None or threading.current_thread() is self._thread:
            change()
            return
        # A kernel that is shutting down has no loop any more, and nobody who could see.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(change)

    def complete(self, change: Callable[[], None]) -> None:
        """Make a change on the main thread, and return when it is done.

        An output takes what is displayed only as long as the message lasts that asked for it.
        """
        done = threading.Event()

        def make() -> None:
            try:
                change()
            finally:
                done.set()

        if self._loop is None or threading.current_thread() is self._thread:
            change()
            return
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(make)
            while not done.wait(1) and self._loop.is_running():
                pass  # A loop that has ended makes nothing more.

    def post_soon(self, change: Callable[[], None]) -> None:
        """Make a change a moment later, when messages that wait already have been heard.

        Whoever asks for many changes and needs the last alone can leave out those before it.
        """
        loop = self._loop
        if loop is None:
            change()
            return

        def wait() -> None:
            loop.call_later(_A_MOMENT, change)

        self.post(wait)

    def later(self, seconds: float, change: Callable[[], None]) -> Callable[[], None]:
        """Make a change in some seconds, if the loop is free; return what calls it off."""
        assert self._loop is not None
        return self._loop.call_later(seconds, change).cancel
