"""BLAS is limited to one thread while anybody asks for it, and libraries are looked for once."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import sklearn.utils.parallel
from threadpoolctl import ThreadpoolController, threadpool_limits

from cliplab import evidence_for_k, sweep_clusters
from cliplab._core import blas_threads
from cliplab._core.blas_threads import _libraries, one_blas_thread


def _n_threads() -> set[int]:
    return {each.num_threads for each in _libraries}


def test_the_last_who_leaves_lifts_the_limit_whoever_came_first():
    first_is_out, second_is_in = threading.Event(), threading.Event()

    def second():
        with one_blas_thread():
            second_is_in.set()
            assert first_is_out.wait(20)
            return _n_threads()

    with threadpool_limits(2, "blas"), ThreadPoolExecutor(1) as pool:
        with one_blas_thread(), one_blas_thread():
            found = pool.submit(second)
            assert second_is_in.wait(20)
            assert _n_threads() == {1}
        first_is_out.set()
        assert found.result() == {1}
        assert _n_threads() == {2}


class _OwnNumbers(threading.local):
    """A library with a number for each thread, as with OpenMP."""

    num_threads = 8

    def set_num_threads(self, number):
        self.num_threads = number


def test_each_thread_restores_its_own_number_whoever_leaves_last(monkeypatch):
    library = _OwnNumbers()
    monkeypatch.setattr(blas_threads, "_libraries", [library])
    monkeypatch.setattr(blas_threads, "_with_own", set())
    first_is_out, second_is_in = threading.Event(), threading.Event()

    def second():
        with one_blas_thread():
            second_is_in.set()
            assert first_is_out.wait(20)
            inside = library.num_threads
        return inside, library.num_threads

    with ThreadPoolExecutor(1) as pool:
        with one_blas_thread():
            found = pool.submit(second)
            assert second_is_in.wait(20)
            assert library.num_threads == 1
        first_is_out.set()
        assert library.num_threads == 8
        assert found.result() == (1, 8)


def test_an_error_inside_lifts_the_limit_too():
    with threadpool_limits(2, "blas"):
        with pytest.raises(ZeroDivisionError), one_blas_thread():
            _ = 1 / 0
        assert _n_threads() == {2}


def test_no_thread_looks_for_libraries(monkeypatch):
    """Neither ours nor scikit-learn's code, where evidence is gathered by several threads."""
    looked = []
    plain = ThreadpoolController.__init__
    monkeypatch.setattr(
        ThreadpoolController,
        "__init__",
        lambda self: [looked.append(threading.current_thread().name), plain(self)][0],
    )
    # Later versions of scikit-learn keep what was found.
    monkeypatch.setattr(sklearn.utils.parallel, "_threadpool_controller", None, raising=False)
    points = np.random.default_rng(0).normal(size=(60, 4))
    sweep = sweep_clusters(points, range(2, 5))
    evidence_for_k(points, sweep, n_references=3, n_resamples=2, n_starts=2)
    assert looked == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this list of libraries")
def test_an_old_threadpoolctl_looks_where_later_ones_do():
    code = """
from threadpoolctl import ThreadpoolController
if hasattr(ThreadpoolController, "_find_libraries_with_linux"):  # Make an old one of it.
    del ThreadpoolController._find_libraries_with_linux
    ThreadpoolController._load_libraries = (
        lambda self: self._find_libraries_with_dl_iterate_phdr())
import numpy, scipy.linalg, sklearn
by_the_loader = ThreadpoolController().info()
from cliplab._core import blas_threads
by_us = ThreadpoolController().info()
paths = [sorted(each["filepath"] for each in found) for found in (by_the_loader, by_us)]
assert ThreadpoolController._find_libraries_with_dl_iterate_phdr.__module__.startswith("cliplab")
assert paths[0] == paths[1], paths
assert len(paths[0]) >= 2, paths
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
