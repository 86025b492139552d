"""Gaps 4.6 and 4.7: timed_queue.c, driven by the script player queue_lab.

The script sets the clock, so that a test does not wait for one; the timer is the loop's.
"""

from __future__ import annotations

import re

import pytest

from harness import expect, gap

FAR = str(10**15)  # the year 33658
LOOK_MS = 1000  # TIMED_QUEUE_LOOK_MS


def timers(program, *script):
    """What the script's steps `timer` say."""
    lines = program("queue_lab").run(*script, "close").lines
    return [x.removeprefix("the timer is ") for x in lines if x.startswith("the timer")]


def expect_timer(program, script, *wanted, why):
    """The steps `timer` in the script say so."""
    seen = timers(program, *script)
    expect(
        seen == [*wanted],
        saw=f"the timer is {'; '.join(seen)}. {why}",
        expected=f"the timer is {'; '.join(wanted)}",
    )


def due(process):
    """What was told so far: ["0", "1"]."""
    return [x.split(" ")[1] for x in process.lines if re.match(r"entry \d+ is due", x)]


def expect_due(process, *wanted, why):
    """These entries were told, in this order, and none before its time."""
    early = [x for x in process.lines if "before its time" in x]
    expect(
        not early,
        saw="; ".join(early),
        expected="an entry is told when the queue's clock says its time, or later",
    )
    twice = [x for x in process.lines if "not in the queue" in x]
    expect(
        not twice, saw="; ".join(twice), expected="an entry that is due is told only once"
    )
    expect(
        due(process) == [*wanted],
        saw=f"due, in this order: {', '.join(due(process)) or 'none'}. {why}",
        expected=f"due, in this order: {', '.join(wanted) or 'none'}",
    )


# --- 4.6: the timer ------------------------------------------------------------------------


@gap("4.6")
def test_the_timer_is_for_the_first(program):
    """One entry, in 200 ms: the timer is due in 200 ms."""
    script = ["clock=5000", "add=5200", "timer"]
    why = "It is 5000 on the clock, and the entry's time is 5200"
    expect_timer(program, script, "due in 200 ms", why=why)


@gap("4.6")
def test_an_earlier_one_moves_the_timer(program):
    """The timer is for the earliest entry, whenever that has arrived."""
    script = ["add=500", "timer", "add=300", "timer"]
    wanted = ["due in 500 ms", "due in 300 ms"]
    why = "The entry for 500 came first, and then an earlier one, for 300"
    expect_timer(program, script, *wanted, why=why)


@gap("4.6")
def test_a_later_one_does_not_move_the_timer(program):
    """The timer is for the earliest entry, not for the one that has just arrived."""
    script = ["add=300", "add=700", "timer"]
    why = "An entry for 300 came, then a later one, for 700: the earliest is still the first"
    expect_timer(program, script, "due in 300 ms", why=why)


@gap("4.6")
def test_what_has_passed_is_due_at_once(program):
    """An entry whose time has passed: the timer comes soon, but not in the same turn."""
    script = ["clock=5000", "add=100", "timer"]
    why = (
        "It is 5000 on the clock, and the entry's time was 100. (0 ms, in the timer's own "
        "callback, would be the same turn of the loop again, without an end)"
    )
    expect_timer(program, script, "due in 1 ms", why=why)


@gap("4.6")
@pytest.mark.parametrize("at", ["3600000", FAR])
def test_the_timer_never_waits_long(program, at):
    """The clock may be set: so the timer comes at least once a second, to look at it."""
    why = (
        f"The entry's time is {at}; but if somebody sets the clock to it now, it is seen "
        f"only when the timer comes, and that must be soon: TIMED_QUEUE_LOOK_MS"
    )
    expect_timer(program, [f"add={at}", "timer"], f"due in {LOOK_MS} ms", why=why)


@gap("4.6")
def test_the_first_in_time_is_the_first(program):
    """The heap is ordered by time, not by arrival."""
    script = ["add=900", "add=100", "add=500", "remove=1", "add=800", "timer"]
    # The one for 100 was removed, and the timer left as it was: it would only look.
    why = "Entries for 900, 100 and 500 came, the one for 100 was removed, and 800 came"
    seen = timers(program, *script)
    expect(
        seen in (["due in 100 ms"], ["due in 500 ms"]),
        saw=f"the timer is {'; '.join(seen)}. {why}",
        expected="the timer is due in 100 ms, as before, or in 500 ms",
    )


@gap("4.6", needs=["4.7"])
def test_after_one_comes_the_next(program):
    """When one was told the timer is armed for the next; at the end it is stopped."""
    run = program("queue_lab").run("add=40", "add=20", "add=60", "clock=60")
    expect_due(run, "1", "0", "2", why="They are for 40, 20 and 60")
    expect(
        "the loop has nothing left to wait for" in run.lines,
        saw="all were told, but the timer goes on",
        expected="an empty queue does not keep the loop alive",
    )
    run.expect_clean()


@gap("4.6", needs=["4.7"])
def test_a_clock_that_jumps_forward_is_seen(program):
    """The clock is set an hour ahead while the timer waits: what is due then is told."""
    script = ["add=3600000", "add=7200000", "timer", "clock=3600000", "wait=0", "close"]
    process = program("queue_lab").start(*script).until("^closed")
    why = "The clock jumped to 3600000, and that is the time of entry 0, not of entry 1"
    expect_due(process, "0", why=why)


# --- 4.7: what is due ----------------------------------------------------------------------


@gap("4.7", needs=["4.6"])
def test_the_earlier_is_told_first(program):
    """All are due at once: the earlier one is told before the later one."""
    script = ["add=30", "add=10", "add=40", "add=20", "clock=50", "turn", "close"]
    process = program("queue_lab").start(*script).until("^closed")
    expect_due(process, "1", "3", "0", "2", why="They are for 30, 10, 40 and 20")


@gap("4.7", needs=["4.6"])
def test_equal_times_in_order_of_arrival(program):
    """Those of one time are told in the order in which they were added."""
    script = [*["add=20"] * 6, "add=10", *["add=20"] * 6, "clock=50", "turn", "close"]
    process = program("queue_lab").start(*script).until("^closed")
    wanted = ["6", *map(str, range(6)), *map(str, range(7, 13))]
    expect_due(process, *wanted, why="Entry 6 is for 10, and all the others are for 20")


@gap("4.7", needs=["4.6"])
def test_all_that_are_due_are_told_at_once(program):
    """When the timer comes, it may be time for several."""
    script = ["add=10", "add=20", "add=30", "clock=20", "turn", "close"]
    process = program("queue_lab").start(*script).until("^closed")
    why = "The timer came once; it was 20 on the clock, and they are for 10, 20 and 30"
    expect_due(process, "0", "1", why=why)


@gap("4.7", needs=["4.6"])
def test_a_clock_that_jumps_back_is_seen(program):
    """The timer comes, but the clock was set back: nothing is due yet."""
    script = ["clock=5000", "add=5010", "clock=100", "turn", "timer", "close"]
    process = program("queue_lab").start(*script).until("^closed")
    why = "The clock was set back to 100, and the entry is for 5010"
    expect_due(process, why=why)
    expect(
        f"the timer is due in {LOOK_MS} ms" in process.lines,
        saw="; ".join(x for x in process.lines if x.startswith("the timer"))
        + ". The timer came before the entry's time; nobody will look again in time",
        expected=f"the timer is due in {LOOK_MS} ms: it is armed again for what is left",
    )


@gap("4.7", needs=["4.6"])
def test_by_the_clock_on_the_wall(program):
    """With the system's clock: in order, and none before its time."""
    run = program("queue_lab").run("real", "add=60", "add=20", "add=40", "add=20")
    expect_due(run, "1", "3", "2", "0", why="They are for 60, 20, 40 and 20 ms from now")
    run.expect_clean()


@gap("4.7", needs=["4.6"])
def test_one_that_is_due_may_remove_another(program):
    """A removed entry is not told, even if it was due at the same moment."""
    script = ["on-due=0", "remove=1", "add=10", "add=10", "add=10", "clock=10"]
    run = program("queue_lab").run(*script)
    expect_due(run, "0", "2", why="Entry 0 removed entry 1 when it was due")
    run.expect_clean()


@gap("4.7", needs=["4.6"])
def test_one_that_is_due_may_add_itself_again(program):
    """It is out of the queue when it is told: so it can be added anew, right there."""
    run = program("queue_lab").run("on-due=0", "again=0", "add=10", "add=20", "clock=20")
    expect(
        sorted(due(run)) == ["0", "0", "1"],
        saw=f"due, in this order: {', '.join(due(run))}; entry 0 added itself again",
        expected="0 and 1, and 0 once more",
    )
    run.expect_clean()


@gap("4.7", needs=["4.6"])
def test_who_always_comes_again_does_not_stop_the_loop(program):
    """What arrives while others are told waits for the next turn, even if it is due."""
    script = [
        "always=0",
        "again=0",
        "add=10",
        "clock=10",
        "turn",
        "turn",
        "turn",
        "close",
    ]
    run = program("queue_lab").run(*script)
    why = (
        "Entry 0 adds itself again each time that it is due. The loop turned three times, "
        "and something else has to get its turn, too"
    )
    expect_due(run, "0", "0", "0", why=why)


@gap("4.7", needs=["4.6"])
def test_one_that_is_due_may_close_the_queue(program):
    """Those that are left are not told, and the queue is not used any more."""
    run = program("queue_lab").run("on-due=0", "close", "add=10", "add=10", "clock=10")
    expect_due(run, "0", why="Entry 0 closed the queue when it was due")
    run.expect_clean()


# --- What is given -------------------------------------------------------------------------


@pytest.mark.reference
def test_it_closes_with_entries_in_it(program):
    """They are the caller's again, and nothing is left open."""
    for script in ([], ["add=10"], ["add=10", f"add={FAR}", "remove=0", "close"]):
        run = program("queue_lab").run(*script, "close" if script else "timer")
        assert run.lines[-2:] == ["timed_queue_close returned", "closed"]
        run.expect_clean()


@pytest.mark.reference
def test_a_queue_whose_last_entry_was_removed_ends(program):
    """The timer is stopped then."""
    run = program("queue_lab").run("add=3600000", "remove=0", "timer")
    assert "the timer is stopped" in run.lines
    run.expect_clean()


@pytest.mark.parametrize(
    "script", [["fly"], ["add"], ["add=-1"], ["wait=9"], ["clock=x"]]
)
def test_a_bad_script_is_refused(program, script):
    """A wrong command line is told on stderr, with exit 2."""
    run = program("queue_lab").run(*script)
    assert run.exit == 2
    assert run.stderr_lines[-1].startswith("usage: queue_lab")
