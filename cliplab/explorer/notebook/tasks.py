"""Tasks in the background, one at a time, whose results are applied on the kernel's event loop."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

from cliplab.explorer.notebook.event_loop import EventLoop

T = TypeVar("T")

# Faster than this the eye sees no more, and the browser falls behind.
_SECONDS_BETWEEN_FRAMES = 0.04


class Worker(Generic[T]):
    """A worker that runs one task at a time; a new task replaces the old one.

    A task is an iterator. It runs in a thread, starts when the task before it has ended, and can
    be paused between two of its items. Without a front-end (plain Python, nbclient) it runs at
    once, in the same thread, and has ended when `start` returns.

    Parameters
    ----------
    event_loop : EventLoop
        Where results are applied.
    on_error : callable
        Called with an exception of a task that runs in the background. Without a front-end `start`
        raises it.
    keeps_all : bool, default=False
        Whether every item is applied. Otherwise, as befits frames, one is applied every 0.04
        seconds, and those between are left out; the last of all is always applied.
    """

    def __init__(
        self,
        event_loop: EventLoop,
        on_error: Callable[[Exception], None],
        keeps_all: bool = False,
    ) -> None:
        self._event_loop = event_loop
        self._on_error = on_error
        self._keeps_all = keeps_all
        self._run: _Run[T] | None = None
        self._paused: _Run[T] | None = None
        self._thread: threading.Thread | None = None
        self.failed: Hashable = None

    @property
    def task(self) -> Hashable:
        """The name of the running task; None when there is none."""
        return self._run.name if self._run else None

    @property
    def paused(self) -> Hashable:
        """The name of the task that is paused; None when there is none."""
        return self._paused.name if self._paused else None

    def start(
        self,
        name: Hashable,
        work: Iterator[T],
        apply: Callable[[T], None],
        finish: Callable[[], None] = lambda: None,
    ) -> None:
        """Start a task; the one that runs is cancelled.

        Parameters
        ----------
        name : hashable
            What the task is, so that nobody starts it twice. The name of the last task that failed
            is in `failed`.
        work : iterator
            Computes; touches nothing that is on the screen.
        apply : callable
            Takes one item, on the event loop.
        finish : callable
            Called on the event loop after the last item; not when the task failed.
        """
        self.cancel()
        run = self._run = _Run(name, work, apply, finish)
        if self._event_loop.is_live:
            self._begin(run)
            return
        try:
            for item in work:
                apply(item)
        except Exception:
            self._run, self.failed = None, name
            raise
        self._finish(run)

    def pause(self) -> None:
        """Rest after the current item, which is applied when the task is taken up again."""
        if self._run is not None:
            self._run, self._paused = None, self._run

    def take_up(self) -> None:
        """Go on with the task that is paused, where it was."""
        if self._paused is not None:
            self._run, self._paused = self._paused, None
            self._begin(self._run)

    def cancel(self) -> None:
        """End the task and ignore what it would still yield; one that failed may start again."""
        self.pause()
        self._paused = self.failed = None

    def _begin(self, run: _Run[T]) -> None:
        thread = threading.Thread(target=self._work, args=(run, self._thread), daemon=True)
        self._thread = thread
        thread.start()

    def _work(self, run: _Run[T], before: threading.Thread | None) -> None:
        # Two tasks of one worker would compete for the same processors and the same data.
        if before is not None:
            before.join()
        if run is not self._run:
            return
        try:
            if run.problem is not None:  # It failed while it was about to rest.
                raise run.problem
            for item in run.work:
                run.arrived.put(item)
                # The task does not wait for the screen: items that come too early are left out.
                if time.monotonic() >= run.next_frame or self._keeps_all:
                    run.next_frame = time.monotonic() + _SECONDS_BETWEEN_FRAMES
                    self._event_loop.post(lambda: self._apply(run))
                if run is not self._run:
                    return
        except Exception as error:
            problem = run.problem = error
            self._event_loop.post(lambda: self._apply(run))
            self._event_loop.post(lambda: self._fail(run, problem))
        else:
            self._event_loop.post(lambda: self._apply(run))
            self._event_loop.post(lambda: self._finish(run))

    def _apply(self, run: _Run[T]) -> None:
        if run is not self._run:
            return  # A task that is paused keeps what has arrived.
        items = [run.arrived.get() for _ in range(run.arrived.qsize())]
        for item in items if self._keeps_all else items[-1:]:
            if run is self._run:
                run.apply(item)

    def _fail(self, run: _Run[T], error: Exception) -> None:
        if run is self._run:
            self._run, self.failed = None, run.name
            self._on_error(error)

    def _finish(self, run: _Run[T]) -> None:
        if run is self._run:
            self._run = None
            run.finish()


class _Run(Generic[T]):
    """One task and what is known of it."""

    def __init__(
        self,
        name: Hashable,
        work: Iterator[T],
        apply: Callable[[T], None],
        finish: Callable[[], None],
    ) -> None:
        self.name = name
        self.work = work
        self.apply = apply
        self.finish = finish
        self.arrived: queue.SimpleQueue[T] = queue.SimpleQueue()
        self.problem: Exception | None = None
        self.next_frame = 0.0
