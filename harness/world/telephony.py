"""A telephone network with a Call Control API: programs dial, and it tells by webhooks.

    POST /v2/calls                       {"connection_id": "...", "from": "+15550100",
                                          "to": "+15550101", "webhook_url": "http://..."}
    POST /v2/calls/CALL/actions/speak    {"payload": "...", "voice": "female"}
    POST /v2/calls/CALL/actions/hangup   {}

with `Authorization: Bearer KEY`. Errors are {"errors": [{"code": "90018", "title": ...,
"detail": ...}]}. A call rings, is answered or not, hears what is spoken, and ends:

    with World() as world:
        phone = world.telephony
        phone.connections["7"] = server.url + "/webhook"   # where a call has no webhook_url
        phone.person("+15550102", "busy")                  # see MANNERS
        ring = phone.steps.hold("/+15550101/ring")         # its phone rings until released
        ...a program dials...
        ring.wait_for(1)
        ring.release_all()                                 # the phone is answered
        phone.wait(lambda: phone.calls[0].state == "ended")
        phone.calls[0].said                                # ["A pointer goes home ..."]
        [event.type for event in phone.calls[0].events]
        phone.dialled["+15550101"]                         # 1

What people and lines do takes time, in steps: `ring` ends when the phone is answered (or
is not), `speak` when the words are spoken, `hang_up` when a person who hangs up does so. A
step that is held takes until it is released instead: `/NUMBER/STEP` is its path, and a call
whose ring is held does not time out. How events are told, and what can go wrong there:
webhooks.py, `phone.webhooks`.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import collections
import re
import secrets
import time
import traceback
import uuid
from dataclasses import dataclass
from typing import Any, Callable, Coroutine, Optional
from urllib.parse import urlsplit

from .http1 import Headers, HttpError, Request, Response
from .limits import CALLS_MAX, COMMANDS_MAX, EVENTS_MAX, RULES_MAX, WAIT_LIMIT, WORD_MAX
from .rules import Annex, shortened
from .service import Service, route
from .watch import Watch, WorldError
from .webhooks import Event, Webhooks, time_text

RING_SECONDS = 2.0
SPEAK_SECONDS_PER_WORD = 0.3
TIMEOUT_SECS = 30  # a phone rings so long where the command says nothing
TIMEOUT_SECS_MAX = 600
PAYLOAD_MAX = 3000  # characters
COMMAND_SECONDS = 60.0  # so long a command_id is known
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
BEARER = re.compile(r"bearer +([\x21-\x7e]+)", re.IGNORECASE)
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")

# What the person at the other end does when the phone has rung: cause and source of the
# hangup that ends a call which nobody takes; None where it is answered.
MANNERS: dict[str, Optional[tuple[str, str]]] = {
    "answers": None,  # and listens to the end
    "hangs_up": None,  # answers, and hangs up some seconds later
    "busy": ("user_busy", "callee"),
    "rejects": ("call_rejected", "callee"),
    "no_answer": ("no_answer", "callee"),  # their network gives up, after timeout_secs
    "timeout": ("timeout", "caller"),  # our network gives up, after timeout_secs
    "unreachable": ("unspecified", "unknown"),
}
WORDS = {
    "answers": "answers",
    "hangs_up": "answers",
    "busy": "is busy",
    "rejects": "rejects the call",
    "no_answer": "does not answer",
    "timeout": "does not answer",
    "unreachable": "cannot be reached",
}

# The provider's codes and titles for what is wrong with a command.
INVALID_URL = ("10003", "Invalid URL")
MISSING = ("10004", "Missing required parameter")
NOT_FOUND = ("10005", "Resource not found")
UNEXPECTED = ("10007", "Unexpected error")
NO_AUTHENTICATION = ("10009", "Authentication failed")
TOO_MANY = ("10011", "Too many requests")
NOT_JSON = ("10014", "Unsupported Media Type")
BAD_REQUEST = ("10015", "Bad Request")
NOT_E164 = ("10016", "Phone number must be in +E.164 format")
INVALID_CALL = ("90015", "Invalid Call Control ID")
ENDED = ("90018", "Call has already ended")
NOT_ANSWERED = ("90034", "Call has not been answered yet")
BY_STATUS = {
    401: NO_AUTHENTICATION,
    404: NOT_FOUND,
    415: NOT_JSON,
    429: TOO_MANY,
}


class CommandError(HttpError):
    """A command that is refused: one of the codes above, and one line for a person."""

    def __init__(self, kind: tuple[str, str], detail: str, status: int = 422) -> None:
        super().__init__(status, detail)
        self.kind = kind

    def response(self) -> Response:
        """In the provider's words."""
        return errors(self.kind, str(self), self.status)


def errors(kind: tuple[str, str], detail: str, status: int) -> Response:
    """An error as an answer."""
    code, title = kind
    error = {"code": code, "title": title, "detail": detail}
    return Response.json({"errors": [error]}, status)


@dataclass
class Person:
    """Who is at the other end. `after`: seconds until one who hangs up does so."""

    manner: str = "answers"
    after: float = 0.0


@dataclass
class Speech:
    """Something a call was told. `status` is "", then as in call.speak.ended."""

    payload: str
    voice: str
    language: Optional[str]
    status: str = ""


class Call:
    """One call, as it stands: the service changes it, tests look at it."""

    def __init__(self, number: int, fields: dict[str, Any], person: Person) -> None:
        self.number = number  # counts from 0
        self.id = f"v3:{secrets.token_urlsafe(40)}"  # call_control_id
        self.leg_id = str(uuid.uuid4())
        self.session_id = str(uuid.uuid4())
        self.to: str = fields["to"]
        self.from_: str = fields["from"]
        self.connection_id: str = fields["connection_id"]
        self.command_id: Optional[str] = fields.get("command_id")
        self.client_state: Optional[str] = fields.get("client_state")
        self.webhook_url: Optional[str] = fields.get("webhook_url")
        self.timeout_secs: int = fields.get("timeout_secs", TIMEOUT_SECS)
        self.start_time = time_text()
        self.person = person
        self.state = "bridging"  # then "answered", or at once "ended"
        self.hangup_cause = ""
        self.hangup_source = ""
        self._events: collections.deque[Event] = collections.deque(maxlen=EVENTS_MAX)
        self._speeches: collections.deque[Speech] = collections.deque(maxlen=EVENTS_MAX)
        self.forgotten = False
        self.queue: collections.deque[Speech] = collections.deque()  # still to be spoken
        self.speech: Optional[Speech] = None  # being spoken
        self.tasks: set[asyncio.Task[None]] = set()

    @property
    def events(self) -> list[Event]:
        """What has happened, in order (the last EVENTS_MAX)."""
        return list(self._events)

    @property
    def speeches(self) -> list[Speech]:
        """What the person has heard, at least the beginning (the last EVENTS_MAX)."""
        return list(self._speeches)

    @property
    def said(self) -> list[str]:
        """The words of it."""
        return [speech.payload for speech in self.speeches]

    @property
    def url(self) -> str:
        """The path of its commands, without the action."""
        return f"/v2/calls/{self.id}"

    def ids(self) -> dict[str, str]:
        """The three ids that a program is told."""
        return {
            "call_control_id": self.id,
            "call_leg_id": self.leg_id,
            "call_session_id": self.session_id,
        }

    def add_event(self, event: Event) -> Optional[Event]:
        """One more has happened; returns the one before."""
        before = self._events[-1] if self._events else None
        self._events.append(event)
        return before

    def add_speech(self, speech: Speech) -> None:
        """The person begins to hear one more."""
        self._speeches.append(speech)

    def payload(self, **more: Any) -> dict[str, Any]:
        """What every event of the call says, and `more`."""
        return {
            **self.ids(),
            "connection_id": self.connection_id,
            "client_state": self.client_state,
            "from": self.from_,
            "to": self.to,
            "start_time": self.start_time,
            **more,
        }

    def __str__(self) -> str:
        told = ", ".join(event.type for event in self.events)
        return f"{self.from_} to {self.to}, {self.state}: {told}"


class Step(Request):
    """A step in the life of a call, as something that can be held."""

    def __init__(self, call: Call, name: str) -> None:
        super().__init__("STEP", f"/{call.to}/{name}", "1.1", Headers())
        self.connection = call.number

    def __str__(self) -> str:
        return f"{self.target} (call {self.connection})"


class Steps(Annex):
    """The steps that take time, as a rulebook for holds."""

    def make_fault(self, name: str, options: dict[str, Any]) -> Any:
        """There are none: people are told by Telephony.person() what to do."""
        raise WorldError("a step can be held; it has no faults: see person()")


class Telephony(Service):
    """The telephone network. What a test may set, until reset():

    `key`: the only right API key; None: any. `connections`: the webhook URL of each
    connection_id. `ring_seconds`, `speak_seconds_per_word`: how long a phone rings, and how
    slowly a word is spoken. `rate_limit`: commands taken in any `rate_seconds`; None: any
    number. `command_seconds`: how long a command_id is known. `on_line`: is called with a
    line of text for each thing that happens at the other end, on the world's thread.
    """

    name = "telephony"

    def __init__(self) -> None:
        super().__init__()
        self.steps = Steps("steps", self)
        self.webhooks = Webhooks(self)
        self.on_line: Optional[Callable[[str], None]] = None
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._calls: dict[str, Call] = {}
        self._restore()

    def _restore(self) -> None:
        self.key: Optional[str] = None
        self.connections: dict[str, str] = {}
        self.ring_seconds = RING_SECONDS
        self.speak_seconds_per_word = SPEAK_SECONDS_PER_WORD
        self.rate_limit: Optional[int] = None
        self.rate_seconds = 1.0
        self.command_seconds = COMMAND_SECONDS
        self._people: dict[str, Person] = {}
        self._calls = {}
        self._made = 0
        self._dialled: collections.Counter[str] = collections.Counter()
        # By call and command_id: when it was obeyed, and the answer's JSON.
        self._commands: dict[tuple[str, str], tuple[float, Any]] = {}
        self._recent: collections.deque[float] = collections.deque()

    # What tests use.

    @property
    def public_key(self) -> str:
        """What proves the signatures of the webhooks: 32 bytes in base64."""
        return self.webhooks.public_key

    @property
    def calls(self) -> list[Call]:
        """The calls, in the order of dialling (the last CALLS_MAX)."""
        with self.lock:
            return list(self._calls.values())

    @property
    def dialled(self) -> collections.Counter[str]:
        """How often each number was dialled."""
        with self.lock:
            return collections.Counter(self._dialled)

    def person(self, number: str, manner: str, after: float = 0.0) -> None:
        """Say what whoever is called at `number` does, from the next call on.

        One of MANNERS; who "hangs_up" does so `after` seconds on the phone, or when the
        step `hang_up` is released.
        """
        if manner not in MANNERS:
            known = ", ".join(MANNERS)
            raise WorldError(f"nobody {manner!r}; what people do: {known}")
        if not E164.fullmatch(number):
            raise WorldError(f"{number!r} is not a number like +15550101")
        if number not in self._people and len(self._people) >= RULES_MAX:
            raise WorldError(f"{RULES_MAX} people are told what to do: reset first")
        with self.lock:
            self._people[number] = Person(manner, after)

    def wait(self, done: Callable[[], bool], limit: float = WAIT_LIMIT) -> None:
        """Block until `done()`, which is asked again after each change here.

        Where it looks at what is not there yet (`phone.calls[0]`), it is not done. Other
        mistakes in it are raised. WorldTimeout after `limit` seconds (scaled), saying what
        happened.
        """
        mistakes: list[Exception] = []

        def is_done() -> bool:
            try:
                return bool(done())
            except LookupError:
                return False
            except Exception as mistake:  # not for the world's thread
                mistakes.append(mistake)
                return True

        Watch(self, is_done, lambda: f"a condition, saw {self.describe()}").wait(limit)
        if mistakes:
            raise mistakes[0]

    def tell(
        self, kind: str, call: Optional[Call] = None, url: str = "", **payload: Any
    ) -> Event:
        """Tell an event of the test's own: of `call`, or of none, and then to `url`.

        Not on the world's own thread.
        """
        return self._on_loop(lambda: self._event(kind, call, url, payload))

    def describe(self) -> str:
        """Calls, deliveries and requests, for a message."""
        with self.lock:
            calls = [f"  call {call.number}: {call}" for call in self._calls.values()]
            told = [
                f"  sent {d.sent}: {d}: {d.problem or d.status}"
                for d in self.webhooks.deliveries
            ]
            lines = [super().describe(), *shortened(calls), *shortened(told)]
            return "\n".join(lines)

    def reset(self) -> None:
        """Calls and all that was set are forgotten, too; what is on its way is dropped."""
        with self.lock:
            dropped = self.calls
            for call in dropped:
                call.forgotten = True
            if self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(end_tasks, dropped)
            self._restore()
            super().reset()
            self.steps.reset()
            self.webhooks.reset()

    # Lifetime.

    async def open(self) -> None:
        """Begin to serve."""
        self._loop = asyncio.get_running_loop()
        self.webhooks.open()
        await super().open()

    async def close(self) -> None:
        """End all calls, without a word, and what is on its way to be told."""
        await super().close()
        tasks = [task for call in self.calls for task in call.tasks]
        end_tasks(self.calls)
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.webhooks.close()
        self.steps.end_watches()

    # Commands.

    def error(self, status: int, message: str) -> Response:
        """An error in the provider's words, whatever it is about."""
        kind = BY_STATUS.get(status, UNEXPECTED if status >= 500 else BAD_REQUEST)
        return errors(kind, message, status)

    async def handle(self, request: Request) -> Response:
        """Check the key and the rate, then obey."""
        try:
            self._authenticate(request)
            self._limit_rate()
            return await super().handle(request)
        except CommandError as error:
            return error.response()

    @route("POST", "/v2/calls")
    def dial(self, request: Request) -> Response:
        """Begin a call."""
        fields = dial_fields(request)
        if known := self._known("", fields):
            return known
        with self.lock:
            self._make_room()
            person = self._people.get(fields["to"], Person())
            call = Call(self._made, fields, person)
            self._made += 1
            self._calls[call.id] = call
            self._count_dialled(call.to)
            self._tell(call, "call.initiated", direction="outgoing", state="bridging")
        self._say(call, "rings")
        self._start(call, self._ring(call))
        data = {"record_type": "call", **call.ids(), "is_alive": False}
        return self._done("", fields, data)

    @route("POST", "/v2/calls/{call_control_id}/actions/speak")
    def speak(self, request: Request, call_control_id: str) -> Response:
        """Say something on a call; after what is being said."""
        fields = speak_fields(request)
        call = self._find_call(call_control_id)
        if known := self._known(call.id, fields):
            return known
        self._must_be_alive(call)
        if call.state != "answered":
            raise CommandError(NOT_ANSWERED, "it can hear nothing before it is answered")
        if len(call.queue) >= EVENTS_MAX:
            raise CommandError(TOO_MANY, "too much is still to be said on this call", 429)
        speech = Speech(fields["payload"], fields["voice"], fields.get("language"))
        call.queue.append(speech)
        if call.speech is None:
            self._speak_next(call)
        return self._done(call.id, fields, {"result": "ok"})

    @route("POST", "/v2/calls/{call_control_id}/actions/hangup")
    def hang_up(self, request: Request, call_control_id: str) -> Response:
        """End a call."""
        fields = command_fields(request)
        check_text(fields, "command_id")
        call = self._find_call(call_control_id)
        if known := self._known(call.id, fields):
            return known
        self._must_be_alive(call)
        answered = call.state == "answered"
        cause = "normal_clearing" if answered else "originator_cancel"
        self._say(call, "is hung up on" if answered else "stops ringing")
        self._end_call(call, cause, "caller")
        return self._done(call.id, fields, {"result": "ok"})

    def _authenticate(self, request: Request) -> None:
        match = BEARER.fullmatch(request.headers.get("authorization", ""))
        if match is None:
            detail = "the header is not: Authorization: Bearer KEY"
        elif self.key is not None and match[1] != self.key:
            detail = "the key is not right"
        else:
            return
        raise CommandError(NO_AUTHENTICATION, detail, 401)

    def _limit_rate(self) -> None:
        if self.rate_limit is None:
            return
        now = time.monotonic()
        while self._recent and self._recent[0] <= now - self.rate_seconds:
            self._recent.popleft()
        if len(self._recent) >= self.rate_limit:
            detail = f"more than {self.rate_limit} commands in {self.rate_seconds:g} s"
            raise CommandError(TOO_MANY, detail, 429)
        self._recent.append(now)

    def _find_call(self, call_control_id: str) -> Call:
        call = self._calls.get(call_control_id)
        if call is None:
            raise CommandError(INVALID_CALL, f"there is no call {call_control_id}")
        return call

    def _must_be_alive(self, call: Call) -> None:
        if call.state == "ended":
            detail = f"it has ended: {call.hangup_cause}, by {call.hangup_source}"
            raise CommandError(ENDED, detail)

    def _known(self, call_id: str, fields: dict[str, Any]) -> Optional[Response]:
        """The answer to a command that was obeyed already; None if it is a new one."""
        horizon = time.monotonic() - self.command_seconds
        while self._commands:
            oldest = next(iter(self._commands))
            if self._commands[oldest][0] > horizon and len(self._commands) < COMMANDS_MAX:
                break
            del self._commands[oldest]
        known = self._commands.get((call_id, fields.get("command_id")))
        return None if known is None else Response.json({"data": known[1]})

    def _done(self, call_id: str, fields: dict[str, Any], data: Any) -> Response:
        """The answer to a command that was obeyed."""
        if "command_id" in fields:
            self._commands[call_id, fields["command_id"]] = (time.monotonic(), data)
        return Response.json({"data": data})

    def _make_room(self) -> None:
        """Forget the oldest call that has ended, if there are too many."""
        if len(self._calls) < CALLS_MAX:
            return
        for call in self._calls.values():
            if call.state == "ended":
                del self._calls[call.id]
                return
        raise CommandError(TOO_MANY, f"{CALLS_MAX} calls are going on", 429)

    def _count_dialled(self, number: str) -> None:
        self._dialled[number] += 1
        if len(self._dialled) > CALLS_MAX:
            del self._dialled[next(iter(self._dialled))]

    # The life of a call.

    async def _ring(self, call: Call) -> None:
        """Let the phone ring, and do what the person does then."""
        manner = call.person.manner
        is_patient = manner in ("no_answer", "timeout")
        seconds = call.timeout_secs if is_patient else self.ring_seconds
        is_held = await self._step(call, "ring", min(seconds, call.timeout_secs))
        if not is_held and not is_patient and seconds > call.timeout_secs:
            manner = "timeout"  # nobody is that quick
        self._say(call, WORDS[manner])
        if MANNERS[manner] is not None:
            self._end_call(call, *MANNERS[manner])
            return
        with self.lock:
            call.state = "answered"
            self._tell(call, "call.answered", state="answered")
        if manner == "hangs_up":
            self._start(call, self._listen_a_while(call))

    async def _listen_a_while(self, call: Call) -> None:
        """Hang up in the middle."""
        await self._step(call, "hang_up", call.person.after)
        self._say(call, "hangs up")
        self._end_call(call, "normal_clearing", "callee")

    def _speak_next(self, call: Call) -> None:
        """Begin with the next thing to say, if there is one."""
        with self.lock:
            call.speech = call.queue.popleft() if call.queue else None
            if call.speech is None:
                return
            call.add_speech(call.speech)
            self._tell(call, "call.speak.started")
        self._say(call, f'hears: "{printable(call.speech.payload)}"')
        self._start(call, self._speak(call))

    async def _speak(self, call: Call) -> None:
        """Take as long as the words take."""
        words = len(call.speech.payload.split())
        await self._step(call, "speak", words * self.speak_seconds_per_word)
        self._end_speech(call, "completed")
        self._speak_next(call)

    def _end_speech(self, call: Call, status: str) -> None:
        with self.lock:
            call.speech.status = status
            call.speech = None
            self._tell(call, "call.speak.ended", status=status)

    def _end_call(self, call: Call, cause: str, source: str) -> None:
        """The call is over; nothing of it goes on."""
        with self.lock:
            call.state = "ended"
            call.hangup_cause, call.hangup_source = cause, source
            call.queue.clear()
            if call.speech is not None:
                self._end_speech(call, "call_hangup")
            self._tell(call, "call.hangup", hangup_cause=cause, hangup_source=source)
        end_tasks([call])

    async def _step(self, call: Call, name: str, seconds: float) -> bool:
        """Wait: so long, or, if the step is held, until it is released. Was it held?"""
        visit = self.steps.arrive(Step(call, name))
        try:
            if visit.ticket is None:
                await asyncio.sleep(seconds)
            else:
                await visit.ticket.opened()
            self.steps.finish(visit)
        finally:
            self.steps.abandon(visit)  # unless it is over
        return visit.ticket is not None

    def _tell(self, call: Call, kind: str, **payload: Any) -> None:
        """Tell an event of a call; the caller has the lock."""
        self._event(kind, call, "", payload)

    def _event(
        self, kind: str, call: Optional[Call], url: str, payload: dict[str, Any]
    ) -> Event:
        if call is not None:
            url = url or call.webhook_url or self.connections.get(call.connection_id, "")
            payload = call.payload(**payload)
        event = Event(kind, payload, url or None, call)
        with self.lock:
            before = None if call is None else call.add_event(event)
            self.changed()
        self.webhooks.tell(event, before)
        return event

    def _say(self, call: Call, words: str) -> None:
        """Print a line, if somebody wants it."""
        if self.on_line is None or call.forgotten:
            return
        try:
            self.on_line(f"{call.to} {words}")
        except Exception:  # whatever is wrong there, the call goes on
            traceback.print_exc()

    def _start(self, call: Call, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        call.tasks.add(task)
        task.add_done_callback(call.tasks.discard)

    def _on_loop(self, work: Callable[[], Any]) -> Any:
        """What `work` returns, done on the loop; from any other thread."""

        async def run() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result()


def end_tasks(calls: list[Call]) -> None:
    """End what goes on by itself on some calls, but for the task that asks for it."""
    current = asyncio.current_task()
    for call in calls:
        for task in call.tasks - {current}:
            task.cancel()


# The fields of commands.


def command_fields(request: Request) -> dict[str, Any]:
    """The JSON object of a command; null is as good as absent."""
    kind = request.headers.get("content-type", "application/json")
    if request.body and kind.partition(";")[0].strip().lower() != "application/json":
        raise CommandError(NOT_JSON, f"Content-Type is {kind}, not application/json", 415)
    fields = request.json()
    if not isinstance(fields, dict):
        raise CommandError(BAD_REQUEST, "the body is not a JSON object", 400)
    return {name: value for name, value in fields.items() if value is not None}


def dial_fields(request: Request) -> dict[str, Any]:
    """Those of a new call."""
    fields = command_fields(request)
    check_text(fields, "connection_id", "from", "to", required=True)
    check_text(fields, "webhook_url", "client_state", "command_id")
    for name in ("from", "to"):
        if not E164.fullmatch(fields[name]):
            raise CommandError(NOT_E164, f"{name} is {fields[name]!r}")
    if "webhook_url" in fields and not is_url(fields["webhook_url"]):
        raise CommandError(INVALID_URL, f"webhook_url is {fields['webhook_url']!r}")
    if "client_state" in fields and not is_base64(fields["client_state"]):
        raise CommandError(BAD_REQUEST, "client_state is not base64")
    seconds = fields.get("timeout_secs", TIMEOUT_SECS)
    if type(seconds) is not int or not 1 <= seconds <= TIMEOUT_SECS_MAX:
        detail = f"timeout_secs is a whole number from 1 to {TIMEOUT_SECS_MAX}"
        raise CommandError(BAD_REQUEST, detail)
    return fields


def speak_fields(request: Request) -> dict[str, Any]:
    """Those of something to say."""
    fields = command_fields(request)
    check_text(fields, "payload", "voice", required=True)
    check_text(fields, "language", "command_id")
    if len(fields["payload"]) > PAYLOAD_MAX:
        detail = f"payload has {len(fields['payload'])} characters, at most {PAYLOAD_MAX}"
        raise CommandError(BAD_REQUEST, detail)
    if fields["voice"] not in ("male", "female"):
        raise CommandError(BAD_REQUEST, f"voice is {fields['voice']!r}: male or female")
    if "language" in fields and not LANGUAGE.fullmatch(fields["language"]):
        raise CommandError(BAD_REQUEST, f"language is {fields['language']!r}: en-GB")
    return fields


def check_text(fields: dict[str, Any], *names: str, required: bool = False) -> None:
    """Each of these fields is a string with something in it; CommandError otherwise."""
    for name in names:
        if required and fields.get(name, "") == "":
            raise CommandError(MISSING, f"{name} is missing")
        text = fields.get(name, "-")
        if type(text) is not str:
            raise CommandError(BAD_REQUEST, f"{name} is not a string")
        if not 0 < len(text) <= WORD_MAX:
            detail = f"{name} has {len(text)} characters, from 1 to {WORD_MAX}"
            raise CommandError(BAD_REQUEST, detail)


def printable(text: str) -> str:
    """The text on one line of a terminal, on which it can have no other effect."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def is_url(text: str) -> bool:
    """Whether webhooks can be sent there."""
    if not re.fullmatch(r"https?://[\x21-\x7e]+", text):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_base64(text: str) -> bool:
    """Whether it is base64, padded as it should be."""
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
