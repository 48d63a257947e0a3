"""Limits of time and size on what the Hub's own library receives.

It goes on as long as a part of an answer comes now and then, however large the answer gets.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from cliplab._core.request_errors import NotAvailableError, TemporaryError, TooLargeError

# A body must bring so many bytes a second in each so many seconds of waiting.
_MIN_RATE = 1000
_SECONDS = 30.0
_MAX_FILE_BYTES = 20_000_000_000
# What is no file, such as a list of files, is kept in memory.
_MAX_BYTES = 100_000_000
_MARK = "cliplab"

_LOCK = threading.Lock()
# Of each call of ours that is running, whether downloads by Xet were off before it.
_RUNNING: list[bool] = []


@contextlib.contextmanager
def limited_bodies() -> Iterator[None]:
    """Give up answers to the Hub's library that drip, or grow, for ever.

    What others request with that library meanwhile is limited too. Files come without Xet, whose
    downloads know no limits. Versions before 1 have no place for limits. The headers of an answer
    may still drip.
    """
    from huggingface_hub import constants

    with _LOCK:
        _install()
        _RUNNING.append(constants.HF_HUB_DISABLE_XET)
        constants.HF_HUB_DISABLE_XET = True
    try:
        yield
    finally:
        with _LOCK:
            # The last to end sets it back to what was before the first.
            constants.HF_HUB_DISABLE_XET = _RUNNING.pop()


class _LimitedClients:
    """Makes the clients of the Hub's library, which ask for limits."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def __call__(self) -> Any:
        return _with_limits(self._make())


def _install() -> None:
    """Have the clients of the Hub's library ask for limits, also after it got another factory."""
    from huggingface_hub.utils import _http

    factory = getattr(_http, "_GLOBAL_CLIENT_FACTORY", None)
    if factory is None or isinstance(factory, _LimitedClients):
        return
    # `set_client_factory` would close the client while others use it.
    if _http._GLOBAL_CLIENT is not None:
        _with_limits(_http._GLOBAL_CLIENT)
    _http._GLOBAL_CLIENT_FACTORY = _LimitedClients(factory)


def _with_limits(client: Any) -> Any:
    hooks = client.event_hooks
    if _mark not in hooks["request"]:
        client.event_hooks = {
            "request": [*hooks["request"], _mark],
            "response": [*hooks["response"], _limit],
        }
    return client


def _mark(request: Any) -> None:
    """Mark a request that is sent while a call of ours runs; its answer is limited."""
    if not _RUNNING:
        return
    waits = request.extensions.get("timeout", {})
    waits = {name: _SECONDS if wait is None else wait for name, wait in waits.items()}
    request.extensions = {**request.extensions, _MARK: True, "timeout": waits}
    # A few compressed bytes may become any number of others.
    request.headers["Accept-Encoding"] = "identity"


def _limit(response: Any) -> None:
    """Put limits around the body of a response that is not read yet."""
    if _MARK not in response.request.extensions:
        return
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise NotAvailableError("compressed, which was not asked for")
    body, (max_bytes, error) = response.stream, _largest(response)
    said = response.headers.get("Content-Length", "")
    if re.fullmatch("[0-9]{1,18}", said) and int(said) > max_bytes:
        raise error
    # httpx reads only what is of its own kind, and there are two packages of it.
    kind = next(each for each in type(body).__mro__ if each.__name__ == "SyncByteStream")
    parts = _limited(body, max_bytes, error)
    around = {
        "__iter__": lambda _: parts,
        "close": lambda _: body.close(),
        "elapsed": property(lambda _: body.elapsed),
    }
    response.stream = type("LimitedBody", (kind,), around)()


def _largest(response: Any) -> tuple[int, Exception]:
    """Return how large a body may be, and the error if it is larger."""
    from huggingface_hub import constants

    is_of_program = str(response.url).startswith(f"{constants.ENDPOINT}/api/")
    if is_of_program or not response.is_success:
        return _MAX_BYTES, NotAvailableError(f"an answer of more than {_MAX_BYTES / 1e6:g} MB")
    part = re.fullmatch(r"bytes=(\d{1,18})-(\d{1,18})", response.request.headers.get("Range", ""))
    if part is None:
        return _MAX_FILE_BYTES, TooLargeError(_MAX_FILE_BYTES)
    reason = "more than the part of a file that was asked for"
    return int(part[2]) - int(part[1]) + 1, NotAvailableError(reason)


def _limited(body: Any, max_bytes: int, error: Exception) -> Iterator[bytes]:
    n_bytes = n_since = 0
    waited = 0.0  # Only for parts: whoever takes them may take their time.
    parts = iter(body)
    while True:
        began = time.monotonic()
        part = next(parts, None)
        if part is None:
            return
        waited += time.monotonic() - began
        n_bytes, n_since = n_bytes + len(part), n_since + len(part)
        if n_bytes > max_bytes:
            raise error
        if waited >= _SECONDS:
            if n_since < _MIN_RATE * _SECONDS:
                raise TemporaryError(f"slower than {_MIN_RATE / 1000:g} kB a second")
            n_since, waited = 0, 0.0
        yield part
