"""Gaps 4.2, 4.4, 4.5 and 4.13: webhook.c and call_control.c, by dial_now and a telephone
network whose phones, words and webhooks are held and released."""

from __future__ import annotations

import re

import pytest

from harness import expect, gap
from harness.calling import (
    begin_delivery,
    commands,
    deliver,
    event,
    expect_silence_about,
    post,
)
from harness.explain import Failure
from harness.serving import Server

# Whatever is sent or told runs over these, when they are written.
RESTS_ON = ["4.11", "4.12", "4.13", "4.14"]
HEARD = ["4.1", "4.2", "4.3"]
TELLS = [*HEARD, "4.4"]
NUMBER = "+15555550101"
OTHER = "+15555550102"
NEVER = "3600"  # seconds
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
OUR_JOKES = "lib/jokes.c"


@pytest.fixture
def phone(world):
    """The world's telephone network, in which nothing takes long of itself."""
    network = world.telephony
    network.ring_seconds = network.speak_seconds_per_word = 0
    network.webhooks.retry_seconds = 0.01
    return network


def start(program, world, *arguments, **environment):
    """Starts dial_now on a free port; it is listening then."""
    environment = {**world.environment, **environment}
    return Server(program("dial_now").start("--port", "0", *arguments, **environment))


def listen(program, world, *arguments, **environment):
    """Starts it without anybody to telephone: it waits for events."""
    return start(program, world, "--stay", "--pause", "0.01", *arguments, **environment)


def nobody_is_there(world):
    """Every command to a call is refused: it has ended already."""
    text = '{"errors":[{"code":"90018","title":"Call has already ended","detail":"x"}]}'
    world.telephony.fault("/v2/calls/*", "body", text=text, code=422)


def comes_true(server, condition, saw, expected):
    """Waits until it is so. A Failure when it does not come to that."""
    if not server.process.wait_until(condition):
        raise Failure(saw=saw, expected=expected)


def turn(server):
    """Lets the program see to all that had come: when it has answered others twice, it
    has."""
    for _ in range(2):
        server.get("/health", Connection="close")


def over(server, *numbers, status=0):
    """Waits until the program has ended by itself, in order, and with this status. Nothing
    that it has printed is personal."""
    process = server.process.finish()
    process.expect_closed()
    expect(
        process.exit == status,
        saw=f"exit status {process.exit}; printed: {process.lines[1:]}",
        expected=f"exit status {status}",
    )
    expect_silence_about(process, *(numbers or (NUMBER, OTHER)))
    return process


def stop(server):
    """Asks it to end, and holds it to a clean end."""
    expect_silence_about(server.stop().expect_clean(), NUMBER, OTHER)


def spoken(server, phone, count=1):
    """Waits until the network was asked to speak so often."""
    comes_true(
        server,
        lambda: len([1 for r in phone.requests if r.path.endswith("/speak")]) >= count,
        saw="nothing was spoken",
        expected=f"{count} x POST .../actions/speak",
    )


def our_jokes():
    """Those that are always there, as they stand in the source."""
    with open(OUR_JOKES, encoding="ascii") as source:
        table = source.read().partition("jokes[] = {")[2].partition("};")[0]
    return [line.strip().rstrip(",").strip('"') for line in table.strip().splitlines()]


# --- 4.2: answer before the work ------------------------------------------------------------


@gap("4.2", needs=["4.1"])
def test_what_is_no_event_and_what_means_nothing(program, world):
    """The first is refused, the second is taken: it would only be told again."""
    server = listen(program, world)
    for broken in (b"", b"{", b"[]", b"{}", {"data": {}}, event("call.answered", id="")):
        answer = deliver(server, broken)
        expect(
            answer.status == 400 and answer.json["error"]["message"],
            saw=f"{broken}: {answer}",
            expected="400, and what is wrong",
        )
    for strange in (event("call.weather.changed"), event("x", call_control_id=...)):
        answer = deliver(server, strange)
        expect(
            answer.status == 200,
            saw=f"an event that means nothing to us: {answer}",
            expected="200: call_control_take() has returned 0",
        )
    stop(server)


@gap("4.2", needs=["4.1", "4.3"])
def test_the_answer_precedes_the_work(program, world):
    """The service of jokes keeps silent; the network has its answer all the same."""
    hold = world.jokes.hold("/")
    server = listen(program, world, "--timeout", NEVER)
    client = begin_delivery(server, event("call.answered"))
    answer = client.answer()
    expect(answer.status == 200, saw=f"{answer}", expected="200: it has arrived")
    client.close()
    server.wait_for_requests(hold, 1, "The work has to be done after the answer.")
    answer = deliver(server, event("call.answered", call_control_id="v3:b"))
    expect(answer.status == 200, saw=f"{answer}", expected="200: it has arrived")
    server.wait_for_requests(hold, 2)
    server.process.kill()


@gap("4.2", needs=["4.1", "4.3"])
def test_two_events_behind_each_other(program, world):
    """On one connection, in one piece: the work is for both, long after the answers."""
    hold = world.jokes.hold("/")
    server = listen(program, world, "--timeout", NEVER)
    with server.client() as client:
        both = [event("call.answered", call_control_id=f"v3:{c}") for c in "ab"]
        client.send(b"".join(map(post, both)))
        answers = [client.answer() for _ in both]
    expect(
        [one.status for one in answers] == [200, 200],
        saw=f"{answers}",
        expected="200 for each",
    )
    server.wait_for_requests(
        hold, 2, "The exchange is somebody else's after the answer: the event is a copy."
    )
    server.process.kill()


@gap("4.2", needs=["4.1", "4.3", "4.11"])
def test_too_much_to_do(program, world):
    """What cannot be done is not promised: the network tells it again."""
    hold = world.jokes.hold("/")
    server = listen(program, world, "--timeout", NEVER, "--running", "1", "--queued", "1")
    nobody_is_there(world)
    one, two, three, four = [
        event("call.answered", call_control_id=f"v3:{c}") for c in "abcd"
    ]
    expect(deliver(server, one).status == 200, saw="another status", expected="200")
    server.wait_for_requests(hold, 1)
    expect(deliver(server, two).status == 200, saw="another status", expected="200")
    answer = deliver(server, three)
    expect(
        answer.status == 503 and answer.headers["Retry-After"] == "1",
        saw=f"one task runs, one waits, and that is all that may; the next event: {answer}"
        f", Retry-After: {answer.headers['Retry-After']}",
        expected="503, Retry-After: 1",
    )
    hold.lift()
    comes_true(
        server,
        lambda: deliver(server, four).status == 200,
        saw="when there was room again the next event was still refused",
        expected="200",
    )
    comes_true(
        server,
        lambda: world.jokes.counts.finished == 3,
        saw=f"{world.jokes.counts.finished} jokes were fetched",
        expected="three: what was taken is done",
    )
    server.process.kill()


# --- 4.4: joke, pause, speak ----------------------------------------------------------------


@gap("4.4", needs=HEARD)
def test_a_joke_is_told(program, world, phone):
    """Who answers hears the service's joke, from a male voice that speaks British English."""
    hold = phone.steps.hold("/*/speak")
    server = start(program, world, NUMBER)
    spoken(server, phone)
    hold.wait_for(1)
    (speech,) = phone.calls[0].speeches
    expect(
        speech.payload == world.jokes.jokes[0],
        saw=f"it was spoken: {speech.payload!r}",
        expected=f"the service's joke: {world.jokes.jokes[0]!r}",
    )
    expect(
        (speech.voice, speech.language) == ("male", "en-GB"),
        saw=f"voice {speech.voice!r}, language {speech.language!r}",
        expected="voice male, language en-GB",
    )
    server.process.kill()
    expect_silence_about(server.process, NUMBER)


@pytest.mark.reference
def test_not_before_the_joke_is_there(program, world, phone):
    """As long as the service has not answered nothing is said."""
    hold = world.jokes.hold("/")
    server = start(program, world, "--timeout", NEVER, "--pause", "0.01", NUMBER)
    server.wait_for_requests(hold, 1)
    turn(server)
    expect(
        commands(world, "speak") == [],
        saw="something was spoken before the joke was there",
        expected="POST .../actions/speak after the joke, from job_on_pause()",
    )
    hold.release_all()
    spoken(server, phone)
    server.process.kill()


@gap("4.4", needs=HEARD)
def test_two_calls_at_once(program, world, phone):
    """The second one's joke is fetched while the first one waits for its own."""
    hold = world.jokes.hold("/")
    server = start(program, world, "--timeout", NEVER, NUMBER, OTHER)
    server.wait_for_requests(hold, 2)
    hold.release_all()
    spoken(server, phone, 2)
    server.process.kill()


@gap("4.4", needs=HEARD)
def test_who_hangs_up_before_the_joke(program, world, phone):
    """It is not needed any more: the request is given up."""
    hold = world.jokes.hold("/")
    gone = phone.steps.hold("/*/hang_up")
    phone.person(NUMBER, "hangs_up")
    server = start(program, world, "--timeout", NEVER, "--pause", "0.01", NUMBER)
    server.wait_for_requests(hold, 1)
    gone.release_all()
    comes_true(
        server,
        lambda: world.jokes.counts.abandoned == 1,
        saw="nobody is on the line any more, and the joke is still waited for",
        expected="http_cancel() ends the request, and the job with it",
    )
    process = over(server, status=1)
    expect(
        commands(world, "speak") == [],
        saw="it was spoken to somebody who had hung up",
        expected="after UV_ECANCELED the job is done: job_finish()",
    )
    expect(
        process.complaints == [],
        saw=f"{process.complaints}",
        expected="no complaint: that it is not needed is no failure",
    )


@gap("4.4", needs=HEARD)
def test_who_hangs_up_in_the_pause(program, world, phone):
    """The pause does not block the loop, and ends when it is not needed."""
    hold = world.jokes.hold("/")
    gone = phone.steps.hold("/*/hang_up")
    phone.person(NUMBER, "hangs_up")
    server = start(program, world, "--timeout", NEVER, "--pause", NEVER, "--stay", NUMBER)
    server.wait_for_requests(hold, 1)
    hold.release_all()
    server.process.wait_until(lambda: world.jokes.counts.finished == 1)
    turn(server)
    gone.release_all()
    server.process.wait_for("has failed|is done")
    expect(
        commands(world, "speak") == [],
        saw="it was spoken although the pause was not over",
        expected="job_pause(), and job_send() in job_on_pause()",
    )
    process = server.stop()
    expect(
        commands(world, "speak") == [],
        saw="it was spoken to somebody who had hung up in the pause",
        expected="job_finish() when the status of the pause is not 0",
    )
    process.expect_closed()
    expect(process.complaints == [], saw=f"{process.complaints}", expected="no complaint")


@gap("4.4", needs=HEARD)
def test_it_stays_on_the_line(program, world, phone):
    """The joke takes as long as it takes: nothing more is sent while it is spoken."""
    phone.steps.hold("/*/speak")
    server = start(program, world, "--pause", "0.01", "--stay", NUMBER)
    spoken(server, phone)
    server.process.wait_until(
        lambda: "hears the joke" in server.process.lines[-1] or len(phone.requests) > 2
    )
    turn(server)
    expect(
        [one.path.rpartition("/")[2] for one in phone.requests] == ["calls", "speak"],
        saw=f"{[one.path for one in phone.requests]}",
        expected="one command to speak, and no more before call.speak.ended",
    )
    server.process.kill()


FAULTS = [
    ("status 500", {"name": "status", "code": 500}),
    ("a reset", {"name": "reset"}),
    ("no joke", {"name": "body", "text": '{"id":"1","status":200}'}),
    ("HTML", {"name": "not_json"}),
]


@gap("4.4", needs=HEARD)
def test_a_failing_service_of_jokes(program, world):
    """Whatever it does, there is a joke: then it is one of ours."""
    nobody_is_there(world)
    server = listen(program, world, "--timeout", NEVER)
    for number, (what, fault) in enumerate(FAULTS):
        broken = world.jokes.fault("/", **fault)
        deliver(server, event("call.answered", call_control_id=f"v3:{number}"))
        spoken(server, world.telephony, number + 1)
        payload = commands(world, "speak")[number]["payload"]
        expect(
            payload in our_jokes(),
            saw=f"the service had: {what}. It was spoken: {payload!r}",
            expected=f"one of our own jokes ({OUR_JOKES})",
        )
        broken.lift()
    server.process.kill()


@pytest.mark.reference
def test_a_service_of_jokes_that_cannot_be_asked(program, world):
    """Its URL is none."""
    server = listen(program, world, JOKES_URL="no URL at all")
    deliver(server, event("call.answered"))
    spoken(server, world.telephony)
    (command,) = commands(world, "speak")
    expect(
        command["payload"] in our_jokes(),
        saw=f"{command['payload']!r}",
        expected=f"one of our own jokes ({OUR_JOKES})",
    )
    server.stop(), server.process.expect_closed()


@pytest.mark.reference
def test_a_service_of_jokes_that_is_late(program, world):
    """It is not waited for longer than --timeout."""
    world.jokes.hold("/")
    server = listen(program, world, "--timeout", "0.05")
    deliver(server, event("call.answered"))
    spoken(server, world.telephony)
    server.stop(), server.process.expect_closed()


@pytest.mark.reference
def test_a_joke_that_is_too_long(program, world):
    """3000 characters can be spoken, however many bytes they are; not 3001."""
    jokes = ["\N{FIRE}" * 3000, "x" * 3000, "\N{FIRE}" * 3001, "x" * 3001]
    world.jokes.jokes = jokes
    server = listen(program, world)
    for number in range(4):
        deliver(server, event("call.answered", call_control_id=f"v3:{number}"))
        spoken(server, world.telephony, number + 1)
    said = [one["payload"] for one in commands(world, "speak")]
    assert said[:2] == jokes[:2]
    assert said[2] in our_jokes() and said[3] in our_jokes()
    stop_after_refusals(server)


def stop_after_refusals(server):
    """As stop(), of one that has complained: the world does not know such calls."""
    server.stop()
    server.process.expect_closed()


# --- 4.5: hang up ---------------------------------------------------------------------------


@gap("4.5", needs=TELLS)
def test_a_whole_call(program, world, phone):
    """It rings, is answered, hears the joke, and is hung up on, in this order."""
    server = start(program, world, NUMBER)
    process = over(server)
    expect(
        process.lines[1:]
        == [
            f"+15***01 {what}"
            for what in (
                "is dialled",
                "rings",
                "has answered",
                "hears the joke",
                "is done",
            )
        ],
        saw=f"{process.lines[1:]}",
        expected="is dialled, rings, has answered, hears the joke, is done",
    )
    call = phone.calls[0]
    expect(
        (call.state, call.hangup_source, call.said)
        == ("ended", "caller", world.jokes.jokes[:1]),
        saw=f"{call.state}, by {call.hangup_source}; heard: {call.said}",
        expected="ended, by the caller, after the joke",
    )
    expect(process.complaints == [], saw=f"{process.complaints}", expected="no complaint")


@gap("4.5", needs=TELLS)
def test_not_before_the_joke_is_over(program, world, phone):
    """Who hangs up when call.speak.started comes cuts the joke off."""
    hold = phone.steps.hold("/*/speak")
    server = start(program, world, NUMBER)
    server.process.wait_for("hears the joke")
    turn(server)
    expect(
        commands(world, "hangup") == [],
        saw="hung up while the joke was told",
        expected="hang up on call.speak.ended",
    )
    hold.release_all()
    over(server)
    expect(
        len(commands(world, "hangup")) == 1,
        saw=f"{len(commands(world, 'hangup'))} x hangup",
        expected="once",
    )


@gap("4.5", needs=TELLS)
def test_each_command_has_its_own_id(program, world, phone):
    """And the key, and JSON."""
    server = start(program, world, NUMBER, OTHER, TELNYX_API_KEY="KEY0123")
    over(server)
    sent = [
        one for action in ("dial", "speak", "hangup") for one in commands(world, action)
    ]
    expect(len(sent) == 6, saw=f"{len(sent)} commands", expected="six, for two calls")
    ids = [one.get("command_id", "") for one in sent]
    expect(
        all(map(UUID4.fullmatch, ids)) and len(set(ids)) == len(ids),
        saw=f"{ids}",
        expected="a UUID of version 4 for each, and no two the same",
    )
    expect(
        {one["authorization"] for one in sent} == {"Bearer KEY0123"},
        saw=f"{ {one['authorization'] for one in sent} }",
        expected="Bearer, and the key",
    )


def refuse(world, code, title):
    """Every command to hang up is refused with this."""
    text = '{"errors":[{"code":"%s","title":"%s","detail":"it is +15555550101"}]}'
    return world.telephony.fault(
        "/v2/calls/*/actions/hangup", "body", text=text % (code, title), code=422
    )


@gap("4.5", needs=HEARD)
def test_who_was_quicker(program, world):
    """The call has ended already, 90018: that is what was wanted."""
    refuse(world, "90018", "Call has already ended")
    server = listen(program, world)
    deliver(server, event("call.speak.ended", status="completed"))
    comes_true(
        server,
        lambda: world.telephony.counts.finished == 1,
        saw="no command came",
        expected="hang up on call.speak.ended, of whichever call",
    )
    turn(server)
    process = server.stop().expect_clean()
    expect(
        process.complaints == [],
        saw=f"of a call that had ended already: {process.complaints}",
        expected="90018 is as good as done: job_finish() with 0",
    )


@gap("4.5", needs=HEARD)
def test_a_hang_up_that_fails_is_told(program, world):
    """A task's error is not swallowed; and it ends."""
    refuse(world, "90015", "Invalid Call Control ID")
    server = listen(program, world)
    deliver(server, event("call.speak.ended", status="completed"))
    comes_true(
        server,
        lambda: world.telephony.counts.finished == 1,
        saw="no command came",
        expected="hang up on call.speak.ended, of whichever call",
    )
    turn(server)
    process = server.stop()
    process.expect_closed()
    expect(
        process.complaints == ["dial_now: call.speak.ended has failed: protocol error"],
        saw=f"the network has refused to hang up; on stderr: {process.complaints}",
        expected="job_finish() with result->error: then it is told",
    )
    expect_silence_about(process, NUMBER)


@gap("4.5", needs=HEARD)
def test_a_joke_that_was_cut_off(program, world):
    """Who has hung up himself need not be hung up on."""
    server = listen(program, world)
    deliver(server, event("call.speak.ended", status="call_hangup"))
    turn(server)
    deliver(server, event("call.speak.ended", status="completed"))
    comes_true(
        server,
        lambda: len(commands(world, "hangup")) == 1,
        saw=f"{len(commands(world, 'hangup'))} x hangup",
        expected="one, for the joke that was told to its end",
    )
    stop_after_refusals(server)


# --- 4.13: do it once -----------------------------------------------------------------------


@gap("4.13", needs=[*TELLS, "4.5"])
@pytest.mark.parametrize("at_once", [False, True])
def test_each_event_three_times(program, world, phone, at_once):
    """Told once, hung up once."""
    phone.webhooks.fault("*", "duplicate", copies=3, at_once=at_once)
    phone.webhooks.attempts = 1
    server = start(program, world, "--stay", "--pause", "0.01", NUMBER)
    server.process.wait_for("is done")
    server.process.wait_until(lambda: phone.webhooks.in_flight == 0)
    expect(
        len(commands(world, "speak")) == 1,
        saw=f"the joke was told {len(commands(world, 'speak'))} times",
        expected="once: call.answered was delivered three times, with the same id",
    )
    expect(
        len(commands(world, "hangup")) == 1,
        saw=f"{len(commands(world, 'hangup'))} x hangup",
        expected="once: call.speak.ended was delivered three times, with the same id",
    )
    expect(
        {one.status for one in phone.webhooks.deliveries} == {200},
        saw=f"{[one.status for one in phone.webhooks.deliveries]}",
        expected="200 for each: what was seen before was taken before",
    )
    stop(server)


@gap("4.13", needs=HEARD)
def test_the_same_type_or_call_again(program, world):
    """It is another event if its id is another."""
    server = listen(program, world)
    first, *others = [
        event("call.initiated", call_control_id="v3:a"),
        event("call.initiated", call_control_id="v3:b"),
        event("call.speak.started", call_control_id="v3:a"),
    ]
    for one in (first, *others, first):
        answer = deliver(server, one)
        expect(answer.status == 200, saw=f"{answer}", expected="200")
    turn(server)
    lines = server.stop().lines
    worked_on = [one.rpartition(" ")[2] for one in lines if one.startswith("a call ")]
    expect(
        worked_on == ["call.initiated", "call.initiated", "call.speak.started"],
        saw=f"of two calls came call.initiated, of the first call.speak.started, and the "
        f"first event once more; worked on: {worked_on}",
        expected="each of the three, once: an event is known by its id",
    )


@gap("4.13", needs=[*HEARD, "4.11"])
def test_an_event_that_was_refused_was_not_seen(program, world):
    """Too much was to be done: when it is told again it must be worked on."""
    hold = world.jokes.hold("/")
    server = listen(program, world, "--timeout", NEVER, "--running", "1", "--queued", "1")
    nobody_is_there(world)
    events = [event("call.answered", call_control_id=f"v3:{c}") for c in "abc"]
    deliver(server, events[0])
    server.wait_for_requests(hold, 1)
    deliver(server, events[1])
    answer = deliver(server, events[2])
    expect(answer.status == 503, saw=f"{answer}", expected="503: there is no room")
    hold.lift()
    comes_true(
        server,
        lambda: deliver(server, events[2]).status == 200,
        saw="when there was room again the event was still refused",
        expected="200",
    )
    comes_true(
        server,
        lambda: world.jokes.counts.finished == 3,
        saw="an event that was refused was taken for one seen before, and is lost",
        expected="id_set_remove() when job_start() fails",
    )
    deliver(server, events[2])
    turn(server)
    process = server.stop()
    process.expect_closed()
    worked_on = [one for one in process.lines if one.startswith("a call ")]
    expect(
        len(worked_on) == 3,
        saw=f"three events, the last one told again and again: {worked_on}",
        expected="each worked on once: when it was taken it was seen",
    )


# --- Events in any order (given: no gap) -----------------------------------------------------


@pytest.mark.reference
def test_the_joke_was_told_before_the_call_was_answered(program, world, phone):
    """call.answered comes last of all: nothing is said to nobody."""
    held = phone.webhooks.hold("*/call.answered")
    server = start(program, world, "--stay", "--pause", "0.01", NUMBER)
    held.wait_for(1)
    call = phone.calls[0]
    deliver(
        server,
        event(
            "call.speak.ended",
            call_control_id=call.id,
            client_state=call.client_state,
            status="completed",
        ),
    )
    server.process.wait_for("is done")
    held.release_all()
    phone.webhooks.wait_for(finished=3)
    turn(server)
    assert commands(world, "speak") == [] and len(commands(world, "hangup")) == 1
    assert server.process.lines[-2:] == ["call 1: call.hangup", "+15***01 is done"] or (
        server.process.lines[-1] == "call 1: call.answered"
    )
    stop(server)


@pytest.mark.reference
def test_hung_up_before_it_was_answered(program, world, phone):
    """The last event overtakes the one before."""
    held = phone.webhooks.hold("*/call.answered")
    gone = phone.steps.hold("/*/hang_up")
    phone.person(NUMBER, "hangs_up")
    server = start(program, world, "--stay", NUMBER)
    held.wait_for(1)
    gone.release_all()
    server.process.wait_for("has failed: hung up before the joke was over")
    held.release_all()
    phone.webhooks.wait_for(finished=3)
    turn(server)
    assert world.jokes.requests == [] and commands(world, "speak") == []
    server.stop().expect_closed()


@pytest.mark.reference
def test_hung_up_when_the_joke_was_over(program, world, phone):
    """He has heard it all, and hangs up himself; that it was over is told after that."""
    phone.steps.hold("/*/speak")
    server = start(program, world, "--stay", "--pause", "0.01", NUMBER)
    server.process.wait_for("hears the joke")
    call = phone.calls[0]
    about = {"call_control_id": call.id, "client_state": call.client_state}
    bye = {"hangup_cause": "normal_clearing", "hangup_source": "callee"}
    deliver(server, event("call.hangup", **about, **bye))
    server.process.wait_for("has failed: hung up before the joke was over")
    deliver(server, event("call.speak.ended", status="completed", **about))
    server.process.wait_for("is done")
    assert commands(world, "hangup") == []
    server.process.kill()


@pytest.mark.reference
def test_an_event_of_another_program(program, world, phone):
    """Its call has the same number among its own, and another command id."""
    held = phone.steps.hold("/*/ring")
    first = start(program, world, NUMBER)
    first.process.wait_for("rings")
    first.process.kill()
    server = start(program, world, NUMBER)
    server.process.wait_for("rings")
    old = phone.calls[0]
    about = {"call_control_id": old.id, "client_state": old.client_state}
    deliver(server, event("call.hangup", hangup_cause="user_busy", **about))
    deliver(server, event("call.speak.started", **about))
    turn(server)
    assert server.process.lines[-1] == "+15***01 rings"
    held.release_all()
    server.process.finish()
    assert server.process.lines[-1] == "+15***01 is done"


@pytest.mark.reference
def test_an_event_that_is_told_after_a_restart(program, world, phone):
    """It was worked on before: the command for it is the same one, and nothing is said
    twice, nor is another call hung up on."""
    held = phone.steps.hold("/*/speak")
    first = start(program, world, NUMBER)
    first.process.wait_for("hears the joke")
    first.process.kill()
    call = phone.calls[0]
    about = {"call_control_id": call.id, "client_state": call.client_state}
    answered = next(one for one in call.events if one.type == "call.answered")
    second = listen(program, world)
    deliver(second, event("call.answered", id=answered.id, **about))
    comes_true(second, lambda: len(commands(world, "speak")) == 2, "1", "2 x speak")
    turn(second)
    said = [one["command_id"] for one in commands(world, "speak")]
    assert said[0] == said[1] and UUID4.fullmatch(said[0])
    assert call.said == world.jokes.jokes[:1]
    held.release_all()
    second.process.kill()


@pytest.mark.reference
def test_strange_events_meanwhile(program, world, phone):
    """Of unknown types, of unknown calls, with unknown members: the call goes well."""
    phone.webhooks.fault("*/call.initiated", "strange_type")
    phone.webhooks.fault("*/call.speak.started", "strange_call")
    phone.webhooks.fault("*/call.answered", "extra_fields")
    phone.webhooks.fault("*/call.speak.ended", "extra_fields")
    over(start(program, world, NUMBER))
    assert phone.calls[0].said == world.jokes.jokes[:1]


@pytest.mark.reference
def test_a_call_from_before(program, world, phone):
    """It was dialled by a program that died: the next one goes on with it."""
    held = phone.webhooks.hold("*/call.answered")
    first = start(program, world, NUMBER)
    held.wait_for(1)
    call = phone.calls[0]
    first.process.kill()
    second = listen(program, world)
    about = {"call_control_id": call.id, "client_state": call.client_state}
    deliver(second, event("call.answered", **about))
    comes_true(second, lambda: call.said == world.jokes.jokes[:1], "silence", "the joke")
    deliver(second, event("call.speak.ended", status="completed", **about))
    comes_true(second, lambda: call.state == "ended", "not hung up", "hung up")
    held.lift()
    stop(second)


@pytest.mark.reference
@pytest.mark.parametrize(
    "manner, words",
    [
        ("busy", "busy"),
        ("rejects", "rejected"),
        ("unreachable", "the network says no reason"),
        ("hangs_up", "hung up before the joke was over"),
    ],
)
def test_why_a_call_has_failed(program, world, phone, manner, words):
    """In a few words, and the exit status says it, too."""
    world.jokes.hold("/")
    phone.person(NUMBER, manner)
    process = over(start(program, world, NUMBER, "--timeout", NEVER), status=1)
    assert process.lines[-1] == f"+15***01 has failed: {words}"
    assert process.complaints == []


@pytest.mark.reference
def test_speaking_that_is_refused(program, world, phone):
    """Nobody is left on a silent line."""
    text = '{"errors":[{"code":"10015","title":"No +15555550101 in it","detail":"x"}]}'
    phone.fault("/v2/calls/*/actions/speak", "body", text=text, code=422)
    process = over(start(program, world, NUMBER), status=1)
    assert "+15***01 has failed: the joke was not told" in process.lines
    assert process.complaints == ["dial_now: call.answered has failed: protocol error"]
    assert phone.calls[0].state == "ended"


@pytest.mark.reference
def test_what_is_no_number_is_not_dialled(program, world):
    """And not repeated: it is nearly somebody's."""
    for wrong in ("15555550101", "+1 5555550101", "+05555550101", "+155555", "+1x", ""):
        process = program("dial_now").start(NUMBER, wrong, **world.environment).finish()
        assert process.exit == 2
        assert process.stderr_lines[0] == "number 2 is not in E.164: +15555550101"
    assert world.telephony.requests == []


@pytest.mark.reference
def test_ids_that_would_lead_elsewhere(program, world):
    """A call_control_id may be anything: it stays one segment of the path."""
    server = listen(program, world, "--retries", "0")
    for wicked in ("a/b", "../../x", "a?b", "a#b", "a b", "a\r\nb", "%2e%2e", "\N{FIRE}"):
        deliver(server, event("call.speak.ended", call_control_id=wicked))
    comes_true(
        server, lambda: world.telephony.counts.finished == 8, "fewer", "eight commands"
    )
    for one in world.telephony.requests:
        assert re.fullmatch(r"/v2/calls/[\w:%-]+/actions/hangup", one.target), one.target
    stop_after_refusals(server)


@pytest.mark.reference
def test_stopped_while_a_joke_is_fetched(program, world, phone):
    """Ctrl-C waits for it; twice, and it is named and given up."""
    hold = world.jokes.hold("/")
    server = start(program, world, NUMBER, "--timeout", NEVER)
    server.wait_for_requests(hold, 1)
    server.process.ask_to_end()
    server.process.wait_for("^stopping")
    server.process.ask_to_end()
    process = server.process.finish()
    process.expect_closed()
    assert process.exit == 1
    assert process.complaints == [
        "dial_now: call.answered was not finished",
        "dial_now: call.answered has failed: operation canceled",
    ]
    world.jokes.wait_for(abandoned=1, in_flight=0)
