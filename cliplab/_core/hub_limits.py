"""Limits of time and size on what the Hub's own library receives.

It waits for each part of an answer, and goes on as long as one comes now and then.
"""

from __future__ import annotations

import contextlib
import functools
import re
import time
from collections.abc import Iterator
from typing import Any

from cliplab._core.request_errors import NotAvailableError, TemporaryError, TooLargeError

# A body must bring so many bytes a second in each so many seconds.
_MIN_RATE = 1000
_SECONDS = 30.0
# What is no file, or does not say how long it is, is kept in memory.
_MAX_FILE_BYTES = 1 << 40
_MAX_BYTES = 100_000_000
# One for each call of ours. Reads come from threads of Arrow, which know of no context.
_RUNNING: list[None] = []


@contextlib.contextmanager
def limited_bodies() -> Iterator[None]:
    """Give up answers to the Hub's library that drip, or grow, for ever.

    Other callers of that library keep its own ways. Versions before 1 have no place for limits.
    """
    _install()
    _RUNNING.append(None)
    try:
        yield
    finally:
        _RUNNING.pop()


@functools.cache
def _install() -> None:
    """Have all clients that the Hub's library makes from now on ask for limits."""
    from huggingface_hub.utils import _http

    factory = getattr(_http, "_GLOBAL_CLIENT_FACTORY", None)
    if factory is None:
        return
    from huggingface_hub import set_client_factory

    set_client_factory(lambda: _with_limits(factory()))


def _with_limits(client: Any) -> Any:
    hooks = client.event_hooks
    client.event_hooks = {
        "request": [*hooks["request"], _ask_for_plain_bytes],
        "response": [*hooks["response"], _limit],
    }
    return client


def _ask_for_plain_bytes(request: Any) -> None:
    if _RUNNING:
        request.headers["Accept-Encoding"] = "identity"


def _limit(response: Any) -> None:
    """Put limits around the body of a response that is not read yet."""
    if not _RUNNING:
        return
    # A few compressed bytes may become any number of others.
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise NotAvailableError("compressed, which was not asked for")
    body, (max_bytes, error) = response.stream, _largest(response)
    said = response.headers.get("Content-Length", "")
    if re.fullmatch("[0-9]{1,18}", said) and int(said) > max_bytes:
        raise error
    # httpx reads only what is of its own kind, and there are two packages of it.
    kind = next(each for each in type(body).__mro__ if each.__name__ == "SyncByteStream")
    parts = _limited(body, max_bytes, error)
    around = {"__iter__": lambda _: parts, "close": lambda _: body.close()}
    response.stream = type("LimitedBody", (kind,), around)()


def _largest(response: Any) -> tuple[int, Exception]:
    """Return how large a body may be, and the error if it is larger."""
    part = re.fullmatch(r"bytes=(\d{1,18})-(\d{1,18})", response.request.headers.get("Range", ""))
    if part is not None:
        reason = "more than the part of a file that was asked for"
        return int(part[2]) - int(part[1]) + 1, NotAvailableError(reason)
    is_file = "/api/" not in response.request.url.path and "Content-Length" in response.headers
    max_bytes = _MAX_FILE_BYTES if is_file else _MAX_BYTES
    return max_bytes, TooLargeError(max_bytes)


def _limited(body: Any, max_bytes: int, error: Exception) -> Iterator[bytes]:
    n_bytes = n_bytes_before = 0
    end = time.monotonic() + _SECONDS
    for part in body:
        n_bytes += len(part)
        if n_bytes > max_bytes:
            raise error
        if time.monotonic() >= end:
            if n_bytes - n_bytes_before < _MIN_RATE * _SECONDS:
                raise TemporaryError(f"slower than {_MIN_RATE / 1000:g} kB a second")
            n_bytes_before, end = n_bytes, time.monotonic() + _SECONDS
        yield part
