"""Downloads of whole files over HTTP, with polite retries."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import urllib3
from urllib3.util.retry import RequestHistory

from cliplab.sources.http.connections import (
    Connections,
    NotAvailableError,
    TemporaryError,
    host_of,
    reason_of,
)
from cliplab.sources.http.partial_files import PartialFile

_T = TypeVar("_T")

_CHUNK = 64 * 1024
_MIN_RATE = 1000  # Bytes a second, below which the download of a large file is given up.


class StoppedError(Exception):
    """A download was given up because `Downloader.stop` was called."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for a server, and how often to repeat a request.

    Attributes
    ----------
    tries : int
        How often a file is requested before it is given up.
    connect, read, whole : float
        Seconds to wait for a connection, between two parts of a response, and for a whole
        image. For a large file, at least one kB a second must arrive in each `whole` seconds.
    first_wait, longest_wait : float
        Seconds before the second try, which double from try to try, and the longest wait that
        a server may ask for.
    """

    tries: int = 5
    connect: float = 10.0
    read: float = 30.0
    whole: float = 60.0
    first_wait: float = 0.5
    longest_wait: float = 60.0

    def new_retry(self) -> urllib3.Retry:
        """Return the state of a download that has not failed yet."""
        return urllib3.Retry(
            total=self.tries - 1,
            backoff_factor=self.first_wait / 2,
            backoff_jitter=self.first_wait / 2,
            backoff_max=self.longest_wait,
            # urllib3 repeats at once after the first failure of its history, and waits, twice the
            # factor, after the second. With this entry it waits after our first one, too.
            history=(RequestHistory(None, None, None, None, None),),
        )


class Downloader:
    """Downloads files over reused connections, and repeats requests that failed for a moment.

    Parameters
    ----------
    n_connections : int, default=16
        How many connections to one host stay open.
    patience : Patience
        When to give up.

    Attributes
    ----------
    n_bytes : int
        How much was downloaded; approximate, for threads may lose a part in the count.
    """

    def __init__(self, n_connections: int = 16, patience: Patience | None = None) -> None:
        self.patience = patience or Patience()
        self.n_bytes = 0
        self._connections = Connections(n_connections, self.patience.connect, self.patience.read)
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Give up all downloads that are running."""
        self._stopped.set()

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
        self._connections.require_answer(url)

    def fetch(self, url: str, max_bytes: int) -> bytes:
        """Return a file.

        Parameters
        ----------
        url : str
            The address of the file.
        max_bytes : int
            A larger file is refused.

        Returns
        -------
        bytes
            The whole file.

        Raises
        ------
        NotAvailableError
            If the server refuses it or it is too large.
        ConnectionError
            If all tries failed.
        """

        def once() -> bytes:
            deadline = time.monotonic() + self.patience.whole
            with self._connections.get(url) as response:
                data = bytearray()
                for chunk in self._chunks(response):
                    data += chunk
                    if len(data) > max_bytes:
                        raise NotAvailableError(f"larger than {max_bytes / 1e6:.0f} MB")
                    if time.monotonic() > deadline:
                        raise TemporaryError(f"slower than {self.patience.whole:g} s")
                return bytes(data)

        return self._retried(url, once)

    def fetch_file(self, url: str, path: Path, on_progress: Callable[[int, int], None]) -> None:
        """Download a large file to a path; a download that was cut off is resumed.

        Several processes may download the same file at once: each writes a partial file of its
        own.

        Parameters
        ----------
        url : str
            The address of the file.
        path : pathlib.Path
            Where to save it. Until it is whole, it has another name in the same folder.
        on_progress : callable
            Called with the number of bytes so far and in all (0 where the server does not say).

        Raises
        ------
        NotAvailableError
            If the server refuses it.
        ConnectionError
            If all tries failed; what was downloaded is resumed by the next call.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = PartialFile(path)
        try:
            self._retried(url, lambda: self._resume(url, partial, on_progress))
            partial.finish()
        finally:
            partial.release()

    def _resume(
        self, url: str, partial: PartialFile, on_progress: Callable[[int, int], None]
    ) -> None:
        # The rest of an unknown version could be that of another file.
        start = partial.n_bytes if partial.is_exact else 0
        headers = {"Range": f"bytes={start}-", "If-Range": partial.version} if start else {}
        with self._connections.get(url, headers) as response:
            if response.status == 416:  # No such range: the file is shorter than our part.
                partial.restart("")
                raise TemporaryError("the file has changed")
            content_range = response.headers.get("Content-Range", "")
            if response.status != 206 or not content_range.startswith(f"bytes {start}-"):
                if response.status == 206:
                    partial.restart("")
                    raise TemporaryError("the server sent another range than requested")
                start = 0
                partial.restart(response.headers.get("ETag", ""))
            n_total = start + int(response.headers.get("Content-Length", 0))
            for chunk in self._steady_chunks(response):
                partial.append(chunk)
                on_progress(partial.n_bytes, n_total)
            if n_total not in (0, partial.n_bytes) or not partial.has_checksum(
                response.headers.get("x-goog-hash", "")
            ):
                partial.restart("")
                raise TemporaryError("its length or checksum is wrong")

    def _retried(self, url: str, once: Callable[[], _T]) -> _T:
        """Call a function until it succeeds, as often and with such pauses as `patience` allows."""
        retry = self.patience.new_retry()
        while not self._stopped.is_set():
            try:
                return once()
            except (TemporaryError, urllib3.exceptions.HTTPError) as error:
                retry_after = getattr(error, "retry_after", 0.0)
                try:
                    retry = retry.increment("GET", url, error=error)
                except urllib3.exceptions.MaxRetryError:
                    retry_after = float("inf")
                if retry_after > self.patience.longest_wait:
                    raise ConnectionError(f"{host_of(url)}: {reason_of(error)}") from error
            # Not by Retry.sleep, which `stop` could not interrupt.
            self._stopped.wait(max(retry_after, retry.get_backoff_time()))
        raise StoppedError

    def _chunks(self, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        # read1 returns what has arrived: to wait for a full chunk could take forever.
        while chunk := response.read1(_CHUNK):
            if self._stopped.is_set():
                raise StoppedError
            self.n_bytes += len(chunk)
            yield chunk

    def _steady_chunks(self, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        """Yield the parts of a large file, as long as they arrive fast enough."""
        since, n_bytes = time.monotonic(), 0
        for chunk in self._chunks(response):
            n_bytes += len(chunk)
            yield chunk
            if time.monotonic() - since > self.patience.whole:
                if n_bytes < _MIN_RATE * self.patience.whole:
                    raise TemporaryError(f"slower than {_MIN_RATE / 1000:g} kB a second")
                since, n_bytes = time.monotonic(), 0
