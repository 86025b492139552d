"""dial_a_joke in tests and in the demo: its configuration for a world, and its clients.

    line = JokeLine(serve, world, tmp_path)
    server = line.start()
    answer = line.book(server, "+15550101", seconds=1)
    world.telephony.wait(lambda: world.telephony.calls[0].state == "ended")
    line.calls(server)["over"]
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any, Callable
from urllib.parse import urlencode

from harness.explain import Failure
from harness.layout import stage
from harness.serving import Answer, Server, request
from harness.world import World

CONNECTION = "joke-line"
KEY = "KEY-that-nobody-may-see"
FORM = "application/x-www-form-urlencoded"
# What a person may have in the environment for calls of his own.
OWN_KEYS = (
    "TELNYX_API_KEY",
    "TELNYX_CONNECTION_ID",
    "TELNYX_PUBLIC_KEY",
    "SRC_NUMBER",
    "WEBHOOK_URL",
)
NOT_HIS_OWN = {name: "" for name in OWN_KEYS}


def configuration(world: World, **changes: Any) -> dict[str, Any]:
    """A configuration for this world, on any free port. A change to None leaves a key out."""
    values = {
        "http": {"host": "127.0.0.1", "port": 0},
        "src_number": "+15550100100",
        "telnyx_api_key": KEY,
        "telnyx_connection_id": CONNECTION,
        "telnyx_api_url": world.telephony.url,
        "templates_dir": str(stage("4").path / "templates"),
        "jokes_external_api_url": world.jokes.url,
        "database": "calls.db",
        **changes,
    }
    return {key: value for key, value in values.items() if value is not None}


def soon(seconds: float) -> tuple[str, str]:
    """The date and the time so long from now on, UTC, in whole seconds: rounded up."""
    now = datetime.datetime.now(datetime.timezone.utc)
    then = now + datetime.timedelta(seconds=seconds + 1)
    return f"{then:%Y-%m-%d}", f"{then:%H:%M:%S}"


class JokeLine:
    """A dial_a_joke whose calls go through `world`. It can be started again, with the same
    database; the network tells its events to the newest one."""

    def __init__(
        self, serve: Callable[..., Server], world: World, folder: Path, **changes: Any
    ) -> None:
        self._serve = serve
        self._world = world
        self.config = folder / "config.json"
        self.configure(**changes)

    def configure(self, **changes: Any) -> None:
        """Writes the configuration anew."""
        text = json.dumps(configuration(self._world, **changes))
        self.config.write_text(text, encoding="utf-8")

    def start(self, *arguments: str, **environment: str) -> Server:
        """Starts the program; it is listening then."""
        environment = {**NOT_HIS_OWN, **self._world.environment, **environment}
        server = self._serve(
            "dial_a_joke", "-c", str(self.config), *arguments, **environment
        )
        self._world.telephony.connections[CONNECTION] = f"{server.url}/webhook"
        return server

    def book(self, server: Server, number: str, seconds: float = 60) -> Answer:
        """Asks for a call so long from now on, as the page's form does."""
        date, time = soon(seconds)
        return post_form(server, date=date, time=time, number=number)

    def calls(self, server: Server) -> dict[str, Any]:
        """What GET /calls says."""
        answer = server.get("/calls")
        if answer.status != 200:
            raise Failure(saw=str(answer), expected="200, and the calls")
        return answer.json


def post(server: Server, path: str, body: bytes, **headers: str) -> Answer:
    """The answer to a POST of a new client."""
    with server.client() as client:
        client.send(request("POST", path, headers, body))
        return client.answer()


def post_form(server: Server, **fields: str) -> Answer:
    """The answer to the page's form, as a browser sends it."""
    body = urlencode(fields).encode()
    return post(server, "/", body, Content_Type=FORM, Accept="text/html")


def post_json(server: Server, value: object, path: str = "/") -> Answer:
    """The answer to JSON."""
    body = json.dumps(value).encode()
    return post(server, path, body, Content_Type="application/json")
