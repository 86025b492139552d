"""Talks to the server programs, as their clients do.

    server = Server(program("joke_server").start("--port", "0", **world.environment))
    answer = server.get("/joke", Accept="text/plain")
    answer.status, answer.headers, answer.type, answer.text, answer.json

    client = server.ask("/joke")     # a client that has asked, and does not wait
    server.wait_for_requests(hold, 1)
    client.answer()                  # or client.close(): it goes away

    with server.client() as client:  # one that has not asked yet
        client.send(request("GET", "/a") + request("GET", "/b"))
        client.answer(), client.answer()

    server.stop().expect_clean()

Python's own clients know too much: they send nothing malformed, and hide how the answers came.
So this one sends bytes as they are, and reads the answers one by one.
"""

from __future__ import annotations

import contextlib
import json
import select
import signal
import socket
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from typing import TYPE_CHECKING, Any, Iterator, Mapping

from harness.explain import Failure
from harness.running import Process, patience

if TYPE_CHECKING:
    from harness.world import Hold

LISTENING = r"^listening on http://(.+):(\d+)$"
STOPPING = "stopping"  # so begins what a server prints when it is asked to end
HEAD_MAX = 60  # bytes of what came that a failure shows
WITHOUT_BODY = (204, 304)


@dataclass(frozen=True)
class Answer:
    """What a server has answered. Of its headers, upper and lower case are the same."""

    status: int
    words: str
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


class Client:
    """A connection to a server. Use it with `with`, or close it.

    A Failure when the connection breaks, or nothing comes for long: if the server has died,
    that is what it tells.
    """

    def __init__(
        self, server: Server, *, once: bool = False, receive_buffer: int = 0
    ) -> None:
        """Connects. `once`: it closes the connection when it has its first answer;
        `receive_buffer` (bytes) makes it one that takes little at once."""
        self._server = server
        self._once = once
        self._asked = ""
        self._came = b""  # and was not read
        self.ended = False  # has_answer() has seen the connection end
        family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
        self.socket = socket.socket(family)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(patience())
        try:
            self.socket.connect((server.host, server.port))
        except ConnectionError:
            self.close()
            raise self._broken(
                "it says that it listens, and refuses who connects", "a connection"
            ) from None

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection: the client goes away, answered or not."""
        self.socket.close()
        self._server.waiting.discard(self)

    def fileno(self) -> int:
        """For select(): readable once something of the answer has come."""
        return self.socket.fileno()

    # --- Asking ------------------------------------------------------------------------

    def send(self, *pieces: bytes) -> None:
        """Sends the pieces, each with a write of its own."""
        first, found, _ = pieces[0].partition(b" HTTP/")
        self._asked = first.decode("latin-1")[:HEAD_MAX] if found else self._asked
        for piece in pieces:
            try:
                self.socket.sendall(piece)
            except socket.timeout:
                raise self._failure("it reads no more", "a server that reads") from None
            except OSError:
                raise self._broken(
                    "the server closed the connection while it was being asked",
                    "a server that reads",
                ) from None

    def ask(self, path: str, method: str = "GET", **headers: str) -> Client:
        """Sends a request, and does not wait. In a header's name _ stands for -."""
        self.send(request(method, path, headers))
        self._server.waiting.add(self)
        return self

    def get(self, path: str, **headers: str) -> Answer:
        """Asks for a path, and waits for the answer."""
        return self.ask(path, **headers).answer()

    # --- Reading -----------------------------------------------------------------------

    def answer(self, *, head: bool = False) -> Answer:
        """Waits for the next answer; `head`: it is one to HEAD, and has no body. A Failure
        when there is none, or it is malformed."""
        first, *lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, status, words = (first.split(" ", 2) + ["", ""])[:3]
        if not version.startswith("HTTP/1.") or not status.isdigit():
            raise self._failure(
                f"its answer begins with {first[:HEAD_MAX]!r}", "HTTP/1.1 and a status"
            )
        headers = Message()
        for line in lines:
            name, _, value = line.partition(":")
            headers[name] = value.strip()
        bare = head or status[0] == "1" or int(status) in WITHOUT_BODY
        body = b"" if bare else self._body(headers)
        self._server.waiting.discard(self)
        if self._once:
            self.close()
        return Answer(int(status), words, headers, body)

    def takes(self, count: int) -> bytes:
        """Reads so many bytes of what comes, and leaves them for answer()."""
        while len(self._came) < count:
            self._more(f"{count} bytes")
        return self._came[:count]

    def rest(self) -> bytes:
        """Everything that still comes until the connection ends, in whichever way."""
        pieces, self._came = [self._came], b""
        with contextlib.suppress(ConnectionError):
            while piece := self.socket.recv(65536):
                pieces.append(piece)
        return b"".join(pieces)

    def has_answer(self) -> bool:
        """Whether something has come already."""
        if not self._came:
            self.socket.setblocking(False)
            try:
                self._came += self.socket.recv(65536)
                self.ended = not self._came
            except BlockingIOError:
                pass
            except OSError:
                self.ended = True
            self.socket.settimeout(patience())
        return bool(self._came)

    def comes(self, seconds: float) -> bool:
        """Whether something comes within so many seconds, which the caller is not in a hurry
        about: it asks again."""
        return bool(self._came) or bool(select.select([self.socket], [], [], seconds)[0])

    def is_closed(self) -> bool:
        """Whether the server closes the connection, and sends nothing more before."""
        try:
            return not self._came and self.socket.recv(1) == b""
        except ConnectionError:
            return True
        except socket.timeout:
            return False

    def ends_in_order(self) -> bool:
        """Whether the connection ends, and not by a reset: that is what the kernel does when
        a program ends that has not read all that was sent to it."""
        try:
            while self.socket.recv(65536):
                pass
            return True
        except OSError:
            return False

    def _body(self, headers: Message) -> bytes:
        if "transfer-encoding" in headers:
            return b"".join(self._chunks())
        if "content-length" not in headers:
            return self._to_the_end()
        return self._take(self._number(headers["content-length"], 10))

    def _chunks(self) -> Iterator[bytes]:
        while True:
            size = self._number(self._until(b"\r\n").decode("latin-1"), 16)
            yield self._take(size)
            self._until(b"\r\n")
            if size == 0:
                return

    def _number(self, text: str, base: int) -> int:
        try:
            return int(text, base)
        except ValueError:
            raise self._failure(f"a length of {text[:HEAD_MAX]!r}", "a number") from None

    def _until(self, end: bytes) -> bytes:
        """What comes before `end`, which is taken, too."""
        while end not in self._came:
            self._more(f"an answer, up to {end!r}")
        piece, self._came = self._came.split(end, 1)
        return piece

    def _take(self, count: int) -> bytes:
        pieces, left = [], count
        while left > 0:
            if not self._came:
                self._more(f"{left} more bytes of the body")
            pieces.append(self._came[:left])
            self._came = self._came[len(pieces[-1]) :]
            left -= len(pieces[-1])
        return b"".join(pieces)

    def _to_the_end(self) -> bytes:
        pieces = [self._came]
        while piece := self._receive("an answer that ends with the connection"):
            pieces.append(piece)
        self._came = b""
        return b"".join(pieces)

    def _more(self, wanted: str) -> None:
        piece = self._receive(wanted)
        if not piece:
            raise self._broken("the server closed the connection", wanted)
        self._came += piece

    def _receive(self, wanted: str) -> bytes:
        try:
            return self.socket.recv(65536)
        except socket.timeout:
            raise self._failure("nothing more came", wanted) from None
        except OSError:
            raise self._broken("the connection was reset", wanted) from None

    # --- Failures ----------------------------------------------------------------------

    def _broken(self, saw: str, wanted: str) -> Failure:
        """When a connection breaks the server may have, too: then that is what to tell."""
        self._server.raise_if_it_died()
        return self._failure(saw, wanted)

    def _failure(self, saw: str, wanted: str) -> Failure:
        asked = f", and asked: {self._asked}" if self._asked else ", and connected"
        got = f", after {self._came[:HEAD_MAX]!r}" if self._came else ""
        return Failure(
            did=self._server.process.did + asked, saw=saw + got, expected=wanted
        )


class Server:
    """A server program that was started, from when it listens on."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.waiting: set[Client] = set()  # who has asked, and not read the answer
        (line,) = process.wait_for(LISTENING)
        self.host, _, port = process.lines[line].rpartition("//")[2].rpartition(":")
        self.host = self.host.strip("[]")
        self.port = int(port)

    @property
    def url(self) -> str:
        """Where it listens."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def client(self, *, receive_buffer: int = 0) -> Client:
        """A new client, which has not asked yet; see Client."""
        return Client(self, receive_buffer=receive_buffer)

    def ask(self, path: str, method: str = "GET", **headers: str) -> Client:
        """A new client that has sent a request, and will go when it has the answer. In a
        header's name _ stands for -."""
        return Client(self, once=True).ask(path, method, **headers)

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """The answer to a request of a new client."""
        return self.ask(path, method, **headers).answer(head=method == "HEAD")

    def wait_for(self, pattern: str) -> None:
        """Waits for a line of its output."""
        self.process.wait_for(pattern)

    def wait_for_requests(self, hold: Hold, count: int, remark: str = "") -> None:
        """Waits until so many of its own requests wait in `hold`, at the service behind it.

        A Failure, with the remark, when they do not come.
        """
        came = self.process.wait_until(
            lambda: len(hold.held) >= count or self._all_answered()
        )
        if len(hold.held) < count:
            if came:  # who seems to have an answer may have lost the connection
                self.raise_if_it_died()
            raise Failure(
                saw=f"of {count} requests that it should have sent {len(hold.held)} wait "
                f"at the service behind it. {remark}".rstrip(),
                expected=f"{count} requests at the service before any is answered",
            )

    def _all_answered(self) -> bool:
        """Whether nobody waits any more: then nothing more will be sent for anybody."""
        answered, _, _ = select.select(self.waiting, [], [], 0)
        return len(answered) == len(self.waiting) > 0

    def turn(self) -> None:
        """Lets it see to all that had come: when it has answered others twice, it has."""
        for _ in range(2):
            self.get("/json", Connection="close")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> Process:
        """Asks it to stop, and waits for its end."""
        self.process.ask_to_end(number)
        return self.process.finish()

    def raise_if_it_died(self) -> None:
        """A Failure that tells of what it died, if it has died or is dying. Ends it.

        Who is dying ends of itself, and says why. Who is well says that it is stopping.
        """
        before = self._times_stopping()
        self.process.ask_to_end()
        is_well = self.process.wait_until(lambda: self._times_stopping() > before)
        was_ended = is_well or self.process.running or before > 0
        self.process.kill()
        if not was_ended and self.process.exit != -signal.SIGTERM:
            raise Failure(saw=self.process.end, expected="a server that goes on")

    def _times_stopping(self) -> int:
        return len([one for one in self.process.lines if one.startswith(STOPPING)])


def request(
    method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> bytes:
    """A request's bytes. The header Host is there always, Content-Length with a body. In a
    header's name _ stands for -."""
    named = {"Host": "127.0.0.1", **(headers or {})}
    named.update({"Content-Length": str(len(body))} if body else {})
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in named.items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode() + body
