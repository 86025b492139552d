"""Gap 4.1: call_event.c, shown by event_lab: a line of its input is an event."""

from __future__ import annotations

import base64
import json

import pytest

from harness import calling, expect, gap
from harness.calling import CALL

ID = "3f1c1d5e-6b1f-4c1e-9d0b-0a6f0c2f7a11"
COMMAND = "90ac1e7a-3c55-4c3e-8a44-6c0f1d9b2e70"


def event(kind, **payload):
    """An event with that id; see harness/calling.py."""
    return calling.event(kind, **{"id": ID, **payload})


def client_state(text):
    """A client_state that says this."""
    return base64.b64encode(text.encode()).decode()


def read(program, *events):
    """What event_lab shows of each: its lines as a dictionary."""
    process = program("event_lab").start()
    for one in events:
        process.send(one if isinstance(one, str) else json.dumps(one))
    process.finish().expect_clean()
    blocks = "\n".join(process.lines).strip().split("\n\n")
    return [dict(line.split(": ", 1) for line in b.splitlines()) for b in blocks]


def shown(kind, **more):
    """What is to be shown of an event without the optional members, and `more`."""
    return {
        "type": kind,
        "id": ID,
        "call_control_id": CALL,
        "call": "-",
        "hangup_cause": "-",
        "hangup_source": "-",
        "status": "-",
        **more,
    }


KNOWN = [
    (event("call.initiated", direction="outgoing", state="bridging"), {}),
    (event("call.answered", state="answered"), {}),
    (event("call.answered", hangup_cause=None, hangup_source=None, status=None), {}),
    (event("call.speak.started"), {}),
    (event("call.speak.ended", status="completed"), {"status": "completed"}),
    (
        event("call.hangup", hangup_cause="user_busy", hangup_source="callee"),
        {"hangup_cause": "user_busy", "hangup_source": "callee"},
    ),
]


@gap("4.1")
def test_what_an_event_says(program):
    """Each of the events that mean something: its type, its ids, and what it says besides."""
    found = read(program, *[one for one, _ in KNOWN])
    for (one, more), seen in zip(KNOWN, found):
        wanted = shown(one["data"]["event_type"], **more)
        expect(
            seen == wanted,
            saw=f"of {one}: {seen}",
            expected=f"{wanted} (what may be missing may be null, too)",
        )


@gap("4.1")
def test_whose_call_it_is(program):
    """client_state is ours, somebody else's, no base64, null, or not there."""
    states = {
        client_state(f"dial_a_joke:17:{COMMAND}"): f"17, {COMMAND}",
        client_state(f"dial_a_joke:{2**53 + 1}:{COMMAND}"): f"{2**53 + 1}, {COMMAND}",
        client_state(f"dial_a_joke:0:{COMMAND}"): "-",
        client_state(f"dial_a_joke:-3:{COMMAND}"): "-",
        client_state(f"dial_a_joke:1x:{COMMAND}"): "-",
        client_state(f"dial_a_joke:17:{COMMAND}x"): "-",
        client_state(f"dial_a_joke:17:{COMMAND[1:]}"): "-",
        client_state("dial_a_joke:17:"): "-",
        client_state("dial_a_joke:17"): "-",
        client_state("dial_a_joke:"): "-",
        client_state(f"dial_a_poem:17:{COMMAND}"): "-",
        client_state("x" * 1000): "-",
        "no base64!": "-",
        "": "-",
        None: "-",
        ...: "-",
    }
    found = read(program, *[event("call.answered", client_state=one) for one in states])
    for (state, wanted), seen in zip(states.items(), found):
        expect(
            seen == shown("call.answered", call=wanted),
            saw=f"client_state {state!r}: {seen}",
            expected=f"it is call {wanted}, and everything else as always "
            "(client_state may be null)",
        )


@gap("4.1")
def test_members_that_nobody_knows(program):
    """An API grows: what is new is no error."""
    more = event("call.answered", weather="sunny", moods=[1, None, {"a": {}}])
    more["data"]["also"] = more["new"] = [1, 2]
    (seen,) = read(program, more)
    expect(
        seen == shown("call.answered"),
        saw=f"of an event with members that nobody knows: {seen}",
        expected="it is read as without them",
    )


@gap("4.1")
def test_events_that_nobody_knows(program):
    """Nothing is asked of them but that they are events."""
    strange = [
        event("call.weather.changed"),
        event("call.weather.changed", call_control_id=..., status={"a": 1}),
        event("message.received", call_control_id=7, hangup_cause=None),
        event("Call.Answered"),
        event(""),
    ]
    strange.append(event("fax.received"))
    del strange[-1]["data"]["payload"]
    for one, seen in zip(strange, read(program, *strange)):
        wanted = shown("another event", call_control_id="-")
        expect(
            seen == wanted,
            saw=f"of {one['data']}: {seen}",
            expected="another event, and no error",
        )


def without(*path):
    """An event in which this is missing."""
    one = event("call.answered")
    place = one
    for name in path[:-1]:
        place = place[name]
    del place[path[-1]]
    return one


def with_data(**members):
    """An event whose data have other members."""
    one = event("call.answered")
    one["data"].update(members)
    return one


BROKEN = [
    ("data", without("data")),
    ("event_type", without("data", "event_type")),
    ("id", without("data", "id")),
    ("payload", without("data", "payload")),
    ("call_control_id", without("data", "payload", "call_control_id")),
    ("", {"data": []}),
    ("", []),
    ("", with_data(event_type=7)),
    ("", with_data(event_type=None)),
    ("", with_data(id=None)),
    ("", with_data(id=17)),
    ("", with_data(payload=None)),
    ("", with_data(payload=[])),
    ("", event("call.answered", call_control_id=None)),
    ("", event("call.hangup", hangup_cause=16)),
    ("", event("call.speak.ended", status=["completed"])),
]


@gap("4.1")
@pytest.mark.parametrize("name, broken", BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_event(program, name, broken):
    """What is missing, or of another type, is said."""
    seen, after = read(program, broken, event("call.answered"))
    problem = seen.get("problem", "")
    expect(
        list(seen) == ["problem"] and name in problem and "no event: " in problem,
        saw=f"of {json.dumps(broken)}: {seen}",
        expected=f"a problem{f' that names {name}' if name else ''}: error.text says it",
    )
    expect(
        len(problem) > len("this is no event: "),
        saw="it is not said what is wrong",
        expected="error.text, of json_unpack_ex()",
    )
    expect(
        after == shown("call.answered"),
        saw=f"of an event after it: {after}",
        expected="it is read as always",
    )


@pytest.mark.reference
def test_ids_that_cannot_be_kept(program):
    """Half an id would be another one."""
    for size, wanted in ((63, None), (64, "id is"), (0, "id is")):
        (seen,) = read(program, event("call.answered", id="x" * size))
        assert (wanted or "x" * size) in str(seen)
    for size, wanted in (
        (255, None),
        (256, "call_control_id is"),
        (0, "call_control_id"),
    ):
        (seen,) = read(program, event("call.answered", call_control_id="x" * size))
        assert (wanted or "x" * size) in str(seen)
    (seen,) = read(program, event("call.hangup", hangup_cause="x" * 64))
    assert seen["hangup_cause"] == "-"
    (seen,) = read(program, "{")
    assert seen["problem"]


@pytest.mark.reference
@pytest.mark.parametrize("number", [1, 17, 2**63 - 1])
def test_client_state_is_given_back(program, number):
    """What is dialled with says whose call it is, as base64."""
    process = program("event_lab").start(str(number), COMMAND).finish().expect_clean()
    assert base64.b64decode(process.lines[0], validate=True)
    (seen,) = read(program, event("call.answered", client_state=process.lines[0]))
    assert seen["call"] == f"{number}, {COMMAND}"
