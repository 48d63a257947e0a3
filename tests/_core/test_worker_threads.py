from __future__ import annotations

import threading

import pytest

from cliplab._core.worker_threads import UnwantedError, WorkerThreads


def test_results_come_in_order_and_errors_where_they_are_asked_for():
    with WorkerThreads(3) as threads:
        assert list(threads.map(lambda number: number**2, range(20))) == [n**2 for n in range(20)]
        failed = threads.submit(int, "no number")
        with pytest.raises(ValueError, match="no number"):
            failed.result()


def test_each_thread_begins_once_before_its_first_task():
    begun = []
    with WorkerThreads(4, lambda: begun.append(threading.current_thread())) as threads:
        list(threads.map(abs, range(40)))
    assert len(begun) == len(set(begun)) == 4


def test_after_an_error_nothing_more_is_begun_and_nobody_waits_for_what_hangs():
    hanging, done = threading.Event(), []

    def hang():
        hanging.wait(60)

    def interrupted():
        with WorkerThreads(1) as threads:
            threads.submit(hang)
            done.append(threads.submit(done.append, "too late"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        interrupted()
    assert not hanging.is_set()
    assert done[0].cancelled()
    hanging.set()
    assert len(done) == 1


def test_threads_hold_no_process():
    with WorkerThreads(2) as threads:
        found = threads.submit(threading.current_thread).result()
        assert found.daemon
    assert not found.is_alive()


def test_long_work_ends_where_it_asks_whether_it_is_wanted():
    threads, begun, ends = WorkerThreads(1), threading.Event(), []

    def work():
        begun.set()
        try:
            while True:
                threads.require_wanted()
        except UnwantedError:
            ends.append("ended")
            raise

    future = threads.submit(work)
    assert begun.wait(60)
    threads.require_wanted()  # In another thread it means nothing.
    threads.shutdown(cancel_futures=True)
    threads.require_wanted()
    with pytest.raises(UnwantedError, match=r"^$"):
        future.result(60)
    assert ends == ["ended"]


def test_after_its_end_a_pool_takes_nothing_more_as_that_of_the_standard_library():
    with WorkerThreads(1) as threads:
        pass
    with pytest.raises(RuntimeError, match="after shutdown"):
        threads.submit(abs, 1)


@pytest.mark.parametrize("is_running", [False, True])
def test_an_interrupt_while_threads_start_leaves_none(monkeypatch, is_running):
    start, started = threading.Thread.start, []

    def interrupted(thread):
        is_last = len(started) == 2
        if is_running or not is_last:
            started.append(thread)
            start(thread)
        if is_last:  # It may come while one waits for the thread to begin.
            raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        WorkerThreads(4)
    assert len(started) == 2 + is_running
    for thread in started:
        thread.join(60)
        assert not thread.is_alive()
