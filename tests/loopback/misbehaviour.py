"""How a host can misbehave: each kind as a function that answers one request."""

from __future__ import annotations

import gzip
import socket
import struct
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loopback.server import Answer, Handler

PAGE = b"<!DOCTYPE html><title>School</title><p>Log in to the school's network</p>"
# What a body without an end has sent before a client is called endless itself.
_MOST_BYTES = 200_000_000
_BOMB = gzip.compress(bytes(60_000_000))

Misbehaviour = Callable[["Handler", "Answer"], None]


def _timeout(handler: Handler, answer: Answer) -> None:
    handler.server_of_test.wait()
    handler.close_connection = True


def _reset(handler: Handler, answer: Answer) -> None:
    # Closing with something unsent and no time to linger is a reset.
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def _slow(handler: Handler, answer: Answer) -> None:
    """The body drips."""
    _start(handler, answer, {"Content-Length": str(len(answer.body))})
    _drip(handler, answer.body)


def _slow_headers(handler: Handler, answer: Answer) -> None:
    """The headers drip, and never end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    _drip(handler, b"X-Padding: yes\r\n" * 10_000)


def _continued(handler: Handler, answer: Answer) -> None:
    """The server asks to go on, again and again."""
    handler.close_connection = True
    while not handler.server_of_test.wait(0.01):
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 10)


def _many_headers(handler: Handler, answer: Answer) -> None:
    _raw(handler, b"HTTP/1.1 200 OK\r\n" + b"X-Padding: yes\r\n" * 5_000 + b"\r\n")


def _long_header(handler: Handler, answer: Answer) -> None:
    _raw(handler, b"HTTP/1.1 200 OK\r\nX-Padding: " + b"y" * 500_000 + b"\r\n\r\n")


def _endless(handler: Handler, answer: Answer) -> None:
    """The body has no length and no end."""
    _start(handler, answer, {})
    _send_all(handler, (bytes(65536) for _ in range(_MOST_BYTES // 65536)))


def _endless_chunks(handler: Handler, answer: Answer) -> None:
    _start(handler, answer, {"Transfer-Encoding": "chunked"})
    _send_all(handler, (b"10000\r\n" + bytes(65536) + b"\r\n" for _ in range(_MOST_BYTES // 65536)))


def _endless_chunk_size(handler: Handler, answer: Answer) -> None:
    _start(handler, answer, {"Transfer-Encoding": "chunked"})
    _send_all(handler, (b"0" * 65536 for _ in range(_MOST_BYTES // 65536)))


def _huge(handler: Handler, answer: Answer) -> None:
    """The body begins as it should, and is said to be larger than any disk."""
    _start(handler, answer, {"Content-Length": "900000000000000"})
    _send_all(handler, (bytes(65536) for _ in range(_MOST_BYTES // 65536)))


def _gzip_bomb(handler: Handler, answer: Answer) -> None:
    headers = {"Content-Encoding": "gzip", "Content-Length": str(len(_BOMB))}
    _start(handler, answer, headers)
    _send_all(handler, iter([_BOMB]))


def _truncated(handler: Handler, answer: Answer) -> None:
    _start(handler, answer, {"Content-Length": str(len(answer.body))})
    _send_all(handler, iter([answer.body[: len(answer.body) // 2]]))


def _wrong_length(handler: Handler, answer: Answer) -> None:
    _answer(handler, answer, answer.body[: len(answer.body) // 2])


def _corrupt(handler: Handler, answer: Answer) -> None:
    flipped = bytes(byte ^ 0x5A for byte in answer.body[20:])
    _answer(handler, answer, answer.body[:20] + flipped)


def _one_bit(handler: Handler, answer: Answer) -> None:
    middle = len(answer.body) // 2
    body = bytearray(answer.body)
    body[middle : middle + 1] = bytes(byte ^ 4 for byte in body[middle : middle + 1])
    _answer(handler, answer, bytes(body))


def _empty(handler: Handler, answer: Answer) -> None:
    _answer(handler, answer, b"")


def _page(handler: Handler, answer: Answer) -> None:
    """A network that asks for a login."""
    _raw(
        handler, _head(200, {"Content-Length": str(len(PAGE)), "Content-Type": "text/html"}) + PAGE
    )


def _led_to_a_page(handler: Handler, answer: Answer) -> None:
    """A network that leads every address to its login."""
    if handler.path.endswith("?login"):
        _page(handler, answer)
    else:
        _moved(f"{handler.path.split('?')[0]}?login")(handler, answer)


def _two_lengths(handler: Handler, answer: Answer) -> None:
    length = len(answer.body)
    lengths = {"Content-Length": str(length), "content-length": str(length + 5)}
    _raw(handler, _head(200, answer.headers | lengths) + answer.body)


def _length(said: str) -> Misbehaviour:
    def respond(handler: Handler, answer: Answer) -> None:
        _raw(handler, _head(200, answer.headers | {"Content-Length": said}) + answer.body)

    return respond


def _long_version(handler: Handler, answer: Answer) -> None:
    """An ETag that is too long for a file's name, of an answer that is cut off."""
    headers = {"ETag": '"' + "e" * 300 + '"', "Content-Length": str(len(answer.body))}
    _start(handler, answer, headers)
    _send_all(handler, iter([answer.body[: len(answer.body) // 2]]))


def _moved(location: str) -> Misbehaviour:
    def respond(handler: Handler, answer: Answer) -> None:
        _raw(handler, _head(302, {"Location": location, "Content-Length": "0"}))

    return respond


def _later(when: str) -> Misbehaviour:
    def respond(handler: Handler, answer: Answer) -> None:
        _raw(handler, _head(503, {"Retry-After": when, "Content-Length": "0"}))

    return respond


def _status(line: bytes) -> Misbehaviour:
    def respond(handler: Handler, answer: Answer) -> None:
        _raw(handler, b"HTTP/1.1 " + line + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")

    return respond


def _not_http(handler: Handler, answer: Answer) -> None:
    _raw(handler, b"SSH-2.0-OpenSSH_9.6\r\n")


def _part_unasked(handler: Handler, answer: Answer) -> None:
    body = answer.body[: len(answer.body) // 2]
    about = {"Content-Range": f"bytes 0-{len(body) - 1}/{len(answer.body)}"}
    headers = answer.headers | about | {"Content-Length": str(len(body))}
    _raw(handler, _head(206, headers) + body)


# By the name that `Server.fault` returns; a status is a fault too.
MISBEHAVIOURS: dict[str, Misbehaviour] = {
    "timeout": _timeout,
    "reset": _reset,
    "slow": _slow,
    "slow headers": _slow_headers,
    "100 again and again": _continued,
    "many headers": _many_headers,
    "long header": _long_header,
    "endless": _endless,
    "endless chunks": _endless_chunks,
    "endless chunk size": _endless_chunk_size,
    "huge": _huge,
    "gzip bomb": _gzip_bomb,
    "truncated": _truncated,
    "wrong length": _wrong_length,
    "corrupt": _corrupt,
    "one bit": _one_bit,
    "empty": _empty,
    "html": _page,
    "led to a page": _led_to_a_page,
    "two lengths": _two_lengths,
    "length in words": _length("many"),
    "negative length": _length("-1"),
    "length of 5,000 digits": _length("9" * 5000),
    "long version": _long_version,
    "moved to no host": _moved("http:///nowhere"),
    "moved to a broken address": _moved("http://[::1"),
    "moved to a port of 99999": _moved("http://127.0.0.1:99999/"),
    "moved to a file": _moved("file:///etc/passwd"),
    "moved to itself": _moved(""),
    "moved to a long name": _moved("http://" + "a" * 300 + "/"),
    "later in the year 99999": _later("Fri, 31 Dec 99999 23:59:59 GMT"),
    "later in words": _later("soon"),
    "later in 1e400 seconds": _later("9" * 400),
    "reason with control characters": _status(b"404 Not\x1b[2J\x07 here\x9b"),
    "status of no kind": _status(b"299 Fine"),
    "no content": _status(b"204 Nothing"),
    "range unasked": _status(b"416 No such range"),
    "part unasked": _part_unasked,
    "not http": _not_http,
}
# What Open Images' images are downloaded through; a status of 4xx is final.
FAULTS = (
    "403", "404", "410", "429", "500", "503", "timeout", "reset", "slow", "truncated",
    "wrong length", "corrupt", "html",
)  # fmt: skip


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [
        f"HTTP/1.1 {status} So it is",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _start(handler: Handler, answer: Answer, headers: dict[str, str]) -> None:
    handler.close_connection = True
    handler.wfile.write(_head(200, answer.headers | headers))


def _raw(handler: Handler, content: bytes) -> None:
    handler.close_connection = True
    handler.wfile.write(content)


def _answer(handler: Handler, answer: Answer, body: bytes) -> None:
    _raw(handler, _head(200, answer.headers | {"Content-Length": str(len(body))}) + body)


def _send_all(handler: Handler, parts: Iterator[bytes]) -> None:
    for part in parts:
        if handler.server_of_test.wait(0):
            return
        if handler.command != "HEAD":
            handler.wfile.write(part)


def _drip(handler: Handler, content: bytes) -> None:
    handler.close_connection = True
    for start in range(len(content)):
        if handler.server_of_test.wait(0.1):
            return
        handler.wfile.write(content[start : start + 1])
