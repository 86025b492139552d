"""Gaps 2.22 and 2.23: http_retry.c, asked by retry_lab. (What order_items makes of it is in
test_orders.py.)"""

from __future__ import annotations

import pytest

from harness import expect, gap

RESTS_ON = ["2.7", "2.8", "2.9", "2.10", "2.11", "2.16", "2.17"]


def lab(program, *arguments):
    """Runs retry_lab; the lines that it printed."""
    return program("retry_lab").run(*map(str, arguments)).lines


# --- 2.22: which failures --------------------------------------------------------------------


def expect_answers(program, method, *, again, never):
    """After what `method` is sent again, and after what it is not."""
    whats = [*again, *never]
    answers = dict(zip(whats, lab(program, "may", method, *whats)))
    wrong = [what for what in whats if (answers.get(what) == "yes") != (what in again)]
    expect(
        not wrong,
        saw="; ".join(
            f"{method} is {'not ' if what in again else ''}sent again after {what}"
            for what in wrong
        ),
        expected="again after 429, 502, 503, 504, and after an error only if the "
        "connection could not be made or broke",
    )


@gap("2.22")
def test_which_answers(program):
    """An answer that says "not now" may be another one next time; others may not."""
    never = (200, 302, 400, 404, 408, 428, 430, 500, 501, 505, 599)
    expect_answers(program, "GET", again=(429, 502, 503, 504), never=never)


@gap("2.22")
def test_which_errors(program):
    """A connection that broke may hold next time; what was cancelled, or is no HTTP, not."""
    again = ("ECONNREFUSED", "ECONNRESET", "EOF", "ETIMEDOUT")
    never = ("ECANCELED", "EPROTO", "EFBIG", "EINVAL", "EAI_NONAME")
    expect_answers(program, "GET", again=again, never=never)


@gap("2.22")
def test_which_methods(program):
    """Twice the same is harmless for some methods; a POST may order the pizza twice."""
    for method in ("HEAD", "OPTIONS", "PUT", "DELETE"):
        expect_answers(program, method, again=[503, "ECONNRESET"], never=[500])
    for method in ("POST", "PATCH", "get"):
        expect_answers(program, method, again=[], never=[503, "ECONNRESET"])


def expect_tries(world, lines, end, tries):
    """It ended so, and the service has seen so many requests."""
    seen = world.sites.counts.arrived
    expect(
        lines == [f"done after {tries} tries: {end}"] and seen == tries,
        saw=f"{'; '.join(lines) or 'nothing'}; the service was asked {seen} times",
        expected=f"done after {tries} tries: {end}; the service is asked as often",
    )


@gap("2.22")
def test_it_tries_until_it_succeeds(program, world):
    """503 twice, then the page: three tries."""
    world.sites.fault("/status/200", "status", code=503, times=2)
    lines = lab(program, "get", f"{world.sites.url}/status/200", 5, 1)
    expect_tries(world, lines, "status 200", 3)


@gap("2.22")
def test_it_gives_up(program, world):
    """After so many retries the last failure counts; what no retry helps is asked once."""
    for status, retries, tries in [(503, 2, 3), (503, 0, 1), (404, 2, 1)]:
        world.sites.reset()
        lines = lab(program, "get", f"{world.sites.url}/status/{status}", retries, 1)
        expect_tries(world, lines, f"status {status}", tries)


@gap("2.22")
@pytest.mark.parametrize(
    "fault, error",
    [
        ({"name": "reset"}, "ECONNRESET"),
        ({"name": "close"}, "EOF"),
        ({"name": "close", "body": 1}, "EOF"),
    ],
    ids=["reset", "closed", "half"],
)
def test_a_broken_connection(program, world, fault, error):
    """A connection that breaks each time: each time a new one, then it gives up."""
    world.sites.fault("/status/200", **fault)
    lines = lab(program, "get", f"{world.sites.url}/status/200", 2, 1)
    expect_tries(world, lines, error, 3)


@gap("2.22")
def test_a_refused_connection(program, world):
    """Nobody listens: it tries again, too."""
    lines = lab(program, "get", world.refused_url, 1, 1)
    words = "done after 2 tries: ECONNREFUSED"
    expect(lines == [words], saw="; ".join(lines) or "nothing", expected=words)


@gap("2.22")
def test_a_cancelled_wait(program, world):
    """Cancelled while it waits for its next try: it is told once, and does not try again."""
    url = f"{world.sites.url}/status/503"
    run = program("retry_lab").run("get", url, "1", "1000000", "cancel")
    words = ["cancelled while it waits", "done after 1 tries: ECANCELED"]
    expect(
        run.lines == words,
        saw="; ".join(run.lines) or "nothing",
        expected="; ".join(words),
    )
    run.expect_clean()
    assert world.sites.counts.arrived == 1


# --- 2.23: how long to wait ------------------------------------------------------------------


def expect_delays(program, base, most, chance, delays, remark):
    """`delays`: for the number of a retry the delay in ms."""
    seen = lab(program, "delay", base, most, chance, *delays)
    expected = [str(delay) for delay in delays.values()]
    expect(
        seen == expected,
        saw=f"{', '.join(seen) or 'nothing'}. {remark}",
        expected=f"{', '.join(expected)} ms before the retries "
        f"{', '.join(map(str, delays))}, with a base of {base}, a maximum of {most} and a "
        f"chance of {chance}",
    )


@gap("2.23")
@pytest.mark.parametrize("chance, delay", [(0.25, 250), (0.9999, 999)])
def test_a_wait_is_by_chance(program, chance, delay):
    """From nothing to the most: clients that failed together do not come back together."""
    remark = "Where is chance? All of the wait is multiplied by it"
    expect_delays(program, 1000, 1000, chance, {0: delay}, remark)
    expect_delays(program, 1000, 1000, 0, {0: 0}, remark)


@gap("2.23")
def test_a_wait_doubles(program):
    """Twice as long with each retry."""
    delays = {retry: 50 * 2**retry for retry in (0, 1, 2, 3, 9)}
    remark = "It begins with base_delay_ms, and doubles each time"
    expect_delays(program, 100, 100000, 0.5, delays, remark)


@gap("2.23")
def test_a_wait_has_a_maximum(program):
    """Never more than max_delay_ms, whatever the number of the retry."""
    delays = {3: 400, 4: 500, 5: 500, 20: 500}
    remark = "The maximum is for the wait before chance makes it shorter"
    expect_delays(program, 100, 1000, 0.5, delays, remark)
    expect_delays(program, 5000, 1000, 0.5, {0: 500}, remark)


@gap("2.23")
def test_a_wait_does_not_overflow(program):
    """However large the number of the retry is: the maximum."""
    delays = {retry: 500 for retry in (25, 31, 32, 57, 62)}
    expect_delays(program, 100, 1000, 0.5, delays, "Did it overflow?")
    delays = {retry: 500 for retry in (63, 64, 1024, 1000000)}
    expect_delays(program, 100, 1000, 0.5, delays, "Did it overflow?")
