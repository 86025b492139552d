"""Talks to the programs that telephone, as the telephone network does.

    server = Server(program("dial_now").start("--port", "0", "--stay", **world.environment))
    answer = deliver(server, event("call.answered", call_control_id="v3:a"))
    commands(world, "speak")          # those that have come, as dictionaries
    expect_silence_about(process, "+15555550101")

The world's own network (harness/world/telephony.py) tells what happens on its calls. Events
of this module are of calls that it does not know, and come whenever a test likes.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from harness.explain import Failure
from harness.serving import Answer, Client, Server, request

if TYPE_CHECKING:
    from harness.running import Process
    from harness.world import World

CALL = "v3:MdI91X4lWFEs7IgbBEOT9M4AigoY08M0WWZFISt1Yw2axZ_IiE4pqg"
TIME = "2026-11-23T03:30:07.876309Z"


def event(kind: str, *, id: Any = None, **payload: Any) -> dict[str, Any]:
    """An event as the network tells it, with an id of its own unless one is given.

    A member of the payload that is ... is left out.
    """
    members = {
        "call_control_id": CALL,
        "call_leg_id": "428c31b6-7af4-4bcb-b7f5-5013ef9657c1",
        "call_session_id": "428c31b6-abf0-4d34-9a9c-8e2ba0a9c1b9",
        "connection_id": "7267",
        "client_state": None,
        "from": "+15555550100",
        "to": "+15555550101",
        "start_time": TIME,
        **payload,
    }
    data = {
        "record_type": "event",
        "event_type": kind,
        "id": str(uuid.uuid4()) if id is None else id,
        "occurred_at": TIME,
        "payload": {k: v for k, v in members.items() if v is not ...},
    }
    return {"data": data, "meta": {"attempt": 1, "delivered_to": "https://x.example/"}}


def post(message: Any, path: str = "/webhook") -> bytes:
    """The request that delivers an event; or bytes, as they are."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return request("POST", path, {"Content-Type": "application/json"}, body)


def begin_delivery(server: Server, message: Any) -> Client:
    """Sends an event, and does not wait: `answer()` does."""
    client = server.client()
    client.send(post(message))
    return client


def deliver(server: Server, message: Any) -> Answer:
    """Sends an event, and waits for the answer."""
    with begin_delivery(server, message) as client:
        return client.answer()


def commands(world: World, action: str) -> list[dict[str, Any]]:
    """The commands that have come so far: "dial", "speak" or "hangup", each try as one. As
    they were sent, and with their `path` and `authorization`."""
    end = "/v2/calls" if action == "dial" else f"/actions/{action}"
    return [
        {
            **json.loads(one.body),
            "path": one.path,
            "authorization": one.headers.get("Authorization"),
        }
        for one in world.telephony.requests
        if one.path.endswith(end)
    ]


def expect_silence_about(process: Process, *numbers: str) -> None:
    """What the program has printed says nobody's number. It has ended."""
    printed = "\n".join([*process.lines, process.stderr])
    for number in numbers:
        if number.lstrip("+") in printed:
            raise Failure(
                saw=f"{number} was printed",
                expected="nothing personal in a log: phone_mask()",
            )
