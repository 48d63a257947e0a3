"""Work in the background, one piece at a time, whose results are applied on the main loop."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

from cliplab.explorer.notebook.host import MainLoop

T = TypeVar("T")

# Faster than this the eye sees no more, and the browser falls behind.
_SECONDS_BETWEEN_FRAMES = 0.04


class Lane(Generic[T]):
    """A lane in which one piece of work runs; a new piece takes the place of the old.

    The work is an iterator. It runs in a thread, begins when the work before it has come to a
    halt, and can be stopped between two of its items. Where nobody watches (plain Python,
    nbclient) it runs in step instead, and is done when `start` returns.

    Parameters
    ----------
    main_loop : MainLoop
        Where results are applied.
    on_error : callable
        Told of an exception in the work.
    keeps_all : bool, default=False
        Whether every item is shown. Otherwise, as befits frames, one is shown every 0.04
        seconds, and those that come between are left out; the last of all is always shown.
    """

    def __init__(
        self,
        main_loop: MainLoop,
        on_error: Callable[[Exception], None],
        keeps_all: bool = False,
    ) -> None:
        self._main_loop = main_loop
        self._on_error = on_error
        self._keeps_all = keeps_all
        self._run: _Run[T] | None = None
        self._thread: threading.Thread | None = None

    @property
    def work_in_hand(self) -> Hashable:
        """What the work under way was called when it was started; None when there is none."""
        return self._run.name if self._run else None

    def start(
        self,
        name: Hashable,
        work: Iterator[T],
        apply: Callable[[T], None],
        finish: Callable[[], None] = lambda: None,
    ) -> None:
        """Take up new work; what was under way is dropped.

        Parameters
        ----------
        name : hashable
            What the work is, so that nobody starts it twice.
        work : iterator
            Computes; touches nothing that is on the screen.
        apply : callable
            Shows one item, on the main loop.
        finish : callable
            Called on the main loop after the last item, also when the work was stopped; not
            when it failed.
        """
        self.drop()
        run = self._run = _Run(name, work, apply, finish)
        if self._main_loop.is_live:
            thread = threading.Thread(target=self._work, args=(run, self._thread), daemon=True)
            self._thread = thread
            thread.start()
            return
        try:
            for item in work:
                apply(item)
        except Exception as error:
            self._fail(run, error)
        else:
            self._finish(run)

    def stop(self) -> None:
        """End the work after the item in hand; what was reached stays."""
        if self._run is not None:
            self._run.stopped = True

    def drop(self) -> None:
        """End the work and forget what it would still bring."""
        self.stop()
        self._run = None

    def _work(self, run: _Run[T], before: threading.Thread | None) -> None:
        # Two pieces of one lane would fight for the same processors and the same stages.
        if before is not None:
            before.join()
        try:
            for item in () if run is not self._run else run.work:
                run.arrived.put(item)
                # The work does not wait for the screen: what comes too early is passed over there.
                if time.monotonic() >= run.next_frame or self._keeps_all:
                    run.next_frame = time.monotonic() + _SECONDS_BETWEEN_FRAMES
                    self._main_loop.post(lambda: self._apply(run))
                if run.stopped:
                    break
        except Exception as error:
            problem = error
            self._main_loop.post(lambda: self._apply(run))
            self._main_loop.post(lambda: self._fail(run, problem))
        else:
            self._main_loop.post(lambda: self._apply(run))
            self._main_loop.post(lambda: self._finish(run))

    def _apply(self, run: _Run[T]) -> None:
        items = [run.arrived.get() for _ in range(run.arrived.qsize())]
        for item in items if self._keeps_all else items[-1:]:
            if run is self._run:
                run.apply(item)

    def _fail(self, run: _Run[T], error: Exception) -> None:
        if run is self._run:
            self._run = None
            self._on_error(error)

    def _finish(self, run: _Run[T]) -> None:
        if run is self._run:
            self._run = None
            run.finish()


class _Run(Generic[T]):
    """One piece of work and what is known of it."""

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
        self.stopped = False
        self.next_frame = 0.0
