"""Gap 4.9 in a server: currency_pool, whose calls block a thread of the pool; and, for
comparison, currency_blocking, whose calls block everybody (given)."""

from __future__ import annotations

import select

import pytest

from harness import expect, gap
from harness.running import patience
from harness.serving import Server

SERVERS = ["currency_blocking", "currency_pool"]
RESTS_ON = ["4.11", "4.12"]
NEVER = ("--timeout", "3600")  # who waits so long waits for the test
HUNDRED_POUNDS = "/convert/GBP/100"
THREADS = 4
MAX_ASKED, MAX_QUEUED = 100, 200


def start(program, world, name, *arguments, **environment):
    """Starts one of the servers on a free port; it is listening then."""
    environment = {**world.environment, **environment}
    return Server(program(name).start("--port", "0", *arguments, **environment))


def expect_pounds(answer):
    """It is what a hundred euros are."""
    expect(
        (answer.status, answer.type, answer.text) == (200, "text/plain", "GBP 88.4\n"),
        saw=str(answer),
        expected="200, text/plain: GBP 88.4",
    )


# --- The pool --------------------------------------------------------------------------------


@gap("4.9", needs=["4.3"])
def test_a_hundred_euros_in_pounds(program, world):
    """The blocking call is made, on a thread, and its result is the answer."""
    server = start(program, world, "currency_pool")
    expect_pounds(server.get(HUNDRED_POUNDS))
    server.stop().expect_clean()


@gap("4.9", needs=["4.3"])
def test_others_are_served_meanwhile(program, world):
    """While a call blocks, /health is answered."""
    hold = world.rates.hold("/latest")
    server = start(program, world, "currency_pool", *NEVER)
    waiting = server.ask(HUNDRED_POUNDS)
    server.wait_for_requests(hold, 1)
    health = server.ask("/health")
    expect(
        health.comes(patience()),
        saw="while a call blocked, nobody else was served",
        expected="the call blocks a thread of the pool, and the loop serves the others",
    )
    assert health.answer().json == {"status": "OK"}
    hold.lift()
    expect_pounds(waiting.answer())
    server.stop().expect_clean()


@gap("4.9", needs=["4.3"])
def test_as_many_at_once_as_there_are_threads(program, world):
    """Four conversions wait for the service at once. The fifth begins when one is done."""
    hold = world.rates.hold("/latest")
    server = start(program, world, "currency_pool", *NEVER)
    waiting = [server.ask(HUNDRED_POUNDS) for _ in range(THREADS + 1)]
    server.wait_for_requests(hold, THREADS)
    server.get("/health")  # the fifth has come, too, and nothing has become of it
    hold.release_next()
    hold.wait_for(THREADS)
    hold.lift()
    for one in waiting:
        expect_pounds(one.answer())
    most = world.rates.counts.most_in_flight
    expect(
        most == THREADS,
        saw=f"{most} conversions at once",
        expected=f"{THREADS}: as many as the pool has threads",
    )
    server.stop().expect_clean()


@pytest.mark.reference  # libuv's doing
def test_the_pool_can_be_larger(program, world):
    """UV_THREADPOOL_SIZE says how many threads there are."""
    hold = world.rates.hold("/latest")
    server = start(program, world, "currency_pool", *NEVER, UV_THREADPOOL_SIZE="6")
    waiting = [server.ask(HUNDRED_POUNDS) for _ in range(6)]
    server.wait_for_requests(hold, 6)
    hold.lift()
    for one in waiting:
        expect_pounds(one.answer())
    server.stop().expect_clean()


@gap("4.9", needs=["4.3"])
def test_a_client_that_goes_away(program, world):
    """Its call cannot be stopped; when it has ended, nothing is left of it."""
    hold = world.rates.hold("/latest")
    server = start(program, world, "currency_pool", *NEVER)
    goes = server.ask(HUNDRED_POUNDS)
    server.wait_for_requests(hold, 1)
    goes.close()
    server.get("/health")
    hold.lift()
    expect_pounds(server.get(HUNDRED_POUNDS))
    server.stop().expect_clean()


@gap("4.9", needs=["4.3"])
def test_a_stop_waits_for_the_threads(program, world):
    """Who waits gets his answer, and then it ends."""
    hold = world.rates.hold("/latest")
    server = start(program, world, "currency_pool", *NEVER)
    waiting = server.ask(HUNDRED_POUNDS)
    server.wait_for_requests(hold, 1)
    server.process.ask_to_end()
    server.wait_for("^stopping")
    hold.lift()
    expect_pounds(waiting.answer())
    server.process.finish().expect_clean()


@gap("4.11", needs=["4.3", "4.9"])
def test_too_many_clients(program, world):
    """Who would have to wait for long is told so, and when to come again; the others are
    served."""
    hold = world.rates.hold("/latest")
    server = start(program, world, "currency_pool", *NEVER)
    waiting = [server.ask(HUNDRED_POUNDS) for _ in range(MAX_ASKED + MAX_QUEUED + 1)]
    server.wait_for_requests(hold, THREADS)
    answered, _, _ = select.select(waiting, [], [], patience())
    expect(
        len(answered) == 1,
        saw=f"of {len(waiting)} clients {len(answered)} had an answer, although the service "
        "of rates kept silent",
        expected="one: a hundred run, and two hundred wait",
    )
    refused = answered[0].answer()
    expect(
        (refused.status, refused.headers["Retry-After"]) == (503, "1"),
        saw=f"{refused}; Retry-After: {refused.headers['Retry-After']}",
        expected="503, Retry-After: 1",
    )
    hold.lift()
    for one in waiting:
        if one not in answered:
            expect_pounds(one.answer())
    server.stop().expect_clean()


# --- What is given ---------------------------------------------------------------------------


@pytest.mark.reference
def test_the_blocking_one_serves_nobody_meanwhile(program, world):
    """That is what is wrong with it: of three clients one request is at the service, and
    the others, /health among them, have no answer before it is released."""
    hold = world.rates.hold("/latest")
    server = start(program, world, "currency_blocking", *NEVER)
    clients = [server.ask(HUNDRED_POUNDS)]
    server.wait_for_requests(hold, 1)
    health = server.ask("/health")
    clients.append(server.ask(HUNDRED_POUNDS))
    assert not health.has_answer()
    hold.release_next()
    expect_pounds(clients[0].answer())
    hold.wait_for(1)  # it blocks again; only between the two somebody may be served
    hold.lift()
    expect_pounds(clients[1].answer())
    assert health.answer().json == {"status": "OK"}
    assert world.rates.counts.most_in_flight == 1
    server.stop().expect_clean()


@pytest.mark.reference
@pytest.mark.parametrize("name", SERVERS)
def test_the_right_answers(program, world, name):
    """Those of stage 3's currency_server, in text."""
    server = start(program, world, name)
    expect_pounds(server.get(HUNDRED_POUNDS))
    assert server.get("/convert/USD/12%2E50").text == "USD 15.25\n"
    assert server.get("/health").json == {"status": "OK"}
    asked = [request.target for request in world.rates.requests]
    assert asked == [f"/latest?base=EUR&symbols={code}" for code in ("GBP", "USD")]
    server.stop().expect_clean()


@pytest.mark.reference
@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize(
    "path, status",
    [
        ("/convert/gbp/100", 400),
        ("/convert/POUND/100", 400),
        ("/convert/GBP/-1", 400),
        ("/convert/GBP/" + "1" * 19, 422),
        ("/convert/XXX/100", 422),
        ("/convert/GBP/", 404),
    ],
)
def test_what_the_client_got_wrong(program, world, name, path, status):
    """It is told with a status of its own."""
    server = start(program, world, name)
    assert server.get(path).status == status
    server.stop().expect_clean()


@pytest.mark.reference
@pytest.mark.parametrize("name", SERVERS)
def test_a_failing_service(program, world, name):
    """Down, or talking nonsense: 502; silent: 504; and afterwards all is well."""
    server = start(program, world, name, "--timeout", "5")
    for fault in (
        {"name": "status", "code": 500},
        {"name": "reset"},
        {"name": "huge"},
        {"name": "not_json"},
        {"name": "body", "text": '{"rates":{"GBP":"x"}}'},
        {"name": "body", "text": '{"success":false}'},
    ):
        rule = world.rates.fault("/latest", **fault)
        assert server.get(HUNDRED_POUNDS).status == 502, fault
        rule.lift()
    expect_pounds(server.get(HUNDRED_POUNDS))
    server.stop().expect_clean()
    hasty = start(program, world, name, "--timeout", "0.05")
    world.rates.hold("/latest")
    assert hasty.get(HUNDRED_POUNDS).status == 504
    hasty.stop().expect_clean()
