"""Gaps 1.8 and 1.7: future.c, driven by future_lab, and shown by future_demo."""

from __future__ import annotations

import re

import pytest

from harness import expect, gap


def lab(program, *script):
    return program("future_lab").run(*script)


def told(run, *, when_closed=False):
    """Who was told what, in order: "A is told 3", ...; before the future was closed, unless
    `when_closed`: closing tells all who still wait."""
    closed = run.lines.index("future_close returned")
    lines = run.lines if when_closed else run.lines[:closed]
    return [line for line in lines if " is told " in line]


def expect_told(run, *expected, mistake="", when_closed=False):
    seen = told(run, when_closed=when_closed)
    expect(
        seen == list(expected),
        saw=("; ".join(seen) or "nobody was told") + (f". {mistake}" if mistake else ""),
        expected="; ".join(expected),
    )


@gap("1.8", needs=["1.7"])
def test_a_consumer_is_told(program):
    """Who waits for a future is told its value."""
    expect_told(lab(program, "wait", "resolve=3"), "A is told 3")


@gap("1.8", needs=["1.7"])
def test_consumers_are_told_later(program):
    """The producer's call returns before any consumer runs."""
    run = lab(program, "wait", "resolve=3", "turn")
    expect(told(run), saw="nobody was told", expected="A is told 3")
    expect(
        run.lines.index("future_resolve returned 0") < run.lines.index("A is told 3"),
        saw="A was told inside future_resolve(), before that had returned",
        expected="future_resolve() returns first; the loop tells A: see tell_soon()",
    )


@gap("1.8")
def test_it_is_settled_once(program):
    """A future that is settled stays as it is."""
    run = lab(program, "resolve=3", "resolve=4", "fail", "cancel")
    answers = [line.split(" ")[-1] for line in run.lines if " returned " in line][:4]
    expect(
        answers == ["0", "EALREADY", "EALREADY", "EALREADY"],
        saw=f"resolve, resolve, fail, cancel returned {', '.join(answers)}",
        expected="0, then UV_EALREADY for each that comes too late",
    )


@gap("1.8", needs=["1.7"])
def test_the_first_value_counts(program):
    """The value is the first one, whoever tries later."""
    run = lab(program, "wait", "resolve=3", "resolve=4", "cancel")
    expect_told(run, "A is told 3", mistake="A later value has replaced the first")


@gap("1.8", needs=["1.7"])
@pytest.mark.parametrize("how, error", [("fail", "ECONNRESET"), ("cancel", "ECANCELED")])
def test_errors_reach_the_consumer(program, how, error):
    """Failing and cancelling settle a future, too."""
    expect_told(lab(program, "wait", how), f"A is told {error}")


@gap("1.8", needs=["1.7"])
def test_a_consumer_may_resolve_again(program):
    """A consumer that resolves the future inside its callback is too late, and no harm."""
    run = lab(program, "wait-resolve", "wait", "resolve=3")
    expect_told(run, "A is told 3", "B is told 3")
    expect(
        "future_resolve returned EALREADY" in run.lines,
        saw="the second future_resolve() was accepted",
        expected="UV_EALREADY",
    )


@gap("1.7")
def test_the_queue_is_in_the_order_of_waiting(program):
    """Who waits stands in the queue, the first to wait first."""
    run = lab(program, "wait", "wait", "wait", "queue")
    queue = next((x for x in run.lines if x.startswith("in the queue:")), "")
    expect(
        queue == "in the queue: A B C",
        saw=f"{queue or '(nothing)'}. "
        + (
            "The queue is out of order"
            if len(queue) == len("in the queue: A B C")
            else ""
        ),
        expected="in the queue: A B C",
    )


@gap("1.7", needs=["1.8"])
def test_all_are_told_in_the_order_of_waiting(program):
    """Every consumer is told, the first to wait first."""
    run = lab(program, "wait", "wait", "wait", "resolve=3")
    expect_told(
        run,
        "A is told 3",
        "B is told 3",
        "C is told 3",
        mistake="The queue is out of order",
    )


@gap("1.7", needs=["1.8"])
def test_who_comes_late_is_told(program):
    """A future that is settled already still tells who waits for it."""
    run = lab(program, "resolve=3", "turn", "wait", "turn", "wait")
    expect_told(
        run,
        "A is told 3",
        "B is told 3",
        mistake="They came when the future was settled already",
    )


@gap("1.7", needs=["1.8"])
def test_who_comes_late_is_told_later(program):
    """Also a settled future tells from the loop, not inside future_wait()."""
    run = lab(program, "resolve=3", "turn", "wait", "turn")
    expect(told(run), saw="nobody was told", expected="A is told 3")
    waited = run.lines.index("future_wait returned")
    expect(
        waited < run.lines.index("A is told 3"),
        saw="A was told inside future_wait(), before that had returned",
        expected="future_wait() returns first; the loop tells A: see tell_soon()",
    )


@gap("1.7", needs=["1.8"])
def test_waiting_again_inside_the_callback(program):
    """A consumer may wait again while it is being told; nobody is lost or told twice."""
    run = lab(program, "wait-again", "wait", "resolve=3")
    expect_told(run, "A is told 3", "B is told 3", "A is told 3")


@gap("1.7", needs=["1.8"])
@pytest.mark.parametrize(
    "script, expected",
    [
        (["wait", "wait", "leave=A", "resolve=3"], ["B is told 3"]),
        (
            ["wait", "wait", "leave=B", "wait", "resolve=3"],
            ["A is told 3", "C is told 3"],
        ),
        (["wait-kick", "wait", "wait", "resolve=3"], ["A is told 3", "C is told 3"]),
        (
            ["wait-kick", "wait", "resolve=3", "turn", "wait"],
            ["A is told 3", "C is told 3"],
        ),
    ],
    ids=["the first", "the last", "in a callback", "the last in a callback"],
)
def test_who_leaves_is_not_told(program, script, expected):
    """Who leaves is not told, whoever else waits is. (future_leave() is given.)"""
    run = lab(program, *script)
    expect_told(run, *expected)
    run.expect_clean()


@gap("1.7", needs=["1.8"])
@pytest.mark.parametrize(
    "script, expected",
    [
        (["wait", "wait", "close"], ["A is told ECANCELED", "B is told ECANCELED"]),
        (["wait", "resolve=3", "close"], ["A is told 3"]),
        (["wait-close", "wait", "resolve=3"], ["A is told 3", "B is told 3"]),
    ],
    ids=["unsettled", "settled", "in a callback"],
)
def test_closing_tells_everybody_first(program, script, expected):
    """Whoever waits is told before the future is closed, with UV_ECANCELED if need be."""
    run = lab(program, *script)
    expect_told(run, *expected, when_closed=True)
    expect(
        run.lines[-1] == "closed", saw=f"last: {run.lines[-1]}", expected="last: closed"
    )
    run.expect_clean()


@gap("1.7", needs=["1.8"])
def test_the_demo_shows_producer_and_consumer(program):
    """future_demo meet: producer and consumers meet, and the heartbeat goes on."""
    run = program("future_demo").run("meet").expect_clean()
    got = [line for line in run.lines if ": got " in line]
    expect(
        got == ["consumer: got 10", "late consumer: got 10"],
        saw="; ".join(got) or "no consumer was told",
        expected="both consumers get 10",
    )
    beats = re.search(r"done after (\d+) heartbeats", "\n".join(run.lines))
    expect(
        beats is not None and int(beats[1]) > 0,
        saw="no heartbeat while the producer worked",
        expected="the loop is free while the producer waits for its timer",
    )


@gap("1.7", needs=["1.8"])
def test_the_demo_shows_a_blocked_loop(program):
    """future_demo blocked: the producer sleeps, and no heartbeat comes."""
    run = program("future_demo").run("blocked").expect_clean()
    expect(
        "producer: done after 0 heartbeats" in run.lines,
        saw="a heartbeat came while the loop was blocked",
        expected="producer: done after 0 heartbeats",
    )


@gap("1.7", needs=["1.8"])
def test_the_demo_counts_down(program):
    """future_demo countdown: the check starts itself again until the day has come."""
    run = program("future_demo").run("countdown").expect_clean()
    days = [line for line in run.lines if line.endswith(" left")]
    expect(
        days == ["3 days left", "2 days left", "1 day left"]
        and "consumer: got Come to the workshop!" in run.lines,
        saw="; ".join(days),
        expected="3, 2, 1 days left, then: consumer: got Come to the workshop!",
    )


@pytest.mark.parametrize(
    "name, script", [("future_lab", ["fly"]), ("future_demo", ["nap"])]
)
def test_a_bad_command_line_is_refused(program, name, script):
    """A wrong command line is told on stderr, with exit 2."""
    run = program(name).run(*script)
    assert run.exit == 2
    assert run.stderr_lines[-1].startswith(f"usage: {name}")
