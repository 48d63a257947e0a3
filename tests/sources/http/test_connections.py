"""The way to a host: past a proxy, round a corner, and in words where it ends nowhere."""

from __future__ import annotations

import pytest
from loopback.open_images import QUICK
from loopback.server import Answer, Server, nobody_there

from cliplab.sources.http.connections import UnreachableError
from cliplab.sources.http.download import Downloader


@pytest.fixture
def server():
    with Server(lambda request: Answer(b"here")) as server:
        yield server


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


def test_an_address_that_needs_no_proxy_is_asked_without_one(server, monkeypatch):
    with nobody_there() as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert Downloader(patience=QUICK).fetch(server.address, 100) == b"here"


def test_a_file_that_has_moved_is_followed_and_one_that_only_ever_moves_is_not(server):
    moved = {"/old": "/new", "/new": "/newest", "/round": "/round"}
    server.answer = lambda request: (
        Answer(b"", 302, {"Location": moved[request.path]})
        if request.path in moved
        else Answer(b"here")
    )
    assert Downloader(patience=QUICK).fetch(f"{server.address}/old", 100) == b"here"
    with pytest.raises(ConnectionError, match="too many redirects"):
        Downloader(patience=QUICK).fetch(f"{server.address}/round", 100)
    assert server.asked["/round"] == 4 * QUICK.tries


def test_a_connection_with_half_an_answer_left_in_it_is_not_used_again(server):
    """What is left would be taken for the head of the next answer."""
    server.answer = lambda request: Answer(b"HTTP/1.1 200 OK\r\n\r\nnot this" * 20_000)
    downloader = Downloader(1, QUICK)
    with pytest.raises(LookupError, match="larger than"):
        downloader.fetch(server.address, 10)
    server.answer = lambda request: Answer(b"here")
    assert downloader.fetch(server.address, 100) == b"here"


def test_whatever_a_host_says_it_is_reached_and_nobody_is_not(server):
    server.fault = lambda path, times: "403"
    Downloader(patience=QUICK).reach(server.address)
    with nobody_there() as address, pytest.raises(UnreachableError, match="no connection"):
        Downloader(patience=QUICK).reach(address)
