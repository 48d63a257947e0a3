"""One request to a host: over reused connections, with limits on all of it, and plain errors."""

from __future__ import annotations

import contextlib
import email.utils
import re
import threading
import time
import urllib.parse
from collections.abc import Iterator, Mapping

import urllib3

from cliplab._core.addresses import basic_login, host_of, proxy_for, split_login
from cliplab._core.limited_requests import (
    REQUEST,
    LimitedPool,
    LimitedSecurePool,
    Limits,
    Request,
    temporary_errors,
)
from cliplab._core.request_errors import (
    NotAvailableError,
    StoppedError,
    TemporaryError,
    TooLargeError,
    UnreachableError,
)

# Only after these is a request repeated.
_TEMPORARY_STATUS = frozenset({408, 429, 500, 502, 503, 504})
_SECONDS_TO_ANSWER = 5.0
_PART = 64 * 1024
_MAX_REASON = 80
_MAX_FILE_BYTES = 1 << 40


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

    def __init__(self, response: urllib3.BaseHTTPResponse, request: Request, host: str) -> None:
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
        with temporary_errors(self._request):
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
        self._running: set[Request] = set()
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
        request = Request(limits, self._read)
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
        request: Request,
        n_redirects: int,
    ) -> urllib3.BaseHTTPResponse:
        address, login = split_login(url)
        sent = urllib3.HTTPHeaderDict({"Authorization": basic_login(login)} if login else {})
        for name, value in headers.items():
            sent[name] = value  # A token comes before a login.
        # Where no redirect is followed, it is the answer.
        retries = urllib3.Retry(
            total=None, connect=0, read=0, status=0, other=0, redirect=n_redirects
        )
        token = REQUEST.set(request)
        try:
            with temporary_errors(request), request.closed_after_error():
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
            REQUEST.reset(token)

    def _pool(self, url: str) -> urllib3.PoolManager:
        proxy = proxy_for(url)
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
                proxy_headers={"Proxy-Authorization": basic_login(login)} if login else None,
            )
            if proxy
            else urllib3.PoolManager(maxsize=self._n_connections)
        )
        pool.pool_classes_by_scheme = {"http": LimitedPool, "https": LimitedSecurePool}
        return pool


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


def _host_that_answered(url: str, response: urllib3.BaseHTTPResponse) -> str:
    for each in response.retries.history if response.retries else ():
        url = urllib.parse.urljoin(url, each.redirect_location or "")
    return host_of(url)
