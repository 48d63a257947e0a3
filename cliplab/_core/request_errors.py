"""What may become of a request, and in a few words why."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import urllib3

from cliplab._core.addresses import without_logins


class NotAvailableError(LookupError):
    """A server does not have a file, or refuses it: another request would not help.

    `status` is that of its answer, and `code` what a Hub calls the reason; 0 and "" for none.
    """

    def __init__(self, reason: str, status: int = 0, code: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.code = code


class TooLargeError(NotAvailableError):
    """A file is larger than it may be."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"larger than {max_bytes / 1e6:,.0f} MB")


class UnreachableError(ConnectionError):
    """A host does not answer at all."""


class TemporaryError(Exception):
    """Another request may succeed, `retry_after` seconds later if the server says so."""

    def __init__(self, reason: str, retry_after: float = 0.0, status: int = 0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.status = status


class StoppedError(Exception):
    """A request was given up because `Connections.stop` was called."""


def reason_of(error: Exception) -> str:
    """Return in a few words why a request has failed."""
    causes = list(_nested(error))
    for kind, words in _REASONS:
        if any(isinstance(cause, kind) for cause in causes):
            return words
    return without_logins(str(error) or type(error).__name__)


def is_timeout(error: Exception) -> bool:
    kinds = (urllib3.exceptions.TimeoutError, TimeoutError)
    return any(isinstance(each, kinds) for each in _nested(error))


def _nested(error: Exception) -> Iterator[Exception]:
    """Yield an error of urllib3 and the errors inside it."""
    yield error
    for inner in (getattr(error, "reason", None), *error.args):
        if isinstance(inner, Exception) and inner is not error:
            yield from _nested(inner)


# The first row that fits is taken.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (urllib3.exceptions.NameResolutionError, "its name is not known here: is there a network?"),
    (urllib3.exceptions.NewConnectionError, "no connection"),
    (urllib3.exceptions.TimeoutError, "no answer in time"),
    (http.client.IncompleteRead, "the answer was cut off"),
    (urllib3.exceptions.SSLError, "its certificate is not trusted here"),
    (urllib3.exceptions.ResponseError, "too many redirects"),
    (urllib3.exceptions.ProxySchemeUnknown, "its proxy must begin with http:// or https://"),
    (urllib3.exceptions.LocationValueError, "it points to an address that is none"),
    (urllib3.exceptions.InvalidHeader, "the answer has a header that cannot be read"),
    (ConnectionError, "the connection was closed"),
    (http.client.HTTPException, "the answer is not HTTP"),
    (ValueError, "the answer is not as HTTP has it"),
)
