"""Files over HTTP: several at a time, each until it is whole, politely."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import urllib3

from cliplab.sources.http.connections import (
    Connections,
    NotToBeHadError,
    PassingError,
    host_of,
    reason_of,
)
from cliplab.sources.http.partial_files import Part

_T = TypeVar("_T")

_CHUNK = 64 * 1024
_SLOWEST = 1000  # Bytes a second, below which a large file is not worth waiting for.


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
        self._connections = Connections(n_connections, self.patience.connect, self.patience.read)
        self._stopped = threading.Event()

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
        self._connections.reach(url)

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
            with self._connections.ask(url) as response:
                data = bytearray()
                for chunk in self._chunks(response):
                    data += chunk
                    if len(data) > most_bytes:
                        raise NotToBeHadError(f"larger than {most_bytes / 1e6:.0f} MB")
                    if time.monotonic() > deadline:
                        raise PassingError(f"slower than {self.patience.whole:g} s")
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
        with self._connections.ask(url, headers) as response:
            if response.status == 416:  # There is nothing beyond what we have, or another file.
                part.begin("")
                raise PassingError("the file is another one by now")
            told_range = response.headers.get("Content-Range", "")
            if response.status != 206 or not told_range.startswith(f"bytes {begun}-"):
                if response.status == 206:
                    part.begin("")
                    raise PassingError("another part came than was asked for")
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
                raise PassingError("not what its length and checksum say")

    def _until_whole(self, url: str, once: Callable[[], _T]) -> _T:
        wait = self.patience.first_wait
        for attempt in range(1, self.patience.tries + 1):
            try:
                return once()
            except (PassingError, urllib3.exceptions.HTTPError) as error:
                reason, asked = reason_of(error), getattr(error, "wait", 0.0)
                if attempt == self.patience.tries or asked > self.patience.longest_wait:
                    raise ConnectionError(f"{host_of(url)}: {reason}") from error
            self._wait(max(asked, wait * random.uniform(0.5, 1.5)))
            wait = min(2 * wait, self.patience.longest_wait)
        raise AssertionError

    def _wait(self, seconds: float) -> None:
        if self._stopped.wait(seconds):
            raise StoppedError

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
                    raise PassingError(f"slower than {_SLOWEST / 1000:g} kB a second")
                since, n_bytes = time.monotonic(), 0
