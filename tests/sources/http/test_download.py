"""Large files: gone on with, by several at once, and never taken for whole when they are not."""

from __future__ import annotations

import dataclasses
import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from loopback.open_images import QUICK
from loopback.server import Answer, Server

from cliplab.sources.http.connections import NotToBeHadError
from cliplab.sources.http.download import Downloader, StoppedError

_CONTENT = np.random.default_rng(0).integers(0, 256, 300_000, dtype=np.uint8).tobytes()


def _nothing(so_far, in_all):
    pass


@pytest.fixture
def server():
    with Server(lambda request: Answer(_CONTENT, headers={"ETag": '"one"'})) as server:
        yield server


def _leftover(path, n_bytes, version="%22one%22"):
    path.with_name(f"{path.name}.{version}.abc.left").write_bytes(_CONTENT[:n_bytes])


@pytest.mark.parametrize("n_bytes", [1, 250_000, len(_CONTENT), len(_CONTENT) + 9])
def test_what_was_left_is_gone_on_with_also_where_nothing_or_too_much_is(server, tmp_path, n_bytes):
    path = tmp_path / "table.csv"
    _leftover(path, n_bytes)
    Downloader(patience=QUICK).fetch_file(server.address, path, _nothing)
    assert path.read_bytes() == _CONTENT
    assert [file.name for file in tmp_path.iterdir()] == ["table.csv"]


def test_two_who_fetch_the_same_file_both_get_it_whole(server, tmp_path):
    path = tmp_path / "table.csv"
    _leftover(path, 100_000)
    failed = []

    def fetch():
        try:
            Downloader(patience=QUICK).fetch_file(server.address, path, _nothing)
            assert path.read_bytes() == _CONTENT
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=fetch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert path.read_bytes() == _CONTENT


@pytest.mark.parametrize("headers", [{}, {"ETag": 'W/"alike"'}])
def test_a_part_of_no_exact_version_is_not_gone_on_with(tmp_path, headers):
    asked = []

    def answer(request):
        asked.append((request.headers.get("Range"), request.headers.get("If-Range")))
        return Answer(_CONTENT, headers=dict(headers))

    with Server(answer) as server:
        path = tmp_path / "table.csv"
        server.fault = lambda path, times: "truncated" if times == 1 else None
        Downloader(patience=QUICK).fetch_file(server.address, path, _nothing)
        assert path.read_bytes() == _CONTENT
        assert asked == [(None, None)] * 2


def test_another_part_than_was_asked_for_is_never_taken(tmp_path):
    def answer(request):
        told = {"ETag": '"one"', "Content-Range": f"bytes 0-9/{len(_CONTENT)}"}
        if request.headers.get("Range"):
            return Answer(_CONTENT[:10], 206, told)
        return Answer(_CONTENT, headers={"ETag": '"one"'})

    with Server(answer) as server:
        path = tmp_path / "table.csv"
        _leftover(path, 100_000)
        Downloader(patience=QUICK).fetch_file(server.address, path, _nothing)
        assert path.read_bytes() == _CONTENT


def test_a_large_file_that_only_drips_is_given_up(server, tmp_path):
    server.fault = lambda path, times: "slow"
    server.seconds = 0.5
    with pytest.raises(ConnectionError, match="slower than 1 kB a second"):
        Downloader(patience=QUICK).fetch_file(server.address, tmp_path / "table.csv", _nothing)


def test_a_part_of_an_earlier_version_is_never_put_together_with_a_later_one(server, tmp_path):
    path = tmp_path / "table.csv"
    path.with_name("table.csv.%22zero%22.abc.left").write_bytes(b"0" * 100_000)
    Downloader(patience=QUICK).fetch_file(server.address, path, _nothing)
    assert path.read_bytes() == _CONTENT
    assert [file.name for file in tmp_path.iterdir()] == ["table.csv"]


@pytest.mark.parametrize(("age", "begun"), [(0, []), (3600, ["bytes=100000-"])])
def test_what_is_being_written_is_left_alone_and_what_a_killed_run_left_is_adopted(
    server, tmp_path, age, begun
):
    path, other = tmp_path / "table.csv", tmp_path / "table.csv.%22one%22.abc.part"
    other.write_bytes(_CONTENT[:100_000])
    os.utime(other, (time.time() - age,) * 2)
    Downloader(patience=QUICK).fetch_file(server.address, path, _nothing)
    assert path.read_bytes() == _CONTENT
    assert server.ranges == begun
    assert other.exists() == (not begun)


def test_a_part_that_somebody_else_adopts_first_is_theirs(server, tmp_path, monkeypatch):
    path = tmp_path / "table.csv"
    _leftover(path, 100_000)

    def too_late(self, target):
        monkeypatch.undo()
        self.unlink()
        raise FileNotFoundError(self)

    monkeypatch.setattr(Path, "rename", too_late)
    Downloader(patience=QUICK).fetch_file(server.address, path, _nothing)
    assert path.read_bytes() == _CONTENT
    assert server.ranges == []


def test_the_name_of_a_version_cannot_lead_out_of_the_folder(tmp_path):
    with Server(lambda request: Answer(_CONTENT, headers={"ETag": '"../one/two"'})) as server:
        path = tmp_path / "tables" / "table.csv"
        server.fault = lambda path, times: "truncated"
        with pytest.raises(ConnectionError, match="cut off"):
            Downloader(patience=QUICK).fetch_file(server.address, path, _nothing)
        assert [file.parent for file in tmp_path.rglob("*.left")] == [path.parent]


def test_of_what_cannot_be_gone_on_with_nothing_is_left(tmp_path):
    with Server(lambda request: Answer(_CONTENT)) as server:
        server.fault = lambda path, times: "truncated"
        with pytest.raises(ConnectionError, match="cut off"):
            Downloader(patience=QUICK).fetch_file(server.address, tmp_path / "table.csv", _nothing)
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_larger_than_it_may_be_is_not_asked_for_again(server):
    with pytest.raises(NotToBeHadError, match="larger than 0 MB"):
        Downloader(patience=QUICK).fetch(server.address, len(_CONTENT) - 1)
    assert server.asked.total() == 1
    assert Downloader(patience=QUICK).fetch(server.address, len(_CONTENT)) == _CONTENT


@pytest.mark.parametrize("fault", ["slow", "429"])
def test_who_stops_a_download_waits_neither_for_its_end_nor_for_the_next_try(server, fault):
    patience = dataclasses.replace(QUICK, whole=600, longest_wait=600)
    downloader, failed = Downloader(patience=patience), []
    asked = threading.Event()
    server.fault = lambda path, times: asked.set() or fault
    server.retry_after = "500"

    def fetch():
        try:
            downloader.fetch(server.address, len(_CONTENT))
        except BaseException as error:
            failed.append(type(error))

    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    assert asked.wait(30)
    downloader.stop()
    thread.join(30)
    assert failed == [StoppedError]
    assert server.asked.total() == 1
