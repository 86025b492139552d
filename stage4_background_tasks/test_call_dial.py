"""call_dial.c, by dial_a_joke: what is written down of a call whose dial command has failed,
or may have been done, by this program or the one before."""

from __future__ import annotations

import contextlib
import sqlite3
import time

import pytest

from harness.calling import commands, deliver, event, expect_silence_about
from harness.joke_line import JokeLine

pytestmark = pytest.mark.reference
NUMBER = "+15550100123"


@pytest.fixture
def phone(world):
    """The telephone network, where nothing takes long."""
    network = world.telephony
    network.ring_seconds = network.speak_seconds_per_word = 0
    return network


@pytest.fixture
def line(serve, world, tmp_path):
    """A JokeLine."""
    return JokeLine(serve, world, tmp_path)


def outcome(line, server):
    """State and reason of the only call, which is over."""
    (call,) = line.calls(server)["over"]
    return call["state"], call["reason"]


def claimed_before(line, seconds):
    """A call was claimed so long ago, and then the program has died."""
    server = line.start()
    line.book(server, NUMBER, 3600)
    server.stop().expect_clean()
    with contextlib.closing(
        sqlite3.connect(line.config.parent / "calls.db")
    ) as database, database:
        at_ms = time.time_ns() // 1_000_000 - seconds * 1000
        database.execute(
            "UPDATE calls SET state = 'dialling', at_ms = ?, claimed_ms = ?",
            [at_ms, at_ms],
        )


def test_too_late_for_a_whole_try(line, world, phone):
    """The network may have dialled it, and could forget that before a try is over."""
    claimed_before(line, 57)
    server = line.start()
    server.wait_for("call 1: unsure")
    assert commands(world, "dial") == []
    assert outcome(line, server)[0] == "unsure"


def test_in_time_for_another_try(line, phone):
    """It is dialled, for the network knows the command if it has done it."""
    claimed_before(line, 10)
    server = line.start()
    server.wait_for("call 1: done")
    assert phone.dialled[NUMBER] == 1


def test_nobody_can_be_reached(line, world):
    """Who dialled it before the program died, if anybody did, is not known; but of a call
    that this program was the first to dial it is known that it has failed."""
    claimed_before(line, 10)
    server = line.start(TELEPHONY_URL=world.refused_url)
    server.wait_for("call 1: unsure, connection refused")
    line.book(server, NUMBER, 0)
    server.wait_for("call 2: failed, connection refused")


def test_answers_that_are_lost(line, phone):
    """It rings, and nobody tells so: that is unsure, until the events come."""
    phone.fault("/v2/calls", "lose_answer")
    held = phone.webhooks.hold("*")
    server = line.start()
    line.book(server, NUMBER, 0)
    server.wait_for("call 1: unsure, end of file")
    assert outcome(line, server) == ("unsure", "end of file")
    held.lift()
    server.wait_for("call 1: done")
    assert outcome(line, server) == ("done", None)
    assert phone.dialled[NUMBER] == 1


def test_what_the_network_says_is_not_shown(line, phone):
    """A title may say who it was."""
    text = '{"errors":[{"code":"20100","title":"No +1 555 010 0123 (Ms Jane Doe)"}]}'
    phone.fault("/v2/calls", "body", text=text, code=422)
    server = line.start()
    line.book(server, NUMBER, 0)
    server.wait_for("call 1: failed, refused, code 20100")
    assert outcome(line, server) == ("failed", "refused, code 20100")
    assert "Doe" not in str(line.calls(server))
    process = server.stop()
    assert "Doe" not in "\n".join([*process.lines, process.stderr])
    expect_silence_about(process, NUMBER)


def test_told_although_it_was_hung_up_on(line, phone):
    """He hangs up himself; that the joke was over is told later."""
    phone.steps.hold("/*/speak")
    server = line.start()
    line.book(server, NUMBER, 0)
    server.wait_for("call 1: call.speak.started")
    call = phone.calls[0]
    about = {"call_control_id": call.id, "client_state": call.client_state}
    bye = {"hangup_cause": "normal_clearing", "hangup_source": "callee"}
    deliver(server, event("call.hangup", **about, **bye))
    server.wait_for("call 1: failed, hung up before the joke was over")
    deliver(server, event("call.speak.ended", status="completed", **about))
    server.wait_for("call 1: done")
    assert outcome(line, server) == ("done", None)
