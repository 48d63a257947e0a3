"""Requests to a host: through a proxy, along redirects, and to hosts that do not answer."""

from __future__ import annotations

import pytest
from loopback.open_images import QUICK
from loopback.server import Answer, Server, nobody_there

from cliplab._core.connections import UnreachableError
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


def test_a_request_bypasses_the_proxy_where_none_is_needed(server, monkeypatch):
    with nobody_there() as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert Downloader(patience=QUICK).fetch(server.address, 100) == b"here"


def test_redirects_are_followed_up_to_a_limit(server):
    moved = {"/old": "/new", "/new": "/newest", "/round": "/round"}
    server.answer = lambda request: (
        Answer(b"", 302, {"Location": moved[request.path]})
        if request.path in moved
        else Answer(b"here")
    )
    assert Downloader(patience=QUICK).fetch(f"{server.address}/old", 100) == b"here"
    with pytest.raises(ConnectionError, match="too many redirects"):
        Downloader(patience=QUICK).fetch(f"{server.address}/round", 100)
    assert server.requests["/round"] == 4 * QUICK.tries


def test_a_connection_with_an_unread_response_is_not_reused(server):
    """The rest would be read as the head of the next response."""
    server.answer = lambda request: Answer(b"HTTP/1.1 200 OK\r\n\r\nnot this" * 20_000)
    downloader = Downloader(1, QUICK)
    with pytest.raises(LookupError, match="larger than"):
        downloader.fetch(server.address, 10)
    server.answer = lambda request: Answer(b"here")
    assert downloader.fetch(server.address, 100) == b"here"


def test_any_status_is_an_answer(server):
    server.fault = lambda path, times: "403"
    Downloader(patience=QUICK).require_answer(server.address)
    with nobody_there() as address, pytest.raises(UnreachableError, match="no connection"):
        Downloader(patience=QUICK).require_answer(address)
