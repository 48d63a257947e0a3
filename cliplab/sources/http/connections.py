"""One request to a host: over reused connections, through a school's proxy, with plain errors."""

from __future__ import annotations

import contextlib
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator

import urllib3

# Only after these is a request repeated.
_TEMPORARY_STATUS = frozenset({408, 429, 500, 502, 503, 504})
_SECONDS_TO_ANSWER = 5.0


class NotAvailableError(LookupError):
    """A server does not have a file, or refuses it: another request would not help."""


class UnreachableError(ConnectionError):
    """A host does not answer at all."""


class TemporaryError(Exception):
    """Another request may succeed, `retry_after` seconds later if the server says so."""

    def __init__(self, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Connections:
    """Connections that stay open from one request to the next.

    Parameters
    ----------
    n_connections : int
        How many to one host.
    connect, read : float
        Seconds to wait for a connection, and between two parts of a response.
    """

    def __init__(self, n_connections: int, connect: float, read: float) -> None:
        self._n_connections = n_connections
        self._timeout = urllib3.Timeout(connect=connect, read=read)
        self._lock = threading.Lock()
        self._pools: dict[str, urllib3.PoolManager] = {}

    def require_answer(self, url: str) -> None:
        """Check within seconds that a host answers at all, with whatever status.

        Parameters
        ----------
        url : str
            Any address of the host.

        Raises
        ------
        UnreachableError
            If it does not answer.
        """
        try:
            # Most hosts have no page at their root, so any status will do.
            self._pool(url).request("HEAD", url, timeout=_SECONDS_TO_ANSWER, retries=False)
        except urllib3.exceptions.HTTPError as error:
            raise UnreachableError(f"{host_of(url)}: {reason_of(error)}") from error

    @contextlib.contextmanager
    def get(
        self, url: str, headers: dict[str, str] | None = None
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """Request a file once, and yield the response before its body is read.

        Parameters
        ----------
        url : str
            The address of the file.
        headers : dict of str to str, optional
            Headers of the request.

        Raises
        ------
        NotAvailableError
            If the server refuses it for good.
        TemporaryError
            If it refuses it for now.
        urllib3.exceptions.HTTPError
            If there is no response.
        """
        redirects = urllib3.Retry(total=None, connect=0, read=0, status=0, other=0, redirect=3)
        response = self._pool(url).request(
            "GET",
            url,
            headers=headers,
            timeout=self._timeout,
            retries=redirects,
            preload_content=False,
        )
        try:
            _check_status(response)
            yield response
        except BaseException:
            response.close()  # The rest of the body is still in this connection.
            raise
        finally:
            response.release_conn()

    def _pool(self, url: str) -> urllib3.PoolManager:
        proxy = _proxy_for(url)
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = self._new_pool(proxy)
            return self._pools[proxy]

    def _new_pool(self, proxy: str) -> urllib3.PoolManager:
        if not proxy:
            return urllib3.PoolManager(maxsize=self._n_connections)
        login = urllib.parse.urlsplit(proxy)
        credentials = urllib.parse.unquote(f"{login.username}:{login.password or ''}")
        headers = urllib3.make_headers(proxy_basic_auth=credentials if login.username else None)
        return urllib3.ProxyManager(proxy, maxsize=self._n_connections, proxy_headers=headers)


def _proxy_for(url: str) -> str:
    """Return the proxy for an address, or "" for none; schools often require one."""
    address = urllib.parse.urlsplit(url)
    proxy = urllib.request.getproxies().get(address.scheme, "")
    is_bypassed = proxy and urllib.request.proxy_bypass(address.hostname or "")
    return "" if is_bypassed else proxy


def _check_status(response: urllib3.BaseHTTPResponse) -> None:
    status = response.status
    if status in (200, 206, 416):
        return
    reason = f"HTTP {status} {response.reason or ''}".strip()
    if status not in _TEMPORARY_STATUS:
        raise NotAvailableError(reason)
    raise TemporaryError(reason, urllib3.Retry().get_retry_after(response) or 0.0)


def host_of(url: str) -> str:
    """Return the host's part of an address."""
    return urllib.parse.urlsplit(url).netloc


def reason_of(error: Exception) -> str:
    """Return in a few words why a request has failed."""
    causes = list(_nested(error))
    for kind, words in _REASONS:
        if any(isinstance(cause, kind) for cause in causes):
            return words
    return str(error) or type(error).__name__


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
    (urllib3.exceptions.IncompleteRead, "the answer was cut off"),
    (urllib3.exceptions.SSLError, "its certificate is not trusted here"),
    (ConnectionError, "the connection was closed"),
)
