"""Talks to the server programs: Python's http.client is the client.

    server = Server(program("joke_server").start("--port", "0", **world.environment))
    answer = server.get("/joke", Accept="text/plain")
    answer.status, answer.type, answer.text, answer.json

    waiting = server.ask("/joke")    # sent; nobody has waited for the answer yet
    server.wait_for_requests(hold, 1)
    waiting.answer()                 # or waiting.go_away()

    server.stop().expect_clean()
"""

from __future__ import annotations

import http.client
import json
import select
import signal
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.client import Client
from harness.explain import Failure
from harness.running import Process, patience

if TYPE_CHECKING:
    from harness.world import Hold

LISTENING = r"^listening on http://(.+):(\d+)$"


@dataclass(frozen=True)
class Answer:
    """What a server has answered."""

    status: int
    headers: Message
    body: bytes

    @property
    def type(self) -> str:
        """The media type, without parameters; "" without one."""
        return self.headers.get("Content-Type", "").partition(";")[0]

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @cached_property
    def json(self) -> Any:
        """The body as JSON. A Failure when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise Failure(saw=str(self), expected="a body that is JSON") from None

    def __str__(self) -> str:
        shown = self.text if len(self.text) < 300 else self.text[:300] + " ..."
        return f"{self.status}, {self.type or 'without a type'}: {shown.rstrip()}"


class Waiting:
    """A request that was sent, on a connection of its own."""

    def __init__(self, server: Server, method: str, path: str, headers: dict[str, str]):
        self._server = server
        self._what = f"{method} {path}"
        self._connection = http.client.HTTPConnection(
            server.host, server.port, timeout=patience()
        )
        with _told(server, self._what):
            self._connection.request(method, path, headers=headers)
        server.waiting.add(self)

    def answer(self) -> Answer:
        """Waits for the answer. A Failure when none comes."""
        with _told(self._server, self._what):
            response = self._connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        self.go_away()
        return answer

    def fileno(self) -> int:
        """For select(): readable once something of the answer has come."""
        return self._connection.sock.fileno()

    def go_away(self) -> None:
        """Closes the connection, without having waited."""
        self._connection.close()
        self._server.waiting.discard(self)


class Server:
    """A server program that was started, from when it listens on."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.waiting: set[Waiting] = set()  # those that have not read their answer
        (line,) = process.wait_for(LISTENING)
        self.host, _, port = process.lines[line].rpartition("//")[2].rpartition(":")
        self.host = self.host.strip("[]")
        self.port = int(port)

    @property
    def url(self) -> str:
        """Where it listens."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def client(self, **options: Any) -> Client:
        """A new connection to it, for bytes as they are."""
        return Client(self.url, **options)

    def wait_for(self, pattern: str) -> None:
        """Waits for a line of its output."""
        self.process.wait_for(pattern)

    def turn(self) -> None:
        """Lets it see to all that had come: when it has answered others twice, it has."""
        for _ in range(2):
            with self.client() as other:
                other.get("/json", Connection="close")

    def ask(self, path: str, method: str = "GET", **headers: str) -> Waiting:
        """Sends a request, and does not wait. In a header's name _ stands for -."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Waiting(self, method, path, named)

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Sends a request, and waits for its answer."""
        return self.ask(path, method, **headers).answer()

    def wait_for_requests(self, hold: Hold, count: int, remark: str = "") -> None:
        """Waits until so many of its own requests wait in `hold`, at the service behind it.

        A Failure, with the remark, when they do not come.
        """
        self.process.wait_until(lambda: len(hold.held) >= count or self._all_answered())
        if len(hold.held) < count:
            raise Failure(
                saw=f"of {count} requests that it should have sent {len(hold.held)} wait "
                f"at the service behind it. {remark}".rstrip(),
                expected=f"{count} requests at the service before any is answered",
            )

    def _all_answered(self) -> bool:
        """Whether nobody waits any more: then nothing more will be sent for anybody."""
        answered, _, _ = select.select(self.waiting, [], [], 0)
        return len(answered) == len(self.waiting) > 0

    def stop(self, number: signal.Signals = signal.SIGTERM) -> Process:
        """Asks it to stop, and waits for its end."""
        self.process.ask_to_end(number)
        return self.process.finish()


class _told:
    """Tells what goes wrong meanwhile as a Failure."""

    def __init__(self, server: Server, what: str) -> None:
        self._process = server.process
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, _: Any) -> None:
        if not isinstance(error, (OSError, http.client.HTTPException)):
            return
        saw = "no answer came"
        if not isinstance(error, TimeoutError):
            self._raise_crash()
            saw = f"the connection ended without an answer ({type(error).__name__})"
        raise Failure(
            did=f"{self._process.did}, and asked: {self._what}",
            saw=saw,
            expected="an answer",
        ) from None

    def _raise_crash(self) -> None:
        """When a connection breaks, the server may have: then that is what to tell."""
        self._process.ask_to_end()
        try:
            self._process.finish()
        except Failure as failure:
            if failure.report is not None:
                raise
