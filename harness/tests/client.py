"""Clients of a world, for its tests: byte by byte, or as the standard library does it."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any

from harness.timeouts import scaled

GET = "GET {} HTTP/1.1\r\nHost: world\r\n\r\n"


class Client:
    """One connection to a service, byte by byte where needed."""

    def __init__(self, service: Any) -> None:
        self.socket = socket.create_connection(
            (service.host, service.port), timeout=scaled(10)
        )
        self._input = self.socket.makefile("rb")

    def send(self, data: bytes | str) -> Client:
        """Send as it is."""
        self.socket.sendall(data.encode() if isinstance(data, str) else data)
        return self

    def get(self, path: str) -> Client:
        """Send a GET, without waiting for its answer."""
        return self.send(GET.format(path))

    def answer(self, head_only: bool = False) -> tuple[int, dict[str, str], bytes]:
        """Read one answer: status, headers by lower-case name, body."""
        line = self._input.readline().decode()
        assert line, "the connection closed before an answer came"
        headers = {}
        while (field := self._input.readline().decode().rstrip("\r\n")) != "":
            name, _, value = field.partition(": ")
            headers[name.lower()] = value
        length = 0 if head_only else int(headers.get("content-length", 0))
        return int(line.split(" ")[1]), headers, self._input.read(length)

    def rest(self) -> bytes:
        """Read until the world closes."""
        return self._input.read()

    def read(self, count: int) -> bytes:
        """Read exactly so many bytes (fewer if the world closes)."""
        return self._input.read(count)

    def is_silent(self) -> bool:
        """Whether everything that has come was read, and the world has not closed."""
        self.socket.setblocking(False)
        try:
            return self._input.read(1) is None
        finally:
            self.socket.settimeout(scaled(10))

    def reset(self) -> None:
        """Close with a TCP RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.close()

    def close(self) -> None:
        """Close as a program does."""
        self._input.close()
        self.socket.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def get(service: Any, path: str) -> tuple[int, dict[str, str], bytes]:
    """One GET on a connection of its own."""
    with Client(service) as client:
        return client.get(path).answer()


def fetch(
    service: Any, method: str, path: str, body: Any = None, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    """One request as the standard library does it: the answer, and its body decoded."""
    connection = http.client.HTTPConnection(
        service.host, service.port, timeout=scaled(10)
    )
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def call(world: Any, method: str, path: str, value: Any = None) -> tuple[int, Any]:
    """One call of the control interface: status and JSON."""
    body = None if value is None else json.dumps(value)
    answer, content = fetch(world.control, method, path, body)
    return answer.status, json.loads(content)
