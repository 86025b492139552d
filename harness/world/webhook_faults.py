"""The table of what can go wrong with a webhook on its way: faults of deliveries.

    world.telephony.webhooks.fault("*/call.answered", "wrong_signature", times=1)

One function each, as in faults.py: it checks its options and returns a coroutine function
that is played on each attempt that the rule takes, before it is sent. A retry is an
attempt of its own: with times=1 it is as it should be.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Optional

from .faults import is_count, require

if TYPE_CHECKING:
    from .webhooks import Delivery, Webhooks

Play = Callable[["Webhooks", "Delivery"], Awaitable[None]]

WEBHOOK_FAULTS: dict[str, Callable[..., Play]] = {}

STRANGE_TYPE = "call.weather.changed"  # an event of a type that nobody knows


def fault(function: Callable[..., Play]) -> Callable[..., Play]:
    """Put a fault into the table."""
    WEBHOOK_FAULTS[function.__name__] = function
    return function


def is_time(value: object) -> bool:
    """Whether an option is a number of seconds, at most an hour."""
    return type(value) in (int, float) and 0 <= value <= 3600


@fault
def duplicate(copies: int = 2, at_once: bool = False) -> Play:
    """Send it so often: one after the other was answered, or `at_once`."""
    require(is_count(copies) and 2 <= copies <= 100, "duplicate: copies is from 2 to 100")
    require(type(at_once) is bool, "duplicate: at_once is true or false")

    async def play(webhooks: Webhooks, delivery: Delivery) -> None:
        delivery.copies = copies
        delivery.at_once = at_once

    return play


@fault
def delay(seconds: float = 1.0) -> Play:
    """Send it so much later; the next events of the call do not wait for it."""
    require(is_time(seconds), "delay: seconds is from 0 to 3600")

    async def play(webhooks: Webhooks, delivery: Delivery) -> None:
        delivery.event.passed.set()
        await asyncio.sleep(seconds)

    return play


@fault
def overtaken(at_most: float = 5.0) -> Play:
    """Send it when the next event of the call has been told, or none came in `at_most` s.

    Not for an event that a program must hear of for the next to happen: hold that.
    """
    require(is_time(at_most), "overtaken: at_most is from 0 to 3600")

    async def play(webhooks: Webhooks, delivery: Delivery) -> None:
        delivery.event.passed.set()
        try:
            await asyncio.wait_for(delivery.event.overtaken.wait(), at_most)
        except asyncio.TimeoutError:
            pass

    return play


@fault
def wrong_signature(text: Optional[str] = None) -> Play:
    """A signature of other bytes; or `text` in the place of one."""
    is_line = text is None or type(text) is str and text.isascii() and text.isprintable()
    require(is_line, "wrong_signature: text is a line of ASCII")

    async def play(webhooks: Webhooks, delivery: Delivery) -> None:
        delivery.signature = text
        delivery.signed_body = delivery.body + b" "

    return play


@fault
def unsigned() -> Play:
    """Neither the signature nor the timestamp."""

    async def play(webhooks: Webhooks, delivery: Delivery) -> None:
        delivery.is_signed = False

    return play


@fault
def stale(seconds: int = 301) -> Play:
    """Signed rightly, but `seconds` ago; or, below 0, so much in the future."""
    require(type(seconds) is int, "stale: seconds is a whole number")

    async def play(webhooks: Webhooks, delivery: Delivery) -> None:
        delivery.skew = -seconds

    return play


@fault
def strange_type(event_type: str = STRANGE_TYPE) -> Play:
    """Before it goes another event of the same call, of a type that nobody knows."""
    require(type(event_type) is str, "strange_type: event_type is a string")

    async def play(webhooks: Webhooks, delivery: Delivery) -> None:
        await send_stray(webhooks, delivery, event_type, delivery.event.payload)

    return play


@fault
def strange_call() -> Play:
    """Before it goes another event of its type, of a call that nobody knows."""

    async def play(webhooks: Webhooks, delivery: Delivery) -> None:
        ids = ("call_control_id", "call_leg_id", "call_session_id")
        others = {name: f"v3:{uuid.uuid4()}" for name in ids}
        payload = {**delivery.event.payload, **others}
        await send_stray(webhooks, delivery, delivery.event.type, payload)

    return play


@fault
def extra_fields() -> Play:
    """Fields that nobody knows, of every kind, on each level of the message."""

    async def play(webhooks: Webhooks, delivery: Delivery) -> None:
        extra = {"weather": "sunny", "moods": [1, None, {"a": []}], "x": None, "y": 1.5}
        message = json.loads(delivery.body)
        for place in (message, message["data"], message["data"]["payload"]):
            place.update(extra)
        delivery.body = json.dumps(message).encode()

    return play


@fault
def body(text: str = "") -> Play:
    """`text` as the body, rightly signed, whatever it is."""
    require(type(text) is str, "body: text is a string")

    async def play(webhooks: Webhooks, delivery: Delivery) -> None:
        delivery.body = text.encode("utf-8", "surrogatepass")

    return play


@fault
def lose_answer() -> Play:
    """It arrives, but its answer does not come back: so it is told again."""

    async def play(webhooks: Webhooks, delivery: Delivery) -> None:
        delivery.is_lost = True

    return play


async def send_stray(
    webhooks: Webhooks, delivery: Delivery, kind: str, payload: dict[str, Any]
) -> None:
    """Send an event that is no part of the call's story, once, whatever the answer."""
    await webhooks.send(delivery.beside(kind, payload))
