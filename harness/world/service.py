"""The base of every service: routes, a port, and each request's way through the rules.

A service is a class with a name and routes:

    class Jokes(Service):
        name = "jokes"

        @route("GET", "/")
        def joke(self, request: Request) -> Response:
            return Response.json({"id": "1", "joke": "...", "status": 200})

A route may have parts in braces, `/orders/{order}`, which become arguments; of two routes
that match, the one with fewer of them is taken. Its method may be "*": any. Its function
may be async; it may raise HttpError. HEAD comes with GET; 404 and 405 come by themselves.
"""

from __future__ import annotations

import asyncio
import inspect
import re
import socket
import struct
import traceback
from typing import Any, Callable
from urllib.parse import unquote

from .http1 import HttpError, Inbox, Request, Response, encode_head
from .limits import BACKLOG, LINGER_BYTES, LINGER_SECONDS, READ_SIZE
from .rules import Rulebook, Visit
from .watch import WorldError


def route(method: str, pattern: str) -> Callable[[Any], Any]:
    """Make a method of a Service answer `method` on paths like `pattern`."""

    def mark(function: Any) -> Any:
        function.route = (method, pattern)
        return function

    return mark


class Service(Rulebook):
    """A fake upstream service: a Rulebook that listens on a port."""

    name = "service"

    def __init__(self) -> None:
        super().__init__(self.name)
        self.host = ""
        self.port = 0
        self._routes = sorted(self._find_routes(), key=lambda r: r[1].count("{"))
        self._socket: socket.socket | None = None
        self._server: asyncio.AbstractServer | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._accepted = 0

    @property
    def url(self) -> str:
        """Where it listens: `http://127.0.0.1:PORT`, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def routes(self) -> list[tuple[str, str]]:
        """The methods and patterns it answers."""
        return [(method, pattern) for method, pattern, _, _ in self._routes]

    def error(self, status: int, message: str) -> Response:
        """How this service words an error; services that speak JSON override it."""
        return Response.text(f"{status} {message}", status)

    # Lifetime.

    def bind(self, host: str, port: int) -> None:
        """Take a port (0: any free one). WorldError if that cannot be done."""
        try:
            family, _, _, _, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            self._socket = socket.create_server(
                address[:2], family=family, backlog=BACKLOG
            )
            # Every connection inherits it: what is written goes out at once.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            # Python adds the address, which the message has already.
            reason = (error.strerror or str(error)).partition(" (while ")[0]
            raise WorldError(
                f"{self.name} cannot listen on {host} port {port}: {reason}"
            ) from None
        self.host, self.port = self._socket.getsockname()[:2]

    async def open(self) -> None:
        """Begin to serve on the port taken by bind()."""
        self._server = await asyncio.start_server(
            self._on_connection, sock=self._socket, backlog=BACKLOG
        )

    async def close(self) -> None:
        """Give up the port and every connection, whatever is held on it."""
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        self.end_watches()

    def unbind(self) -> None:
        """Give up a port on which serving never began."""
        if self._socket is not None:
            self._socket.close()

    # One request.

    async def serve(self, exchange: Exchange) -> None:
        """Take a request through the rules to its answer."""
        visit = exchange.visit
        if visit.ticket is not None:
            await visit.ticket.opened()
        if visit.fault is not None:
            await visit.fault.play(exchange)
        else:
            await exchange.answer(await exchange.respond())
        self.finish(visit)

    async def respond(self, request: Request) -> Response:
        """What the service itself has to say to a request."""
        try:
            return await self.handle(request)
        except HttpError as error:
            response = self.error(error.status, str(error))
            response.headers.update(error.headers)
            return response
        except Exception:  # a mistake in the service: say so, and go on serving
            traceback.print_exc()
            return self.error(500, "this service has a bug; see its standard error")

    async def handle(self, request: Request) -> Response:
        """Call the function of the request's route; HttpError if it has none."""
        function, arguments = self._find(request)
        response = function(request, **arguments)
        return await response if inspect.isawaitable(response) else response

    def _find(self, request: Request) -> tuple[Callable[..., Any], dict[str, str]]:
        """The function for a request and its arguments; HttpError 404 or 405."""
        method = "GET" if request.method == "HEAD" else request.method
        allowed: dict[str, None] = {}  # an ordered set
        for known, _, regex, function in self._routes:
            match = regex.fullmatch(request.path)
            if match and known in (method, "*"):
                return function, {k: unquote(v) for k, v in match.groupdict().items()}
            if match:
                allowed.update(
                    dict.fromkeys(["GET", "HEAD"] if known == "GET" else [known])
                )
        if not allowed:
            raise HttpError(404, f"{self.name} has nothing at {request.path}")
        allow = ", ".join(allowed)
        raise HttpError(405, f"{request.path} takes {allow}", Allow=allow)

    def _find_routes(self) -> Any:
        for _, function in inspect.getmembers(type(self), inspect.isfunction):
            if hasattr(function, "route"):
                method, pattern = function.route
                regex = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))
                yield method, pattern, regex, function.__get__(self)

    def _on_connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        connection = Connection(self, self._accepted, reader, writer)
        self._accepted += 1
        task = asyncio.get_running_loop().create_task(connection.run())
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)


class JsonService(Service):
    """A service that words its errors in JSON."""

    def error(self, status: int, message: str) -> Response:
        """{"error": "one line"}"""
        return Response.json({"error": message}, status)


class Connection:
    """One client's connection: requests one after another, each answered in turn."""

    def __init__(
        self,
        service: Service,
        number: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.writer = writer
        self.ends = False  # no more requests after this one
        self.service = service
        self._number = number
        self._inbox = Inbox(reader, writer)
        writer.transport.set_write_buffer_limits(high=0)  # drained: the kernel has it all

    async def run(self) -> None:
        """Serve until one side has had enough."""
        try:
            while not self.ends:
                request = await self._inbox.request()
                if request is None:
                    return
                await self._one(request)
            await self._linger()
        except HttpError as error:
            await self._refuse(error)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self.writer.transport.abort()

    async def _one(self, request: Request) -> None:
        """Answer a request, unless its client goes away first."""
        request.connection = self._number
        self.ends = not request.keep_alive
        visit = self.service.arrive(request)
        answer = asyncio.ensure_future(self.service.serve(Exchange(self, visit)))
        gone = asyncio.ensure_future(self._inbox.gone())
        try:
            await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
            if visit.over:
                await asyncio.wait({answer})  # its last bytes may still be on their way
        finally:
            answer.cancel()
            gone.cancel()
            ends = await asyncio.gather(answer, gone, return_exceptions=True)
        if not visit.over:
            self.service.abandon(visit)
            self.ends = True
        if isinstance(ends[0], Exception) and not isinstance(ends[0], OSError):
            traceback.print_exception(type(ends[0]), ends[0], ends[0].__traceback__)

    async def _refuse(self, error: HttpError) -> None:
        """Answer what is not a request."""
        try:
            response = self.service.error(error.status, str(error))
            self.writer.write(encode_head(response, close=True) + response.body)
            await self._linger()
        except (OSError, asyncio.CancelledError):
            pass

    async def _linger(self) -> None:
        """Close our side, and give the client time to read before we close for good.

        Closing at once, with something of the client's unread, would be a TCP RST, which
        can destroy the answer on its way.
        """
        if self.writer.transport.is_closing():
            return
        self.writer.write_eof()
        try:
            await asyncio.wait_for(self._inbox.discard(LINGER_BYTES), LINGER_SECONDS)
        except asyncio.TimeoutError:
            pass

    def reset(self) -> None:
        """End the connection with a TCP RST."""
        linger = struct.pack("ii", 1, 0)
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()


class Exchange:
    """One request and the means to answer it: what a fault plays on."""

    def __init__(self, connection: Connection, visit: Visit) -> None:
        self.service = connection.service
        self.request = visit.request
        self.visit = visit
        self._connection = connection

    async def respond(self) -> Response:
        """The service's own answer, after its delay; being held counts as the delay."""
        response = await self.service.respond(self.request)
        if response.delay > 0 and self.visit.hold is None:
            await asyncio.sleep(response.delay)
        return response

    async def answer(self, response: Response) -> None:
        """Send a whole response."""
        head, body = self.encode(response)
        if len(body) < READ_SIZE:
            await self.send(head + body, last=True)
        else:
            await self.send(head)
            await self.send(body, last=True)

    def encode(self, response: Response) -> tuple[bytes, bytes]:
        """The bytes of a response: head, and body (empty for HEAD)."""
        head = encode_head(response, self._connection.ends, self.request.version)
        return head, b"" if self.is_bare(response) else response.body

    def is_bare(self, response: Response) -> bool:
        """Whether nothing comes after the head, whatever that says."""
        return self.request.method == "HEAD" or response.status in (204, 304)

    async def send(self, data: bytes, last: bool = False) -> None:
        """Send raw bytes; returns when the kernel has them all.

        `last`: with these the answer is whole. It counts as finished just before they
        go, so that who has seen the answer finds it counted.
        """
        view = memoryview(data)
        for start in range(0, len(view), READ_SIZE):
            if last and start + READ_SIZE >= len(view):
                self.service.finish(self.visit)
            self._connection.writer.write(view[start : start + READ_SIZE])
            await self._connection.writer.drain()

    async def stay(self) -> None:
        """Wait in the fault's room until released."""
        ticket = self.visit.fault.enter(self.request)
        try:
            await ticket.opened()
        finally:
            self.visit.fault.leave(ticket)

    def close(self) -> None:
        """End the connection after what was sent."""
        self._connection.ends = True

    def reset(self) -> None:
        """Break the connection at once (TCP RST)."""
        self.service.finish(self.visit)
        self._connection.ends = True
        self._connection.reset()
