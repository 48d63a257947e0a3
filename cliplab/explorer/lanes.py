"""Work in the background, one piece at a time, whose results are applied on the main loop."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from cliplab.explorer.host import MainLoop

T = TypeVar("T")

# Faster than this the eye sees no more, and the browser falls behind.
_SECONDS_BETWEEN_FRAMES = 0.05


class Lane(Generic[T]):
    """A lane in which one piece of work runs; a new piece takes the place of the old.

    The work is an iterator. It runs in a thread and can be stopped between two of its items;
    of items that come faster than they can be shown, the newest is. Where nobody watches (plain
    Python, nbclient) it runs in step instead, and is done when `start` returns.

    Parameters
    ----------
    main_loop : MainLoop
        Where results are applied.
    on_error : callable
        Told of an exception in the work.
    """

    def __init__(self, main_loop: MainLoop, on_error: Callable[[Exception], None]) -> None:
        self._main_loop = main_loop
        self._on_error = on_error
        self._run: _Run[T] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether work is under way."""
        return self._run is not None

    def start(
        self, work: Iterator[T], apply: Callable[[T], None], finish: Callable[[], None]
    ) -> None:
        """Take up new work; what was under way is dropped.

        Parameters
        ----------
        work : iterator
            Computes; touches nothing that is on the screen.
        apply : callable
            Shows one item, on the main loop.
        finish : callable
            Called on the main loop after the last item, also when the work was stopped; not
            when it failed.
        """
        self.drop()
        run = self._run = _Run(work, apply, finish)
        if self._main_loop.is_live:
            threading.Thread(target=self._work, args=(run,), daemon=True).start()
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

    def _work(self, run: _Run[T]) -> None:
        try:
            for item in run.work:
                run.arrived.put(item)
                self._main_loop.post(lambda: self._apply_newest(run))
                if run.stopped:
                    break
                time.sleep(max(0.0, run.next_frame - time.monotonic()))
                run.next_frame = time.monotonic() + _SECONDS_BETWEEN_FRAMES
        except Exception as error:
            problem = error
            self._main_loop.post(lambda: self._fail(run, problem))
        else:
            self._main_loop.post(lambda: self._finish(run))

    def _apply_newest(self, run: _Run[T]) -> None:
        items = [run.arrived.get() for _ in range(run.arrived.qsize())]
        if items and run is self._run:
            run.apply(items[-1])

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
        self, work: Iterator[T], apply: Callable[[T], None], finish: Callable[[], None]
    ) -> None:
        self.work = work
        self.apply = apply
        self.finish = finish
        self.arrived: queue.SimpleQueue[T] = queue.SimpleQueue()
        self.stopped = False
        self.next_frame = 0.0
