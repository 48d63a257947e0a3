"""One request to a host: over reused connections, with limits on all of it, and plain errors."""

from __future__ import annotations

import base64
import contextlib
import email.utils
import http.client
import io
import re
import socket
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import urllib3
from urllib3.util.connection import allowed_gai_family

# Only after these is a request repeated.
_TEMPORARY_STATUS = frozenset({408, 429, 500, 502, 503, 504})
_SECONDS_TO_ANSWER = 5.0
_PART = 64 * 1024
# What headers, and the frames of a body that comes in chunks, may take beside the body.
_MAX_FRAME_BYTES = 1_000_000
_MAX_REASON = 80
_MAX_FILE_BYTES = 1 << 40


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


class Reply:
    """The answer to a request, whose body is not read yet.

    Attributes
    ----------
    status : int
        Its status.
    reason : str
        What the server says to it, in one line.
    headers : mapping of str to str
        Its headers; their names are in upper or lower case.
    host : str
        The host that has answered, after redirects.
    """

    def __init__(self, response: urllib3.BaseHTTPResponse, request: _Request, host: str) -> None:
        self.status = response.status
        # A server may put anything there, also what moves the cursor of a terminal.
        said = "".join(each for each in response.reason or "" if each.isprintable())
        self.reason = said[:_MAX_REASON].strip()
        self.headers: Mapping[str, str] = response.headers
        self.host = host
        self._response = response
        self._request = request

    @property
    def length(self) -> int | None:
        """The number of bytes of the body; None where the server does not say.

        Raises
        ------
        TemporaryError
            If it says something else than one number.
        """
        said = self.headers.get("Content-Length")
        if said is None:
            return None
        # Two headers are joined by a comma; the same number twice is allowed.
        numbers = {number.strip() for number in said.split(",")}
        if len(numbers) != 1 or re.fullmatch("[0-9]{1,18}", min(numbers)) is None:
            raise TemporaryError("the length of the answer is no number")
        return int(min(numbers))

    @property
    def is_compressed(self) -> bool:
        """Whether the body is packed, which nobody has asked for."""
        return self.headers.get("Content-Encoding", "identity").strip().lower() != "identity"

    @property
    def calls_itself_page(self) -> bool:
        """Whether the server says that the body is a web page."""
        kind = self.headers.get("Content-Type", "").partition(";")[0]
        return kind.strip().lower() in ("text/html", "application/xhtml+xml")

    def parts(self) -> Iterator[bytes]:
        """Yield the body as it arrives.

        Raises
        ------
        NotAvailableError
            If it is larger than its limit, or compressed, which nobody has asked for.
        TemporaryError
            If it is cut off, or does not arrive in time.
        """
        max_bytes = self._request.limits.max_bytes
        if self.is_compressed:
            raise NotAvailableError("compressed, which was not asked for")
        n_bytes = self.length or 0
        if n_bytes <= max_bytes:
            n_bytes = 0
            while part := self._next_part():
                n_bytes += len(part)
                if n_bytes > max_bytes:
                    break
                self._request.count(len(part))
                yield part
        if n_bytes > max_bytes:
            raise TooLargeError(max_bytes)

    def _next_part(self) -> bytes:
        # read1 returns what has arrived: to wait for a full part could take forever.
        with _temporary_errors(self._request):
            return self._response.read1(_PART, decode_content=False)


class Connections:
    """Connections that stay open from one request to the next.

    A password in an address is sent, and is in no message.

    Parameters
    ----------
    n_connections : int
        How many to one host.
    connect, read : float
        Seconds to wait for a connection, and between two parts of a response.
    """

    def __init__(self, n_connections: int = 1, connect: float = 10.0, read: float = 30.0) -> None:
        self._n_connections = n_connections
        self._connect, self._read = connect, read
        self._lock = threading.Lock()
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._running: set[_Request] = set()
        self._is_stopped = False

    def stop(self) -> None:
        """Give up all requests, also those that wait for a server."""
        with self._lock:
            self._is_stopped = True
            running = list(self._running)
        for request in running:
            request.stop()

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
            with self._reply("HEAD", url, {}, Limits(_SECONDS_TO_ANSWER, 0), n_redirects=0):
                pass
        except TemporaryError as error:
            raise UnreachableError(f"{host_of(url)}: {error}") from error

    def require_no_page(self, url: str) -> None:
        """Check within seconds that a host answers, and that no web page comes in place of a file.

        Networks that ask for a login answer every request with a page, or lead it to one.

        Parameters
        ----------
        url : str
            An address of the host that is no page.

        Raises
        ------
        UnreachableError
            If it does not answer, or a page does. The message is the reason alone.
        """
        limits = Limits(_SECONDS_TO_ANSWER, _MAX_FILE_BYTES)
        try:
            with self._reply("GET", url, {}, limits, n_redirects=3) as reply:
                if reply.status == 200:
                    # A page may come packed, or begin with other letters than a page's.
                    if reply.is_compressed or reply.calls_itself_page:
                        raise _page_error(reply.host)
                    require_no_page(next(reply.parts(), b""), reply.host)
        except NotAvailableError:
            return  # Too large: a page would not be.
        except TemporaryError as error:
            raise UnreachableError(str(error)) from error

    @contextlib.contextmanager
    def get(
        self, url: str, limits: Limits, headers: Mapping[str, str] | None = None
    ) -> Iterator[Reply]:
        """Request a file once, and yield the reply before its body is read.

        Parameters
        ----------
        url : str
            The address of the file.
        limits : Limits
            What the request may take.
        headers : mapping of str to str, optional
            Headers of the request. With a ``Range``, only a part may come (status 206), or none
            (416).

        Raises
        ------
        NotAvailableError
            If the server refuses it for good, or the body is too large.
        TemporaryError
            If it refuses it for now, or there is no proper answer in time.
        StoppedError
            If `stop` was called.
        """
        headers = headers or {}
        allowed = (200, 206, 416) if "Range" in headers else (200,)
        with self._reply("GET", url, headers, limits, n_redirects=3) as reply:
            if reply.status not in allowed:
                raise _refused(reply)
            yield reply

    @contextlib.contextmanager
    def _reply(
        self, method: str, url: str, headers: Mapping[str, str], limits: Limits, n_redirects: int
    ) -> Iterator[Reply]:
        request = _Request(limits, self._read)
        with self._lock:
            if self._is_stopped:
                raise StoppedError
            self._running.add(request)
        try:
            response = self._response(method, url, headers, request, n_redirects)
            try:
                yield Reply(response, request, _host_that_answered(url, response))
            except BaseException:
                response.close()  # The rest of the body is still in this connection.
                raise
            finally:
                response.release_conn()
        finally:
            with self._lock:
                self._running.discard(request)

    def _response(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        request: _Request,
        n_redirects: int,
    ) -> urllib3.BaseHTTPResponse:
        address, login = split_login(url)
        sent = urllib3.HTTPHeaderDict({"Authorization": _basic(login)} if login else {})
        for name, value in headers.items():
            sent[name] = value  # A token comes before a login.
        # Where no redirect is followed, it is the answer.
        retries = urllib3.Retry(
            total=None, connect=0, read=0, status=0, other=0, redirect=n_redirects
        )
        token = _REQUEST.set(request)
        try:
            with _temporary_errors(request), request.closed_after_error():
                return self._pool(address).request(
                    method,
                    address,
                    headers=sent,
                    timeout=urllib3.Timeout(min(self._connect, request.limits.seconds), self._read),
                    retries=retries,
                    redirect=n_redirects > 0,
                    preload_content=False,
                )
        finally:
            _REQUEST.reset(token)

    def _pool(self, url: str) -> urllib3.PoolManager:
        proxy = _proxy_for(url)
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = self._new_pool(proxy)
            return self._pools[proxy]

    def _new_pool(self, proxy: str) -> urllib3.PoolManager:
        address, login = split_login(proxy)
        pool = (
            urllib3.ProxyManager(
                address,
                maxsize=self._n_connections,
                proxy_headers={"Proxy-Authorization": _basic(login)} if login else None,
            )
            if proxy
            else urllib3.PoolManager(maxsize=self._n_connections)
        )
        pool.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
        return pool


class _Request:
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
        if time.monotonic() >= self._end and _is_timeout(error):
            return TemporaryError(self._too_slow)
        return TemporaryError(reason_of(error))

    @property
    def _too_slow(self) -> str:
        if self.limits.min_rate < float("inf"):
            return f"slower than {self.limits.min_rate / 1000:g} kB a second"
        return f"slower than {self.limits.seconds:g} s"


# urllib3 makes responses itself; they belong to the request of the thread that they are made in.
_REQUEST: ContextVar[_Request] = ContextVar("_REQUEST")


class _LimitedReader(io.RawIOBase):
    """What a socket receives, as long as its request allows."""

    def __init__(self, connection: socket.socket, received: io.RawIOBase) -> None:
        self._request = _REQUEST.get()
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
        _REQUEST.get().wait_for(connection, seconds)
        connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return connection


class _Connection(_LimitedConnecting, urllib3.connection.HTTPConnection):
    response_class = _LimitedResponse


class _SecureConnection(_LimitedConnecting, urllib3.connection.HTTPSConnection):
    response_class = _LimitedResponse


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


@contextlib.contextmanager
def _temporary_errors(request: _Request) -> Iterator[None]:
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


def require_no_page(start: bytes, host: str) -> None:
    """Refuse a file that begins as a web page does; images, tables and JSON do not.

    Raises
    ------
    UnreachableError
        If it is one.
    """
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        raise _page_error(host)


def _page_error(host: str) -> UnreachableError:
    return UnreachableError(
        f"{host} answers with a web page, perhaps the login page of this network"
    )


def _basic(login: str) -> str:
    """Return a login as it is sent: in UTF-8 (RFC 7617), where urllib3 knows Latin-1 alone."""
    return f"Basic {base64.b64encode(login.encode(errors='surrogatepass')).decode()}"


def _proxy_for(url: str) -> str:
    """Return the proxy for an address, or "" for none; schools often require one."""
    address = urllib.parse.urlsplit(url)
    proxy = urllib.request.getproxies().get(address.scheme, "")
    if proxy and "//" not in proxy:
        proxy = f"http://{proxy}"
    is_bypassed = proxy and urllib.request.proxy_bypass(address.hostname or "")
    return "" if is_bypassed else proxy


def _refused(reply: Reply) -> Exception:
    reason = f"HTTP {reply.status} {reply.reason}".strip()
    if reply.status not in _TEMPORARY_STATUS:
        return NotAvailableError(reason, reply.status, reply.headers.get("X-Error-Code", ""))
    return TemporaryError(reason, _retry_after(reply.headers.get("Retry-After", "")), reply.status)


def _retry_after(said: str) -> float:
    """Return the seconds that a server asks to wait, or 0 for what is neither seconds nor date."""
    if re.fullmatch("[0-9]{1,18}", said.strip()):
        return float(said)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, OverflowError, TypeError):
        return 0.0


def split_login(url: str) -> tuple[str, str]:
    """Split an address into itself without a login, and the login, ``"name:password"`` or "".

    Examples
    --------
    >>> split_login("https://ada:s%40fe@example.org/images")
    ('https://example.org/images', 'ada:s@fe')
    """
    # By hand, because urllib refuses some addresses, which could then not be named in an error.
    scheme, separator, rest = url.partition("//")
    host = re.split("[/?#]", rest, maxsplit=1)[0]
    login, _, host_alone = host.rpartition("@")
    return f"{scheme}{separator}{host_alone}{rest[len(host) :]}", urllib.parse.unquote(login)


def without_logins(text: str) -> str:
    """Return a text, such as an error of another library, without the logins in its addresses.

    Examples
    --------
    >>> without_logins("no answer from https://ada:secret@example.org/images")
    'no answer from https://example.org/images'
    """
    return re.sub(r"(?<=://)[^\s/?#'\"<>]*@", "", text)


def host_of(url: str) -> str:
    """Return the host's part of an address, without a login."""
    return re.split("[/?#]", split_login(url)[0].partition("//")[2], maxsplit=1)[0]


def _host_that_answered(url: str, response: urllib3.BaseHTTPResponse) -> str:
    for each in response.retries.history if response.retries else ():
        url = urllib.parse.urljoin(url, each.redirect_location or "")
    return host_of(url)


def reason_of(error: Exception) -> str:
    """Return in a few words why a request has failed."""
    causes = list(_nested(error))
    for kind, words in _REASONS:
        if any(isinstance(cause, kind) for cause in causes):
            return words
    return without_logins(str(error) or type(error).__name__)


def _is_timeout(error: Exception) -> bool:
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
