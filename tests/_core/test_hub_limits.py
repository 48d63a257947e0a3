"""Answers to the Hub's own library end in time, while a call of ours is running."""

import gzip

import pytest
from huggingface_hub import get_session
from loopback.server import Answer, Server

from cliplab._core.hub_limits import limited_bodies
from cliplab._core.request_errors import NotAvailableError, TemporaryError, TooLargeError

_BODY = bytes(range(200)) * 10


def _get(server, path="/file", **headers):
    return get_session().get(server.address + path, headers=headers).content


@pytest.fixture
def server():
    with Server(lambda request: Answer(_BODY, headers={"ETag": '"1"'})) as server:
        yield server


def test_what_comes_as_it_should_is_the_content(server):
    with limited_bodies():
        assert _get(server) == _BODY


def test_a_body_that_drips_is_given_up(server, monkeypatch):
    monkeypatch.setattr("cliplab._core.hub_limits._SECONDS", 0.2)
    server.fault = lambda path, times: "slow"
    with limited_bodies(), pytest.raises(TemporaryError, match="slower than 1 kB a second"):
        _get(server)


@pytest.mark.parametrize("kind", ["endless", "endless chunks", "huge"])
@pytest.mark.parametrize("path", ["/api/datasets", "/file"])
def test_a_body_without_an_end_is_given_up(server, monkeypatch, kind, path):
    monkeypatch.setattr("cliplab._core.hub_limits._MAX_BYTES", 10_000)
    server.fault = lambda path, times: kind
    with limited_bodies(), pytest.raises(TooLargeError, match="larger than"):
        _get(server, path)


def test_no_more_than_the_part_that_was_asked_for_is_taken(server):
    server.fault = lambda path, times: "endless"
    with limited_bodies(), pytest.raises(NotAvailableError, match="more than the part of a file"):
        _get(server, Range="bytes=10-19")


def test_a_part_that_is_as_large_as_asked_for_is_taken(server):
    with limited_bodies():
        assert _get(server, Range=f"bytes=0-{len(_BODY) - 1}") == _BODY


def test_what_is_compressed_is_refused_because_it_may_become_any_size(server):
    server.fault = lambda path, times: "gzip bomb"
    with limited_bodies(), pytest.raises(NotAvailableError, match="compressed"):
        _get(server)


def test_plain_bytes_are_asked_for():
    def what_was_asked_for(request):
        return Answer(request.headers["Accept-Encoding"].encode())

    with Server(what_was_asked_for) as server, limited_bodies():
        assert _get(server) == b"identity"


def test_other_callers_keep_the_ways_of_the_library():
    packed = gzip.compress(_BODY)
    with limited_bodies():
        pass
    with Server(lambda request: Answer(packed, headers={"Content-Encoding": "gzip"})) as server:
        assert _get(server) == _BODY
