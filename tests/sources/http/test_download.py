"""Downloads: resumed, by several processes at once, repeated, stopped, and never incomplete."""

from __future__ import annotations

import dataclasses
import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import urllib3
from loopback.open_images import QUICK
from loopback.server import Answer, Server

from cliplab._core.request_errors import NotAvailableError, StoppedError
from cliplab.sources.http.download import Downloader, Patience

_CONTENT = np.random.default_rng(0).integers(0, 256, 300_000, dtype=np.uint8).tobytes()
_MAX = 10**6


def _ignore(n_bytes, n_total):
    pass


@pytest.fixture
def server():
    with Server(lambda request: Answer(_CONTENT, headers={"ETag": '"one"'})) as server:
        yield server


def _leftover(path, n_bytes, version="%22one%22"):
    path.with_name(f"{path.name}.{version}.abc.left").write_bytes(_CONTENT[:n_bytes])


@pytest.mark.parametrize("n_bytes", [1, 250_000, len(_CONTENT), len(_CONTENT) + 9])
def test_a_partial_file_of_any_length_is_resumed(server, tmp_path, n_bytes):
    path = tmp_path / "table.csv"
    _leftover(path, n_bytes)
    Downloader(patience=QUICK).fetch_file(server.address, path, _ignore, _MAX)
    assert path.read_bytes() == _CONTENT
    assert [file.name for file in tmp_path.iterdir()] == ["table.csv"]


def test_several_threads_that_download_the_same_file_all_get_it_whole(server, tmp_path):
    path = tmp_path / "table.csv"
    _leftover(path, 100_000)
    failed = []

    def fetch():
        try:
            Downloader(patience=QUICK).fetch_file(server.address, path, _ignore, _MAX)
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
def test_a_partial_file_without_an_exact_version_is_not_resumed(tmp_path, headers):
    ranges = []

    def answer(request):
        ranges.append((request.headers.get("Range"), request.headers.get("If-Range")))
        return Answer(_CONTENT, headers=dict(headers))

    with Server(answer) as server:
        path = tmp_path / "table.csv"
        server.fault = lambda path, times: "truncated" if times == 1 else None
        Downloader(patience=QUICK).fetch_file(server.address, path, _ignore, _MAX)
        assert path.read_bytes() == _CONTENT
        assert ranges == [(None, None)] * 2


def test_a_range_that_was_not_requested_is_never_used(tmp_path):
    def answer(request):
        headers = {"ETag": '"one"', "Content-Range": f"bytes 0-9/{len(_CONTENT)}"}
        if request.headers.get("Range"):
            return Answer(_CONTENT[:10], 206, headers)
        return Answer(_CONTENT, headers={"ETag": '"one"'})

    with Server(answer) as server:
        path = tmp_path / "table.csv"
        _leftover(path, 100_000)
        Downloader(patience=QUICK).fetch_file(server.address, path, _ignore, _MAX)
        assert path.read_bytes() == _CONTENT


@pytest.mark.slow
def test_a_large_file_that_arrives_too_slowly_is_given_up(server, tmp_path):
    server.fault = lambda path, times: "slow"
    server.seconds = 0.5
    with pytest.raises(ConnectionError, match="slower than 1 kB a second"):
        Downloader(patience=QUICK).fetch_file(server.address, tmp_path / "table.csv", _ignore, _MAX)


def test_parts_of_two_versions_are_never_joined(server, tmp_path):
    path = tmp_path / "table.csv"
    path.with_name("table.csv.%22zero%22.abc.left").write_bytes(b"0" * 100_000)
    Downloader(patience=QUICK).fetch_file(server.address, path, _ignore, _MAX)
    assert path.read_bytes() == _CONTENT
    assert [file.name for file in tmp_path.iterdir()] == ["table.csv"]


@pytest.mark.parametrize(("age", "begun"), [(0, []), (3600, ["bytes=100000-"])])
def test_a_partial_file_is_taken_over_only_when_nobody_writes_to_it(server, tmp_path, age, begun):
    path, other = tmp_path / "table.csv", tmp_path / "table.csv.%22one%22.abc.part"
    other.write_bytes(_CONTENT[:100_000])
    os.utime(other, (time.time() - age,) * 2)
    Downloader(patience=QUICK).fetch_file(server.address, path, _ignore, _MAX)
    assert path.read_bytes() == _CONTENT
    assert server.ranges == begun
    assert other.exists() == (not begun)


def test_a_partial_file_that_another_process_takes_over_is_left_to_it(
    server, tmp_path, monkeypatch
):
    path = tmp_path / "table.csv"
    _leftover(path, 100_000)

    def too_late(self, target):
        monkeypatch.undo()
        self.unlink()
        raise FileNotFoundError(self)

    monkeypatch.setattr(Path, "rename", too_late)
    Downloader(patience=QUICK).fetch_file(server.address, path, _ignore, _MAX)
    assert path.read_bytes() == _CONTENT
    assert server.ranges == []


def test_the_name_of_a_version_cannot_lead_out_of_the_folder(tmp_path):
    with Server(lambda request: Answer(_CONTENT, headers={"ETag": '"../one/two"'})) as server:
        path = tmp_path / "tables" / "table.csv"
        server.fault = lambda path, times: "truncated"
        with pytest.raises(ConnectionError, match="cut off"):
            Downloader(patience=QUICK).fetch_file(server.address, path, _ignore, _MAX)
        assert [file.parent for file in tmp_path.rglob("*.left")] == [path.parent]


def test_a_partial_file_that_cannot_be_resumed_is_deleted(tmp_path):
    with Server(lambda request: Answer(_CONTENT)) as server:
        server.fault = lambda path, times: "truncated"
        with pytest.raises(ConnectionError, match="cut off"):
            Downloader(patience=QUICK).fetch_file(
                server.address, tmp_path / "table.csv", _ignore, _MAX
            )
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_too_large_is_requested_once(server):
    with pytest.raises(NotAvailableError, match="larger than 0 MB"):
        Downloader(patience=QUICK).fetch(server.address, len(_CONTENT) - 1)
    assert server.requests.total() == 1
    assert Downloader(patience=QUICK).fetch(server.address, len(_CONTENT)) == _CONTENT


@pytest.mark.parametrize("fault", ["slow", "429"])
def test_stop_ends_a_download_and_a_wait_at_once(server, fault):
    patience = dataclasses.replace(QUICK, whole=600, longest_wait=600)
    downloader, failed = Downloader(patience=patience), []
    requested = threading.Event()
    server.fault = lambda path, times: requested.set() or fault
    server.retry_after = "500"

    def fetch():
        try:
            downloader.fetch(server.address, len(_CONTENT))
        except BaseException as error:
            failed.append(type(error))

    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    assert requested.wait(30)
    downloader.stop()
    thread.join(30)
    assert failed == [StoppedError]
    assert server.requests.total() == 1


def test_waits_begin_with_the_first_and_double_up_to_the_longest():
    retry, waits = Patience(tries=6, first_wait=1.0, longest_wait=5.0).new_retry(), []
    for _ in range(5):
        retry = retry.increment("GET", "/", error=ConnectionError())
        waits.append(retry.get_backoff_time())
    for wait, expected in zip(waits, (1, 2, 4, 5, 5), strict=True):
        assert expected <= wait <= min(expected + 0.5, 5)
    with pytest.raises(urllib3.exceptions.MaxRetryError, match="Max retries exceeded"):
        retry.increment("GET", "/", error=ConnectionError())


@pytest.mark.parametrize("version", ['"two"', None])
def test_a_range_of_another_version_is_never_used(tmp_path, version):
    """The server takes no notice of If-Range, and another version is there by now."""

    def answer(request):
        if begun := request.headers.get("Range"):
            start = int(begun.removeprefix("bytes=").removesuffix("-"))
            part = {"Content-Range": f"bytes {start}-{len(_CONTENT) - 1}/{len(_CONTENT)}"}
            headers = part | ({"ETag": version} if version else {})
            return Answer(_CONTENT[::-1][start:], 206, headers)
        return Answer(_CONTENT, headers={"ETag": '"one"'})

    with Server(answer) as server:
        path = tmp_path / "table.csv"
        _leftover(path, 100_000)
        Downloader(patience=QUICK).fetch_file(server.address, path, _ignore, _MAX)
        assert path.read_bytes() == _CONTENT


def test_a_range_that_ends_too_early_is_gone_on_with(tmp_path):
    def answer(request):
        if not (begun := request.headers.get("Range")):
            return Answer(_CONTENT, headers={"ETag": '"one"'})
        start = int(begun.removeprefix("bytes=").removesuffix("-"))
        end = min(start + 70_000, len(_CONTENT))
        part = {"Content-Range": f"bytes {start}-{end - 1}/{len(_CONTENT)}", "ETag": '"one"'}
        return Answer(_CONTENT[start:end], 206, part)

    with Server(answer) as server:
        path = tmp_path / "table.csv"
        _leftover(path, 100_000)
        Downloader(patience=QUICK).fetch_file(server.address, path, _ignore, _MAX)
        assert path.read_bytes() == _CONTENT


@pytest.mark.parametrize("kind", ["endless", "endless chunks", "huge"])
def test_a_large_file_has_a_limit_too_and_nothing_stays_of_what_is_larger(server, tmp_path, kind):
    server.fault = lambda path, times: kind
    with pytest.raises(NotAvailableError, match="larger than 1 MB"):
        Downloader(patience=QUICK).fetch_file(server.address, tmp_path / "file", _ignore, _MAX)
    assert not list(tmp_path.iterdir())


def test_a_version_that_is_too_long_for_a_name_is_not_resumed(server, tmp_path):
    server.fault = lambda path, times: "long version" if times == 1 else None
    Downloader(patience=QUICK).fetch_file(server.address, tmp_path / "file", _ignore, _MAX)
    assert (tmp_path / "file").read_bytes() == _CONTENT
    assert server.ranges == []


@pytest.mark.parametrize("kind", ["slow headers", "100 again and again", "slow"])
def test_stop_ends_a_request_that_waits_for_headers_too(server, kind):
    server.fault = lambda path, times: requested.set() or kind
    server.seconds, requested, ended = 60, threading.Event(), []
    downloader = Downloader(patience=Patience())

    def fetch():
        try:
            downloader.fetch(server.address, _MAX)
        except StoppedError:
            ended.append("stopped")

    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    assert requested.wait(30)
    downloader.stop()
    thread.join(20)
    assert ended == ["stopped"]
