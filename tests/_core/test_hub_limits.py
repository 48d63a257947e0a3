"""Answers to the Hub's own library end in time, while a call of ours is running."""

import gzip

import huggingface_hub.constants
import pytest
from huggingface_hub import get_session, set_client_factory
from huggingface_hub.utils import _http
from loopback.server import Answer, Server

from cliplab._core.hub_limits import _limited, limited_bodies
from cliplab._core.request_errors import NotAvailableError, TemporaryError, TooLargeError

_BODY = bytes(range(200)) * 10


def _get(server, path="/file", **headers):
    return get_session().get(server.address + path, headers=headers).content


@pytest.fixture
def server(monkeypatch):
    with Server(lambda request: Answer(_BODY, headers={"ETag": '"1"'})) as server:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", server.address)
        yield server


def test_what_comes_as_it_should_is_the_content(server):
    with limited_bodies():
        assert _get(server) == _BODY
        assert get_session().get(server.address).elapsed.total_seconds() < 60


def test_a_body_that_drips_is_given_up(server, monkeypatch):
    monkeypatch.setattr("cliplab._core.hub_limits._SECONDS", 0.2)
    server.fault = lambda path, times: "slow"
    with limited_bodies(), pytest.raises(TemporaryError, match="slower than 1 kB a second"):
        _get(server)


def test_what_came_fast_before_does_not_count_for_what_drips_now(monkeypatch):
    clock = iter(range(0, 1000, 20))
    monkeypatch.setattr("cliplab._core.hub_limits.time.monotonic", lambda: next(clock))
    taken, body = [], [bytes(40_000), b"a", b"b", b"c"]
    with pytest.raises(TemporaryError, match="slower"):
        taken.extend(map(len, _limited(body, 10**6, ValueError())))
    assert taken == [40_000, 1, 1]


def test_whoever_takes_a_body_may_take_a_long_time(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("cliplab._core.hub_limits.time.monotonic", lambda: now[0])
    taken = []
    for part in _limited([b"a", b"b", b"c"], 10, ValueError()):
        taken.append(part)
        now[0] += 100
    assert taken == [b"a", b"b", b"c"]


@pytest.mark.parametrize("kind", ["endless", "endless chunks", "huge"])
def test_an_answer_of_the_program_without_an_end_is_given_up(server, monkeypatch, kind):
    monkeypatch.setattr("cliplab._core.hub_limits._MAX_BYTES", 10_000)
    server.fault = lambda path, times: kind
    with limited_bodies(), pytest.raises(NotAvailableError, match=r"more than 0\.01 MB"):
        _get(server, "/api/datasets")


@pytest.mark.parametrize("kind", ["endless", "endless chunks", "huge"])
def test_a_file_without_an_end_is_given_up(server, monkeypatch, kind):
    monkeypatch.setattr("cliplab._core.hub_limits._MAX_FILE_BYTES", 10_000)
    server.fault = lambda path, times: kind
    with limited_bodies(), pytest.raises(TooLargeError, match="larger than"):
        _get(server)


def test_no_more_than_the_part_that_was_asked_for_is_taken(server):
    server.fault = lambda path, times: "endless"
    with limited_bodies(), pytest.raises(NotAvailableError, match="more than the part of a file"):
        _get(server, Range="bytes=10-19")


def test_a_part_that_is_as_large_as_asked_for_is_taken(server):
    with limited_bodies():
        assert _get(server, Range=f"bytes=0-{len(_BODY) - 1}") == _BODY


@pytest.mark.parametrize("status", [404, 429, 503])
def test_words_beside_an_error_may_be_longer_than_the_part_that_was_asked_for(status):
    with Server(lambda request: Answer(_BODY, status)) as server, limited_bodies():
        answer = get_session().get(f"{server.address}/file", headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.content) == (status, _BODY)


def test_words_beside_a_redirect_may_be_longer_than_the_part_that_was_asked_for():
    def answer(request):
        if request.path == "/file":
            return Answer(b"Found. " * 100, 302, {"Location": "/other"})
        return Answer(_BODY[:10])

    with Server(answer) as server, limited_bodies():
        assert _get(server, Range="bytes=0-9") == _BODY[:10]


def test_what_is_compressed_is_refused_because_it_may_become_any_size(server):
    server.fault = lambda path, times: "gzip bomb"
    with limited_bodies(), pytest.raises(NotAvailableError, match="compressed"):
        _get(server)


def test_plain_bytes_are_asked_for():
    def what_was_asked_for(request):
        return Answer(request.headers["Accept-Encoding"].encode())

    with Server(what_was_asked_for) as server, limited_bodies():
        assert _get(server) == b"identity"


def test_a_host_that_is_silent_is_given_up_although_the_library_would_wait(server, monkeypatch):
    monkeypatch.setattr("cliplab._core.hub_limits._SECONDS", 0.2)
    monkeypatch.setattr(server, "seconds", 60)
    server.fault = lambda path, times: "timeout"
    with limited_bodies(), pytest.raises(Exception, match="timed out"):
        get_session().get(f"{server.address}/file", timeout=None)


def test_afterwards_others_keep_the_ways_of_the_library():
    packed = gzip.compress(_BODY)
    with limited_bodies():
        pass
    with Server(lambda request: Answer(packed, headers={"Content-Encoding": "gzip"})) as server:
        assert _get(server) == _BODY


def test_a_client_that_others_use_is_not_closed_and_one_of_another_factory_is_limited_too(
    server, monkeypatch
):
    make, client = _http._GLOBAL_CLIENT_FACTORY, get_session()
    with limited_bodies():
        assert get_session() is client
    set_client_factory(_http.default_client_factory)
    get_session()  # Made before a call of ours, which adds limits to it.
    try:
        monkeypatch.setattr("cliplab._core.hub_limits._MAX_FILE_BYTES", 10)
        with limited_bodies(), pytest.raises(TooLargeError):
            _get(server)
    finally:
        set_client_factory(make)


def test_files_come_without_xet_as_long_as_a_call_of_ours_runs(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", False)
    first, second = limited_bodies(), limited_bodies()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert huggingface_hub.constants.HF_HUB_DISABLE_XET
    second.__exit__(None, None, None)
    assert not huggingface_hub.constants.HF_HUB_DISABLE_XET
