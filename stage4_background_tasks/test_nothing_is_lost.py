"""dial_a_joke when it is killed, when it is told to end, when ten thousand webhooks come:
what was promised is done, once."""

from __future__ import annotations

import contextlib
import itertools
import random
import signal
import socket
import sqlite3
import threading
import time
import uuid
from urllib.parse import unquote, urlencode

import pytest

from harness import expect
from harness.calling import begin_delivery, commands, deliver, event, post as delivery
from harness.commands.lint import nothing_may_be_left_out
from harness.explain import Failure
from harness.joke_line import FORM, JokeLine, soon
from harness.serving import request

pytestmark = pytest.mark.reference
NUMBER = "+15550100123"
# With FULL=1, or where nothing may be left out, as much as was promised.
IS_WHOLE = nothing_may_be_left_out()
CALLS = 200 if IS_WHOLE else 60
KILLS = 50 if IS_WHOLE else 12
DIALLING = 50  # at once: MAX_DIALLING
EVENTS = 2500 if IS_WHOLE else 500  # of which each is told four times


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


def number(index):
    """A number of its own for each call."""
    return f"+1555{index:07}"


def booking(index, seconds=0.0):
    """The request that has this number called so long from now on, or a little later."""
    date, clock = soon(seconds)
    body = urlencode({"date": date, "time": clock, "number": number(index)}).encode()
    return request("POST", "/", {"Content-Type": FORM}, body)


# --- Told to end ------------------------------------------------------------------------


def test_what_was_taken_is_finished(line, world, phone):
    """An event was answered with 200, and the joke for it has not come: the program does not
    end before it was spoken."""
    jokes = world.jokes.hold("/")
    server = line.start()
    line.book(server, NUMBER, 1)
    server.wait_for_requests(jokes, 1)
    server.process.ask_to_end()
    server.wait_for("^stopping")
    jokes.release_all()
    server.process.finish().expect_clean()
    assert phone.calls[0].said == [world.jokes.jokes[0]]


def test_who_is_being_called_hears_his_joke(line, world, phone):
    """It rings when the program is told to end: who answers then is told a joke, and the line
    is closed, before the program ends. Nobody is promised a call any more."""
    rings = phone.steps.hold("*/ring")
    server = line.start()
    line.book(server, NUMBER, 1)
    server.wait_for_requests(rings, 1)
    server.process.ask_to_end()
    server.wait_for("^stopping")
    answer = line.book(server, number(1), 3600)
    assert (answer.status, "stopping" in answer.text) == (503, True)
    rings.lift()
    server.process.finish().expect_clean()
    assert phone.calls[0].said == [world.jokes.jokes[0]]
    assert phone.calls[0].state == "ended"


def test_who_was_not_called_yet_is_called_after_the_next_start(line, world, phone):
    """More are due than are dialled at once, and the network does not answer. Told to end, it
    dials those that it was dialling, and nobody else; the others are still scheduled. After
    the next start they are called. Everybody is called once."""
    silent = phone.hold("/v2/calls")
    server = line.start()
    for index in range(DIALLING + 10):
        line.book(server, number(index), 1)
    server.wait_for_requests(silent, DIALLING)
    server.process.ask_to_end()
    server.wait_for("^stopping")
    silent.lift()
    server.process.finish().expect_closed()
    assert len(phone.dialled) == DIALLING
    assert states_in(line) == {"scheduled": 10, "done": DIALLING}
    server = line.start()
    assert wait_long(server, lambda: len(phone.dialled) == DIALLING + 10)
    assert {*phone.dialled.values()} == {1}
    server.stop().expect_closed()


def states_in(line):
    """How many calls are in which state, in the file."""
    with contextlib.closing(sqlite3.connect(line.config.parent / "calls.db")) as database:
        return dict(database.execute("SELECT state, count(*) FROM calls GROUP BY state"))


def test_killed_while_the_network_is_silent(line, phone):
    """Of all that are due only those may have been dialled that the network was asked for."""
    silent = phone.hold("/v2/calls")
    server = line.start()
    for index in range(DIALLING + 10):
        line.book(server, number(index), 1)
    server.wait_for_requests(silent, DIALLING)
    server.process.kill()
    assert states_in(line) == {"scheduled": 10, "dialling": DIALLING}


def test_half_a_request_does_not_hold_the_end(line):
    """Who has sent half of something, and sends no more, is not waited for for long."""
    server = line.start()
    with server.client() as client:
        client.send(delivery(event("call.initiated"))[:-10])
        server.get("/health")
        server.stop().expect_closed()


@pytest.mark.parametrize("later", [False, True], ids=["at once", "later"])
def test_a_second_signal_ends_it_at_once(line, world, phone, later):
    """What is left is named, and cancelled: nobody waits any more. Also when the server has
    stopped already, and only the joke is still waited for."""
    jokes = world.jokes.hold("/")
    server = line.start()
    if later:  # it is nobody whom this program has called: the server need not go on
        deliver(server, event("call.answered"))
    else:
        line.book(server, NUMBER, 1)
    server.wait_for_requests(jokes, 1)
    server.process.ask_to_end(signal.SIGINT)
    server.wait_for("^stopping")
    if later:
        assert server.process.wait_until(lambda: refuses(server))
    server.process.ask_to_end(signal.SIGINT)
    done = server.process.finish()
    done.expect_closed()
    assert done.exit == 0
    left = [one for one in done.stderr_lines if "not finished, and cancelled" in one]
    assert left == ["dial_a_joke: not finished, and cancelled: call.answered"]
    goes_on = "dial_a_joke: call 1 goes on without this program: answered"
    assert (goes_on in done.stderr_lines) == (not later)
    world.jokes.wait_for(abandoned=1)
    assert commands(world, "speak") == []


def refuses(server):
    """Whether nobody listens there any more."""
    try:
        socket.create_connection((server.host, server.port)).close()
        return False
    except ConnectionRefusedError:
        return True


def test_an_event_that_was_begun_when_it_ends(line, world):
    """Half of it has come when the program is told to end: it is read to its end, and
    answered."""
    server = line.start()
    whole = delivery(event("call.speak.ended", status="completed"))
    with server.client() as client:
        client.send(whole[:-10])
        server.get("/health")
        server.process.ask_to_end()
        server.wait_for("^stopping")
        client.send(whole[-10:])
        assert client.answer().status == 200
    done = server.process.finish()
    done.expect_closed()
    assert len(commands(world, "hangup")) == 1


def test_calls_that_wait_are_kept(line, world, phone):
    """Told to end long before their time: they are there after the next start, and are called
    then. Those whose time has passed meanwhile are called at once."""
    server = line.start()
    line.book(server, number(1), 3600)
    line.book(server, number(2), 7200)
    server.stop().expect_clean()
    assert phone.calls == []
    path = line.config.parent / "calls.db"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE calls SET at_ms = at_ms - 4000000 WHERE id = 1")
    server = line.start()
    assert wait_long(server, lambda: phone.dialled[number(1)] == 1)
    listed = line.calls(server)["coming"]
    assert [call["number"] for call in listed if call["state"] == "scheduled"] == [
        "+15***02"
    ]
    server.stop().expect_clean()


def test_told_to_end_under_load(line, world, phone):
    """Clients ask for calls and the network tells events, on and on, while the program ends.
    Whoever got 303 is called after the next start; what an event asks for that got 200 was
    done before the end."""
    promised, taken = [], []
    hold = phone.hold("*/hangup")  # so that much is to be done at the end
    server = line.start()

    def ask(first):
        for index in range(first, first + 1000):
            if (yield booking(index, 5)) == 303:
                promised.append(number(index))

    def tell(first):
        for index in range(first, first + 300):
            ended = event("call.speak.ended", call_control_id=f"v3:{index}")
            if (yield delivery(ended)) == 200:
                taken.append(f"v3:{index}")

    works = [client_of(server, ask(1000 * one)) for one in range(6)]
    works += [client_of(server, tell(1000 * one)) for one in range(4)]
    for one in works:
        one.start()
    assert server.process.wait_until(lambda: len(promised) > 50 and len(taken) > 300)
    server.process.ask_to_end()
    server.wait_for("^stopping")
    hold.lift()
    done = server.process.finish()
    done.expect_closed()
    for one in works:
        one.join()
    hung_up = {unquote(one["path"]).split("/")[3] for one in commands(world, "hangup")}
    left = [one for one in taken if one not in hung_up]
    expect(
        done.exit == 0 and not left,
        saw=f"of {len(taken)} events {len(left)} were lost: {left[:5]}",
        expected="what was answered with 200 is done",
    )
    server = line.start()
    wait_long(server, lambda: set(promised) <= set(phone.dialled))
    server.stop()
    dialled = phone.dialled
    wrong = {n: dialled[n] for n in promised if dialled[n] != 1}
    expect(
        not wrong,
        saw=f"of {len(promised)} promised: {dict(list(wrong.items())[:5])}",
        expected="each dialled once",
    )


def client_of(server, requests):
    """A thread that sends one request after the other, on one connection, until that ends;
    what yields them gets the statuses. (harness.serving's Client would look whether the
    server has died, by asking it to end once more.)"""

    def run():
        with contextlib.suppress(OSError, StopIteration), contextlib.closing(
            socket.create_connection((server.host, server.port))
        ) as connection, connection.makefile("rb") as answers:
            sent = next(requests)
            while sent is not None:
                connection.sendall(sent)
                status, length = 0, 0
                for line in iter(answers.readline, b"\r\n"):
                    if not line:
                        return
                    name, _, value = line.partition(b" ")
                    status = int(value[:3]) if name.startswith(b"HTTP/") else status
                    length = int(value) if name.lower() == b"content-length:" else length
                answers.read(length)
                sent = requests.send(status)

    return threading.Thread(target=run)


# --- The database -----------------------------------------------------------------------


def test_only_one_program_has_the_database(line, program):
    """A second one would dial everybody again: it says so, and ends."""
    server = line.start()
    second = program("dial_a_joke").run("-c", str(line.config))
    assert second.exit == 1
    (said,) = second.stderr_lines
    assert said.startswith("dial_a_joke: ") and "calls.db" in said
    server.stop().expect_clean()


# --- Killed -----------------------------------------------------------------------------


def test_killed_at_any_moment(line, world, phone):
    """Calls are being promised, are due, are being dialled; and again and again the program is
    killed. Who was promised a call is called once; nobody is called twice."""
    chance = random.Random(4)
    promised, asked = [], iter(range(CALLS))
    for _ in range(KILLS):
        server = line.start()
        killer = threading.Timer(chance.uniform(0.0, 0.4), server.process.kill)
        killer.start()
        with contextlib.suppress(Failure):  # it was killed meanwhile
            for index in itertools.islice(asked, CALLS // KILLS):
                promised += book(server, index, chance.uniform(0, 3))
                time.sleep(chance.uniform(0, 0.1))
        killer.join()  # calls that are due are dialled meanwhile
    server = line.start()
    for index in asked:
        promised += book(server, index, chance.uniform(0, 3))
    wait_long(server, lambda: set(promised) <= set(phone.dialled))
    # Some were answered, and the program killed before it had done what that asks for: it
    # waits for the ends of these calls, until it is told a second time.
    server.process.ask_to_end()
    server.wait_for("^stopping")
    done = server.stop()
    dialled = phone.dialled
    missing = [n for n in promised if dialled[n] == 0]
    twice = {n: count for n, count in dialled.items() if count > 1}
    expect(
        not missing and not twice and len(promised) > CALLS * 0.6,
        saw=f"of {len(promised)} promised calls {len(missing)} were not dialled: "
        f"{missing[:5]}; more than once: {twice}",
        expected="each dialled once",
    )
    done.expect_closed()
    assert done.exit == 0


def book(server, index, seconds):
    """The number, if a call to it was promised."""
    with server.client() as client:
        client.send(booking(index, seconds))
        return [number(index)] if client.answer().status == 303 else []


def wait_long(server, condition):
    """Waits as long as something goes on there, that is longer than for one thing."""
    return any(server.process.wait_until(condition) for _ in range(6))


def test_who_is_killed_while_it_answers(line, phone):
    """The answer is on its way when the program is killed: whoever has it has a promise."""
    promised = set()
    asked = iter(range(10_000))
    for turn in range(KILLS // 4):
        server = line.start()
        clients = [server.client() for _ in range(8)]
        killer = threading.Timer(0.05 + turn / 100, server.process.kill)
        killer.start()
        with contextlib.suppress(Failure, OSError):
            while True:
                sent = [next(asked) for _ in clients]
                for client, index in zip(clients, sent):
                    client.send(booking(index, 3600))
                for client, index in zip(clients, sent):
                    if client.answer().status == 303:
                        promised.add(number(index))
        killer.join()
        for client in clients:
            client.close()
    with contextlib.closing(sqlite3.connect(line.config.parent / "calls.db")) as database:
        kept = {row[0] for row in database.execute("SELECT number FROM calls")}
    missing = promised - kept
    expect(not missing, saw=f"{len(missing)} of {len(promised)}", expected="all are kept")
    assert promised


def test_a_call_of_before_the_kill_does_not_hold_the_end(line, world):
    """Somebody has answered when the program is killed. The next one hears nothing of it, and
    does not wait for it when it is told to end."""
    jokes = world.jokes.hold("/")
    server = line.start()
    line.book(server, NUMBER, 1)
    server.wait_for_requests(jokes, 1)
    line.book(server, number(1), 3600)  # what came before that is in the file, too
    server.process.kill()
    assert states_in(line) == {"answered": 1, "scheduled": 1}
    done = line.start().stop()
    done.expect_closed()
    said = "dial_a_joke: call 1 goes on without this program: answered"
    assert done.stderr_lines == [said]


# --- Ten thousand webhooks at once ------------------------------------------------------


def test_many_webhooks_at_once(line, world, phone):
    """Each event comes four times, in any order, on many connections, before the first answer
    is read: all are answered with 200, and what each one asks for is done once."""
    events = [
        delivery(
            event("call.speak.ended", call_control_id=f"v3:{index}", status="completed")
        )
        for index in range(EVENTS)
    ]
    several = events * 4
    random.Random(4).shuffle(several)
    server = line.start()
    clients = [server.client() for _ in range(100)]
    with server.process.stopped():  # so that they are all there at once
        senders = [
            threading.Thread(
                target=send_all, args=(client, several[place :: len(clients)])
            )
            for place, client in enumerate(clients)
        ]
        for sender in senders:
            sender.start()
    count = 0
    for place, client in enumerate(clients):
        for _ in several[place :: len(clients)]:
            answer = client.answer()
            expect(answer.status == 200, saw=str(answer), expected="200")
            count += 1
        client.close()
    for sender in senders:
        sender.join()
    assert count == 4 * EVENTS
    came = wait_long(server, lambda: phone.counts.finished >= EVENTS)
    done = server.stop()
    done.expect_closed()
    assert done.exit == 0
    expect(
        came and phone.counts.arrived == EVENTS,
        saw=f"{phone.counts.arrived} commands for {EVENTS} events",
        expected="one command for each event",
    )


def send_all(client, requests):
    """Sends everything, and reads nothing."""
    client.send(b"".join(requests))


# --- Dials and events -------------------------------------------------------------------


def test_who_has_answered_need_not_wait_for_dials(line, world, phone):
    """The network takes its time with as many dials as there may be, and more are due."""
    silent = phone.hold("/v2/calls")
    server = line.start()
    for index in range(3 * DIALLING):
        line.book(server, number(index), 1)
    server.wait_for_requests(silent, DIALLING)
    assert deliver(server, event("call.answered")).status == 200
    assert server.process.wait_until(lambda: len(commands(world, "speak")) == 1)


def test_dials_need_not_wait_for_events(line, phone):
    """As many as may be worked on at once wait for the network, and more have come."""
    silent = phone.hold("*/hangup")
    server = line.start()
    clients = [
        begin_delivery(server, event("call.speak.ended", call_control_id=f"v3:{index}"))
        for index in range(150)
    ]
    assert {client.answer().status for client in clients} == {200}
    server.wait_for_requests(silent, 100)
    line.book(server, NUMBER, 1)
    assert server.process.wait_until(lambda: phone.dialled[NUMBER] == 1)


# --- Too much, and nothing --------------------------------------------------------------


def test_too_many_wait(line):
    """503, with Retry-After, as a page to a person; nothing is promised."""
    line.start().stop().expect_clean()
    fill(line.config.parent / "calls.db", 100_000)
    server = line.start()
    with server.client() as client:
        client.send(booking(1, 3600))
        answer = client.answer()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "60")
    assert answer.type == "text/html" and "Too many calls" in answer.text
    listed = line.calls(server)
    assert (len(listed["coming"]), listed["more"]) == (100, 99_900)
    server.stop().expect_clean()


def fill(path, count):
    """Schedules so many calls for far away, in the file itself."""
    row = (4_102_444_800_000, 0, "scheduled", NUMBER, str(uuid.uuid4()), "")
    columns = "at_ms, claimed_ms, state, number, command_id, reason"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.executemany(
            f"INSERT INTO calls ({columns}) VALUES (?, ?, ?, ?, ?, ?)", [row] * count
        )


def test_without_a_database(line, world):
    """It says that it forgets."""
    line.configure(database="")
    server = line.start()
    line.book(server, NUMBER, 3600)
    assert len(line.calls(server)["coming"]) == 1
    said = server.stop().expect_clean()
    assert said.lines[0].startswith("there is no database")
    server = line.start()
    assert line.calls(server)["coming"] == []
    server.stop().expect_clean()
