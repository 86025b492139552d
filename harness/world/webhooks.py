"""Webhooks: how the telephone network tells a program what happens on its calls.

An Event is POSTed to its URL, signed, until the answer is a 2xx, or often enough; each
POST is a Delivery. Events of different calls go in parallel. Those of one call begin in
the order in which they happened: one is told for the first time when the one before was
answered, or failed, or is held. A retry lets others overtake.

The Webhooks are a rulebook, as a service is, for requests that go out: a delivery's path
is /NUMBER/EVENT, with the number that is called. So a test can hold deliveries and release
them in another order, and break them by the faults of webhook_faults.py:

    hold = world.telephony.webhooks.hold("*/call.answered")
    world.telephony.webhooks.fault("/+15550100/*", "duplicate", copies=3, times=1)
    world.telephony.webhooks.wait_for(finished=4, in_flight=0)

Of its counts, `finished` are the deliveries that had a 2xx, `abandoned` those that failed.
"""

from __future__ import annotations

import asyncio
import base64
import collections
import copy
import datetime
import re
import time
import uuid
from typing import TYPE_CHECKING, Any, Coroutine, Optional
from urllib.parse import urlsplit

from harness.timeouts import scaled

from .ed25519 import SigningKey
from .faults import make_fault
from .http1 import Headers, Request
from .jsontext import to_json
from .limits import BODY_MAX, DELIVERIES_MAX, HEAD_MAX, LOG_MAX, READ_SIZE, UNTOLD_MAX
from .rules import Annex, Rulebook
from .webhook_faults import WEBHOOK_FAULTS

if TYPE_CHECKING:
    from .telephony import Call

STRANGER = "nobody"  # stands for the number where an event belongs to no call
SEED = bytes(range(32))  # no secret: so every world has the same public key


class Event:
    """Something that happened, to be told to `url` (None: to nobody).

    `deliveries` are its POSTs so far; it is `delivered` once one of them had a 2xx.
    """

    def __init__(
        self, kind: str, payload: dict[str, Any], url: Optional[str], call: Optional[Call]
    ) -> None:
        self.type = kind
        self.id = str(uuid.uuid4())
        self.occurred_at = time_text()
        self.payload = payload
        self.url = url
        self.call = call
        self.deliveries: list[Delivery] = []
        self.delivered = False
        self.passed = asyncio.Event()  # the next event of the call may be told
        self.overtaken = asyncio.Event()  # the next event of the call was told

    def message(self, attempt: int) -> dict[str, Any]:
        """What is POSTed, as JSON has it."""
        return {
            "data": {
                "record_type": "event",
                "event_type": self.type,
                "id": self.id,
                "occurred_at": self.occurred_at,
                "payload": self.payload,
            },
            "meta": {"attempt": attempt, "delivered_to": self.url},
        }

    def __repr__(self) -> str:
        return f"<{self.type} {self.id}>"


class Delivery(Request):
    """One POST of an event. Its headers and body are those that were sent.

    `sent` counts from 0 in the order of sending. `status` is the answer's, None if there
    was none; `problem` says why the event is told again, "" if it was heard.
    """

    def __init__(self, event: Event, attempt: int) -> None:
        number = event.call.to if event.call else STRANGER
        super().__init__("POST", f"/{number}/{event.type}", "1.1", Headers())
        self.connection = event.call.number if event.call else -1
        self.event = event
        self.attempt = attempt
        self.body = to_bytes(event.message(attempt))
        self.size = len(self.body)
        self.sent = -1
        self.status: Optional[int] = None
        self.problem = "no answer yet"
        # What the faults change.
        self.copies = 1
        self.at_once = False  # the copies
        self.is_signed = True
        self.signature: Optional[str] = None  # in place of the right one
        self.signed_body: Optional[bytes] = None  # what is signed in place of the body
        self.skew = 0  # seconds added to the timestamp
        self.is_lost = False  # the answer

    @property
    def type(self) -> str:
        """The event's type."""
        return self.event.type

    def beside(self, kind: str, payload: dict[str, Any]) -> Delivery:
        """A delivery of another event to the same URL."""
        return Delivery(Event(kind, payload, self.event.url, self.event.call), 1)

    def __str__(self) -> str:
        return f"POST {self.target} (attempt {self.attempt})"


class Webhooks(Annex):
    """The deliveries. All settings are a test's to change, until reset().

    `attempts`: an event is told so often, at most; `retry_seconds` after a failure, twice
    as long after the next, and so on. An answer that takes more than `answer_seconds`
    (scaled) is as good as none.
    """

    def __init__(self, service: Rulebook) -> None:
        super().__init__("webhooks", service)
        self._tasks: set[asyncio.Task[None]] = set()
        self._places: Optional[asyncio.Semaphore] = None
        self._ends = False
        self._restore()

    def _restore(self) -> None:
        self.attempts = 3
        self.retry_seconds = 0.25
        self.answer_seconds = 5.0
        self._key = SigningKey(SEED)
        self._sent = 0
        self._deliveries: collections.deque[Delivery] = collections.deque(maxlen=LOG_MAX)

    def reset(self) -> None:
        """The settings are as they were, and the log begins again, too."""
        with self.lock:
            super().reset()
            self._restore()

    def sign_with(self, seed: bytes) -> None:
        """Sign with another key from now on, of a seed of 32 bytes."""
        self._key = SigningKey(seed)

    @property
    def public_key(self) -> str:
        """What proves the signatures, in base64."""
        return base64.b64encode(self._key.public).decode()

    @property
    def deliveries(self) -> list[Delivery]:
        """What was sent, in the order of sending (the last LOG_MAX)."""
        with self.lock:
            return list(self._deliveries)

    def make_fault(self, name: str, options: dict[str, Any]) -> Any:
        """A fault of a delivery, not of an answer."""
        return make_fault(name, options, WEBHOOK_FAULTS)

    # What the telephone network and the faults use, on the loop.

    def open(self) -> None:
        """Begin; on the loop."""
        self._places = asyncio.Semaphore(DELIVERIES_MAX)

    async def close(self) -> None:
        """End everything that is on its way."""
        self._ends = True  # a task may miss its cancellation: wait_for() can swallow it
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.end_watches()

    def tell(self, event: Event, before: Optional[Event] = None) -> None:
        """Tell an event, if it has a URL, after the one `before` it on its call."""
        if event.url is None or len(self._tasks) >= UNTOLD_MAX:
            event.passed.set()
        else:
            self._start(self._tell(event, before))

    async def send(self, delivery: Delivery) -> bool:
        """POST it once; whether it was heard."""
        self._sign(delivery)
        with self.lock:
            delivery.sent = self._sent
            self._sent += 1
            self._deliveries.append(delivery)
            delivery.event.deliveries.append(delivery)
            self.changed()
        status, problem = await self._post(delivery)
        if delivery.is_lost:
            problem = "the answer was lost"
        with self.lock:
            delivery.status, delivery.problem = status, problem
            delivery.event.delivered |= problem == ""
            self.changed()
        return problem == ""

    async def _tell(self, event: Event, before: Optional[Event]) -> None:
        """Wait for its turn, and try until it was heard."""
        try:
            if before is not None:
                await before.passed.wait()
            for attempt in range(1, self.attempts + 1):
                if attempt > 1:
                    await asyncio.sleep(self.retry_seconds * 2 ** (attempt - 2))
                heard = await self._attempt(event, attempt)
                event.passed.set()
                if before is not None:
                    before.overtaken.set()
                if heard or self._is_void(event):
                    break
        finally:
            event.passed.set()

    async def _attempt(self, event: Event, attempt: int) -> bool:
        """One attempt, through the rules; whether the event was heard."""
        delivery = Delivery(event, attempt)
        visit = self.arrive(delivery)
        heard = False
        try:
            if visit.ticket is not None:
                event.passed.set()
                await visit.ticket.opened()
            if visit.fault is not None:
                await visit.fault.play(self, delivery)
            if not self._is_void(event):
                async with self._places:
                    heard = await self._send_copies(delivery)
        finally:
            (self.finish if heard else self.abandon)(visit)
        return heard

    def _is_void(self, event: Event) -> bool:
        """Whether nobody is to hear of it any more."""
        return self._ends or event.call is not None and event.call.forgotten

    async def _send_copies(self, delivery: Delivery) -> bool:
        """Send it as often as a fault says; all must be heard."""
        copies = [delivery, *(copy.copy(delivery) for _ in range(delivery.copies - 1))]
        if delivery.at_once:
            return all(await asyncio.gather(*map(self.send, copies)))
        return all([await self.send(one) for one in copies])

    def _sign(self, delivery: Delivery) -> None:
        """Give it its headers."""
        stamp = str(int(time.time()) + delivery.skew)
        signed = delivery.body if delivery.signed_body is None else delivery.signed_body
        signature = delivery.signature
        if signature is None:
            raw = self._key.sign(stamp.encode() + b"|" + signed)
            signature = base64.b64encode(raw).decode()
        headers = delivery.headers = Headers()
        headers.add("Host", urlsplit(delivery.event.url).netloc.rpartition("@")[2])
        headers.add("User-Agent", "telephony-webhooks")
        headers.add("Content-Type", "application/json")
        headers.add("Content-Length", str(len(delivery.body)))
        headers.add("Connection", "close")
        if delivery.is_signed:
            headers.add("telnyx-timestamp", stamp)
            headers.add("telnyx-signature-ed25519", signature)

    async def _post(self, delivery: Delivery) -> tuple[Optional[int], str]:
        """The status of the answer, and what is wrong with it."""
        limit = scaled(self.answer_seconds)
        try:
            status = await asyncio.wait_for(post(delivery), limit)
        except asyncio.TimeoutError:
            return None, f"no answer within {limit:g} s"
        except asyncio.IncompleteReadError:
            return None, "the connection closed before the whole answer had come"
        except (OSError, ValueError) as error:
            return None, str(error) or type(error).__name__
        except asyncio.LimitOverrunError:
            return None, "the answer's head is too long"
        return status, "" if 200 <= status <= 299 else f"status {status}"

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def post(delivery: Delivery) -> int:
    """Send a delivery on a connection of its own; the status of the whole answer."""
    parts = urlsplit(delivery.event.url)
    is_tls = parts.scheme == "https"
    reader, writer = await asyncio.open_connection(
        parts.hostname,
        parts.port or (443 if is_tls else 80),
        ssl=True if is_tls else None,
        limit=HEAD_MAX,
    )
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [f"POST {target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in delivery.headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode("ascii")
        writer.write(head + delivery.body)
        await writer.drain()
        return await read_answer(reader)
    finally:
        writer.transport.abort()


async def read_answer(reader: asyncio.StreamReader) -> int:
    """The status of an answer, once all of it has come. Its body is dropped."""
    status = 100
    while status < 200:
        head = await reader.readuntil(b"\r\n\r\n")
        match = re.match(rb"HTTP/1\.[01] ([1-5][0-9][0-9])[ \r]", head)
        if match is None:
            raise ValueError("the answer is not HTTP")
        status = int(match[1])
    length = re.search(rb"\r\ncontent-length:[ \t]*([0-9]+)[ \t]*\r\n", head, re.I)
    chunked = re.search(rb"\r\ntransfer-encoding:[ \t]*chunked[ \t]*\r\n", head, re.I)
    if status in (204, 304):
        return status
    if length is not None and chunked is None:
        if int(length[1]) > BODY_MAX:
            raise ValueError("the answer is too long")
        await reader.readexactly(int(length[1]))
        return status
    body = b""
    while not (chunked and (b"\r\n" + body).endswith(b"\r\n0\r\n\r\n")):
        data = await reader.read(READ_SIZE)
        if not data and chunked:
            raise ValueError("the answer is cut off")
        if not data:
            break
        body += data
        if len(body) > BODY_MAX:
            raise ValueError("the answer is too long")
    return status


def to_bytes(message: Any) -> bytes:
    """A message as it is sent."""
    return to_json(message).encode("utf-8", "backslashreplace")


def time_text() -> str:
    """The time as events have it: 2025-11-23T03:30:07.876309Z."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
