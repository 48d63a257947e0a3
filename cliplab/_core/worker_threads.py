"""Threads that work for one call, and hold nobody up when it is interrupted."""

from __future__ import annotations

import atexit
import contextlib
import queue
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from types import TracebackType
from typing import Any, TypeVar

_T = TypeVar("_T")

_SECONDS_TO_END = 1.0
_POOLS: weakref.WeakSet[WorkerThreads] = weakref.WeakSet()


class UnwantedError(Exception):
    """The pool that a thread belongs to was cancelled."""


class WorkerThreads(Executor):
    """A pool of threads as that of the standard library, which an interrupt ends at once.

    The standard library's waits for whatever its threads are doing, and so does the end of the
    process. After an error or Ctrl-C this one starts nothing more, and waits for a second only.

    Parameters
    ----------
    n_threads : int
        How many threads.
    begin : callable, optional
        Called in each thread before its first task.

    Examples
    --------
    >>> with WorkerThreads(2) as threads:
    ...     list(threads.map(abs, [-1, 2, -3]))
    [1, 2, 3]
    """

    def __init__(self, n_threads: int, begin: Callable[[], object] = lambda: None) -> None:
        self._begin = begin
        self._tasks: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None]
        self._tasks = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"cliplab-worker-{number}", daemon=True)
            for number in range(n_threads)
        ]
        self._lock = threading.Lock()
        self._is_shut_down = False
        self._is_cancelled = False
        _POOLS.add(self)
        try:
            for thread in self._threads:
                thread.start()
        except BaseException:  # Ctrl-C, or the system has no more threads.
            self.shutdown(wait=False, cancel_futures=True)
            raise

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        """Let a thread call a function, and return its result to come.

        Raises
        ------
        RuntimeError
            After `shutdown`: no thread would call it.
        """
        future: Future[_T] = Future()
        with self._lock:
            if self._is_shut_down:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._tasks.put((future, partial(fn, *args, **kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads.

        Parameters
        ----------
        wait : bool, default=True
            Whether to wait until they have ended.
        cancel_futures : bool, default=False
            Whether to cancel what no thread has begun yet. Then the wait is a second at the most.
        """
        with self._lock:  # What is submitted comes before the end of the threads, or not at all.
            self._is_shut_down = True
        if cancel_futures:
            self._is_cancelled = True
            with contextlib.suppress(queue.Empty):
                while task := self._tasks.get_nowait():
                    task[0].cancel()
        for _ in self._threads:
            self._tasks.put(None)
        if wait:
            self._join(time.monotonic() + _SECONDS_TO_END if cancel_futures else None)

    def require_wanted(self) -> None:
        """Let long work call this now and then: in a thread of this pool, it ends there.

        Raises
        ------
        UnwantedError
            If the thread belongs to this pool, and the pool was cancelled.
        """
        if self._is_cancelled and threading.current_thread() in self._threads:
            raise UnwantedError

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.shutdown(cancel_futures=kind is not None)

    def _join(self, end: float | None) -> None:
        for thread in filter(threading.Thread.is_alive, self._threads):
            thread.join(None if end is None else max(0.0, end - time.monotonic()))

    def _work(self) -> None:
        self._begin()
        while task := self._tasks.get():
            future, work = task
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except BaseException as error:
                    future.set_exception(error)
            del task, future, work  # While it waits, a thread holds no images.


@atexit.register
def _end_all() -> None:
    """Give what was cancelled a second more: compiled code that Python takes away aborts."""
    end = time.monotonic() + _SECONDS_TO_END
    for pool in list(_POOLS):
        pool.shutdown(wait=False, cancel_futures=True)
        pool._join(end)
