"""Changes from other threads are made on the loop's own, and nobody waits for one that ended."""

from __future__ import annotations

import asyncio
import threading

from cliplab.explorer.notebook.event_loop import EventLoop


def _running_loop():
    """Start a loop in a thread of its own; return it, the thread, and an EventLoop made there."""
    loop, made, ready = asyncio.new_event_loop(), [], threading.Event()

    def begin():
        made.append(EventLoop())
        ready.set()

    loop.call_soon(begin)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    ready.wait()
    return loop, thread, made[0]


def test_a_change_is_complete_when_the_loop_has_made_it():
    loop, thread, event_loop = _running_loop()
    by = []
    event_loop.complete(lambda: by.append(threading.current_thread()))
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
    assert by == [thread]


def test_nobody_waits_for_a_loop_that_has_ended():
    loop, thread, event_loop = _running_loop()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    waiting = threading.Thread(target=lambda: event_loop.complete(lambda: None), daemon=True)
    waiting.start()
    waiting.join(30)
    assert not waiting.is_alive()
    loop.close()
