"""Requests to a host: through a proxy, along redirects, and to hosts that do not answer."""

from __future__ import annotations

import base64
import contextlib
import gzip
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from loopback.open_images import QUICK
from loopback.server import Answer, Server, nobody_there

from cliplab._core.addresses import host_of, without_logins
from cliplab._core.connections import Connections
from cliplab._core.limited_requests import Limits
from cliplab._core.request_errors import StoppedError, TemporaryError, UnreachableError
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


@pytest.mark.parametrize("url", ["http://ada:s%40fe@", "http://ada:s@fe@"])
def test_a_login_in_an_address_is_sent_and_no_error_names_it(server, url):
    seen = []
    server.answer = lambda request: seen.append(request.headers["Authorization"]) or Answer(b"here")
    address = server.address.replace("http://", url)
    downloader = Downloader(patience=QUICK)
    assert downloader.fetch(address, 100) == b"here"
    assert seen == ["Basic YWRhOnNAZmU="]
    downloader.require_answer(address)
    server.fault = lambda path, times: "503"
    with pytest.raises(ConnectionError, match=f"^{host_of(server.address)}: HTTP 503"):
        downloader.fetch(address, 100)
    with nobody_there() as nowhere, pytest.raises(UnreachableError) as error:
        downloader.require_answer(nowhere.replace("http://", url))
    assert not {"ada", "s%40fe", "s@fe"} & set(re.split("[/:@ ]", str(error.value)))


@pytest.mark.parametrize("through_a_proxy", [False, True])
def test_a_login_in_any_letters_is_sent_in_utf_8(server, monkeypatch, through_a_proxy):
    seen = []
    name = "Proxy-Authorization" if through_a_proxy else "Authorization"
    server.answer = lambda request: seen.append(request.headers[name]) or Answer(b"here")
    address = server.address.replace("//", "//zoë:ключ€@")
    if through_a_proxy:
        monkeypatch.setenv("http_proxy", address)
        monkeypatch.setenv("no_proxy", "")
        address = "http://example.org/"
    assert Downloader(patience=QUICK).fetch(address, 100) == b"here"
    assert base64.b64decode(seen[0].removeprefix("Basic ")).decode() == "zoë:ключ€"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Encoding": "gzip"}, gzip.compress(b"<html>Log in")),
        ({"Content-Type": "text/html; charset=utf-8"}, b"Log in"),
        ({}, b"<html>Log in"),
    ],
    ids=["compressed", "said to be one", "begins as one"],
)
def test_a_web_page_is_known_however_it_comes(server, headers, body):
    server.answer = lambda request: Answer(body, 200, headers)
    with pytest.raises(UnreachableError, match="answers with a web page"):
        Connections().require_no_page(server.address)
    server.answer = lambda request: Answer(b"a,b", 200, {"Content-Type": "text/csv"})
    Connections().require_no_page(server.address)


def test_a_login_is_not_sent_to_where_a_redirect_leads(server):
    seen = []

    def answer(request):
        seen.append(request.headers["Authorization"])
        return Answer(b"there")

    with Server(answer) as other:
        moved = {"Location": other.address.replace("127.0.0.1", "localhost")}
        server.answer = lambda request: Answer(b"", 302, moved)
        address = server.address.replace("//", "//ada:secret@")
        assert Downloader(patience=QUICK).fetch(address, 100) == b"there"
    assert seen == [None]


def test_a_token_comes_before_a_login(server):
    seen = []
    server.answer = lambda request: (
        seen.append(request.headers.get_all("Authorization")) or Answer()
    )
    address = server.address.replace("//", "//ada:secret@")
    Downloader(patience=QUICK).fetch(address, 100, {"Authorization": "Bearer token"})
    assert seen == [["Bearer token"]]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no https://a:b@c.org/d?e=f@g", "no https://c.org/d?e=f@g"),
        ("'http://a@c' and ftp://x:y@z.", "'http://c' and ftp://z."),
        ("me@example.org", "me@example.org"),
    ],
)
def test_logins_are_taken_out_of_the_texts_of_others(text, shown):
    assert without_logins(text) == shown


def test_what_is_stopped_sends_no_further_request(server):
    connections = Connections()
    connections.stop()
    with pytest.raises(StoppedError), connections.get(server.address, Limits(5, 100)):
        pass
    assert server.requests.total() == 0


@pytest.fixture
def silent_addresses(monkeypatch):
    """A host with six addresses that answer no connection, and those that were tried."""
    tried = []

    def found(*_, **__):
        for number in range(6):
            tried.append(number)
            yield socket.AF_INET, socket.SOCK_STREAM, 0, "", listener.getsockname()

    with contextlib.ExitStack() as sockets:
        listener = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):  # A full queue drops what comes.
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        monkeypatch.setattr("socket.getaddrinfo", found)
        yield tried


def test_all_addresses_of_a_host_share_the_time_of_a_request(silent_addresses):
    with (
        pytest.raises(TemporaryError),
        Connections().get("http://silent.school/", Limits(0.3, 100)),
    ):
        pass
    assert len(silent_addresses) <= 2


def test_stop_ends_a_request_that_is_connecting(silent_addresses):
    connections = Connections(connect=3)

    def fetch():
        with connections.get("http://silent.school/", Limits(60, 100)):
            pass

    with ThreadPoolExecutor(1) as pool:
        fetched = pool.submit(fetch)
        while not silent_addresses:
            time.sleep(0.01)
        connections.stop()
        with pytest.raises(StoppedError):
            fetched.result(60)
    assert len(silent_addresses) <= 2
