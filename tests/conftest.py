"""For all tests: one thread, no network, a Hub on this machine, and an empty cache for each.

With CLIPLAB_PROOF=1 the studies run in full, and what they found is written to docs/proof.md.
"""

from __future__ import annotations

import ctypes
import gc
import os
import socket
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from find_browser import ADVICE
from loopback.hub import SmallHub

# Before numpy and torch are imported. The matrices here are small: a second thread would cost more
# than it brings, and results would depend on the machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The Hub's libraries read where it is, and where they keep what they fetch, when imported.
_HUB = SmallHub()
_HOME = tempfile.TemporaryDirectory(prefix="cliplab-tests-")
os.environ |= {
    "HF_ENDPOINT": _HUB.server.address,
    "HF_HOME": _HOME.name,
    "HF_UPDATE_DOWNLOAD_COUNTS": "0",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    # Ray's workers would give way to all other tests, and take minutes to start beside them.
    "RAY_worker_niceness": "0",
}

_connect = socket.socket.connect


def _connect_here_only(self, address):
    """Refuse every address but this machine's: the whole lesson runs without a network."""
    by_network = self.family in (socket.AF_INET, socket.AF_INET6)
    if by_network and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise OSError(f"a test asked for {address[0]}; tests run without a network")
    return _connect(self, address)


def pytest_configure(config):
    socket.socket.connect = _connect_here_only
    _HUB.server.__enter__()


# About how many seconds a test takes, by its marker, unless that says otherwise itself.
_SECONDS = {"notebook": 20, "browser": 15, "ray": 5, "slow": 3}
# So much more than after the last collection is worth another, which takes seconds.
_MUCH_MEMORY = 0.4e9
_memory = 0.8e9  # What torch and Bokeh take once they are imported.
# What a process of the tests needs, with its JupyterLab and its browser.
_BYTES_EACH = 3e9


def pytest_xdist_auto_num_workers(config):
    """For `-n auto` take one process more than there are cores, as far as memory allows.

    Browser tests mostly wait. `-n logical` is as many processes as cores, as always.
    """
    if config.option.numprocesses != "auto":
        return None
    return max(1, min(os.cpu_count() + 1, int(psutil.virtual_memory().total / _BYTES_EACH)))


def pytest_collection_modifyitems(items):
    """Run the longest files first, so that no process is left with one at the end.

    Files of the browser come last. Playwright keeps an event loop running on the main thread until
    the last browser test is done; tests that run a loop of their own have to come before.
    """
    seconds = Counter()
    for item in items:
        marks = [mark for mark in item.iter_markers() if mark.name in _SECONDS]
        each = [mark.kwargs.get("seconds", _SECONDS[mark.name]) for mark in marks]
        seconds[item.path] += max(each, default=0)
    items.sort(
        key=lambda item: (item.get_closest_marker("browser") is not None, -seconds[item.path])
    )


def pytest_collection_finish():
    """Leave modules and tests out of the garbage collector's walks: they stay to the end."""
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item, nextitem):
    """Give memory back after a file that took much: what networks have freed stays else."""
    global _memory  # noqa: PLW0603
    is_last_of_file = nextitem is None or nextitem.path != item.path
    if is_last_of_file and psutil.Process().memory_info().rss > _memory + _MUCH_MEMORY:
        gc.collect()
        with suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").malloc_trim(0)
        _memory = psutil.Process().memory_info().rss


IS_PROOF = bool(os.environ.get("CLIPLAB_PROOF"))
_FIGURES: list[tuple[str, str, str]] = []


def pytest_runtest_logreport(report):
    if report.when == "call":
        said = report.nodeid.rpartition("::")[2].removeprefix("test_").replace("_", " ")
        end = "holds" if report.passed else "DOES NOT HOLD"
        _FIGURES.extend((said, str(figure), end) for _, figure in report.user_properties)


def pytest_sessionfinish(session):
    if not IS_PROOF or hasattr(session.config, "workerinput"):
        return
    rows = "".join(f"| {said} | {figure} | {end} |\n" for said, figure, end in _FIGURES)
    page = Path(__file__).parents[1] / "docs" / "proof.md"
    today = time.strftime("%Y-%m-%d")
    page.write_text(
        "# What was proved in full\n\n"
        f"Written by `make proof` on {today}; `make test` runs the same studies in short.\n\n"
        f"| what | how often | |\n|---|---|---|\n{rows}",
        encoding="utf-8",
    )


@pytest.fixture
def proof(record_property):
    """Return how often to repeat: a little, or in full; and write down the figure."""

    def repeats(short, full, what):
        n_repeats = full if IS_PROOF else short
        record_property("figure", f"{n_repeats:,} {what}")
        return n_repeats

    return repeats


def pytest_unconfigure(config):
    socket.socket.connect = _connect
    _HUB.server.__exit__()
    _HOME.cleanup()
    # After pytest's own summary, so that these are the last lines of `make test`.
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", ()) if reporter else ()
    if any(ADVICE in str(report.longrepr) for report in skipped):
        sys.stdout.write(f"\nThe browser tests were SKIPPED. {ADVICE}\n")


@pytest.fixture(autouse=True)
def empty_cache(tmp_path_factory, monkeypatch):
    """What one test has kept does not help the next."""
    folder = tmp_path_factory.mktemp("cache", numbered=True)
    monkeypatch.setenv("CLIPLAB_CACHE", str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_progress():
    """What a learner has done belongs to one test alone; examples in the code come after others."""
    _forget_progress()
    yield
    _forget_progress()


def _forget_progress():
    if progress := sys.modules.get("cliplab.course.progress"):
        vars(progress.PROGRESS).update(vars(progress.Progress()))


@pytest.fixture
def hub():
    """The Hub of this machine, with nothing in it yet."""
    _HUB.forget()
    yield _HUB
    _HUB.forget()
