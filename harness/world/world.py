"""The world: all services on one asyncio loop in a thread of its own."""

from __future__ import annotations

import asyncio
import concurrent.futures
import socket
import threading

from .control import Control
from harness.timeouts import scaled

from .jokes import Jokes
from .limits import raise_open_file_limit
from .orders import Orders
from .rates import Rates
from .service import Service
from .sites import Sites
from .telephony import Telephony
from .watch import WorldError

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8100  # of `make world`: there the programs look when they are not told


class World:
    """Every service the workshop talks to.

        with World() as world:
            hold = world.sites.hold("/delay/*")
            ...start a program with world.environment...

    `port` 0 takes any free ports; N gives `sites` N, `control` N + 1, `rates` N + 2, and
    so on. A world is started once.
    """

    def __init__(self, host: str = DEFAULT_HOST, port: int = 0) -> None:
        self.sites = Sites()
        self.control = Control()
        self.rates = Rates()
        self.orders = Orders()
        self.jokes = Jokes()
        self.telephony = Telephony()
        self.services: list[Service] = [  # new ones at the end
            self.sites,
            self.control,
            self.rates,
            self.orders,
            self.jokes,
            self.telephony,
        ]
        self.control.services = {
            s.name: s for s in self.services if s is not self.control
        }
        self.control.annexes = {
            book.name: book for book in (self.telephony.steps, self.telephony.webhooks)
        }
        self._host = host
        self._port = port
        self._refused: list[socket.socket] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The variables that tell a program where the services are: SITES_URL, ..."""
        return {f"{n.upper()}_URL": s.url for n, s in self.control.services.items()}

    @property
    def refused_url(self) -> str:
        """A URL where every connection is refused, until the world stops."""
        if not self._refused:
            self._refused = refusing_port()
        return "http://%s:%d" % self._refused[0].getsockname()

    def start(self) -> None:
        """Take the ports and serve; WorldError, and nothing runs, if a port is taken."""
        raise_open_file_limit()
        try:
            for index, service in enumerate(self.services):
                service.bind(self._host, self._port + index if self._port else 0)
        except WorldError:
            for service in self.services:
                service.unbind()
            raise
        begun: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._thread = threading.Thread(
            target=self._run, args=(begun,), name="world", daemon=True
        )
        self._thread.start()
        begun.result()

    def stop(self) -> None:
        """Close everything; whoever is held sees the connection close."""
        if self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(scaled(10))
        if self._thread.is_alive():
            raise WorldError("the world does not stop: a service blocks its loop")
        self._thread = None
        for one in self._refused:
            one.close()

    def reset(self) -> None:
        """Lift all rules, releasing what is held; counts and logs start again."""
        for service in self.services:
            service.reset()

    def __enter__(self) -> World:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self, begun: concurrent.futures.Future[None]) -> None:
        """The thread."""
        try:
            asyncio.run(self._main(begun))
        except Exception as error:
            if begun.done():
                raise
            begun.set_exception(error)

    async def _main(self, begun: concurrent.futures.Future[None]) -> None:
        """What runs on the loop: open all, wait for stop(), close all."""
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        for service in self.services:
            await service.open()
        begun.set_result(None)
        await self._stop.wait()
        for service in self.services:
            await service.close()


def refusing_port() -> list[socket.socket]:
    """Sockets, the first on a port that refuses connections until they are closed.

    It is the near end of a connection: nobody listens on it, and nobody else can take it.
    (To bind it is not enough: macOS does not refuse then, but keeps silent.)
    """
    near = socket.socket()
    near.bind((DEFAULT_HOST, 0))  # or another connection might share its port
    with socket.create_server((DEFAULT_HOST, 0)) as listener:
        near.connect(listener.getsockname())
        return [near, listener.accept()[0]]
