"""HTTP/1.1: requests in, answers out. Strict, small, and with a maximum on everything.

An Inbox reads requests from a connection; a Response becomes bytes with encode_head().
Nothing here knows of services or rules.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Iterator, Mapping
from urllib.parse import parse_qsl

from .jsontext import encode_json
from .limits import BODY_MAX, HEAD_MAX, READ_SIZE

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
TARGET = re.compile(r"(/|https?://)[\x21-\x7e]*|\*")
ORIGIN = re.compile(r"^https?://[^/]*")
CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(;[^\r\n]*)?")
BARE_LF = re.compile(rb"(?<!\r)\n")


class HttpError(Exception):
    """A request that is answered with an error: its status and one line for a person."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


class Headers(Mapping[str, str]):
    """Header fields by name, in any case of letters; repeated ones joined by ", "."""

    def __init__(self) -> None:
        self._fields: dict[str, tuple[str, str]] = {}

    def add(self, name: str, value: str) -> None:
        """Add one field as it came."""
        key = name.lower()
        if key in self._fields:
            name, before = self._fields[key]
            value = f"{before}, {value}"
        self._fields[key] = (name, value)

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._fields.values())

    def __len__(self) -> int:
        return len(self._fields)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._fields

    def __repr__(self) -> str:
        return repr(dict(self.items()))


@dataclass
class Request:
    """One request, whole. `arrival` and `connection` count from 0 on its service."""

    method: str
    target: str  # as sent: path and query
    version: str  # "1.0" or "1.1"
    headers: Headers
    body: bytes = b""
    connection: int = -1
    arrival: int = -1
    size: int = 0  # bytes of head and body
    path: str = field(init=False)
    query: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        path, _, query = self.target.partition("?")
        self.path = ORIGIN.sub("", path) or "/"
        self.query = dict(parse_qsl(query, keep_blank_values=True))

    @property
    def keep_alive(self) -> bool:
        """Whether the client wants to use the connection again."""
        wishes = self.headers.get("connection", "").lower().replace(" ", "").split(",")
        return "close" not in wishes and (self.version == "1.1" or "keep-alive" in wishes)

    def json(self) -> Any:
        """The body as JSON; an empty body is {}. HttpError 400 if it is not JSON."""
        try:
            return json.loads(self.body or b"{}")
        except (ValueError, RecursionError):
            raise HttpError(400, "the body is not JSON") from None

    def __str__(self) -> str:
        return f"{self.method} {self.target} (connection {self.connection})"


@dataclass
class Response:
    """One answer, and the seconds a service lets pass before it gives it."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0

    @classmethod
    def text(cls, text: str, status: int = 200, **more: Any) -> Response:
        """A line of plain text."""
        return cls(status, f"{text}\n".encode(), **more)

    @classmethod
    def json(cls, value: Any, status: int = 200, **more: Any) -> Response:
        """`value` as JSON; see jsontext.py for what it may be."""
        return cls(status, encode_json(value), "application/json", **more)

    @classmethod
    def html(cls, page: bytes, status: int = 200, **more: Any) -> Response:
        """A page."""
        return cls(status, page, "text/html; charset=utf-8", **more)


def encode_head(response: Response, close: bool, version: str = "1.1") -> bytes:
    """The status line and headers of `response`, with its true length.

    If its headers say something else about the length, they are believed. `close` says
    that the connection ends after it; `version` is the client's.
    """
    try:
        reason = HTTPStatus(response.status).phrase
    except ValueError:
        reason = "Status without a name"
    lines = [f"HTTP/1.1 {response.status} {reason}"]
    if response.status not in (204, 304):
        lines.append(f"Content-Type: {response.content_type}")
        if not {"Content-Length", "Transfer-Encoding"} & set(response.headers):
            lines.append(f"Content-Length: {len(response.body)}")
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    if close:
        lines.append("Connection: close")
    elif version == "1.0":
        lines.append("Connection: keep-alive")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


class Inbox:
    """What a client has sent and nobody has used yet."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer  # only for "100 Continue"
        self._buffer = bytearray()

    async def request(self) -> Request | None:
        """The next request; None when the client has closed between two requests.

        HttpError if it is malformed or too large: answer it and close.
        """
        head = await self._head()
        if head is None:
            return None
        request = parse_head(head)
        length = body_length(request)
        expect = request.headers.get("expect", "").lower()
        if expect not in ("", "100-continue"):
            raise HttpError(417, "unknown Expect header")
        if expect and length != 0 and not self._buffer:
            self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if length is None:
            request.body = await self._chunked()
        else:
            request.body = await self._take(length)
        request.size = len(head) + len(request.body)
        return request

    async def gone(self) -> None:
        """Return when the client has closed. What it sends meanwhile is kept for later.

        Once that is more than two whole requests, nothing more is read, nor noticed.
        """
        while len(self._buffer) <= 2 * (HEAD_MAX + BODY_MAX):
            try:
                if not await self._more():
                    return
            except OSError:
                return
        await asyncio.get_running_loop().create_future()  # until cancelled

    async def discard(self, at_most: int) -> None:
        """Read and drop until the client has closed, or `at_most` bytes have come."""
        self._buffer.clear()
        while at_most > 0 and await self._more():
            at_most -= len(self._buffer)
            self._buffer.clear()

    async def _head(self) -> bytes | None:
        """The request line and headers, without the empty line; None at a clean end."""
        while True:
            while self._buffer[:2] == b"\r\n":  # allowed before a request line
                del self._buffer[:2]
            end = self._buffer.find(b"\r\n\r\n", 0, HEAD_MAX)
            if end >= 0:
                head = bytes(self._buffer[:end])
                del self._buffer[: end + 4]
                return head
            if len(self._buffer) >= HEAD_MAX:
                raise HttpError(431, f"the head is longer than {HEAD_MAX} bytes")
            if BARE_LF.search(self._buffer):
                raise HttpError(400, "a line does not end with CR LF")
            if self._buffer and self._buffer[0] < 0x20 and self._buffer[:1] != b"\r":
                raise HttpError(400, "this is not HTTP (is it HTTPS?)")
            if not await self._more():
                if not self._buffer:
                    return None
                raise HttpError(400, "the request ends before its head is whole")

    async def _chunked(self) -> bytes:
        """A chunked body, put together. Its trailers are read and dropped."""
        body = bytearray()
        while True:
            match = CHUNK_SIZE.fullmatch(await self._line())
            if match is None:
                raise HttpError(400, "malformed chunk size")
            size = int(match[1], 16)
            if size == 0:
                break
            if len(body) + size > BODY_MAX:
                raise HttpError(413, f"the body is longer than {BODY_MAX} bytes")
            body += await self._take(size)
            if await self._take(2) != b"\r\n":
                raise HttpError(400, "a chunk does not end with CR LF")
        while await self._line():
            pass
        return bytes(body)

    async def _line(self) -> bytes:
        """A line of a chunked body, without its CR LF."""
        while True:
            end = self._buffer.find(b"\r\n", 0, HEAD_MAX)
            if end >= 0:
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 2]
                return line
            if len(self._buffer) >= HEAD_MAX:
                raise HttpError(400, "a line of a chunked body is too long")
            await self._must_come()

    async def _take(self, count: int) -> bytes:
        """Exactly `count` bytes."""
        while len(self._buffer) < count:
            await self._must_come()
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    async def _must_come(self) -> None:
        if not await self._more():
            raise HttpError(400, "the request ends before its body is whole")

    async def _more(self) -> bool:
        """Read what is there; False once the client has closed."""
        data = await self._reader.read(READ_SIZE)
        self._buffer += data
        return bool(data)


def parse_head(head: bytes) -> Request:
    """The request line and headers as a Request; HttpError if malformed."""
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not TOKEN.fullmatch(words[0]) or not TARGET.fullmatch(words[1]):
        raise HttpError(400, "malformed request line")
    method, target, version = words
    if not re.fullmatch(r"HTTP/\d\.\d", version):
        raise HttpError(400, "malformed request line")
    if version not in ("HTTP/1.0", "HTTP/1.1"):
        raise HttpError(505, "only HTTP/1.0 and HTTP/1.1 are spoken here")
    headers = Headers()
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not TOKEN.fullmatch(name) or re.search(r"[\r\n\0]", value):
            raise HttpError(400, "malformed header")
        if name.lower() in ("host", "content-length") and name in headers:
            raise HttpError(400, f"more than one {name} header")
        headers.add(name, value.strip(" \t"))
    if version == "HTTP/1.1" and "host" not in headers:
        raise HttpError(400, "the Host header is missing")
    return Request(method, target, version[5:], headers)


def body_length(request: Request) -> int | None:
    """How many bytes of body follow; None: chunked. HttpError if that is unclear."""
    coding = request.headers.get("transfer-encoding")
    length = request.headers.get("content-length")
    if coding is not None:
        if length is not None or request.version == "1.0":
            raise HttpError(400, "Transfer-Encoding is not allowed here")
        if coding.lower() != "chunked":
            raise HttpError(501, "the only transfer coding known here is chunked")
        return None
    if length is None:
        return 0
    if not re.fullmatch(r"[0-9]{1,18}", length):
        raise HttpError(400, "malformed Content-Length")
    if int(length) > BODY_MAX:
        raise HttpError(413, f"the body is longer than {BODY_MAX} bytes")
    return int(length)
