"""One question to a host: over kept connections, past a school's proxy, with errors in words."""

from __future__ import annotations

import contextlib
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator

import urllib3

# What may be over in a moment; anything else is not asked for again.
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_SECONDS_TO_ANSWER = 5.0


class NotToBeHadError(LookupError):
    """A server says that a file is not there, or not for us: to ask again is of no use."""


class UnreachableError(ConnectionError):
    """A host does not answer at all."""


class PassingError(Exception):
    """Something that another try may mend; `wait` is what the server asks for, in seconds."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class Connections:
    """Connections that are kept from one question to the next.

    Parameters
    ----------
    n_connections : int
        How many to one host.
    connect, read : float
        Seconds to wait for a connection, and between two pieces of an answer.
    """

    def __init__(self, n_connections: int, connect: float, read: float) -> None:
        self._n_connections = n_connections
        self._timeout = urllib3.Timeout(connect=connect, read=read)
        self._lock = threading.Lock()
        self._pools: dict[str, urllib3.PoolManager] = {}

    def reach(self, url: str) -> None:
        """See within seconds that a host answers at all, whatever it says.

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
            # Any answer will do: most hosts have nothing to say at their root.
            self._pool(url).request("HEAD", url, timeout=_SECONDS_TO_ANSWER, retries=False)
        except urllib3.exceptions.HTTPError as error:
            raise UnreachableError(f"{host_of(url)}: {reason_of(error)}") from error

    @contextlib.contextmanager
    def ask(
        self, url: str, headers: dict[str, str] | None = None
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """Ask for a file once, and give the answer before its body is read.

        Parameters
        ----------
        url : str
            Where it is.
        headers : dict of str to str, optional
            What is said along with the question.

        Raises
        ------
        NotToBeHadError
            If the server refuses it for good.
        PassingError
            If it does so for now.
        urllib3.exceptions.HTTPError
            If no answer comes.
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
            response.close()  # Half a body is left in this connection.
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
        words = urllib.parse.unquote(f"{login.username}:{login.password or ''}")
        headers = urllib3.make_headers(proxy_basic_auth=words if login.username else None)
        return urllib3.ProxyManager(proxy, maxsize=self._n_connections, proxy_headers=headers)


def _proxy_for(url: str) -> str:
    """Return the proxy on the way to an address; schools often have one, which they name."""
    address = urllib.parse.urlsplit(url)
    proxy = urllib.request.getproxies().get(address.scheme, "")
    is_bypassed = proxy and urllib.request.proxy_bypass(address.hostname or "")
    return "" if is_bypassed else proxy


def _check_status(response: urllib3.BaseHTTPResponse) -> None:
    status = response.status
    if status in (200, 206, 416):
        return
    reason = f"HTTP {status} {response.reason or ''}".strip()
    if status not in _PASSING:
        raise NotToBeHadError(reason)
    raise PassingError(reason, urllib3.Retry().get_retry_after(response) or 0.0)


def host_of(url: str) -> str:
    """Return the host's part of an address."""
    return urllib.parse.urlsplit(url).netloc


def reason_of(error: Exception) -> str:
    """Say in a few words what went wrong on the way."""
    causes = list(_nested(error))
    for kind, words in _REASONS:
        if any(isinstance(cause, kind) for cause in causes):
            return words
    return str(error) or type(error).__name__


def _nested(error: Exception) -> Iterator[Exception]:
    """Yield an error of urllib3 and those that are inside it."""
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
