"""The telephone network: its commands, the life of a call, and the webhooks that tell it.

The program under the network's webhooks is here another service of the world: `sites`
answers POSTs to /status/200, logs what came, and is held and broken as a program might be.
"""

from __future__ import annotations

import base64
import datetime
import json
import re
import time
import uuid
from typing import Any, Iterator

import pytest

from harness.tests.client import Client, call, fetch
from harness.world import World, WorldError, WorldTimeout
from harness.world.ed25519 import SigningKey, verify
from harness.world.telephony import (
    MANNERS,
    PAYLOAD_MAX,
    RING_SECONDS,
    SPEAK_SECONDS_PER_WORD,
    Call,
    Telephony,
)
from harness.world.webhook_faults import STRANGE_TYPE, WEBHOOK_FAULTS

TO, FROM = "+15550101", "+15550100"
KEY = {"Authorization": "Bearer KEY", "Content-Type": "application/json"}
OK = {"data": {"result": "ok"}}
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"


@pytest.fixture
def phone(world: World) -> Iterator[Telephony]:
    """The telephone network, and a program that hears of everything at once."""
    world.telephony.connections["7"] = world.sites.url + "/status/200"
    world.telephony.webhooks.retry_seconds = 0
    yield world.telephony


def post(phone: Telephony, path: str, fields: Any = None, **headers: str) -> Any:
    """The status and JSON of a command."""
    body = fields if isinstance(fields, (str, bytes)) else json.dumps(fields or {})
    answer, content = fetch(phone, "POST", path, body, **{**KEY, **headers})
    assert answer.headers["Content-Type"] == "application/json"
    return answer.status, json.loads(content)


def dialling(**fields: Any) -> dict[str, Any]:
    """The fields of a new call; None: without."""
    given = {"connection_id": "7", "from": FROM, "to": TO, **fields}
    return {name: value for name, value in given.items() if value is not None}


def dial(phone: Telephony, **fields: Any) -> Call:
    """A new call."""
    status, answer = post(phone, "/v2/calls", dialling(**fields))
    assert status == 200, answer
    wanted = answer["data"]["call_control_id"]
    return next(one for one in phone.calls if one.id == wanted)


def answered(phone: Telephony, **fields: Any) -> Call:
    """A new call that somebody has answered."""
    one = dial(phone, **fields)
    phone.wait(lambda: one.state == "answered")
    return one


def speak(phone: Telephony, one: Call, payload: str = "Hello", **fields: Any) -> Any:
    """The status and JSON of a speak command."""
    command = {"payload": payload, "voice": "female", **fields}
    return post(phone, f"{one.url}/actions/speak", command)


def hang_up(phone: Telephony, one: Call, **fields: Any) -> Any:
    """The status and JSON of a hangup command."""
    return post(phone, f"{one.url}/actions/hangup", fields)


def ended(phone: Telephony, one: Call) -> Call:
    """The call, once it has ended and all has been told."""
    phone.wait(lambda: one.state == "ended" and all(e.delivered for e in one.events))
    return one


def types(one: Call) -> list[str]:
    """What has happened on a call, without "call."."""
    return [event.type.partition("call.")[2] for event in one.events]


def received(world: World, path: str = "/status/200") -> list[Any]:
    """The JSON of what the program got, in order of arrival."""
    return [json.loads(r.body) for r in world.sites.requests if r.path == path]


def received_types(world: World) -> list[str]:
    """The types of it."""
    return [m["data"]["event_type"].partition("call.")[2] for m in received(world)]


def error_of(answer: Any) -> tuple[int, str]:
    """Status and code of an error, whose form is checked."""
    status, content = answer
    assert list(content) == ["errors"] and len(content["errors"]) == 1
    error = content["errors"][0]
    assert list(error) == ["code", "title", "detail"]
    assert all(type(text) is str and text for text in error.values())
    return status, error["code"]


# Commands.


def test_dial_answers_with_the_three_ids(phone: Telephony) -> None:
    status, answer = post(phone, "/v2/calls", dialling())
    data = answer["data"]
    assert (status, list(answer)) == (200, ["data"])
    assert data.pop("call_control_id").startswith("v3:")
    for name in ("call_leg_id", "call_session_id"):
        assert uuid.UUID(data.pop(name))
    assert data == {"record_type": "call", "is_alive": False}


def test_a_call_remembers_how_it_was_dialled(phone: Telephony) -> None:
    before = dial(phone, to="+15550102")
    one = dial(
        phone,
        webhook_url="http://127.0.0.1:1/x",
        client_state="aGVsbG8=",
        command_id="c-1",
        timeout_secs=5,
    )
    assert (one.to, one.from_, one.connection_id) == (TO, FROM, "7")
    assert (one.webhook_url, one.client_state) == ("http://127.0.0.1:1/x", "aGVsbG8=")
    assert (one.command_id, one.timeout_secs) == ("c-1", 5)
    assert (before.webhook_url, before.client_state) == (None, None)
    assert (before.command_id, before.timeout_secs) == (None, 30)
    assert phone.calls == [before, one]
    assert [one.number for one in phone.calls] == [0, 1]
    dial(phone)
    assert phone.dialled == {TO: 2, "+15550102": 1}


@pytest.mark.parametrize(
    "header, taken",
    [
        ("Bearer right", True),
        ("bearer  right", True),
        ("Bearer wrong", False),
        ("Bearer ", False),
        ("Bearer", False),
        ("right", False),
        ("Basic right", False),
        ("Bearer right right", False),
        ("", False),
    ],
)
def test_key(phone: Telephony, header: str, taken: bool) -> None:
    phone.key = "right"
    answer = post(phone, "/v2/calls", dialling(), Authorization=header)
    assert (answer[0] == 200) if taken else (error_of(answer) == (401, "10009"))
    assert len(phone.calls) == taken


def test_without_a_key_of_the_tests_any_will_do(phone: Telephony) -> None:
    assert post(phone, "/v2/calls", dialling(), Authorization="Bearer x")[0] == 200
    answer = post(phone, "/v2/calls", dialling(), Authorization="Bearer ")
    assert error_of(answer) == (401, "10009")
    answer, body = fetch(phone, "POST", "/v2/calls", json.dumps(dialling()))
    assert error_of((answer.status, json.loads(body))) == (401, "10009")
    path = "/v2/calls/x/actions/hangup"
    assert error_of(post(phone, path, Authorization="")) == (401, "10009")


@pytest.mark.parametrize(
    "fields, status, code",
    [
        ({"connection_id": None}, 422, "10004"),
        ({"from": None}, 422, "10004"),
        ({"to": None}, 422, "10004"),
        ({"to": ""}, 422, "10004"),
        ({"connection_id": 7}, 422, "10015"),
        ({"from": 15550100}, 422, "10015"),
        ({"to": ["+15550101"]}, 422, "10015"),
        ({"to": "15550101"}, 422, "10016"),
        ({"to": "+1555 0101"}, 422, "10016"),
        ({"to": "+05550101"}, 422, "10016"),
        ({"to": "+155501"}, 422, "10016"),
        ({"to": "+1555010155501015"}, 422, "10016"),
        ({"to": "+15550101\n"}, 422, "10016"),
        ({"to": "+1555010\u0661"}, 422, "10016"),
        ({"from": "0015550100"}, 422, "10016"),
        ({"webhook_url": "127.0.0.1/webhook"}, 422, "10003"),
        ({"webhook_url": "ftp://127.0.0.1/"}, 422, "10003"),
        ({"webhook_url": "http:///webhook"}, 422, "10003"),
        ({"webhook_url": "http://h:99999/"}, 422, "10003"),
        ({"webhook_url": "http://h/ x"}, 422, "10003"),
        ({"webhook_url": "http://h/\r\nX: y"}, 422, "10003"),
        ({"webhook_url": 1}, 422, "10015"),
        ({"client_state": "not base64"}, 422, "10015"),
        ({"client_state": "YQ"}, 422, "10015"),
        ({"client_state": {}}, 422, "10015"),
        ({"command_id": 1}, 422, "10015"),
        ({"command_id": ""}, 422, "10015"),
        ({"command_id": "x" * 4097}, 422, "10015"),
        ({"timeout_secs": 0}, 422, "10015"),
        ({"timeout_secs": 601}, 422, "10015"),
        ({"timeout_secs": "30"}, 422, "10015"),
        ({"timeout_secs": 1.5}, 422, "10015"),
        ({"timeout_secs": True}, 422, "10015"),
    ],
)
def test_bad_dial_is_refused(
    phone: Telephony, fields: dict[str, Any], status: int, code: str
) -> None:
    assert error_of(post(phone, "/v2/calls", dialling(**fields))) == (status, code)
    assert (phone.calls, phone.dialled) == ([], {})


@pytest.mark.parametrize(
    "fields",
    [{"to": "+1234567"}, {"to": "+123456789012345"}, {"more": {"x": []}}]
    + [{"timeout_secs": 1}, {"timeout_secs": 600}, {"webhook_url": "https://h/w?x=y"}],
)
def test_what_is_just_right_is_taken(phone: Telephony, fields: dict[str, Any]) -> None:
    phone.steps.hold("*")
    assert post(phone, "/v2/calls", dialling(**fields))[0] == 200


def test_null_is_as_good_as_absent(phone: Telephony) -> None:
    nothing = dict.fromkeys(("webhook_url", "client_state", "command_id", "timeout_secs"))
    assert post(phone, "/v2/calls", {**dialling(), **nothing})[0] == 200
    assert error_of(post(phone, "/v2/calls", {**dialling(), "to": None}))[1] == "10004"


@pytest.mark.parametrize("body", ["{", "", "nothing", '{"to": }', b"\xff", "[" * 99999])
def test_what_is_not_json_is_refused(phone: Telephony, body: str | bytes) -> None:
    status, code = error_of(post(phone, "/v2/calls", body))
    assert (status, code) == ((422, "10004") if body == "" else (400, "10015"))


@pytest.mark.parametrize("body", ["[]", "null", '"x"', "1"])
def test_what_is_no_object_is_refused(phone: Telephony, body: str) -> None:
    assert error_of(post(phone, "/v2/calls", body)) == (400, "10015")


def test_content_type_must_be_right_if_there_is_one(phone: Telephony) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = post(phone, "/v2/calls", dialling(), **form)
    assert error_of(answer) == (415, "10014")
    utf8 = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert post(phone, "/v2/calls", dialling(), **utf8)[0] == 200


def test_other_errors_have_the_same_form(phone: Telephony) -> None:
    assert error_of(post(phone, "/v2/nothing")) == (404, "10005")
    answer, body = fetch(phone, "GET", "/v2/calls", **KEY)
    assert error_of((answer.status, json.loads(body))) == (405, "10015")
    with Client(phone) as client:
        status, _, body = client.send("POST /v2/calls\r\n\r\n").answer()
    assert error_of((status, json.loads(body))) == (400, "10015")


def test_rate_limit(phone: Telephony) -> None:
    phone.rate_limit, phone.rate_seconds = 2, 3600
    answers = [post(phone, "/v2/calls", dialling()) for _ in range(3)]
    assert [status for status, _ in answers] == [200, 200, 429]
    assert error_of(answers[2]) == (429, "10011")
    assert len(phone.calls) == 2
    phone.rate_seconds = 0  # now all that was is long ago
    assert post(phone, "/v2/calls", dialling())[0] == 200


@pytest.mark.parametrize(
    "fields, status, code",
    [
        ({"payload": None}, 422, "10004"),
        ({"payload": ""}, 422, "10004"),
        ({"payload": 1}, 422, "10015"),
        ({"payload": "x" * (PAYLOAD_MAX + 1)}, 422, "10015"),
        ({"voice": None}, 422, "10004"),
        ({"voice": "Female"}, 422, "10015"),
        ({"voice": 1}, 422, "10015"),
        ({"language": "english!"}, 422, "10015"),
        ({"language": 1}, 422, "10015"),
        ({"command_id": 1}, 422, "10015"),
    ],
)
def test_bad_speak_is_refused(
    phone: Telephony, fields: dict[str, Any], status: int, code: str
) -> None:
    one = answered(phone)
    command = {"payload": "Hello", "voice": "male", **fields}
    answer = post(phone, f"{one.url}/actions/speak", command)
    assert error_of(answer) == (status, code)
    assert one.said == []


def test_speak_of_3000_characters(phone: Telephony) -> None:
    one = answered(phone)
    text = "\u7dd1" * PAYLOAD_MAX
    assert speak(phone, one, text, voice="male", language="en-GB") == (200, OK)
    phone.wait(lambda: one.speeches[0].status == "completed")
    assert one.said == [text]
    assert (one.speeches[0].voice, one.speeches[0].language) == ("male", "en-GB")


def test_commands_for_no_call(phone: Telephony) -> None:
    for action in ("speak", "hangup"):
        path = f"/v2/calls/v3:none/actions/{action}"
        fields = {"payload": "x", "voice": "male"}
        assert error_of(post(phone, path, fields)) == (422, "90015")


def test_call_id_may_be_escaped(phone: Telephony) -> None:
    path = f"{answered(phone).url}/actions/hangup".replace("v3:", "v3%3A")
    assert post(phone, path) == (200, OK)


def test_commands_for_a_call_that_has_ended(phone: Telephony) -> None:
    one = answered(phone)
    assert hang_up(phone, one) == (200, OK)
    assert one.state == "ended"
    assert error_of(hang_up(phone, one)) == (422, "90018")
    assert error_of(speak(phone, one)) == (422, "90018")
    _, answer = hang_up(phone, one)
    assert answer["errors"][0]["title"] == "Call has already ended"


def test_speak_before_the_call_is_answered(phone: Telephony) -> None:
    ring = phone.steps.hold("*/ring")
    one = dial(phone)
    assert error_of(speak(phone, one)) == (422, "90034")
    ring.wait_for(1)
    ring.release_all()
    phone.wait(lambda: one.state == "answered")
    assert speak(phone, one) == (200, OK)


def test_commands_may_be_without_a_body(phone: Telephony) -> None:
    path = f"{answered(phone).url}/actions/hangup"
    answer, body = fetch(phone, "POST", path, Authorization="Bearer k")
    assert (answer.status, json.loads(body)) == (200, OK)


# The same command again.


def test_same_dial_again_does_nothing(phone: Telephony) -> None:
    first = post(phone, "/v2/calls", dialling(command_id="a"))
    assert post(phone, "/v2/calls", dialling(command_id="a")) == first
    assert post(phone, "/v2/calls", dialling(command_id="b")) != first
    assert phone.dialled == {TO: 2}


def test_same_speak_and_hangup_again_do_nothing(phone: Telephony) -> None:
    one = answered(phone)
    for _ in range(3):
        assert speak(phone, one, command_id="s") == (200, OK)
    phone.wait(lambda: types(one)[-1] == "speak.ended")
    for _ in range(3):
        assert hang_up(phone, one, command_id="h") == (200, OK)
    assert speak(phone, one, command_id="s") == (200, OK)
    assert types(one) == [
        "initiated", "answered", "speak.started", "speak.ended", "hangup"
    ]  # fmt: skip
    assert one.said == ["Hello"]


def test_same_id_on_another_call_is_another_command(phone: Telephony) -> None:
    for one in (answered(phone, command_id="x"), answered(phone, command_id="y")):
        assert hang_up(phone, one, command_id="x") == (200, OK)
        assert one.state == "ended"


def test_command_that_was_refused_may_come_again(phone: Telephony) -> None:
    with phone.steps.hold("*/ring"):
        one = dial(phone)
        assert error_of(speak(phone, one, command_id="s")) == (422, "90034")
    phone.wait(lambda: one.state == "answered")
    assert speak(phone, one, command_id="s") == (200, OK)
    assert one.said == ["Hello"]


def test_command_ids_are_forgotten_in_time(
    phone: Telephony, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert phone.command_seconds == 60
    now = time.monotonic()
    monkeypatch.setattr("harness.world.telephony.time.monotonic", lambda: now)
    first = post(phone, "/v2/calls", dialling(command_id="a"))
    now += 59
    assert post(phone, "/v2/calls", dialling(command_id="a")) == first
    now += 2
    assert post(phone, "/v2/calls", dialling(command_id="a")) != first
    assert phone.dialled == {TO: 2}


def test_only_so_many_command_ids_are_known(
    phone: Telephony, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.world.telephony.COMMANDS_MAX", 2)
    for name in "abca":
        dial(phone, command_id=name)
    assert len(phone.calls) == 4


# The life of a call.


def test_a_call_that_goes_well(phone: Telephony, world: World) -> None:
    lines: list[str] = []
    phone.on_line = lines.append
    one = answered(phone)
    speak(phone, one, 'Say "h\xe9"\x1b[2J')
    phone.wait(lambda: "speak.ended" in types(one))
    hang_up(phone, one)
    ended(phone, one)
    assert types(one) == [
        "initiated", "answered", "speak.started", "speak.ended", "hangup"
    ]  # fmt: skip
    assert received_types(world) == types(one)
    assert (one.hangup_cause, one.hangup_source) == ("normal_clearing", "caller")
    assert lines == [
        "+15550101 rings",
        "+15550101 answers",
        '+15550101 hears: "Say "h\xe9"\\u001b[2J"',
        "+15550101 is hung up on",
    ]


def test_fields_of_every_event(phone: Telephony, world: World) -> None:
    one = answered(phone, client_state="aGVsbG8=")
    speak(phone, one)
    phone.wait(lambda: "speak.ended" in types(one))
    hang_up(phone, one)
    ended(phone, one)
    own = {
        "call.initiated": {"direction": "outgoing", "state": "bridging"},
        "call.answered": {"state": "answered"},
        "call.speak.started": {},
        "call.speak.ended": {"status": "completed"},
        "call.hangup": {"hangup_cause": "normal_clearing", "hangup_source": "caller"},
    }
    messages = received(world)
    assert [message["data"]["event_type"] for message in messages] == list(own)
    started = messages[0]["data"]["payload"]["start_time"]
    assert re.fullmatch(MOMENT, started)
    for message in messages:
        data = message["data"]
        kind, happened = data["event_type"], data.pop("occurred_at")
        assert re.fullmatch(MOMENT, happened) and happened >= started
        assert uuid.UUID(data.pop("id")).version == 4
        url = phone.connections["7"]
        assert message == {
            "data": {
                "record_type": "event",
                "event_type": kind,
                "payload": {
                    "call_control_id": one.id,
                    "call_leg_id": one.leg_id,
                    "call_session_id": one.session_id,
                    "connection_id": "7",
                    "client_state": "aGVsbG8=",
                    "from": FROM,
                    "to": TO,
                    "start_time": started,
                    **own[kind],
                },
            },
            "meta": {"attempt": 1, "delivered_to": url},
        }
    now = datetime.datetime.now(datetime.timezone.utc)
    then = datetime.datetime.strptime(started, "%Y-%m-%dT%H:%M:%S.%fZ")
    assert abs(now - then.replace(tzinfo=datetime.timezone.utc)).total_seconds() < 3600
    assert len({event.id for event in one.events}) == 5


def test_without_client_state_events_say_null(phone: Telephony, world: World) -> None:
    answered(phone)
    world.sites.wait_for(finished=2)
    states = [m["data"]["payload"]["client_state"] for m in received(world)]
    assert states == [None, None]


@pytest.mark.parametrize(
    "manner, cause, source, words",
    [
        ("busy", "user_busy", "callee", "is busy"),
        ("rejects", "call_rejected", "callee", "rejects the call"),
        ("no_answer", "no_answer", "callee", "does not answer"),
        ("timeout", "timeout", "caller", "does not answer"),
        ("unreachable", "unspecified", "unknown", "cannot be reached"),
    ],
)
def test_calls_that_nobody_takes(
    phone: Telephony, manner: str, cause: str, source: str, words: str
) -> None:
    lines: list[str] = []
    phone.on_line = lines.append
    phone.person(TO, manner)
    ring = phone.steps.hold(f"/{TO}/ring")
    one = dial(phone)
    ring.wait_for(1)
    ring.release_all()
    ended(phone, one)
    assert types(one) == ["initiated", "hangup"]
    payload = one.events[1].payload
    assert (payload["hangup_cause"], payload["hangup_source"]) == (cause, source)
    assert (one.hangup_cause, one.hangup_source) == (cause, source)
    assert lines == [f"{TO} rings", f"{TO} {words}"]
    other = answered(phone, to="+15550102")  # others are not meant
    assert other.state == "answered"


def test_how_long_a_phone_rings(
    phone: Telephony, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    async def sleep(seconds: float) -> None:
        asked.append(seconds)

    monkeypatch.setattr("harness.world.telephony.asyncio.sleep", sleep)
    phone.ring_seconds = 7
    for manner in MANNERS:
        phone.person(TO, manner, after=3)
        one = dial(phone, timeout_secs=20)
        if manner != "answers":
            ended(phone, one)
            assert (asked, phone.steps.in_flight) == (
                {
                    "hangs_up": [7, 3],
                    "no_answer": [20],
                    "timeout": [20],
                }.get(manner, [7]),
                0,
            )
        else:
            phone.wait(lambda: one.state == "answered")
            assert asked == [7]
        asked.clear()
    phone.person(TO, "answers")
    one = ended(phone, dial(phone, timeout_secs=6))  # nobody is that quick
    assert (asked, one.hangup_cause, one.hangup_source) == ([6], "timeout", "caller")


def test_words_take_their_time(phone: Telephony, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    one = answered(phone)

    async def sleep(seconds: float) -> None:
        asked.append(seconds)

    monkeypatch.setattr("harness.world.telephony.asyncio.sleep", sleep)
    phone.speak_seconds_per_word = 2
    speak(phone, one, "one two  three\nfour")
    phone.wait(lambda: "speak.ended" in types(one))
    assert asked == [8]


def test_a_ring_that_is_held_is_the_tests_to_end(phone: Telephony) -> None:
    hold = phone.steps.hold(f"/{TO}/ring")
    first, second = dial(phone), dial(phone)
    hold.wait_for(2)
    other = answered(phone, to="+15550102")
    assert [first.state, second.state, other.state] == ["bridging"] * 2 + ["answered"]
    hold.release([1])
    phone.wait(lambda: second.state == "answered")
    assert (first.state, types(first)) == ("bridging", ["initiated"])


def test_hangup_while_it_rings(phone: Telephony) -> None:
    lines: list[str] = []
    phone.on_line = lines.append
    hold = phone.steps.hold("*/ring")
    one = dial(phone)
    hold.wait_for(1)
    assert hang_up(phone, one) == (200, OK)
    ended(phone, one)
    assert types(one) == ["initiated", "hangup"]
    assert (one.hangup_cause, one.hangup_source) == ("originator_cancel", "caller")
    phone.steps.wait_for(abandoned=1, in_flight=0)
    assert hold.held == {}
    assert lines == [f"{TO} rings", f"{TO} stops ringing"]


def test_hangup_while_it_speaks(phone: Telephony, world: World) -> None:
    hold = phone.steps.hold("*/speak")
    one = answered(phone)
    for text in ("First.", "Second."):
        speak(phone, one, text)
    hold.wait_for(1)
    hang_up(phone, one)
    ended(phone, one)
    assert types(one)[2:] == ["speak.started", "speak.ended", "hangup"]
    assert one.events[3].payload["status"] == "call_hangup"
    assert [(s.payload, s.status) for s in one.speeches] == [("First.", "call_hangup")]
    assert received_types(world) == types(one)


@pytest.mark.parametrize("speaking", [False, True])
def test_person_who_hangs_up_in_the_middle(phone: Telephony, speaking: bool) -> None:
    lines: list[str] = []
    phone.on_line = lines.append
    phone.person(TO, "hangs_up")
    leaves = phone.steps.hold("*/hang_up")
    speaks = phone.steps.hold("*/speak")
    one = answered(phone)
    leaves.wait_for(1)
    if speaking:
        speak(phone, one)
        speaks.wait_for(1)
    leaves.release_all()
    ended(phone, one)
    middle = ["speak.started", "speak.ended"] if speaking else []
    assert types(one) == ["initiated", "answered", *middle, "hangup"]
    assert (one.hangup_cause, one.hangup_source) == ("normal_clearing", "callee")
    assert error_of(speak(phone, one)) == (422, "90018")
    phone.steps.wait_for(in_flight=0)
    assert [lines[0], lines[-1]] == [f"{TO} rings", f"{TO} hangs up"]


def test_what_is_said_is_said_in_turn(phone: Telephony) -> None:
    hold = phone.steps.hold("*/speak")
    one = answered(phone)
    for text in ("a", "b"):
        speak(phone, one, text)
    hold.wait_for(1)
    assert (one.said, types(one)[2:]) == (["a"], ["speak.started"])
    hold.release_all()
    hold.wait_for(1)
    assert one.said == ["a", "b"]
    assert types(one)[2:] == ["speak.started", "speak.ended", "speak.started"]
    hold.lift()
    phone.wait(lambda: [s.status for s in one.speeches] == ["completed"] * 2)


def test_only_so_much_waits_to_be_said(
    phone: Telephony, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.world.telephony.EVENTS_MAX", 2)
    phone.steps.hold("*/speak")
    one = answered(phone)
    assert [speak(phone, one)[0] for _ in range(4)] == [200, 200, 200, 429]


def test_nobody_is_like_that(phone: Telephony) -> None:
    with pytest.raises(WorldError, match="nobody 'sings'; what people do: answers, "):
        phone.person(TO, "sings")
    with pytest.raises(WorldError, match="'15550101' is not a number like"):
        phone.person("15550101", "busy")
    with pytest.raises(WorldError, match="it has no faults: see person"):
        phone.steps.fault("*", "status")


def test_only_so_many_people_are_told_what_to_do(
    phone: Telephony, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.world.telephony.RULES_MAX", 1)
    phone.person(TO, "busy")
    phone.person(TO, "rejects")  # another word to the same one
    with pytest.raises(WorldError, match="1 people are told what to do: reset first"):
        phone.person(FROM, "busy")


def test_old_calls_are_forgotten(
    phone: Telephony, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.world.telephony.CALLS_MAX", 2)
    first, second = answered(phone), answered(phone, to="+15550102")
    assert error_of(post(phone, "/v2/calls", dialling())) == (429, "10011")
    hang_up(phone, second)
    third = answered(phone, to="+15550103")
    assert phone.calls == [first, third]
    assert error_of(hang_up(phone, second)) == (422, "90015")
    hang_up(phone, first)
    answered(phone, to="+15550104")
    assert phone.dialled == {"+15550103": 1, "+15550104": 1}


def test_events_and_speeches_have_a_maximum(
    phone: Telephony, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.world.telephony.EVENTS_MAX", 3)
    one = answered(phone)
    for n in range(5):
        speak(phone, one, str(n))
        phone.wait(lambda: types(one)[-1] == "speak.ended")
    assert (one.said, len(one.events)) == (["2", "3", "4"], 3)


def test_a_line_that_cannot_be_printed_does_no_harm(
    phone: Telephony, capfd: pytest.CaptureFixture[str]
) -> None:
    phone.on_line = lambda line: 1 / 0
    answered(phone)
    assert "ZeroDivisionError" in capfd.readouterr().err


# Faults of commands.


def test_fault_before_the_command_takes_effect(phone: Telephony) -> None:
    phone.fault("/v2/calls", "status", code=503, times=1)
    assert error_of(post(phone, "/v2/calls", dialling())) == (503, "10007")
    assert phone.calls == []
    phone.fault("/v2/calls", "status", code=429, times=1)
    assert error_of(post(phone, "/v2/calls", dialling())) == (429, "10011")
    phone.fault("/v2/calls", "status", code=401, times=1)
    assert error_of(post(phone, "/v2/calls", dialling())) == (401, "10009")


def test_answer_that_is_lost(phone: Telephony) -> None:
    phone.fault("/v2/calls", "lose_answer", times=1)
    phone.fault("*/hangup", "lose_answer", code=502, times=1)
    with pytest.raises(ConnectionError):
        post(phone, "/v2/calls", dialling(command_id="d"))
    (one,) = phone.calls
    status, answer = post(phone, "/v2/calls", dialling(command_id="d"))
    assert (status, answer["data"]["call_control_id"]) == (200, one.id)
    phone.wait(lambda: one.state == "answered")
    assert error_of(hang_up(phone, one, command_id="h")) == (502, "10007")
    assert one.state == "ended"
    assert hang_up(phone, one, command_id="h") == (200, OK)
    assert error_of(hang_up(phone, one, command_id="i")) == (422, "90018")
    assert phone.dialled == {TO: 1}


def test_command_that_is_held(phone: Telephony) -> None:
    body = json.dumps(dialling())
    with phone.hold("/v2/calls") as hold, Client(phone) as client:
        client.send("POST /v2/calls HTTP/1.1\r\nHost: w\r\nAuthorization: Bearer k\r\n")
        client.send(f"Content-Length: {len(body)}\r\n\r\n{body}")
        hold.wait_for(1)
        assert phone.calls == []
        hold.release_all()
        assert client.answer()[0] == 200
    assert len(phone.calls) == 1


# Webhooks.


def test_webhook_goes_to_the_calls_own_url_first(phone: Telephony, world: World) -> None:
    answered(phone, webhook_url=world.sites.url + "/status/201?a=b")
    answered(phone)
    world.sites.wait_for(finished=4)
    targets = [r.target for r in world.sites.requests]
    assert sorted(targets) == ["/status/200"] * 2 + ["/status/201?a=b"] * 2
    urls = [m["meta"]["delivered_to"] for m in received(world, "/status/201")]
    assert urls == [f"{world.sites.url}/status/201?a=b"] * 2


def test_without_a_url_nothing_is_told(phone: Telephony, world: World) -> None:
    one = answered(phone, connection_id="8")
    hang_up(phone, one)
    assert types(one) == ["initiated", "answered", "hangup"]
    answered(phone)
    world.sites.wait_for(finished=2)
    assert phone.webhooks.counts.arrived == 2
    assert [event.deliveries for event in one.events] == [[], [], []]


def test_headers_and_signature(phone: Telephony, world: World) -> None:
    before = int(time.time())
    answered(phone)
    world.sites.wait_for(finished=2)
    public = base64.b64decode(phone.public_key)
    assert len(public) == 32
    for request in world.sites.requests:
        headers = request.headers
        assert request.method == "POST"
        assert headers["Host"] == f"127.0.0.1:{world.sites.port}"
        assert headers["Content-Type"] == "application/json"
        stamp = headers["telnyx-timestamp"]
        assert before <= int(stamp) <= time.time()
        signature = base64.b64decode(headers["telnyx-signature-ed25519"], validate=True)
        assert verify(public, stamp.encode() + b"|" + request.body, signature)
        assert not verify(public, b"1" + b"|" + request.body, signature)


def test_public_key_is_always_the_same_unless_told(phone: Telephony) -> None:
    assert World().telephony.public_key == phone.public_key
    phone.webhooks.sign_with(bytes(32))
    other = base64.b64encode(SigningKey(bytes(32)).public).decode()
    assert phone.public_key == other


@pytest.mark.parametrize("status", [204, 400, 404, 500, 503, 301])
def test_webhook_is_told_again_unless_2xx(
    phone: Telephony, world: World, status: int
) -> None:
    world.sites.fault("/status/200", "status", code=status, times=1)
    phone.steps.hold("*/ring")
    one = dial(phone)
    phone.wait(lambda: one.events[0].delivered)
    heard_at_once = status == 204
    messages = received(world)
    assert [m["meta"]["attempt"] for m in messages] == [1, 2][: 2 - heard_at_once]
    assert {json.dumps(m["data"]) for m in messages} == {json.dumps(messages[0]["data"])}
    statuses = [d.status for d in one.events[0].deliveries]
    assert statuses == ([204] if heard_at_once else [status, 200])
    problems = [d.problem for d in one.events[0].deliveries]
    assert problems == ([""] if heard_at_once else [f"status {status}", ""])


def test_webhook_is_given_up_in_the_end(phone: Telephony, world: World) -> None:
    phone.webhooks.attempts = 4
    world.sites.fault("/status/200", "status", code=500)
    phone.steps.hold("*/ring")
    one = dial(phone)
    phone.webhooks.wait_for(abandoned=4, in_flight=0)
    assert [m["meta"]["attempt"] for m in received(world)] == [1, 2, 3, 4]
    assert not one.events[0].delivered
    assert phone.webhooks.counts.arrived == 4


def test_time_between_attempts_doubles(
    phone: Telephony, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    async def sleep(seconds: float) -> None:
        asked.append(seconds)

    monkeypatch.setattr("harness.world.webhooks.asyncio.sleep", sleep)
    phone.steps.hold("*")
    phone.webhooks.attempts, phone.webhooks.retry_seconds = 5, 3
    world.sites.fault("/status/200", "status")
    dial(phone)
    phone.webhooks.wait_for(abandoned=5)
    assert asked == [3, 6, 12, 24]


def test_refused_connection(phone: Telephony, world: World) -> None:
    phone.steps.hold("*")
    one = dial(phone, webhook_url=world.refused_url)
    phone.webhooks.wait_for(abandoned=3, in_flight=0)
    assert [d.status for d in one.events[0].deliveries] == [None] * 3
    assert "Connect" in one.events[0].deliveries[0].problem


def test_late_answer(phone: Telephony, world: World) -> None:
    phone.webhooks.answer_seconds = 0.01
    phone.webhooks.attempts = 2
    phone.steps.hold("*")
    hold = world.sites.hold("*", times=1)
    one = dial(phone)
    world.sites.wait_for(abandoned=1)
    phone.webhooks.wait_for(abandoned=1)
    assert re.fullmatch(
        r"no answer within [0-9.]+ s", one.events[0].deliveries[0].problem
    )
    assert (one.events[0].deliveries[0].status, hold.taken) == (None, 1)
    phone.wait(lambda: len(one.events[0].deliveries) == 2)


@pytest.mark.parametrize(
    "fault, options, problem",
    [
        ("garbage", {}, "closed before the whole|not HTTP"),
        ("close", {}, "the connection closed before the whole answer had come"),
        ("close", {"body": 3}, "the connection closed before the whole answer had come"),
        ("close", {"after": 9}, "the connection closed before the whole answer had come"),
        ("reset", {}, "[Rr]eset|closed before"),
        ("wrong_length", {}, "the connection closed before the whole answer had come"),
        ("huge", {}, "the answer is too long"),
        ("huge", {"chunked": True}, "the answer is too long"),
        ("byte_at_a_time", {}, ""),
        ("chunked", {}, ""),
    ],
)
def test_answers_of_all_kinds(
    phone: Telephony, world: World, fault: str, options: dict[str, Any], problem: str
) -> None:
    world.sites.fault("*", fault, times=1, **options)
    phone.steps.hold("*")
    one = dial(phone)
    phone.wait(lambda: one.events[0].delivered)
    first = one.events[0].deliveries[0]
    assert bool(first.problem) == bool(problem), first.problem
    assert re.search(problem, first.problem)
    assert len(one.events[0].deliveries) == (2 if problem else 1)


def test_events_of_a_call_wait_for_each_other(phone: Telephony, world: World) -> None:
    hold = world.sites.hold("/status/200")
    one = answered(phone)
    hang_up(phone, one)
    for count in range(1, 4):
        hold.wait_for(1)
        assert (len(received(world)), phone.webhooks.in_flight) == (count, 1)
        hold.release_all()
    ended(phone, one)
    assert received_types(world) == ["initiated", "answered", "hangup"]


def test_events_of_different_calls_do_not(phone: Telephony, world: World) -> None:
    hold = world.sites.hold("/status/200")
    phone.steps.hold("*/ring")
    for _ in range(20):
        dial(phone)
    hold.wait_for(20)
    hold.release_all()
    phone.webhooks.wait_for(finished=20, in_flight=0)


def test_retry_lets_the_next_event_overtake(phone: Telephony, world: World) -> None:
    retries = phone.webhooks.hold("*/call.initiated")
    world.sites.fault("/status/200", "status", times=1)
    with phone.steps.hold("*/ring") as ring:
        one = dial(phone)
        retries.wait_for(1)
        retries.release_all()
        retries.wait_for(1)  # the second attempt
        ring.wait_for(1)
    phone.wait(lambda: len(one.events) == 2 and one.events[1].delivered)
    retries.release_all()
    phone.wait(lambda: one.events[0].delivered)
    assert received_types(world) == ["initiated", "answered", "initiated"]
    assert [d.attempt for d in phone.webhooks.deliveries] == [1, 1, 2]
    assert [d.sent for d in phone.webhooks.deliveries] == [0, 1, 2]
    assert [d.status for d in phone.webhooks.deliveries] == [500, 200, 200]


def test_next_event_does_not_wait_for_a_retry(phone: Telephony, world: World) -> None:
    phone.webhooks.retry_seconds = 3600
    world.sites.fault("/status/200", "status", times=1)
    one = answered(phone)
    phone.wait(lambda: one.events[1].delivered)
    assert not one.events[0].delivered
    assert received_types(world) == ["initiated", "answered"]


def test_deliveries_are_released_in_any_order(phone: Telephony, world: World) -> None:
    hold = phone.webhooks.hold("*")
    one = answered(phone)
    hang_up(phone, one)
    hold.wait_for(3)
    assert [d.type for d in hold.held.values()] == [event.type for event in one.events]
    for number in (2, 0, 1):
        hold.release([number])
        phone.wait(lambda: one.events[number].delivered)
    assert received_types(world) == ["hangup", "initiated", "answered"]


# What can go wrong with a webhook.


def test_fault_duplicate(phone: Telephony, world: World) -> None:
    phone.webhooks.fault("*/call.answered", "duplicate", copies=3)
    hang_up(phone, answered(phone))
    phone.webhooks.wait_for(finished=3, in_flight=0)
    assert received_types(world) == ["initiated", *["answered"] * 3, "hangup"]
    assert len({m["data"]["id"] for m in received(world)}) == 3
    assert len(phone.webhooks.deliveries) == 5


def test_fault_duplicate_at_once(phone: Telephony, world: World) -> None:
    phone.webhooks.fault("*/call.initiated", "duplicate", copies=3, at_once=True)
    phone.steps.hold("*/ring")
    with world.sites.hold("/status/200") as hold:
        dial(phone)
        hold.wait_for(3)
    phone.webhooks.wait_for(finished=1, in_flight=0)
    assert len({m["data"]["id"] for m in received(world)}) == 1


def test_fault_delay_and_overtaken(phone: Telephony, world: World) -> None:
    phone.webhooks.fault("*/call.initiated", "overtaken", at_most=3600)
    one = answered(phone)
    phone.webhooks.wait_for(finished=2, in_flight=0)
    assert received_types(world) == ["answered", "initiated"]
    phone.webhooks.fault(
        "*/call.hangup", "overtaken", at_most=0
    )  # nothing comes after it
    hang_up(phone, one)
    phone.webhooks.wait_for(finished=3, in_flight=0)
    phone.webhooks.fault("*/call.initiated", "delay", seconds=0)
    answered(phone)
    phone.webhooks.wait_for(finished=5, in_flight=0)


def test_fault_delay_lets_the_next_event_overtake(phone: Telephony, world: World) -> None:
    phone.webhooks.fault("*/call.initiated", "delay", seconds=3600)
    one = answered(phone)
    phone.wait(lambda: one.events[1].delivered)
    assert received_types(world) == ["answered"]


def test_fault_delay_takes_so_long(
    phone: Telephony, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    async def sleep(seconds: float) -> None:
        asked.append(seconds)

    monkeypatch.setattr("harness.world.webhook_faults.asyncio.sleep", sleep)
    phone.webhooks.fault("*/call.initiated", "delay", seconds=3000)
    phone.steps.hold("*")
    dial(phone)
    phone.webhooks.wait_for(finished=1)
    assert asked == [3000]


def first_webhook(phone: Telephony, world: World, name: str, **options: Any) -> Any:
    """The request that a fault has changed, and whether its signature is right."""
    phone.webhooks.fault("*", name, times=1, **options)
    phone.steps.hold("*")
    one = dial(phone)
    phone.wait(lambda: one.events[0].delivered)
    request = world.sites.requests[0]
    stamp = request.headers.get("telnyx-timestamp", "")
    try:
        text = request.headers.get("telnyx-signature-ed25519", "")
        signature = base64.b64decode(text, validate=True)
    except ValueError:
        signature = b""
    public = base64.b64decode(phone.public_key)
    return request, verify(public, f"{stamp}|".encode() + request.body, signature)


def test_fault_wrong_signature(phone: Telephony, world: World) -> None:
    request, is_right = first_webhook(phone, world, "wrong_signature")
    assert not is_right
    assert len(base64.b64decode(request.headers["telnyx-signature-ed25519"])) == 64


def test_fault_wrong_signature_that_is_none(phone: Telephony, world: World) -> None:
    request, is_right = first_webhook(phone, world, "wrong_signature", text="?")
    assert (request.headers["telnyx-signature-ed25519"], is_right) == ("?", False)


def test_fault_unsigned(phone: Telephony, world: World) -> None:
    request, _ = first_webhook(phone, world, "unsigned")
    assert not [name for name in request.headers if name.startswith("telnyx")]


@pytest.mark.parametrize("options, seconds", [({}, 301), ({"seconds": -400}, -400)])
def test_fault_stale(
    phone: Telephony, world: World, options: dict[str, int], seconds: int
) -> None:
    before = int(time.time())
    request, is_right = first_webhook(phone, world, "stale", **options)
    stamp = int(request.headers["telnyx-timestamp"])
    assert before <= stamp + seconds <= time.time()
    assert is_right


def test_fault_strange_type(phone: Telephony, world: World) -> None:
    request, is_right = first_webhook(phone, world, "strange_type")
    stray, own = received(world)
    assert is_right
    assert stray["data"]["event_type"] == STRANGE_TYPE
    assert own["data"]["event_type"] == "call.initiated"
    assert stray["data"]["payload"] == own["data"]["payload"]
    assert stray["data"]["id"] != own["data"]["id"]


def test_fault_strange_call(phone: Telephony, world: World) -> None:
    _, is_right = first_webhook(phone, world, "strange_call")
    stray, own = received(world)
    assert is_right
    for name in ("call_control_id", "call_leg_id", "call_session_id"):
        assert stray["data"]["payload"].pop(name) != own["data"]["payload"].pop(name)
    assert stray["data"]["payload"] == own["data"]["payload"]
    assert stray["data"]["event_type"] == own["data"]["event_type"] == "call.initiated"
    assert stray["data"]["id"] != own["data"]["id"]


def test_fault_extra_fields(phone: Telephony, world: World) -> None:
    _, is_right = first_webhook(phone, world, "extra_fields")
    (message,) = received(world)
    assert is_right
    for place in (message, message["data"], message["data"]["payload"]):
        assert place["weather"] == "sunny"
    assert message["data"]["payload"]["to"] == TO


def test_fault_body(phone: Telephony, world: World) -> None:
    request, is_right = first_webhook(phone, world, "body", text='{"data":\ud800')
    assert (request.body, is_right) == (b'{"data":\xed\xa0\x80', True)


def test_fault_lose_answer(phone: Telephony, world: World) -> None:
    first_webhook(phone, world, "lose_answer")
    first, second = received(world)
    assert first["data"] == second["data"]
    assert (first["meta"]["attempt"], second["meta"]["attempt"]) == (1, 2)
    assert phone.webhooks.deliveries[0].problem == "the answer was lost"


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("status", {}, "there is no fault 'status'; there are: duplicate, delay"),
        ("unsigned", {"x": 1}, "its options are: none; not: x"),
        ("duplicate", {"copies": 1}, "copies is from 2 to 100"),
        ("duplicate", {"copies": 101}, "copies is from 2 to 100"),
        ("duplicate", {"at_once": 1}, "at_once is true or false"),
        ("delay", {"seconds": -1}, "seconds is from 0 to 3600"),
        ("delay", {"seconds": float("nan")}, "seconds is from 0 to 3600"),
        ("overtaken", {"at_most": "1"}, "at_most is from 0 to 3600"),
        ("wrong_signature", {"text": "a\r\nb"}, "text is a line of ASCII"),
        ("stale", {"seconds": 1.5}, "seconds is a whole number"),
        ("strange_type", {"event_type": 1}, "event_type is a string"),
        ("body", {"text": 1}, "text is a string"),
    ],
)
def test_bad_fault_of_a_webhook(
    phone: Telephony, name: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(WorldError, match=message):
        phone.webhooks.fault("*", name, **options)
    assert phone.webhooks.rules == []


def test_every_fault_of_a_webhook_is_explained() -> None:
    assert all(function.__doc__ for function in WEBHOOK_FAULTS.values())


def test_events_of_the_tests_own(phone: Telephony, world: World) -> None:
    one = answered(phone)
    world.sites.wait_for(finished=2)
    event = phone.tell("call.dtmf.received", one, digit="7")
    phone.wait(lambda: event.delivered)
    payload = received(world)[-1]["data"]["payload"]
    assert (payload["digit"], payload["call_control_id"]) == ("7", one.id)
    stray = phone.tell("call.hangup", url=phone.connections["7"], call_control_id="v3:x")
    phone.wait(lambda: stray.delivered)
    data = received(world)[-1]["data"]
    assert (data["event_type"], data["payload"]) == (
        "call.hangup",
        {"call_control_id": "v3:x"},
    )
    assert world.sites.requests[-1].path == "/status/200"
    assert phone.webhooks.requests[-1].path == "/nobody/call.hangup"


# As a part of the world.


def test_waiting_in_vain_says_what_happened(phone: Telephony, world: World) -> None:
    world.sites.fault("*", "status", code=500)
    phone.webhooks.attempts = 1
    answered(phone)
    phone.webhooks.wait_for(abandoned=2)
    with pytest.raises(WorldTimeout) as failure:
        phone.wait(lambda: False, limit=0)
    assert str(failure.value).splitlines() == [
        "waited 0 s for a condition, saw telephony: 1 arrived, 0 in flight (most: 1),"
        " 1 finished, 0 abandoned",
        "  arrived 0: POST /v2/calls (connection 0)",
        "  call 0: +15550100 to +15550101, answered: call.initiated, call.answered",
        "  sent 0: POST /+15550101/call.initiated (attempt 1): status 500",
        "  sent 1: POST /+15550101/call.answered (attempt 1): status 500",
    ]


def test_waiting_for_what_is_not_there_yet(phone: Telephony) -> None:
    with pytest.raises(WorldTimeout):
        phone.wait(lambda: phone.calls[0].state == "answered", limit=0)
    dial(phone)
    phone.wait(lambda: phone.calls[0].state == "answered")


def test_mistake_in_what_is_waited_for_is_the_tests(phone: Telephony) -> None:
    def done() -> bool:
        return len(phone.calls) == 1 and phone.nonsense

    phone.fault("/v2/calls", "lose_answer", code=500)
    with pytest.raises(AttributeError, match="nonsense"):
        post(phone, "/v2/calls", dialling())
        phone.wait(done)


def test_only_so_many_events_wait_to_be_told(
    phone: Telephony, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.world.webhooks.UNTOLD_MAX", 2)
    hold = phone.webhooks.hold("*")
    one = answered(phone)
    hang_up(phone, one)
    hold.wait_for(2)
    assert types(one) == ["initiated", "answered", "hangup"]
    hold.lift()
    phone.webhooks.wait_for(finished=2, in_flight=0)
    last = phone.tell("call.cost", one)  # it would wait for the one that is not told
    phone.wait(lambda: last.delivered)
    assert received_types(world) == ["initiated", "answered", "cost"]


def test_only_so_many_deliveries_go_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.world.webhooks.DELIVERIES_MAX", 2)
    with World() as world:
        phone = world.telephony
        phone.connections["7"] = world.sites.url + "/status/200"
        phone.steps.hold("*/ring")
        hold = world.sites.hold("*")
        for _ in range(5):
            dial(phone)
        phone.webhooks.wait_for(in_flight=5)
        hold.wait_for(2)
        assert len(phone.webhooks.deliveries) == 2
        hold.lift()
        phone.webhooks.wait_for(finished=5, in_flight=0)
        assert world.sites.counts.most_in_flight == 2


def test_reset_forgets_all(phone: Telephony, world: World) -> None:
    phone.steps.hold(f"/{TO}/ring")
    hold = phone.webhooks.hold("*")
    phone.key, phone.rate_limit = "k", 5
    phone.person(TO, "busy")
    phone.webhooks.attempts = 9
    phone.webhooks.sign_with(bytes(32))
    status, _ = post(phone, "/v2/calls", dialling(), Authorization="Bearer k")
    assert status == 200
    (one,) = phone.calls
    hold.wait_for(1)
    world.reset()
    assert (phone.calls, phone.dialled, phone.webhooks.deliveries) == ([], {}, [])
    assert (phone.steps.rules, phone.webhooks.rules) == ([], [])
    assert (phone.key, phone.rate_limit, phone.connections) == (None, None, {})
    assert (phone.ring_seconds, phone.speak_seconds_per_word) == (
        RING_SECONDS,
        SPEAK_SECONDS_PER_WORD,
    )
    assert (phone.webhooks.attempts, phone.command_seconds) == (3, 60)
    assert phone.public_key == World().telephony.public_key
    assert phone.counts.arrived == phone.webhooks.counts.arrived == 0
    phone.ring_seconds = 0
    phone.connections["7"] = world.sites.url + "/status/200"
    again = answered(phone)  # and nobody is busy any more
    assert (one.state, types(one)) == ("bridging", ["initiated"])
    phone.webhooks.wait_for(finished=2)
    assert {m["data"]["payload"]["call_control_id"] for m in received(world)} == {
        again.id
    }
    assert error_of(hang_up(phone, one)) == (422, "90015")


def test_stop_with_calls_and_webhooks_on_their_way() -> None:
    world = World()
    world.start()
    phone = world.telephony
    phone.ring_seconds = 0
    phone.webhooks.retry_seconds = 3600  # who misses the end would wait for long
    phone.connections["7"] = world.sites.url + "/status/200"
    rings = phone.steps.hold("/+15550102/ring")
    told = phone.webhooks.hold("/+15550103/*")
    stuck = world.sites.hold("*")
    for number in ("+15550102", "+15550103", TO):
        dial(phone, to=number)
    rings.wait_for(1)
    told.wait_for(1)
    stuck.wait_for(2)
    world.stop()
    with pytest.raises(WorldError, match="the world has stopped"):
        phone.wait(lambda: False)
    with pytest.raises(WorldError, match="the world has stopped"):
        phone.webhooks.wait_for(arrived=1000)
    with pytest.raises(WorldError, match="the world has stopped"):
        phone.steps.wait_for(arrived=1000)


def test_control_of_the_telephones(world: World, phone: Telephony) -> None:
    status, rule = call(world, "POST", "/steps/holds", {"pattern": "*/ring"})
    assert status == 201
    body = {"number": TO, "manner": "hangs_up", "after": 3600}
    assert call(world, "POST", "/telephony/people", body) == (200, {})
    one = dial(phone)
    path = f"/steps/rules/{rule['id']}"
    status, rule = call(world, "GET", f"{path}/wait?count=1")
    assert (status, rule["held"][0]["path"]) == (200, f"/{TO}/ring")
    assert call(world, "POST", f"{path}/release") == (200, {"released": [0]})
    phone.wait(lambda: one.state == "answered")
    assert one.person.after == 3600
    speak(phone, one)
    phone.webhooks.wait_for(finished=4)
    status, calls = call(world, "GET", "/telephony/calls")
    events = [{"type": e.type, "id": e.id, "delivered": True} for e in one.events]
    assert (status, calls) == (
        200,
        [
            {
                "number": 0,
                "call_control_id": one.id,
                "call_leg_id": one.leg_id,
                "call_session_id": one.session_id,
                "from": FROM,
                "to": TO,
                "state": "answered",
                "hangup_cause": "",
                "hangup_source": "",
                "said": ["Hello"],
                "events": events,
            }
        ],
    )
    status, counts = call(world, "GET", "/webhooks/counts")
    assert (status, counts["finished"]) == (200, 4)
    fault = {"pattern": "*", "name": "duplicate", "options": {"copies": 2}}
    assert call(world, "POST", "/webhooks/faults", fault)[0] == 201


@pytest.mark.parametrize(
    "body, message",
    [
        ({"manner": "busy"}, "number is missing"),
        ({"number": TO}, "manner is missing"),
        ({"number": TO, "manner": "sings"}, "nobody 'sings'"),
    ],
)
def test_control_says_what_is_wrong_with_people(
    world: World, body: dict[str, Any], message: str
) -> None:
    status, error = call(world, "POST", "/telephony/people", body)
    assert (status, message in error["error"]) == (400, True), error


def test_many_calls_at_once(phone: Telephony, world: World) -> None:
    ring = phone.steps.hold("*/ring")
    for n in range(100):
        dial(phone, to=f"+1555010{n:03}")
    ring.wait_for(100)
    ring.release(reversed(range(100)))
    phone.wait(lambda: all(one.state == "answered" for one in phone.calls))
    phone.webhooks.wait_for(finished=200, in_flight=0)
    by_call: dict[str, list[str]] = {}
    for message in received(world):
        payload = message["data"]["payload"]
        by_call.setdefault(payload["to"], []).append(message["data"]["event_type"])
    assert set(map(tuple, by_call.values())) == {("call.initiated", "call.answered")}
    assert len(by_call) == 100
