"""A web server on this machine with the behaviour and the faults of real ones."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from loopback.misbehaviour import MISBEHAVIOURS

# More than any test needs: a client that sends requests forever fails its test.
_MOST_REQUESTS = 20_000


@dataclass
class Answer:
    """A response of the server."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Server:
    """Serves what `answer` returns; `fault` may name a fault for the n-th request of a path.

    Attributes
    ----------
    requests : collections.Counter
        How often each path was requested, with any method but HEAD.
    n_bytes : collections.Counter
        How much of each path was sent.
    ranges : list of str
        Every range of a file that was requested.
    headers : dict
        More headers for the answers of a path.
    changes : dict
        An earlier content of a path, for its n-th request.
    retry_after : str
        The wait that a busy server asks for.
    sends_ranges : bool
        Whether ranges are supported; if not, the whole file is sent.
    seconds : float
        How long a time-out takes, and ten bytes of an answer that drips.
    """

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], Answer | None]) -> None:
        self.answer = answer
        self.fault: Callable[[str, int], str | None] = lambda path, times: None
        self.requests: Counter[str] = Counter()
        self.n_bytes: Counter[str] = Counter()
        self.ranges: list[str] = []
        self.headers: dict[str, dict[str, str]] = {}
        self.changes: dict[str, dict[int, bytes]] = {}
        self.retry_after = "0"
        self.sends_ranges = True
        self.seconds = 1.0
        self._stopping = threading.Event()
        self._counting = threading.Lock()
        handler = type("Handler", (Handler,), {"server_of_test": self})
        self._http = _Http(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def wait(self, share: float = 1.0) -> bool:
        """Wait for a share of `seconds`; return whether the server is being stopped."""
        return self._stopping.wait(share * self.seconds)

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that has gone, as after an interrupt."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server_of_test: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._serve()

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def _serve(self) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            self._answer()

    def _answer(self) -> None:
        server, path = self.server_of_test, self.path.split("?")[0]
        length = int(self.headers.get("Content-Length") or 0)
        self.content = self.rfile.read(length)
        # One request after the other, so that a fault may depend on how many came before.
        with server._counting:
            if self.command != "HEAD":
                server.requests[path] += 1
            n_requests, times = server.requests.total(), server.requests[path]
            fault = server.fault(path, times)
        if n_requests > _MOST_REQUESTS:
            self._send(Answer(b"too many requests for a test", 500))
            return
        answer = server.answer(self) or Answer(b"not here", 404)
        answer.headers |= server.headers.get(path, {})
        if earlier := server.changes.get(path, {}).get(times):
            answer = Answer(earlier, headers={"ETag": f'"{len(earlier)}"'})
        if fault is None:
            self._send(self._part(answer))
        elif fault.isdecimal():
            self._send(
                Answer(
                    b"no", int(fault), {"Retry-After": server.retry_after} if fault == "429" else {}
                )
            )
        else:
            MISBEHAVIOURS[fault](self, answer)

    def _part(self, answer: Answer) -> Answer:
        """Serve a range, if the file has not changed."""
        wanted = self.headers.get("Range", "")
        version = self.headers.get("If-Range", answer.headers.get("ETag"))
        if not self.server_of_test.sends_ranges:
            return answer
        if answer.status != 200 or not wanted or version != answer.headers.get("ETag"):
            return answer
        self.server_of_test.ranges.append(wanted)
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(0, len(answer.body) - int(last))
        if start >= len(answer.body):
            return Answer(b"", 416, {"Content-Range": f"bytes */{len(answer.body)}"})
        end = int(last) + 1 if first and last else len(answer.body)
        end = min(end, len(answer.body))
        headers = {"Content-Range": f"bytes {start}-{end - 1}/{len(answer.body)}"}
        return Answer(answer.body[start:end], 206, answer.headers | headers)

    def _send(self, answer: Answer, length: int | None = None) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.server_of_test.n_bytes[self.path.split("?")[0]] += len(answer.body)
            self.wfile.write(answer.body)


@contextlib.contextmanager
def nobody_there() -> Iterator[str]:
    """Yield an address of this machine where no server answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # Bound and not listening: a connection is refused.
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
