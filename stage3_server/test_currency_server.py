"""Gaps 3.9 and 3.10: currency_server.c, the converter of stage 2 as a web resource."""

from __future__ import annotations

import select

import pytest

from harness import expect, gap
from harness.running import patience
from harness.serving import Server
from harness.world import RawJson

# Each test runs over these, too.
RESTS_ON = ["3.8", "3.12", "3.13", "3.15"]
SERVES = ["3.1", "3.2", "3.3", "3.4", "3.5"]
NEVER = ("--timeout", "3600")  # who waits so long waits for the test
SOON = ("--timeout", "0.05")
BLOCKED = "Did the handler wait for the answer to the first one?"
HUNDRED_POUNDS = "/convert/GBP/100"
MAX_DIGITS = 18


def start(program, world, *arguments, **environment):
    """Starts currency_server on a free port; it is listening then."""
    environment = {**world.environment, **environment}
    process = program("currency_server").start("--port", "0", *arguments, **environment)
    return Server(process)


def expect_text(answer, text):
    """It is this one line of text."""
    expect(
        (answer.status, answer.type, answer.text) == (200, "text/plain", text + "\n"),
        saw=str(answer),
        expected=f"200, text/plain: {text}",
    )


def expect_error(answer, status, remark=""):
    """It is an error with that status, and says so in JSON."""
    expect(
        answer.status == status,
        saw=f"{answer}. {remark}",
        expected=f"status {status}",
    )
    error = answer.json.get("error", {}) if isinstance(answer.json, dict) else {}
    expect(
        answer.type == "application/json"
        and list(answer.json) == ["error"]
        and set(error) == {"status", "message"}
        and error["status"] == status
        and error["message"],
        saw=f"{answer}. {remark}",
        expected='{"error":{"status":%d,"message":"..."}}' % status,
    )


# --- 3.9: the route --------------------------------------------------------------------------


@gap("3.9", needs=SERVES)
def test_a_hundred_euros_in_pounds(program, world):
    """GET /convert/GBP/100 is answered with `GBP 88.4`."""
    server = start(program, world)
    expect_text(server.get(HUNDRED_POUNDS), "GBP 88.4")
    asked = [request.target for request in world.rates.requests]
    expect(
        asked == ["/latest?base=EUR&symbols=GBP"],
        saw=f"the service of rates was asked: {asked}",
        expected="once: /latest?base=EUR&symbols=GBP",
    )
    server.stop().expect_clean()


@gap("3.9", needs=SERVES)
@pytest.mark.parametrize(
    "rate, amount, result",
    [
        ("1.22", "12.50", "15.25"),
        ("1.22", "12%2E50", "15.25"),
        ("1", "1.015", "1.02"),
        ("1", "0", "0"),
        ("1", "9999999999999999.99", "9999999999999999.99"),
        ("1e-05", "100000", "1"),
    ],
)
def test_amounts_are_exact(program, world, rate, amount, result):
    """As stage 2 has them: every digit counts, and half a cent goes up."""
    world.rates.rates["USD"] = RawJson(rate)
    server = start(program, world)
    expect_text(server.get(f"/convert/USD/{amount}"), f"USD {result}")
    server.stop().expect_clean()


@gap("3.9", needs=SERVES)
def test_json_for_those_who_like_it_more(program, world):
    """Text, unless the Accept header likes JSON more; amounts are strings."""
    server = start(program, world)
    wanted = {"currency": "GBP", "amount": "88.4", "base": "EUR", "base_amount": "100"}
    for accept in ["application/json", "application/*", "text/plain;q=0.1, */*"]:
        answer = server.get("/convert/GBP/100.00", Accept=accept)
        expect(
            answer.type == "application/json" and answer.json == wanted,
            saw=f"Accept: {accept}: {answer}",
            expected=f"application/json: {wanted}",
        )
        vary = answer.headers["Vary"]
        expect(vary == "Accept", saw=f"Vary: {vary}", expected="Vary: Accept")
    for accept in ["*/*", "text/plain", "text/html, */*;q=0.8", "image/png"]:
        expect_text(server.get(HUNDRED_POUNDS, Accept=accept), "GBP 88.4")
    server.stop().expect_clean()


@gap("3.9", needs=SERVES)
def test_two_clients_at_once(program, world):
    """The second client's rate is asked for while the first still waits."""
    hold = world.rates.hold("/latest")
    server = start(program, world, *NEVER)
    pounds = server.ask(HUNDRED_POUNDS)
    server.wait_for_requests(hold, 1)
    dollars = server.ask("/convert/USD/100")
    server.wait_for_requests(hold, 2, BLOCKED)
    hold.release(1)
    expect_text(dollars.answer(), "USD 122")
    hold.release(0)
    expect_text(pounds.answer(), "GBP 88.4")
    server.stop().expect_clean()


@gap("3.9", needs=SERVES)
def test_a_client_that_goes_away(program, world):
    """Its request to the service is given up, and the others' are not."""
    hold = world.rates.hold("/latest")
    server = start(program, world, *NEVER)
    stays = server.ask(HUNDRED_POUNDS)
    server.wait_for_requests(hold, 1)
    goes = server.ask("/convert/USD/100")
    server.wait_for_requests(hold, 2)
    goes.close()
    gone = server.process.wait_until(lambda: world.rates.counts.abandoned == 1)
    expect(
        gone,
        saw="a client has gone away, and its request to the service goes on",
        expected="http_on_gone() tells, and conversion_cancel() ends it",
    )
    hold.lift()
    expect_text(stays.answer(), "GBP 88.4")
    server.stop().expect_clean()


@gap("3.9", needs=SERVES)
def test_it_waits_as_long_as_it_is_told(program, world):
    """The time limit is that of --timeout: one server waits for hours, one gives up soon."""
    hold = world.rates.hold("/latest")
    patient = start(program, world, *NEVER)
    waiting = patient.ask(HUNDRED_POUNDS)
    patient.wait_for_requests(hold, 1)
    hasty = start(program, world, *SOON)
    given_up = hasty.get(HUNDRED_POUNDS).status
    hold.lift()
    answer = waiting.answer()
    expect(
        (given_up >= 500, answer.text) == (True, "GBP 88.4\n"),
        saw=f"--timeout 0.05: {given_up}; --timeout 3600: {answer}",
        expected="program.timeout_ms is the time limit of the request: the first gives up, "
        "the second does not",
    )
    hasty.stop().expect_clean()
    patient.stop().expect_clean()


@pytest.mark.reference
def test_stopped_at_once(program, world):
    """After a second signal nobody waits any more, and nothing is left behind."""
    hold = world.rates.hold("/latest")
    server = start(program, world, *NEVER)
    waiting = server.ask(HUNDRED_POUNDS)
    server.wait_for_requests(hold, 1)
    server.process.ask_to_end()
    server.process.wait_for("^stopping")
    server.stop().expect_clean()
    world.rates.wait_for(abandoned=1, in_flight=0)
    waiting.close()


# --- 3.10: errors ----------------------------------------------------------------------------


@pytest.mark.reference  # what is checked before is given
@pytest.mark.parametrize(
    "path, status",
    [
        ("/convert/gbp/100", 400),
        ("/convert/GB/100", 400),
        ("/convert/POUND/100", 400),
        ("/convert/G%42%00/100", 400),
        ("/convert/%C3%89UR/100", 400),
        ("/convert/G%2FB/100", 400),
        ("/convert/GBP/-1", 400),
        ("/convert/GBP/1e5", 400),
        ("/convert/GBP/1,5", 400),
        ("/convert/GBP/ten", 400),
        ("/convert/GBP/.", 400),
        ("/convert/GBP/1.2.3", 400),
        ("/convert/GBP/%FF", 400),
        ("/convert/GBP/" + "1" * (MAX_DIGITS + 1), 422),
    ],
)
def test_what_the_client_got_wrong(program, world, path, status):
    """It is told at once: the service of rates is not bothered with it."""
    server = start(program, world)
    expect_error(server.get(path), status)
    asked = world.rates.counts.arrived
    expect(asked == 0, saw="the service of rates was asked", expected="it was not")
    server.stop().expect_clean()


@gap("3.10", needs=[*SERVES, "3.9"])
def test_a_currency_that_nobody_knows(program, world):
    """Its code is well formed, but the service does not know it: 422."""
    server = start(program, world)
    expect_error(server.get("/convert/XXX/100"), 422)
    server.stop().expect_clean()


@gap("3.10", needs=[*SERVES, "3.9"])
def test_a_result_that_is_too_large(program, world):
    """The amount is well formed, but its conversion has no room: 422."""
    server = start(program, world)
    world.rates.rates["USD"] = 2
    expect_error(server.get("/convert/USD/9999999999999999.99"), 422)
    server.stop().expect_clean()


LONG = "é" * 200  # who cuts it after so many bytes cuts a letter in two
FAULTS = [
    ("status 500", {"name": "status", "code": 500}),
    ("status 404", {"name": "status", "code": 404}),
    ("a redirect", {"name": "status", "code": 302}),
    ("a reset", {"name": "reset"}),
    ("half an answer", {"name": "close", "body": 10}),
    ("no HTTP", {"name": "garbage"}),
    ("an endless answer", {"name": "huge"}),
    ("HTML", {"name": "not_json"}),
    ("success: false", {"name": "body", "text": '{"success":false}'}),
    (
        "and why, in many letters",
        {
            "name": "body",
            "text": '{"success":false,"error":{"code":104,"info":"x%s"}}' % LONG,
        },
    ),
    (
        "the same, a byte later",
        {
            "name": "body",
            "text": '{"success":false,"error":{"code":104,"info":"%s"}}' % LONG,
        },
    ),
    ("no rate", {"name": "body", "text": '{"rates":{}}'}),
    ("a rate of 0", {"name": "body", "text": '{"rates":{"GBP":0}}'}),
]


@gap("3.10", needs=[*SERVES, "3.9"])
def test_a_failing_service(program, world):
    """The service is down, or talks nonsense: 502."""
    server = start(program, world, *NEVER)
    for what, fault in FAULTS:
        rule = world.rates.fault("/latest", **fault)
        expect_error(server.get(HUNDRED_POUNDS), 502, f"The service had: {what}")
        rule.lift()
    expect_text(server.get(HUNDRED_POUNDS), "GBP 88.4")  # and all is well again
    server.stop().expect_clean()


@gap("3.10", needs=[*SERVES, "3.9"])
def test_a_service_that_is_not_there(program, world):
    """Nobody listens where the service was: 502."""
    server = start(program, world, RATES_URL=world.refused_url)
    expect_error(server.get(HUNDRED_POUNDS), 502)
    server.stop().expect_clean()


@gap("3.9", needs=SERVES)
def test_a_service_whose_url_is_none(program, world):
    """The server was started wrongly: 500."""
    server = start(program, world, RATES_URL="no URL at all")
    expect_error(server.get(HUNDRED_POUNDS), 500)
    server.stop().expect_clean()


@gap("3.10", needs=[*SERVES, "3.9"])
@pytest.mark.parametrize("fault", [None, {"name": "stall", "body": 10}])
def test_a_service_that_keeps_silent(program, world, fault):
    """An answer that does not come in time: 504."""
    world.rates.fault("/latest", **fault) if fault else world.rates.hold("/latest")
    server = start(program, world, *SOON)
    expect_error(server.get(HUNDRED_POUNDS), 504)
    server.stop().expect_clean()


@gap("3.9", needs=SERVES)
def test_too_many_clients(program, world):
    """Who would have to wait for long is told so: 503; the others are served."""
    hold = world.rates.hold("/latest")
    server = start(program, world, *NEVER)
    waiting = [server.ask(HUNDRED_POUNDS) for _ in range(301)]
    server.wait_for_requests(hold, 100)
    answered, _, _ = select.select(waiting, [], [], patience())
    expect(
        len(answered) == 1,
        saw=f"of 301 clients {len(answered)} had an answer, although the service of rates "
        "kept silent",
        expected="one: a hundred wait for the service, and two hundred in the queue",
    )
    expect_error(answered[0].answer(), 503)
    hold.lift()
    for one in waiting:
        if one not in answered:
            expect_text(one.answer(), "GBP 88.4")
    server.stop().expect_clean()
