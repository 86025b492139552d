"""Gaps 1.10 and 1.12: heavy_work. The first part is held open by the test, which lets it go
on with a line on standard input: so "the loop was not blocked" needs no clock."""

from __future__ import annotations

import pytest

from harness import Failure, expect, gap

HELD = r"^part 1 is held"
POOL = ["1.4"]


@gap("1.10", needs=POOL)
def test_the_loop_goes_on_while_the_pool_computes(program):
    """While part 1 computes on the pool, the heartbeat goes on."""
    process = program("heavy_work").start("--on", "pool", "--below", "1000", "--hold")
    (held,) = process.wait_for(HELD)
    try:
        process.wait_for("^heartbeat ", count=2, after=held)
    except Failure:
        raise Failure(
            saw="part 1 was held open, and no heartbeat came: the computation runs on the "
            "loop's own thread and blocks it",
            expected="heartbeats go on while a thread of the pool computes (uv_queue_work)",
        ) from None
    process.send("go on")
    process.finish().expect_clean()


@gap("1.10", needs=POOL)
@pytest.mark.parametrize("below, primes", [("0", 0), ("10", 4), ("1000", 168)])
def test_the_pool_finds_all_primes(program, below, primes):
    """Every part is computed once and counted."""
    run = program("heavy_work").run("--on", "pool", "--below", below)
    parts = [line for line in run.lines if line.startswith("part") and "found" in line]
    expect(
        len(parts) == 4 and f"{primes} primes below {below}" in run.lines,
        saw="; ".join(parts) or "no part ended",
        expected=f"four parts that found something, and: {primes} primes below {below}",
    )
    run.expect_clean()


@gap("1.10")
def test_the_parts_run_at_the_same_time(program):
    """The pool has four threads: while part 1 is held, the three others are computed."""
    process = program("heavy_work").start("--on", "pool", "--below", "1000", "--hold")
    (held,) = process.wait_for(HELD)
    try:
        process.wait_for("^part [234] found", count=3)
    except Failure:
        raise Failure(
            saw="part 1 was held open, and the other parts waited for it",
            expected="parts 2, 3 and 4 are computed on other threads in the meantime",
        ) from None
    process.send("go on")
    process.finish()


@gap("1.12", needs=["1.10", "1.11", "1.6", *POOL])
def test_the_deadline_cancels_what_waits_and_what_runs(program):
    """With one thread, part 1 runs and the others wait: the deadline ends all four."""
    process = program("heavy_work").start(
        "--on", "pool", "--deadline", "0", "--hold", UV_THREADPOOL_SIZE="1"
    )
    process.wait_for(HELD)
    process.wait_for("^deadline:")
    process.send("go on")
    run = process.finish()
    ended = [line for line in run.lines if line.startswith("part") and "ended:" in line]
    found = [line for line in run.lines if line.startswith("part") and "found" in line]
    expect(
        not found,
        saw="; ".join(found) + ": it went on computing after the deadline. uv_cancel() "
        "cannot stop what runs already; the part must be told by its `stop`",
        expected="no part goes on after the deadline",
    )
    order = [line.split(" ")[1] for line in ended]
    expect(
        order == ["2", "3", "4", "1"],
        saw=f"the parts ended in the order {', '.join(order)}: those that waited in the "
        "queue were not taken out of it, but had to wait for their turn",
        expected="2, 3, 4 are taken out of the queue (uv_cancel) while part 1 still runs; "
        "then 1 stops",
    )
    expect(
        run.exit == 1 and "operation canceled" in run.stderr,
        saw=f"exit {run.exit}, {run.stderr}",
        expected="exit 1: heavy_work: operation canceled",
    )


@gap("1.10", needs=POOL)
def test_a_deadline_in_time_changes_nothing(program):
    """Whoever is done before the deadline is not cancelled."""
    run = program("heavy_work").run(
        "--on", "pool", "--below", "1000", "--deadline", "3600"
    )
    expect(
        "168 primes below 1000" in run.lines,
        saw=run.lines[-1],
        expected="168 primes below 1000",
    )
    run.expect_clean()


@gap("1.4")
def test_on_the_loop_the_heartbeat_is_silent(program):
    """On the loop, no heartbeat comes from the first part's start to the last one's end."""
    process = program("heavy_work").start("--on", "loop", "--below", "1000", "--hold")
    process.wait_for(HELD)
    process.send("go on")
    run = process.finish().expect_clean()
    begin = run.lines.index("part 1 begins")
    end = next(i for i, line in enumerate(run.lines) if line.startswith("part 4 found"))
    beats = [line for line in run.lines[begin:end] if line.startswith("heartbeat ")]
    expect(not beats, saw=f"{len(beats)} heartbeats", expected="none: the loop is busy")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--on"],
        ["--on", "moon"],
        ["--below", "-1"],
        ["--below", "2000000001"],
        ["--fast"],
        ["--deadline", "soon"],
        ["--deadline"],
    ],
)
def test_a_bad_command_line_is_refused(program, arguments):
    """A wrong command line is told on stderr, with exit 2."""
    run = program("heavy_work").run(*arguments)
    assert run.exit == 2
    assert run.stderr_lines[-1].startswith("usage: heavy_work")
