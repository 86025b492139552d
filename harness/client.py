"""A client for servers under test: it sends bytes as they are, and reads answers one by one.

Python's own clients know too much: they send nothing malformed, and hide how the answers came.
"""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import Any, Iterable, Optional
from urllib.parse import urlsplit

from harness.explain import Failure
from harness.timeouts import scaled

# Seconds without a byte after which an answer counts as missing. It decides nothing else.
PATIENCE = 10.0


@dataclass
class Answer:
    """An answer: its status, its headers by their names in lower case, and its body."""

    status: int
    words: str
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Client:
    """A connection to a server. Use it with `with`."""

    def __init__(self, url: str, *, receive_buffer: int = 0) -> None:
        """Connects to the server of that URL; `receive_buffer` (bytes) makes it a client that
        takes little at once."""
        parts = urlsplit(url)
        self.socket = socket.socket(
            socket.AF_INET6 if ":" in parts.hostname else socket.AF_INET
        )
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(scaled(PATIENCE))
        self.socket.connect((parts.hostname, parts.port))
        self._bytes = b""

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self.socket.close()

    def send(self, *pieces: bytes) -> None:
        """Sends the pieces, each with a write of its own."""
        for piece in pieces:
            self.socket.sendall(piece)

    def send_byte_by_byte(self, data: bytes) -> None:
        """Sends every byte with a write of its own."""
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.send(*[data[i : i + 1] for i in range(len(data))])

    def get(self, path: str, **headers: str) -> Answer:
        """Asks for a path and reads the answer; `Accept="x"` is a header."""
        self.send(request("GET", path, headers))
        return self.answer()

    def answer(self, *, head: bool = False) -> Answer:
        """Reads the next answer; `head`: it is one to HEAD and has no body. A Failure when
        there is none, or it is malformed."""
        raw = self._until(b"\r\n\r\n")
        first, *lines = raw[:-4].decode("latin-1").split("\r\n")
        version, status, words = (first.split(" ", 2) + ["", ""])[:3]
        if not version.startswith("HTTP/1.") or not status.isdigit():
            raise Failure(
                did="asked the server",
                saw=f"its answer begins with {first[:60]!r}",
                expected="HTTP/1.1 and a status",
            )
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = b"" if head or status[0] == "1" else self._body(headers)
        return Answer(int(status), words, headers, body)

    def takes(self, count: int) -> bytes:
        """Reads so many bytes of what comes, and leaves them for answer()."""
        while len(self._bytes) < count:
            self._more(f"{count} bytes")
        return self._bytes[:count]

    def has_answer(self) -> bool:
        """Whether something has come already."""
        if not self._bytes:
            self.socket.setblocking(False)
            try:
                self._bytes += self.socket.recv(65536)
            except OSError:
                pass
            self.socket.settimeout(scaled(PATIENCE))
        return bool(self._bytes)

    def is_closed(self) -> bool:
        """Whether the server closes the connection, and sends nothing more before."""
        try:
            return not self._bytes and self.socket.recv(1) == b""
        except ConnectionError:
            return True
        except socket.timeout:
            return False

    def _body(self, headers: dict[str, str]) -> bytes:
        if "transfer-encoding" in headers:
            return b"".join(self._chunks())
        if "content-length" not in headers:
            return self._to_the_end()
        return self._take(int(headers["content-length"]))

    def _chunks(self) -> Iterable[bytes]:
        while True:
            size = int(self._until(b"\r\n"), 16)
            yield self._take(size)
            self._until(b"\r\n")
            if size == 0:
                return

    def _until(self, end: bytes) -> bytes:
        while end not in self._bytes:
            self._more(f"an answer, up to {end!r}")
        piece, self._bytes = self._bytes.split(end, 1)
        return piece + end

    def _take(self, count: int) -> bytes:
        pieces, left = [], count
        while left > 0:
            if not self._bytes:
                self._more(f"{left} more bytes of the body")
            pieces.append(self._bytes[:left])
            self._bytes = self._bytes[len(pieces[-1]) :]
            left -= len(pieces[-1])
        return b"".join(pieces)

    def _to_the_end(self) -> bytes:
        pieces = [self._bytes]
        while pieces[-1]:
            pieces.append(self.socket.recv(65536))
        self._bytes = b""
        return b"".join(pieces)

    def _more(self, wanted: str) -> None:
        try:
            piece = self.socket.recv(65536)
        except socket.timeout:
            saw = "nothing more came"
        except ConnectionError:
            saw = "the connection was reset"
        else:
            if piece:
                self._bytes += piece
                return
            saw = "the server closed the connection"
        got = f", after {self._bytes[:60]!r}" if self._bytes else ""
        raise Failure(did="asked the server", saw=saw + got, expected=wanted)


def request(
    method: str, path: str, headers: Optional[dict[str, str]] = None, body: bytes = b""
) -> bytes:
    """A request's bytes. The header Host is there always, Content-Length with a body."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [
        f"{name.replace('_', '-')}: {value}" for name, value in (headers or {}).items()
    ]
    lines += [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body
