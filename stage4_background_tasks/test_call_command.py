"""Gap 4.14: call_command.c, by dial_now and a telephone network that fails."""

from __future__ import annotations

import pytest

from harness import expect, gap
from harness.calling import commands, expect_silence_about
from harness.serving import Server

# Every event that is told runs over these, when they are written.
RESTS_ON = ["4.11", "4.12", "4.13"]
NUMBER = "+15555550101"
SPOKEN = ["4.1", "4.2", "4.3", "4.4", "4.5"]


@pytest.fixture
def phone(world):
    """The world's telephone network, in which nothing takes long of itself."""
    network = world.telephony
    network.ring_seconds = network.speak_seconds_per_word = 0
    return network


def start(program, world, *arguments):
    """Starts dial_now, which telephones somebody; it is listening then."""
    process = program("dial_now").start(
        "--port", "0", "--pause", "0.01", *arguments, NUMBER, **world.environment
    )
    return Server(process)


def failed(server, why, what="has failed"):
    """Waits until the call has failed, and the program ended in order."""
    process = server.process.finish()
    process.expect_closed()
    expect(
        process.exit == 1 and process.lines[-1] == f"+15***01 {what}: {why}",
        saw=f"exit status {process.exit}; it said last: {process.lines[-1]}",
        expected=f"exit status 1, and: +15***01 {what}: {why}",
    )
    expect_silence_about(process, NUMBER)


def unsure(server, why):
    """Waits until nobody knows whether the call was dialled, and the program ended."""
    failed(server, why, "may be dialled")


def went_well(server):
    """Waits for the end of a program whose call has gone well."""
    expect_silence_about(server.process.finish().expect_clean(), NUMBER)


def expect_tries(world, action, count, why):
    """So many tries of one command, all of them the same to the byte."""
    tries = commands(world, action)
    expect(
        len(tries) == count, saw=f"{len(tries)} x {action}", expected=f"{count}: {why}"
    )
    ids = [one["command_id"] for one in tries]
    expect(
        len(set(ids)) == 1,
        saw=f"the command ids of {count} tries: {', '.join(ids)}",
        expected="the same one each time: so that it is done once",
    )
    expect(
        all(one == tries[0] for one in tries),
        saw=f"{tries}",
        expected="the same command each time",
    )


BREAKS = [
    {"name": "status", "code": 500},
    {"name": "status", "code": 503},
    {"name": "status", "code": 599},
    {"name": "status", "code": 429},
    {"name": "reset"},
    {"name": "close"},
    {"name": "close", "after": 10},
    {"name": "lose_answer"},
    {"name": "lose_answer", "code": 502},
]


@gap("4.14", needs=["4.3"])
@pytest.mark.parametrize(
    "fault", BREAKS, ids=lambda one: "-".join(map(str, one.values()))
)
def test_a_failure_that_may_pass(program, world, phone, fault):
    """Twice it fails, the third time it does not; the phone has rung once."""
    phone.fault("/v2/calls", **fault, times=2)
    phone.webhooks.hold("*")  # that it rings is known from the answer alone
    server = start(program, world)
    server.process.wait_for("rings")
    server.process.kill()
    expect_silence_about(server.process, NUMBER)
    expect_tries(world, "dial", 3, f"two had: {fault}")
    expect(
        phone.dialled[NUMBER] == 1,
        saw=f"the phone rang {phone.dialled[NUMBER]} times",
        expected="once: the network knows the command id",
    )


@gap("4.14", needs=SPOKEN)
@pytest.mark.parametrize("action", ["speak", "hangup"])
def test_what_is_done_on_a_call(program, world, phone, action):
    """It is done once, too, although the answer was lost."""
    phone.fault(f"/v2/calls/*/actions/{action}", "lose_answer", times=1)
    hold = phone.steps.hold("/*/speak")
    server = start(program, world)
    hold.wait_for(1)
    if action == "speak":  # when the joke is over no further try is needed
        server.process.wait_until(lambda: len(commands(world, "speak")) == 2)
    hold.release_all()
    went_well(server)
    expect_tries(world, action, 2, "the first one's answer was lost")
    expect(
        phone.calls[0].said == world.jokes.jokes[:1],
        saw=f"it was spoken: {phone.calls[0].said}",
        expected="one joke, once",
    )


@gap("4.14", needs=["4.3"])
@pytest.mark.parametrize("code", [400, 401, 403, 404, 408, 422])
def test_what_is_wrong_with_the_command_stays_wrong(program, world, phone, code):
    """4xx: the next time it will be the same. Only for 503 before it a second try helps."""
    text = '{"errors":[{"code":"10015","title":"Bad Request","detail":"to %s"}]}' % NUMBER
    phone.fault("/v2/calls", "body", text=text, code=code)
    phone.fault("/v2/calls", "status", code=503, times=1)  # the newest rule comes first
    failed(start(program, world), "refused, code 10015")
    expect_tries(world, "dial", 2, f"after 503 one more; {code} will be {code} again")


@gap("4.14", needs=["4.3"])
@pytest.mark.parametrize("retries", [1, 3])
def test_enough_is_enough(program, world, phone, retries):
    """So many tries, and then it has failed."""
    phone.fault("/v2/calls", "status", code=503)
    unsure(start(program, world, "--retries", str(retries)), "it answered 503")
    expect_tries(
        world, "dial", 1 + retries, f"the first one, and --retries {retries} after it"
    )


@gap("4.14", needs=["4.3", "4.12"])
def test_stopped_between_two_tries(program, world, phone):
    """Ctrl-C, twice: there is no further try."""
    hold = phone.hold("/v2/calls")
    phone.fault("/v2/calls", "status", code=503)
    server = start(program, world, "--retries", "10")
    server.wait_for_requests(hold, 1)
    hold.release_all()
    server.wait_for_requests(hold, 1)
    server.process.ask_to_end()
    server.process.wait_for("^stopping")
    server.process.ask_to_end()
    process = server.process.finish()
    process.expect_closed()
    expect_tries(world, "dial", 2, "it was cancelled while it waited for the second one")


@pytest.mark.reference
def test_a_network_that_is_not_there(program, world):
    """In words, and without a number."""
    process = program("dial_now").start(
        "--port", "0", "--retries", "1", "--api", world.refused_url, NUMBER
    )
    failed(Server(process), "connection refused")


@pytest.mark.reference
def test_a_name_that_cannot_be_resolved(program, world):
    """Nothing was sent: it is tried again, and it is known that nobody was dialled."""
    process = program("dial_now").start(
        "--port", "0", "--retries", "1", "--api", "http://nobody.invalid", NUMBER
    )
    failed(Server(process), "unknown node or service")


def lab(program, world, when):
    """Starts command_lab, which hangs up on a call that is not."""
    return program("command_lab").start(when, world.telephony.url)


@pytest.mark.reference
def test_a_name_is_asked_again(program, world):
    """Until it is enough: `policy.max_retries`."""
    process = program("command_lab").start("cancel", "http://nobody.invalid")
    process.finish().expect_clean()
    assert process.lines[0] == "cancelled"
    assert "operation canceled, " in process.lines[1]
    assert "unsure" not in process.lines[1]


@pytest.mark.reference
def test_no_try_begins_too_late(program, world, phone):
    """It could end when the network has forgotten the command's id."""
    process = lab(program, world, "late").finish().expect_clean()
    assert process.lines == ["not sent: connection timed out"]
    assert phone.requests == []


@pytest.mark.reference
def test_no_further_try_begins_too_late(program, world, phone):
    """The first one was in time, and took long."""
    hold = phone.hold("*")
    phone.fault("*", "status", code=503)
    process = lab(program, world, "retry")
    hold.wait_for(1)
    process.wait_for("too late")
    hold.lift()
    process.finish().expect_clean()
    assert process.lines == ["too late", "connection timed out, 1 tried, unsure"]
    assert len(phone.requests) == 1


@pytest.mark.reference
def test_cancelled_when_the_pause_ends(program, world, phone):
    """In the same turn: there is no further try."""
    phone.fault("*", "status", code=503)
    process = lab(program, world, "cancel").finish().expect_clean()
    tried = len(phone.requests)
    assert process.lines == ["cancelled", f"operation canceled, {tried} tried, unsure"]


@pytest.mark.reference
def test_cancelled_before_it_was_sent(program, world, phone):
    """Two are dialled one after the other; of the second one it is known that it was not.
    Of the first one it is not: nothing is told."""
    hold = phone.hold("/v2/calls")
    server = start(program, world, "--running", "1", "+15555550102")
    server.wait_for_requests(hold, 1)
    server.process.ask_to_end()
    server.process.wait_for("^stopping")
    server.process.ask_to_end()
    process = server.process.finish()
    process.expect_closed()
    told = [one for one in process.lines if "dialled" in one]
    assert told == [
        "+15***02 is dialled",
        "+15***01 is dialled",
        "+15***01 was not dialled: operation canceled",
    ]


@pytest.mark.reference
def test_an_answer_of_somebody_else(program, world, phone):
    """200, but not of this API: it cannot be known what was done, and is not repeated."""
    for text in ("", "[]", "{}", '{"data":[]}', '{"data":"ok"}', "<html>"):
        phone.reset()
        phone.webhooks.hold("*")
        phone.fault("/v2/calls", "body", text=text)
        unsure(start(program, world), "it answered 200")
        assert len(commands(world, "dial")) == 1


@pytest.mark.reference
def test_errors_that_are_strange(program, world, phone):
    """Words of our own for each code; what the network says may be personal, or worse."""
    errors = {
        '{"errors":[{"code":7,"title":"A"}]}': "it answered 400",
        '{"errors":[{"code":"1\\u001b[2J","title":"A"}]}': "it answered 400",
        '{"errors":[{"code":"15555550101","title":"A"}]}': "it answered 400",
        '{"errors":[{"title":"To +1 555 555 0101 (Ms Doe)"}]}': "it answered 400",
        '{"errors":[{"code":"12345","title":"Ms Doe"}]}': "refused, code 12345",
        '{"errors":[{"code":"10009","title":"A"}]}': "the key is not accepted (10009)",
        '{"errors":[{"code":"10011","title":"A"}]}': "too many commands (10011)",
        '{"errors":[{"code":"10016","title":"A"}]}': "the number is not in E.164 (10016)",
        '{"errors":[{"code":"90015","title":"A"}]}': "the call is not known (90015)",
        '{"errors":[{"code":"90018","title":"A"}]}': "the call has ended (90018)",
        '{"errors":[{"code":"90034","title":"A"}]}': "nobody has answered (90034)",
        '{"errors":[]}': "it answered 400",
        '{"errors":{}}': "it answered 400",
        "oops": "it answered 400",
    }
    for text, why in errors.items():
        phone.reset()
        phone.fault("/v2/calls", "body", text=text, code=400)
        failed(start(program, world), why)


@pytest.mark.reference
def test_a_call_that_rings_although_the_command_failed(program, world, phone):
    """Every answer is lost; the events say that it goes well."""
    phone.fault("/v2/calls", "lose_answer")
    held = phone.steps.hold("/*/ring")
    server = start(program, world, "--retries", "1", "--stay")
    server.process.wait_for("rings")
    server.process.wait_until(lambda: server.process.complaints != [])
    assert server.process.complaints == ["dial_now: dial has failed: end of file"]
    held.release_all()
    server.process.wait_for("is done")
    server.stop().expect_clean()
