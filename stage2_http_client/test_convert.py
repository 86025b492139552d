"""Gaps 2.13 to 2.15: currency.c, shown by convert."""

from __future__ import annotations

import gzip
import random
import re
import struct
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

import pytest

from harness import expect, gap
from harness.world import RawJson

RESTS_ON = ["2.7", "2.8", "2.9", "2.10", "2.11", "2.16", "2.17"]

REFUSALS = {
    3: "bad amount",
    4: "unknown currency",
    5: "the service is down",
    6: "the service took too long",
    7: "its answer is not JSON",
    8: "there is no rate in it",
    9: "the rate is no number above 0",
    10: "its answer is too long",
    11: "the result is too large",
}
ANSWER = '{"base":"EUR","date":"2026-11-20","rates":{"USD":1.22}}'
MAX_ANSWER = 64 * 1024


def convert(program, world, *arguments):
    """Runs `convert USD 100`, or with other arguments, to its end."""
    return program("convert").run(*(arguments or ("USD", "100")), **world.environment)


def convert_all(program, world, *currencies):
    """Runs `convert CURRENCY 100` for all of them at once; the runs, in that order."""
    patient = ("--timeout", "3600")  # so many at once may take their time
    started = [
        program("convert").start(*patient, currency, "100", **world.environment)
        for currency in currencies
    ]
    return [process.finish() for process in started]


def some_codes(count):
    """So many currencies that there are not: XAA, XAB, ..."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [f"X{i}{j}" for i in letters for j in letters][:count]


def said(run):
    """How it ended, in the words of a failure."""
    words = " / ".join([*run.lines, *run.complaints]) or "nothing"
    return f"exit status {run.exit}, and it said: {words}"


def expect_refused(run, code, remark=""):
    """It ends with that exit status, and one clear line on stderr."""
    lines = run.stderr_lines
    expect(
        run.exit == code
        and not run.lines
        and len(lines) == 1
        and lines[0].startswith("convert: "),
        did=run.did,
        saw=said(run) + (f". {remark}" if remark else ""),
        expected=f"exit status {code} ({REFUSALS[code]}), and why in one line on stderr",
    )


# --- 2.13: ask -------------------------------------------------------------------------------


@gap("2.13")
def test_the_rate_is_asked_for(program, world):
    """One request asks for the rate, from EUR, of the currency that was named."""
    convert(program, world, "GBP", "100")
    asked = world.rates.requests
    expect(
        len(asked) == 1,
        saw=f"the service was asked {len(asked)} times" if asked else "it never asked",
        expected="one request: GET /latest?base=EUR&symbols=GBP",
    )
    (request,) = asked
    mistakes = {
        ("GBP", "EUR"): ". The two are swapped: base is the currency of the amount",
        ("EUR", "USD"): ". USD was only an example",
    }
    names = (request.query.get("base", ""), request.query.get("symbols", ""))
    expect(
        (request.method, request.path) == ("GET", "/latest")
        and request.query == {"base": "EUR", "symbols": "GBP"},
        saw=f"{request.method} {request.target}{mistakes.get(names, '')}",
        expected="GET /latest?base=EUR&symbols=GBP",
    )


@gap("2.13")
def test_json_is_asked_for(program, world):
    """A header says that the answer is to be JSON."""
    convert(program, world)
    expect(world.rates.requests, saw="it never asked", expected="one request")
    accept = world.rates.requests[0].headers.get("Accept", "(none)")
    expect(
        accept == "application/json",
        saw=f"its answer may be anything: the header Accept: {accept}",
        expected="the header Accept: application/json",
    )


@gap("2.13")
def test_the_url_is_freed(program, world):
    """What xasprintf() gives is freed."""
    run = convert(program, world)
    expect(world.rates.requests, saw="it never asked", expected="one request")
    report = run.report
    leaked = report is not None and "conversion_ask" in report.raw
    expect(
        not leaked,
        saw=f"{report.sentence if report else ''}. The URL was never freed",
        expected="free(url) once http_start() has copied it, and not before",
    )


@gap("2.13")
def test_the_answer_has_a_limit(program, world):
    """An answer of MAX_ANSWER bytes is read; a longer one is not, however long it is."""
    world.rates.fault("/latest", "huge")
    expect_refused(convert(program, world), 10)
    world.rates.fault("/latest", "huge", chunked=True)
    expect_refused(convert(program, world), 10)
    world.rates.fault("/latest", "body", text=ANSWER.ljust(MAX_ANSWER + 1))
    run = convert(program, world)
    expect_refused(run, 10, "One byte more than MAX_ANSWER was accepted: see max_body")
    world.rates.fault("/latest", "body", text=ANSWER.ljust(MAX_ANSWER))
    run = convert(program, world)
    expect(
        run.exit != 10,
        saw=f"an answer of {MAX_ANSWER} bytes: {said(run)}",
        expected="it is read: MAX_ANSWER is the most that is allowed",
    )


@gap("2.13")
@pytest.mark.parametrize("fault", [None, {"name": "stall", "body": 10}])
def test_a_service_that_keeps_silent(program, world, fault):
    """An answer that does not come in time is given up, also one that has begun."""
    world.rates.fault("/latest", **fault) if fault else world.rates.hold("/latest")
    expect_refused(convert(program, world, "--timeout", "0.05", "USD", "100"), 6)


@gap("2.13")
def test_it_waits_as_long_as_it_is_told(program, world):
    """The time limit is the one that was given: one waits for hours, one ends soon."""
    convert(program, world)
    expect(world.rates.requests, saw="it never asked", expected="one request")
    hold = world.rates.hold("/latest")
    patient = program("convert").start(
        "--timeout", "3600", "USD", "100", **world.environment
    )
    hold.wait_for(1)
    hasty = convert(program, world, "--timeout", "0.05", "USD", "100")
    hold.release_all()
    patient.finish()
    expect(
        hasty.exit == 6 and patient.exit != 6,
        saw=f"--timeout 3600 gave up before --timeout 0.05 did: {said(patient)}. Was "
        "timeout_ms used?",
        expected="timeout_ms is the request's time limit, and DEFAULT_TIMEOUT_MS if it is 0",
        did="ran convert --timeout 3600, and meanwhile convert --timeout 0.05",
    )


# What the service does: a fault and its options, or a body; and the exit status.
FAILURES = [
    ("an unknown currency", None, 4),
    ("status 500", {"name": "status", "code": 500}, 5),
    ("status 404", {"name": "status", "code": 404}, 5),
    ("status 204", {"name": "status", "code": 204}, 5),
    ("a redirect", {"name": "status", "code": 302}, 5),
    ("a reset", {"name": "reset"}, 5),
    ("a reset in the answer", {"name": "reset", "body": 10}, 5),
    ("a closed connection", {"name": "close"}, 5),
    ("half an answer", {"name": "close", "body": 10}, 5),
    ("no HTTP", {"name": "garbage"}, 5),
    ("broken gzip", {"name": "bad_gzip"}, 5),
    ("success: false", '{"success":false}', 5),
    (
        "and why",
        '{"success":false,"error":{"code":104,"info":"no\\nquota\\u001b[2J"}}',
        5,
    ),
    ("HTML", {"name": "not_json"}, 7),
    ("nothing", "", 7),
    ("truncated JSON", ANSWER[:-1], 7),
    ("more than JSON", ANSWER + "}", 7),
    ("a JSON list", f"[{ANSWER}]", 7),
    ("a JSON number", "1.22", 7),
    ("a key twice", '{"rates":{"USD":1.22,"USD":1.23}}', 7),
    ("NaN", '{"rates":{"USD":NaN}}', 7),
    ("no UTF-8", '{"rates":{"USD":1.22},"x":"\ud800"}', 7),
    ("very deep JSON", "[" * 60_000, 7),
    ("1e999", '{"rates":{"USD":1e999}}', 9),
]


@gap("2.13")
def test_each_failure_is_told(program, world):
    """Each way to fail has one line and an exit status of its own."""
    codes = some_codes(len(FAILURES))
    for code, (_, fault, _) in zip(codes, FAILURES):
        if fault is not None:
            fault = fault if isinstance(fault, dict) else {"name": "body", "text": fault}
            world.rates.rates[code] = 1.22
            world.rates.fault(f"/latest?*symbols={code}", **fault)
    runs = convert_all(program, world, *codes)
    for run, (what, _, exit_status) in zip(runs, FAILURES):
        expect_refused(run, exit_status, f"The service had: {what}")


@gap("2.13")
def test_a_service_that_is_not_there(program, world):
    """Nobody listens: it says so, and what to do."""
    run = program("convert").run("USD", "100", RATES_URL=world.refused_url)
    expect_refused(run, 5)
    assert "make world" in run.stderr


# --- 2.14: read ------------------------------------------------------------------------------


@gap("2.14", needs=["2.13"])
def test_a_missing_rate(program, world):
    """A rate for another currency is not the one that was asked for."""
    rates = ['{"GBP":0.884}', "{}", '{"xaa":1.22}', "[1.22]", "null"]
    codes = some_codes(len(rates))
    for code, text in zip(codes, rates):
        body = '{"rates":%s,"%s":1.22}' % (text, code)
        world.rates.fault(f"/latest?*symbols={code}", "body", text=body)
    for run, text in zip(convert_all(program, world, *codes), rates):
        mistake = "Was another currency's rate taken, the first one there is?"
        if run.exit == 9:
            mistake = "A rate that is not there is no bad rate: look for NULL first"
        expect_refused(run, 8, f"The rates were {text}. {mistake}")


@gap("2.14", needs=["2.13"])
def test_a_rate_is_read(program, world):
    """A rate is any number above 0: with a fraction, whole, small, large."""
    rates = ["1.22", "131", "0.884", "1e-05", "1.5E+3", "0.000000000000000001"]
    codes = some_codes(len(rates))
    world.rates.rates.update(zip(codes, map(RawJson, rates)))
    for run, rate in zip(convert_all(program, world, *codes), rates):
        expect(
            run.exit in (0, 11),  # 11: it is not multiplied yet
            did=run.did,
            saw=f"the rate {rate} was refused: {said(run)}",
            expected="it is read: json_is_number() holds for whole numbers, too",
        )


@gap("2.14", needs=["2.13"])
def test_a_bad_rate(program, world):
    """What is no number above 0, or fits no decimal, is no rate."""
    rates = ['"1.22"', "null", "true", "0", "0.0", "-0.0", "-1.22", "[1.22]", "{}"]
    rates += ["1e-19", "1e18", "1e308"]
    codes = some_codes(len(rates))
    world.rates.rates.update(zip(codes, map(RawJson, rates)))
    for run, rate in zip(convert_all(program, world, *codes), rates):
        expect_refused(run, 9, f"The rate was {rate}")


def mutated(chance, text):
    """A few letters of `text` changed, lost, or doubled."""
    letters = list(text)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(letters))
        letters[at] = chance.choice(
            ["", letters[at] * 2, "9" * 25, *'{}[]":,\\0-e', "\u00e9", "\ud800", "\0"]
        )
    return "".join(letters)


@gap("2.14", needs=["2.13"])
def test_no_answer_can_break_it(program, world):
    """Whatever the answer is, it converts or it says why not. (The same ones every time.)"""
    chance = random.Random(2026)
    for _ in range(16):
        world.rates.fault("/latest", "body", text=mutated(chance, ANSWER), times=1)
    for run in convert_all(program, world, *["USD"] * 16):
        if run.exit not in (0, 11):
            expect(
                run.exit in REFUSALS,
                did=run.did,
                saw=said(run),
                expected="an exit status that --help names",
            )
            expect_refused(run, run.exit)


# --- 2.15: convert ---------------------------------------------------------------------------


def in_float(number):
    """The number, as a float has it."""
    return struct.unpack("f", struct.pack("f", float(number)))[0]


def likely_mistakes(seen, rate, amount):
    """What one may have done who gets this instead."""
    cent, exact = Decimal("0.01"), Decimal(rate) * Decimal(amount)
    floats = in_float(in_float(rate) * in_float(amount))
    guesses = [
        (amount, "the rate was ignored"),
        (rate, "the amount was ignored"),
        (f"{exact.quantize(cent, ROUND_DOWN):f}", "it was cut off, not rounded"),
        (
            f"{exact.quantize(cent, ROUND_HALF_EVEN):f}",
            "half a cent went to the even one",
        ),
        (f"{exact:f}", "it was not rounded to two places"),
        (f"{float(rate) * float(amount):.2f}", "a double was used on the way"),
        (f"{floats:.2f}", "a float was used on the way"),
    ]
    digits = re.match(r"[0-9.]*", seen)[0]
    same = [
        words for guess, words in guesses if digits and Decimal(guess) == Decimal(digits)
    ]
    return f": {', or '.join(same)}" if same else ""


def expect_conversion(program, world, rate, amount, result):
    """The amount at that rate comes to that result."""
    world.rates.rates["USD"] = RawJson(rate)
    run = convert(program, world, "USD", amount)
    seen = run.lines[0] if run.lines else ""
    expect(
        run.lines == [f"{result} USD"] and run.exit == 0,
        saw=f"{said(run)}{likely_mistakes(seen, rate, amount)}",
        expected=f"{result} USD, for {amount} EUR at a rate of {rate}",
    )
    return run


@gap("2.15", needs=["2.13", "2.14"])
def test_a_hundred_euros(program, world):
    """`convert USD 100` prints `122 USD`, and leaves nothing behind."""
    expect_conversion(program, world, "1.22", "100", "122").expect_clean()


@gap("2.15", needs=["2.13", "2.14"])
@pytest.mark.parametrize(
    "rate, amount, result",
    [
        ("1.22", "12.50", "15.25"),
        ("0.884", "100", "88.4"),
        ("131.65", ".01", "1.32"),
        ("1", "16777217", "16777217"),
        ("1.1", "1234567890123.45", "1358024679135.8"),
        ("3", "333333333333333.33", "999999999999999.99"),
        ("1", "9999999999999999.99", "9999999999999999.99"),
        ("1e-05", "100000", "1"),
        ("1.22", "0", "0"),
        ("1.22", "000000000000000000000.00", "0"),
    ],
)
def test_every_digit_counts(program, world, rate, amount, result):
    """What a float or a double cannot hold is exact in decimal."""
    expect_conversion(program, world, rate, amount, result)


@gap("2.15", needs=["2.13", "2.14"])
@pytest.mark.parametrize(
    "rate, amount, result",
    [
        ("1", "1.015", "1.02"),
        ("1", "1.005", "1.01"),
        ("1", "1.00499999999999999", "1"),
        ("1.125", "0.2", "0.23"),
        ("0.005", "1", "0.01"),
        ("0.0049", "1", "0"),
        ("1.000000005", "999999998", "1000000003"),
    ],
)
def test_half_a_cent_goes_up(program, world, rate, amount, result):
    """It is rounded once, to two places, half a cent or more up."""
    expect_conversion(program, world, rate, amount, result)


@gap("2.15", needs=["2.13", "2.14"])
def test_a_result_that_is_too_large(program, world):
    """More digits than a decimal has are refused, not cut off."""
    expect_conversion(program, world, "1", "9999999999999999.99", "9999999999999999.99")
    for rate, amount in [("2", "9999999999999999.99"), ("1e17", "100000000000000000")]:
        world.rates.rates["USD"] = RawJson(rate)
        run = convert(program, world, "USD", amount)
        expect_refused(
            run, 11, "The result does not fit: what did decimal_multiply() return?"
        )


def compressed(handle):
    """A service's handle(), with answers in gzip."""

    async def handle_and_compress(request):
        answer = await handle(request)
        answer.headers["Content-Encoding"] = "gzip"
        answer.body = gzip.compress(answer.body)
        return answer

    return handle_and_compress


@gap("2.15", needs=["2.13", "2.14"])
@pytest.mark.parametrize("how", ["byte_at_a_time", "chunked", "gzip"])
def test_however_the_answer_comes(program, world, how):
    """The same answer in single bytes, in odd pieces, or compressed."""
    if how == "gzip":
        world.rates.handle = compressed(world.rates.handle)
    else:
        world.rates.fault("/latest", how)
    expect_conversion(program, world, "1.22", "100", "122")


# --- The command line (given: no gap) --------------------------------------------------------


def test_a_bad_amount_is_refused(program, world):
    """It is told before anybody is asked."""
    for bad in ["", ".", "-5", "+5", "1e2", "1,5", "1.2.3", " 1", "nan", "0x1", "1" * 19]:
        expect_refused(convert(program, world, "USD", bad), 3)
    assert world.rates.counts.arrived == 0


@pytest.mark.parametrize(
    "arguments, words",
    [
        ("", "a currency and an amount are wanted"),
        ("USD", "a currency and an amount are wanted"),
        ("USD 1 2", "a currency and an amount are wanted"),
        ("usd 1", "not the code of a currency: usd"),
        ("USDX 1", "not the code of a currency: USDX"),
        ("-xy USD 1", "-x: no such option"),
        ("--fast USD 1", "--fast: no such option"),
        ("--timeout", "--timeout: its value is missing"),
        ("--timeout soon USD 1", "not a number of seconds from 0 to 3600: soon"),
        ("--timeout 3601 USD 1", "not a number of seconds from 0 to 3600: 3601"),
    ],
)
def test_a_bad_command_line_is_refused(program, arguments, words):
    """One line, the usage, and exit 2."""
    run = program("convert").run(*arguments.split())
    assert (run.exit, run.lines) == (2, [])
    assert run.stderr_lines[0] == words
    assert run.stderr_lines[1].startswith("usage: convert ")


def test_the_help_has_the_exit_codes(program):
    """Every exit status is in --help, and how it is rounded."""
    run = program("convert").run("--help").expect_clean()
    text = "\n".join(run.lines)
    assert all(f"{code:2}  {words}" in text for code, words in REFUSALS.items())
    assert "half a cent or more goes up" in text
