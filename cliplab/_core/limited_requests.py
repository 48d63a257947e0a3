"""Limits of time and size on all of a request: every read of its sockets asks whether it may.

urllib3 limits each wait, and not their sum: a server that sends a letter now and then could hold a
request for ever. So its connections get sockets whose reads know of their request.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import urllib3
from urllib3.util.connection import allowed_gai_family

from cliplab._core.request_errors import (
    NotAvailableError,
    StoppedError,
    TemporaryError,
    TooLargeError,
    is_timeout,
    reason_of,
)

# What headers, and the frames of a body that comes in chunks, may take beside the body.
_MAX_FRAME_BYTES = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What one request may take, its headers and redirects included.

    Attributes
    ----------
    seconds : float
        How long it may take in all.
    max_bytes : int
        How large the body may be.
    min_rate : float
        Bytes a second. A body that arrives as fast may take longer: as much of it must come in each
        `seconds`.
    """

    seconds: float
    max_bytes: int
    min_rate: float = float("inf")


class Request:
    """A request on its way: how long it may still take, and what ends it."""

    def __init__(self, limits: Limits, read: float) -> None:
        self.limits = limits
        self._read = read
        self._end = time.monotonic() + limits.seconds
        self._n_bytes = 0  # Of the body, since the limit was last renewed.
        self._n_received = 0
        self._socket: socket.socket | None = None
        self.readers: list[_LimitedReader] = []
        self._is_stopped = False

    @contextlib.contextmanager
    def closed_after_error(self) -> Iterator[None]:
        """Close what urllib3 leaves open, such as a redirect to where nobody can follow."""
        try:
            yield
        except BaseException:
            for reader in self.readers:
                reader.close()
            raise

    def stop(self) -> None:
        self._is_stopped = True
        if self._socket is not None:
            # Closing would not wake a thread that waits for it. Below TLS, which would change what
            # that thread is using.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def wait_for(self, connection: socket.socket, seconds: float | None = None) -> None:
        """Let a socket wait for no longer than there is time; call it before each read.

        Before it connects too, with the `seconds` for that.
        """
        self._socket = connection
        if self._is_stopped:
            raise StoppedError
        left = self._end - time.monotonic()
        if left <= 0:
            if self._n_bytes < self.limits.min_rate * self.limits.seconds:
                raise TemporaryError(self._too_slow)
            left, self._n_bytes = self.limits.seconds, 0
            self._end = time.monotonic() + left
        connection.settimeout(min(self._read if seconds is None else seconds, left))

    def receive(self, n_bytes: int) -> None:
        """Count what has arrived, headers included."""
        self._n_received += n_bytes
        if self._n_received > self.limits.max_bytes + _MAX_FRAME_BYTES:
            raise TooLargeError(self.limits.max_bytes)

    def count(self, n_bytes: int) -> None:
        """Count what has arrived of the body."""
        self._n_bytes += n_bytes

    def error(self, error: Exception) -> Exception:
        """Return what an error of the connection means."""
        if self._is_stopped:
            return StoppedError()
        if time.monotonic() >= self._end and is_timeout(error):
            return TemporaryError(self._too_slow)
        return TemporaryError(reason_of(error))

    @property
    def _too_slow(self) -> str:
        if self.limits.min_rate < float("inf"):
            return f"slower than {self.limits.min_rate / 1000:g} kB a second"
        return f"slower than {self.limits.seconds:g} s"


# urllib3 makes responses itself; they belong to the request of the thread that they are made in.
REQUEST: ContextVar[Request] = ContextVar("REQUEST")


class _LimitedReader(io.RawIOBase):
    """What a socket receives, as long as its request allows."""

    def __init__(self, connection: socket.socket, received: io.RawIOBase) -> None:
        self._request = REQUEST.get()
        self._request.readers.append(self)
        self._connection = connection
        self._received = received

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._request.wait_for(self._connection)
        n_bytes = self._received.readinto(buffer)
        self._request.receive(n_bytes or 0)
        return n_bytes

    def close(self) -> None:
        self._received.close()
        super().close()


class _LimitedResponse(http.client.HTTPResponse):
    """A response whose every read is limited, that of its first line and its headers too."""

    def __init__(self, sock: socket.socket, *arguments: Any, **keywords: Any) -> None:
        super().__init__(sock, *arguments, **keywords)
        self.fp = io.BufferedReader(_LimitedReader(sock, self.fp.detach()))


class _LimitedConnecting:
    """Connects while there is time, where urllib3 gives each of a host's addresses all of it."""

    def _new_conn(self: Any) -> socket.socket:
        try:
            host, family = self._dns_host.strip("[]"), allowed_gai_family()
            found = socket.getaddrinfo(host, self.port, family, socket.SOCK_STREAM)
        except UnicodeError:
            raise urllib3.exceptions.LocationParseError(self.host) from None
        except socket.gaierror as error:
            raise urllib3.exceptions.NameResolutionError(self.host, self, error) from error
        failure = OSError("no address")
        for kind in found:
            try:
                return _connected(kind[:3], kind[4], self.socket_options or (), self.timeout)
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise urllib3.exceptions.ConnectTimeoutError(self, str(failure)) from failure
        raise urllib3.exceptions.NewConnectionError(self, str(failure)) from failure


def _connected(
    kind: tuple[int, int, int], address: Any, options: Iterable[Any], seconds: float
) -> socket.socket:
    connection = socket.socket(*kind)
    try:
        for option in options:
            connection.setsockopt(*option)
        REQUEST.get().wait_for(connection, seconds)
        connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return connection


class _Connection(_LimitedConnecting, urllib3.connection.HTTPConnection):
    response_class = _LimitedResponse


class _SecureConnection(_LimitedConnecting, urllib3.connection.HTTPSConnection):
    response_class = _LimitedResponse


class LimitedPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class LimitedSecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


@contextlib.contextmanager
def temporary_errors(request: Request) -> Iterator[None]:
    """Turn whatever a connection, or an odd answer, may raise into an error of this module."""
    try:
        yield
    except (NotAvailableError, TemporaryError, StoppedError):
        raise
    except (
        urllib3.exceptions.HTTPError,
        http.client.HTTPException,
        ConnectionError,
        TimeoutError,
        ValueError,
    ) as error:
        raise request.error(error) from error
