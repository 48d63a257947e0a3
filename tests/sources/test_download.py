"""Large files: gone on with, by several at once, and never taken for whole when they are not."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from loopback.open_images import QUICK
from loopback.server import Answer, Server

from cliplab.sources.download import Downloader

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


def test_a_proxy_s_name_and_password_are_sent_to_it(monkeypatch):
    seen = []

    def answer(request):
        seen.append(request.headers.get("Proxy-Authorization"))
        return Answer(b"through the proxy")

    with Server(answer) as proxy:
        monkeypatch.setenv("http_proxy", proxy.address.replace("//", "//ada:s%40fe@"))
        monkeypatch.setenv("no_proxy", "")
        fetched = Downloader(patience=QUICK).fetch("http://example.org/", 100)
    assert fetched == b"through the proxy"
    assert seen == ["Basic YWRhOnNAZmU="]
