import asyncio
import threading
import time

import pytest

from cliplab.explorer.notebook.event_loop import EventLoop
from cliplab.explorer.notebook.tasks import Worker


class _Watcher:
    """Notes what a worker yields, and on which thread."""

    def __init__(self):
        self.items, self.errors, self.threads = [], [], set()
        self.finished = 0

    def apply(self, item):
        self.items.append(item)
        self.threads.add(threading.current_thread())

    def finish(self):
        self.finished += 1


async def _until(condition):
    while not condition():
        await asyncio.sleep(0.01)


def test_where_nobody_watches_work_is_done_when_start_returns():
    watcher = _Watcher()
    worker = Worker(EventLoop(), watcher.errors.append)
    worker.start("work", iter([1, 2, 3]), watcher.apply, watcher.finish)
    assert (watcher.items, watcher.finished, worker.task) == ([1, 2, 3], 1, None)


def test_an_error_without_a_front_end_is_raised_and_nothing_is_finished():
    watcher = _Watcher()
    worker = Worker(EventLoop(), watcher.errors.append)
    with pytest.raises(ZeroDivisionError, match="division"):
        worker.start("work", (1 // item for item in [1, 0]), watcher.apply, watcher.finish)
    assert watcher.items == [1]
    assert (watcher.finished, worker.task, worker.failed) == (0, None, "work")


def test_results_are_applied_on_the_main_thread_and_the_last_is_never_lost(in_kernel):
    async def story():
        watcher, worked_on = _Watcher(), set()

        def work():
            for item in range(20):
                worked_on.add(threading.current_thread())
                yield item

        worker = Worker(EventLoop(), watcher.errors.append)
        worker.start("work", work(), watcher.apply, watcher.finish)
        assert worker.task
        await _until(lambda: watcher.finished)
        assert watcher.items[-1] == 19
        assert watcher.items == sorted(watcher.items)
        assert watcher.threads == {threading.main_thread()}
        assert threading.main_thread() not in worked_on

    in_kernel(story)


def test_items_that_arrive_while_the_main_thread_is_busy_are_dropped_but_the_newest(in_kernel):
    async def story():
        watcher, produced = _Watcher(), threading.Event()

        def work():
            yield from range(3)
            produced.set()

        worker = Worker(EventLoop(), watcher.errors.append)
        worker.start("work", work(), watcher.apply, watcher.finish)
        produced.wait(timeout=30)  # The main thread is busy here, as in a long cell.
        await _until(lambda: watcher.finished)
        assert watcher.items == [2]

    in_kernel(story)


def test_a_worker_that_keeps_all_shows_every_item_in_order(in_kernel):
    async def story():
        watcher, produced = _Watcher(), threading.Event()

        def work():
            yield from range(3)
            produced.set()

        worker = Worker(EventLoop(), watcher.errors.append, keeps_all=True)
        worker.start("work", work(), watcher.apply, watcher.finish)
        produced.wait(timeout=30)  # The main thread is busy here, as in a long cell.
        await _until(lambda: watcher.finished)
        assert watcher.items == [0, 1, 2]

    in_kernel(story)


def test_only_one_piece_of_a_worker_is_worked_on_at_a_time(in_kernel):
    async def story():
        watcher, at_work, most = _Watcher(), [], []

        def work(name):
            for _ in range(3):
                at_work.append(name)
                most.append(len(at_work))
                time.sleep(0.03)
                at_work.remove(name)
                yield name

        worker = Worker(EventLoop(), watcher.errors.append)
        for name in range(6):
            worker.start(name, work(name), watcher.apply, watcher.finish)
            await asyncio.sleep(0.01)
        await _until(lambda: watcher.finished)
        assert max(most) == 1
        assert watcher.items[-1] == 5

    in_kernel(story)


def _counting(may_go_on):
    """Yield whole numbers, each when it may; at most ten."""
    for item in range(10):
        may_go_on.acquire(timeout=30)
        yield item


def test_a_paused_task_goes_on_where_it_was_and_loses_nothing(in_kernel):
    async def story():
        watcher, may_go_on = _Watcher(), threading.Semaphore(3)
        worker = Worker(EventLoop(), watcher.errors.append, keeps_all=True)
        worker.start("work", _counting(may_go_on), watcher.apply, watcher.finish)
        await _until(lambda: watcher.items == [0, 1, 2])
        worker.pause()
        assert (worker.task, worker.paused) == (None, "work")
        may_go_on.release(10)
        await _until(lambda: worker._thread and not worker._thread.is_alive())
        await asyncio.sleep(0)
        assert watcher.items == [0, 1, 2]  # The one after it is kept, and no further one is made.
        worker.take_up()
        assert (worker.task, worker.paused) == ("work", None)
        await _until(lambda: watcher.finished)
        assert watcher.items == list(range(10))
        assert (worker.task, worker.paused) == (None, None)

    in_kernel(story)


def test_what_fails_while_it_is_about_to_rest_says_so_when_it_is_taken_up(in_kernel):
    async def story():
        watcher, may_fail = _Watcher(), threading.Event()

        def failing():
            may_fail.wait(timeout=30)
            raise MemoryError("no room")
            yield

        worker = Worker(EventLoop(), watcher.errors.append)
        worker.start("work", failing(), watcher.apply, watcher.finish)
        worker.pause()
        may_fail.set()
        await _until(lambda: not worker._thread.is_alive())
        await asyncio.sleep(0)
        assert watcher.errors == []
        worker.take_up()
        await _until(lambda: watcher.errors)
        assert worker.failed == "work"
        assert watcher.finished == 0

    in_kernel(story)


def test_other_work_forgets_the_task_that_rests(in_kernel):
    async def story():
        watcher, may_go_on = _Watcher(), threading.Semaphore(0)
        worker = Worker(EventLoop(), watcher.errors.append)
        worker.start("old", _counting(may_go_on), watcher.apply, watcher.finish)
        worker.pause()
        worker.cancel()
        assert worker.paused is None
        worker.take_up()
        assert worker.task is None
        may_go_on.release()

    in_kernel(story)


@pytest.mark.slow
def test_new_work_takes_the_place_of_old_work_whose_results_are_forgotten(in_kernel):
    async def story():
        watcher, go_on = _Watcher(), threading.Event()

        def slow():
            go_on.wait(timeout=30)
            yield "old"

        worker = Worker(EventLoop(), watcher.errors.append)
        worker.start("slow", slow(), watcher.apply, watcher.finish)
        worker.start("fast", iter(["new"]), watcher.apply, watcher.finish)
        assert worker.task == "fast"
        go_on.set()
        await _until(lambda: watcher.finished)
        await asyncio.sleep(0.2)
        assert (watcher.items, watcher.finished) == (["new"], 1)

    in_kernel(story)


def test_an_error_in_the_background_is_told_on_the_main_thread(in_kernel):
    async def story():
        watcher = _Watcher()
        worker = Worker(EventLoop(), watcher.errors.append)
        worker.start("work", (1 // item for item in [0]), watcher.apply, watcher.finish)
        await _until(lambda: watcher.errors)
        assert (watcher.finished, worker.task) == (0, None)

    in_kernel(story)


@pytest.fixture(autouse=True)
def _no_thread_is_left_behind():
    yield
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and "_work" in thread.name:
            thread.join(timeout=30)
            assert not thread.is_alive()
