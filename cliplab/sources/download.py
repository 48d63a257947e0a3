"""Files over HTTP: several at a time, each until it is whole, politely."""

from __future__ import annotations

import contextlib
import random
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import urllib3

from cliplab.sources.part import Part

_T = TypeVar("_T")

# What may be over in a moment; anything else is not asked for again.
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_CHUNK = 64 * 1024
_SECONDS_TO_ANSWER = 5.0
_SLOWEST = 1000  # Bytes a second, below which a large file is not worth waiting for.


class NotToBeHadError(LookupError):
    """A server says that a file is not there, or not for us: to ask again is of no use."""


class UnreachableError(ConnectionError):
    """A host does not answer at all."""


class StoppedError(Exception):
    """A download was given up because the whole work was stopped."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for a server, and how often to ask it.

    Attributes
    ----------
    tries : int
        How often a file is asked for before it is given up.
    connect, read, whole : float
        Seconds for a connection, between two pieces, and for a whole picture. Of a large file at
        least one kB a second has to come in that time.
    first_wait, longest_wait : float
        Seconds before the second try, which double from try to try, and the most that a server
        may ask us to wait.
    """

    tries: int = 5
    connect: float = 10.0
    read: float = 30.0
    whole: float = 60.0
    first_wait: float = 0.5
    longest_wait: float = 60.0


class Downloader:
    """Fetches files over kept connections, and asks again for what a moment may mend.

    Parameters
    ----------
    n_connections : int, default=16
        How many connections to one host are kept.
    patience : Patience
        When to give up.
    """

    def __init__(self, n_connections: int = 16, patience: Patience | None = None) -> None:
        self.patience = patience or Patience()
        self.n_bytes = 0  # For showing the rate only: threads may lose a piece in the count.
        self._n_connections = n_connections
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._pools: dict[str, urllib3.PoolManager] = {}

    def stop(self) -> None:
        """Give up all downloads that are under way."""
        self._stopped.set()

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
            raise UnreachableError(f"{_host(url)}: {_reason(error)}") from error

    def fetch(self, url: str, most_bytes: int) -> bytes:
        """Return a file.

        Parameters
        ----------
        url : str
            Where it is.
        most_bytes : int
            A file that is larger is not to be had.

        Returns
        -------
        bytes
            All of it, as long as the server said.

        Raises
        ------
        NotToBeHadError
            If the server refuses it or it is too large.
        ConnectionError
            If no try brought it whole.
        """

        def once() -> bytes:
            deadline = time.monotonic() + self.patience.whole
            with self._open(url, {}) as response:
                data = bytearray()
                for chunk in self._chunks(response):
                    data += chunk
                    if len(data) > most_bytes:
                        raise NotToBeHadError(f"larger than {most_bytes / 1e6:.0f} MB")
                    if time.monotonic() > deadline:
                        raise _PassingError(f"slower than {self.patience.whole:g} s")
                return bytes(data)

        return self._until_whole(url, once)

    def fetch_file(self, url: str, path: Path, told: Callable[[int, int], None]) -> None:
        """Fetch a large file into a path; what is there of it already is not fetched again.

        Several may fetch the same file at once: each writes a part of its own.

        Parameters
        ----------
        url : str
            Where it is.
        path : pathlib.Path
            Where it goes. Until it is whole, it stands beside it under another name.
        told : callable
            Called with the bytes so far and the bytes in all (0 where the server does not say).

        Raises
        ------
        NotToBeHadError
            If the server refuses it.
        ConnectionError
            If no try brought it whole; what came stays for the next time.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        part = Part(path)
        try:
            self._until_whole(url, lambda: self._go_on(url, part, told))
            part.finish()
        finally:
            part.leave()

    def _go_on(self, url: str, part: Part, told: Callable[[int, int], None]) -> None:
        # A part of no version, or of one that is only alike, cannot be gone on with.
        begun = part.n_bytes if part.is_exact else 0
        headers = {"Range": f"bytes={begun}-", "If-Range": part.version} if begun else {}
        with self._open(url, headers) as response:
            if response.status == 416:  # There is nothing beyond what we have, or another file.
                part.begin("")
                raise _PassingError("the file is another one by now")
            told_range = response.headers.get("Content-Range", "")
            if response.status != 206 or not told_range.startswith(f"bytes {begun}-"):
                if response.status == 206:
                    part.begin("")
                    raise _PassingError("another part came than was asked for")
                begun = 0
                part.begin(response.headers.get("ETag", ""))
            in_all = begun + int(response.headers.get("Content-Length", 0))
            for chunk in self._steady(response):
                part.add(chunk)
                told(part.n_bytes, in_all)
            if in_all not in (0, part.n_bytes) or not part.is_as_promised(
                response.headers.get("x-goog-hash", "")
            ):
                part.begin("")
                raise _PassingError("not what its length and checksum say")

    def _until_whole(self, url: str, once: Callable[[], _T]) -> _T:
        wait = self.patience.first_wait
        for attempt in range(1, self.patience.tries + 1):
            try:
                return once()
            except (_PassingError, urllib3.exceptions.HTTPError) as error:
                reason, asked = _reason(error), getattr(error, "wait", 0.0)
                if attempt == self.patience.tries or asked > self.patience.longest_wait:
                    raise ConnectionError(f"{_host(url)}: {reason}") from error
            self._wait(max(asked, wait * random.uniform(0.5, 1.5)))
            wait = min(2 * wait, self.patience.longest_wait)
        raise AssertionError

    def _wait(self, seconds: float) -> None:
        if self._stopped.wait(seconds):
            raise StoppedError

    @contextlib.contextmanager
    def _open(self, url: str, headers: dict[str, str]) -> Iterator[urllib3.BaseHTTPResponse]:
        wait = urllib3.Timeout(connect=self.patience.connect, read=self.patience.read)
        redirects = urllib3.Retry(total=None, connect=0, read=0, status=0, other=0, redirect=3)
        response = self._pool(url).request(
            "GET", url, headers=headers, timeout=wait, retries=redirects, preload_content=False
        )
        try:
            _check_status(response)
            yield response
        except BaseException:
            response.close()  # Half a body is left in this connection.
            raise
        finally:
            response.release_conn()

    def _chunks(self, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        # What there is and not a full piece: one that only drips would never come to an end.
        while chunk := response.read1(_CHUNK):
            if self._stopped.is_set():
                raise StoppedError
            self.n_bytes += len(chunk)
            yield chunk

    def _steady(self, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        """Yield the pieces of a large file, as long as they come faster than in drops."""
        since, n_bytes = time.monotonic(), 0
        for chunk in self._chunks(response):
            n_bytes += len(chunk)
            yield chunk
            if time.monotonic() - since > self.patience.whole:
                if n_bytes < _SLOWEST * self.patience.whole:
                    raise _PassingError(f"slower than {_SLOWEST / 1000:g} kB a second")
                since, n_bytes = time.monotonic(), 0

    def _pool(self, url: str) -> urllib3.PoolManager:
        """Return the connections for an address; schools often have a proxy, which they name."""
        address = urllib.parse.urlsplit(url)
        proxy = urllib.request.getproxies().get(address.scheme, "")
        if proxy and urllib.request.proxy_bypass(address.hostname or ""):
            proxy = ""
        with self._lock:
            if proxy not in self._pools:
                n = self._n_connections
                login = urllib.parse.urlsplit(proxy)
                words = urllib.parse.unquote(f"{login.username}:{login.password or ''}")
                headers = urllib3.make_headers(proxy_basic_auth=words if login.username else None)
                self._pools[proxy] = (
                    urllib3.ProxyManager(proxy, maxsize=n, proxy_headers=headers)
                    if proxy
                    else urllib3.PoolManager(maxsize=n)
                )
            return self._pools[proxy]


class _PassingError(Exception):
    """Something that another try may mend; `wait` is what the server asks for, in seconds."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


def _check_status(response: urllib3.BaseHTTPResponse) -> None:
    status = response.status
    if status in (200, 206, 416):
        return
    reason = f"HTTP {status} {response.reason or ''}".strip()
    if status not in _PASSING:
        raise NotToBeHadError(reason)
    raise _PassingError(reason, urllib3.Retry().get_retry_after(response) or 0.0)


def _reason(error: Exception) -> str:
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


def _host(url: str) -> str:
    return urllib.parse.urlsplit(url).netloc
