"""Downloads of whole files over HTTP, with polite retries."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import urllib3
from urllib3.util.retry import RequestHistory

from cliplab._core.addresses import host_of
from cliplab._core.cache import writing
from cliplab._core.connections import Connections, Reply
from cliplab._core.limited_requests import Limits
from cliplab._core.request_errors import StoppedError, TemporaryError, TooLargeError
from cliplab.sources.http.partial_files import PartialFile

_T = TypeVar("_T")

_MIN_RATE = 1000  # Bytes a second, below which the download of a large file is given up.


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
        """Give up all downloads that are running, at once."""
        self._stopped.set()
        self._connections.stop()

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

    def fetch(self, url: str, max_bytes: int, headers: Mapping[str, str] | None = None) -> bytes:
        """Return a file.

        Parameters
        ----------
        url : str
            The address of the file.
        max_bytes : int
            A larger file is refused.
        headers : mapping of str to str, optional
            Headers of the request.

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
        limits = Limits(self.patience.whole, max_bytes)

        def once() -> bytes:
            data = bytearray()
            with self._connections.get(url, limits, headers) as reply:
                for part in reply.parts():
                    data += part
                    self.n_bytes += len(part)
            return bytes(data)

        return self._retried(url, once)

    def fetch_file(
        self,
        url: str,
        path: Path,
        on_progress: Callable[[int, int], None],
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
    ) -> None:
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
        max_bytes : int
            A larger file is refused.
        headers : mapping of str to str, optional
            Headers of the request.

        Raises
        ------
        NotAvailableError
            If the server refuses it or it is too large.
        ConnectionError
            If all tries failed; what was downloaded is resumed by the next call.
        """
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        partial = PartialFile(path)
        limits = Limits(self.patience.whole, max_bytes, _MIN_RATE)
        try:
            self._retried(url, lambda: self._resume(url, partial, on_progress, limits, headers))
            partial.finish()
        except TooLargeError:
            partial.restart("")  # Nobody will resume it.
            raise
        finally:
            partial.release()

    def _resume(
        self,
        url: str,
        partial: PartialFile,
        on_progress: Callable[[int, int], None],
        limits: Limits,
        headers: Mapping[str, str] | None,
    ) -> None:
        # The rest of an unknown version could be that of another file.
        start = partial.n_bytes if partial.is_exact else 0
        wanted = {"Range": f"bytes={start}-", "If-Range": partial.version} if start else {}
        with self._connections.get(url, limits, {**(headers or {}), **wanted}) as reply:
            n_total = _n_total(reply, start, partial.version)
            if reply.status != 206:  # The whole file, perhaps of another version.
                start = 0
            if n_total is None:
                partial.restart("")
                raise TemporaryError("the server sent another range, or the file has changed")
            if start == 0:
                partial.restart(reply.headers.get("ETag", ""))
            for part in reply.parts():
                partial.append(part)
                self.n_bytes += len(part)
                if partial.n_bytes > limits.max_bytes:
                    raise TooLargeError(limits.max_bytes)
                on_progress(partial.n_bytes, n_total)
            if 0 < partial.n_bytes < n_total:
                raise TemporaryError("the answer was cut off")
            is_whole = n_total in (0, partial.n_bytes)
            if not is_whole or not partial.has_checksum(reply.headers.get("x-goog-hash", "")):
                partial.restart("")
                raise TemporaryError("its length or checksum is wrong")

    def _retried(self, url: str, once: Callable[[], _T]) -> _T:
        """Call a function until it succeeds, as often and with such pauses as `patience` allows."""
        retry = self.patience.new_retry()
        while not self._stopped.is_set():
            try:
                return once()
            except TemporaryError as error:
                retry_after = error.retry_after
                try:
                    retry = retry.increment("GET", url, error=error)
                except urllib3.exceptions.MaxRetryError:
                    retry_after = float("inf")
                if retry_after > self.patience.longest_wait:
                    raise ConnectionError(f"{host_of(url)}: {error}") from error
            # Not by Retry.sleep, which `stop` could not interrupt.
            self._stopped.wait(max(retry_after, retry.get_backoff_time()))
        raise StoppedError


def _n_total(reply: Reply, start: int, version: str) -> int | None:
    """Return how many bytes the file has, or 0 where the server does not say.

    None for a part that is not what follows `start` bytes of the same version.
    """
    if reply.status == 200:
        return reply.length or 0
    part = re.fullmatch(
        rf"bytes {start}-[0-9]+/([0-9]{{1,18}}|\*)", reply.headers.get("Content-Range", "")
    )
    if reply.status != 206 or part is None or reply.headers.get("ETag", "") != version:
        return None
    return 0 if part[1] == "*" else int(part[1])
