"""Gaps 4.3, 4.9, 4.11 and 4.12: background.c and background_work.c, driven by the script
player background_lab."""

from __future__ import annotations

import random

import pytest

from harness import expect, gap

RESTS_ON = ["4.9", "4.11", "4.12"]
FOR_EVER = "drain=3600000"  # a deadline that does not come
POOL = [f"work{number}" for number in range(4)]  # as many as the pool has threads


def lab(program, *script):
    """Plays a script; returns the run."""
    return program("background_lab").run(*script)


def spawn(*names):
    """The steps that spawn these."""
    return [f"spawn={name}" for name in names]


def say(lines):
    """Lines in a failure's words."""
    return "; ".join(lines) or "nothing"


def lines_about(run, words):
    """The lines in which the words stand, in order."""
    return [line for line in run.lines if words in line]


def ran(run):
    """The tasks that ran, in order."""
    return [line[: -len(" runs")] for line in run.lines if line.endswith(" runs")]


def index(run, line, otherwise=None):
    """Where a line stands in the output. A Failure, `otherwise`, when it does not."""
    expect(
        line in run.lines,
        saw=otherwise or f"the line was not printed: {line}",
        expected=f"the line: {line}",
    )
    return run.lines.index(line)


# --- 4.3: spawn ------------------------------------------------------------------------------


@gap("4.3")
def test_a_task_runs(program):
    """What was spawned runs, once."""
    run = lab(program, "spawn=a", "turn", "turn", "end=a")
    times = ran(run).count("a")
    expect(
        times == 1,
        saw=f"the task ran {times} times" if times else "the task never ran",
        expected="it runs once, in the loop's next turn",
    )
    run.expect_clean()


@gap("4.3")
@pytest.mark.parametrize("kind", ["a", "a:instant"])
def test_a_task_never_runs_inside_spawn(program, kind):
    """background_spawn() returns first: who spawns can finish what he is at."""
    run = lab(program, f"spawn={kind}", "turn")
    expect(
        index(run, "spawned: 0") < index(run, "a runs", "the task never ran"),
        saw="the task ran inside background_spawn(), which had not returned yet",
        expected="it runs in a later turn of the loop",
    )


@gap("4.3")
def test_tasks_run_in_the_order_of_arrival(program):
    """First come, first served."""
    run = lab(program, *spawn("a", "b", "c"), "turn")
    expect(
        ran(run) == ["a", "b", "c"],
        saw=f"spawned were a, b, c, and they ran as: {', '.join(ran(run)) or 'none'}",
        expected="a, b, c",
    )


@gap("4.3")
def test_tasks_are_counted(program):
    """Those that wait and those that run are told apart."""
    run = lab(program, *spawn("a", "b"), "count", "turn", "count", "end=a", "count")
    counts = lines_about(run, " run, ")
    expect(
        counts == ["0 run, 2 wait", "2 run, 0 wait", "1 run, 0 wait"],
        saw=say(counts),
        expected="2 wait when they were spawned; then 2 run; then one ends",
    )


@gap("4.3")
def test_tasks_end_inside_their_run_and_later(program):
    """In whichever order, and nothing of it stays."""
    run = lab(
        program, *spawn("a", "b:instant", "c", "d:broken"), "turn", "end=c", "end=a"
    )
    expect(
        lines_about(run, " ends: ")
        == ["b ends: 0", "d ends: ECONNRESET", "c ends: 0", "a ends: 0"],
        saw=say(lines_about(run, " ends: ")),
        expected="b and d end inside their run, then c and a",
    )
    run.expect_clean()


@gap("4.3")
def test_an_error_is_reported_with_the_name(program):
    """Of each that fails, and of no other."""
    run = lab(program, *spawn("a", "b:broken", "c"), "turn", "fail=c", "end=a", "turn")
    failed = lines_about(run, "has failed")
    expect(
        failed == ["b has failed: ECONNRESET", "c has failed: ECONNRESET"],
        saw=say(failed),
        expected="b and c are reported, each once, with ECONNRESET",
    )


@gap("4.3")
def test_what_a_task_spawns_runs_in_another_turn(program):
    """The others on the loop get their turn, too."""
    run = lab(program, *spawn("a:parent", "b"), "turn", "count", "turn", "end=a")
    expect(
        ran(run) == ["a", "b", "a+"],
        saw=f"they ran as: {', '.join(ran(run)) or 'none'}",
        expected="a and b, then what a had spawned: a+",
    )
    expect(
        index(run, "2 run, 1 wait", say(lines_about(run, " run, ")))
        < index(run, "a+ runs"),
        saw="a task that was spawned inside another one's run ran in the same turn",
        expected="it runs in the next one",
    )
    run.expect_clean()


@pytest.mark.reference
def test_what_is_spawned_when_one_fails_runs_in_another_turn(program):
    """Also inside on_failed, which came inside task_end(), inside a run."""
    run = lab(program, *spawn("a:reborn", "b"), "turn", "count", "turn", "end=b")
    assert ran(run) == ["a", "b", "a+"]
    assert index(run, "1 run, 1 wait") < index(run, "a+ runs")


@gap("4.3")
def test_the_loop_may_sleep(program):
    """While tasks run and none waits to be run the loop has nothing to do."""
    run = lab(program, *spawn("a", "b"), "asleep", "turn", "turn", "asleep", "end=a")
    states = lines_about(run, "sleep")
    expect(
        states == ["the loop cannot sleep", "the loop can sleep"],
        saw=say(states),
        expected="it cannot as long as a task waits to be run; then it can",
    )


@gap("4.3")
def test_a_drain_waits_for_every_task(program):
    """For those that run, and for those that were not run yet."""
    run = lab(
        program, *spawn("a"), "turn", *spawn("b", "c:instant"), FOR_EVER, "turn", "turn",
        "end=b", "turn", "end=a",
    )  # fmt: skip
    expect(
        ran(run) == ["a", "b", "c"]
        and index(run, "drained", "it never drained") > index(run, "a ends: 0"),
        saw=f"{say(run.lines[index(run, 'drain'):])}",
        expected="b and c are run, and it has drained when a, the last one, has ended",
    )
    run.expect_clean()


@gap("4.3")
def test_a_drain_is_over_when_the_last_one_fails(program):
    """And what it fails of is reported before that."""
    run = lab(program, *spawn("a:broken"), FOR_EVER)
    expect(
        index(run, "a has failed: ECONNRESET") < index(run, "drained"),
        saw=say(run.lines),
        expected="the failure, then the end",
    )
    run.expect_clean()


@pytest.mark.reference
@pytest.mark.parametrize("deadline", ["0", "3600000"])
def test_a_drain_with_nothing_to_wait_for(program, deadline):
    """It is over at once, but never inside background_drain()."""
    run = lab(program, f"drain={deadline}", "turn")
    assert run.lines == ["drain", "background_drain returned", "turn", "drained"]
    run.expect_clean()


@pytest.mark.reference
def test_nothing_is_spawned_during_a_drain(program):
    """UV_ECANCELED, and nothing happens: neither for a task nor for work."""
    run = lab(
        program, *spawn("a"), "turn", FOR_EVER, *spawn("b"), "do=c", "turn", "end=a"
    )
    assert lines_about(run, "spawned") == ["spawned: 0"] + 2 * ["spawned: ECANCELED"]
    assert ran(run) == ["a"]
    run.expect_clean()


# --- 4.9: work on the thread pool ------------------------------------------------------------


@gap("4.9", needs=["4.3"])
def test_work_does_not_block_the_loop(program):
    """While it is held on its thread, another task runs and ends."""
    run = lab(program, "do=a", "begun=a", *spawn("b"), "turn", "end=b", "release=a")
    expect(
        "a works on the loop's thread" not in run.lines,
        saw="the work was done on the loop's thread: everybody would have waited for it",
        expected="it is done on a thread of the pool: uv_queue_work()",
    )
    index(run, "a has begun", "the work has not begun on a thread")
    expect(
        index(run, "b ends: 0") < index(run, "a is done: 0", "on_done() never came"),
        saw=say(run.lines),
        expected="b has ended before the work was released",
    )
    run.expect_clean()


@gap("4.9", needs=["4.3"])
def test_work_is_done_once(program):
    """on_done() comes once, with 0, after the work, on the loop's thread."""
    run = lab(program, "do=a", "begun=a", "turn", "release=a")
    done = lines_about(run, " is done")
    expect(
        done == ["a is done: 0"] and index(run, "release=a") < index(run, "a is done: 0"),
        saw=say(done) if done else "on_done() never came",
        expected="one line, behind release=a: a is done: 0",
    )
    run.expect_clean()


@gap("4.9", needs=["4.3"])
def test_work_may_be_freed_when_it_is_done(program):
    """In on_done(), for the background has no use for it any more."""
    run = lab(program, "do=a:freed", "do=b:freed", "begun=b", "release=b", "release=a")
    done = sorted(lines_about(run, " is done"))
    expect(
        done == ["a is done: 0", "b is done: 0"],
        saw=say(done),
        expected="a and b are done",
    )
    run.expect_clean()


@gap("4.9", needs=["4.3"])
def test_work_runs_in_a_later_turn(program):
    """background_do() is background_spawn(): it has returned before the work begins."""
    run = lab(program, "do=a", "do=b", "count", "turn", "count", "release=b", "release=a")
    counts = lines_about(run, " run, ")
    expect(
        counts == ["0 run, 2 wait", "2 run, 0 wait"],
        saw=say(counts),
        expected="two tasks wait; after a turn of the loop both run",
    )


@gap("4.9", needs=["4.3"])
def test_an_error_of_work_is_reported(program):
    """What on_done() returns is how the task has ended."""
    run = lab(program, "do=a:broken", "do=b", "begun=b", "release=b", "release=a")
    failed = lines_about(run, "has failed")
    expect(
        failed == ["a has failed: EIO"],
        saw=f"on_done() returned EIO; reported was {say(failed)}",
        expected="a has failed: EIO",
    )
    run.expect_clean()


@gap("4.9", needs=["4.3"])
def test_four_work_at_once(program):
    """The pool has four threads: all four are at work, and the fifth begins when one of them
    has done."""
    steps = [f"do={name}" for name in [*POOL, "fifth"]]
    steps += [f"begun={name}" for name in POOL]
    run = lab(program, *steps, "count", f"release={POOL[0]}", "begun=fifth")
    expect(
        all(f"{name} has begun" in run.lines for name in [*POOL, "fifth"]),
        saw=say(lines_about(run, " beg")),
        expected="four have begun before any of them was released; then the fifth",
    )
    run.expect_clean()


@gap("4.9", needs=["4.3"])
def test_a_drain_waits_for_work(program):
    """It is over when the thread has done its work, and on_done() has come."""
    run = lab(program, "do=a", "begun=a", FOR_EVER, "turn", "turn", "release=a")
    expect(
        index(run, "a is done: 0") < index(run, "drained", "it never drained"),
        saw="it had drained before the work was done",
        expected="a is done, then it has drained",
    )
    run.expect_clean()


@gap("4.9", needs=["4.3", "4.12"])
def test_work_on_a_thread_is_waited_for(program):
    """No thread can be stopped; what waits for a thread can be taken back."""
    steps = [f"do={name}" for name in [*POOL, "fifth"]]
    steps += [f"begun={name}" for name in POOL]
    steps += ["turn", "drain=0", "turn", "turn"]
    run = lab(program, *steps, *[f"release={name}" for name in POOL])
    expect(
        lines_about(run, " is left") == [f"{name} is left" for name in [*POOL, "fifth"]],
        saw=say(lines_about(run, " is left")),
        expected="all five are named",
    )
    expect(
        index(run, "fifth is done: ECANCELED", say(run.lines))
        < index(run, f"release={POOL[0]}"),
        saw=say(run.lines),
        expected="the fifth is cancelled at once",
    )
    done = [line for line in lines_about(run, " is done: 0")]
    expect(
        sorted(done) == [f"{name} is done: 0" for name in POOL]
        and run.lines[-1] == "drained",
        saw=say(run.lines[index(run, f"release={POOL[0]}") :]),
        expected="the four on their threads are done, and then it has drained",
    )
    run.expect_clean()


@gap("4.9", needs=["4.3", "4.11", "4.12"])
def test_work_that_was_never_run_is_cancelled(program):
    """on_done() comes all the same, with UV_ECANCELED."""
    run = lab(
        program, "running=1", "do=a", "do=b", "begun=a", "drain=0", "turn", "turn",
        "release=a",
    )  # fmt: skip
    done = lines_about(run, " is done")
    expect(
        done == ["b is done: ECANCELED", "a is done: 0"],
        saw=say(done),
        expected="b is done: ECANCELED; then a, which had a thread: 0",
    )
    run.expect_clean()


# --- 4.11: cap and queue ---------------------------------------------------------------------


@gap("4.11", needs=["4.3"])
def test_no_more_run_than_may(program):
    """As many as may run do; the others wait."""
    run = lab(program, "running=2", *spawn("a", "b", "c", "d"), "turn", "turn", "count")
    counts = lines_about(run, " run, ")
    expect(
        counts == ["2 run, 2 wait"],
        saw=f"of four tasks {say(counts)}, with a cap of 2",
        expected="2 run, 2 wait",
    )


@gap("4.11", needs=["4.3"])
def test_the_next_one_runs_when_one_ends(program):
    """In the order of arrival, one for each that ends."""
    run = lab(
        program, "running=2", *spawn("a", "b", "c", "d", "e"),
        "turn", "end=b", "turn", "count", "end=a", "end=c", "turn", "count",
    )  # fmt: skip
    counts = lines_about(run, " run, ")
    expect(
        (ran(run)[:5], counts) == ([*"abcde"], ["2 run, 2 wait", "2 run, 0 wait"]),
        saw=f"they ran as {', '.join(ran(run)[:5])}; {say(counts)}",
        expected="a, b; when b has ended c; when two more have ended d, e",
    )


@gap("4.11", needs=["4.3"])
def test_the_next_one_does_not_run_inside_task_end(program):
    """It runs in the loop's next turn."""
    run = lab(program, "running=1", *spawn("a", "b"), "turn", "end=a", "count", "turn")
    counted = [line for line in run.lines if line.endswith("wait")][:1]
    expect(
        "b runs" not in run.lines[: run.lines.index(counted[0])],
        saw="b ran inside task_end() of a, or before it",
        expected="it runs in a later turn",
    )
    expect(counted == ["0 run, 1 wait"], saw=say(counted), expected="0 run, 1 wait")
    index(run, "b runs", "b never ran")


@gap("4.11", needs=["4.3"])
def test_those_that_end_at_once_make_room(program):
    """A hundred tasks that end inside their run, one at a time: all of them run."""
    names = [f"{number}:instant" for number in range(100)]
    run = lab(
        program, "running=1", "queued=100", *spawn("a", *names), "turn", "count", "end=a",
        FOR_EVER,
    )  # fmt: skip
    expect(
        "1 run, 100 wait" in run.lines and len(ran(run)) == 101,
        saw=f"{say(lines_about(run, ' run, '))}; in the end {len(ran(run))} of 101 ran",
        expected="1 runs, 100 wait; when it has ended each makes room for the next one",
    )
    run.expect_clean()


@gap("4.11", needs=["4.3"])
@pytest.mark.parametrize("turn", [[], ["turn"]], ids=["at once", "after a turn"])
def test_a_full_queue_refuses(program, turn):
    """UV_ENOBUFS, whether the first ones run already or not; and then nothing happens."""
    run = lab(
        program, "running=2", "queued=1", *spawn("a", "b"), *turn, *spawn("c", "d:broken"),
        "spawn=e", "turn", "count",
    )  # fmt: skip
    answers = [line.split()[-1] for line in lines_about(run, "spawned: ")]
    expect(
        answers == ["0", "0", "0", "ENOBUFS", "ENOBUFS"],
        saw=f"with room for 2 that run and 1 that waits, five were told: {say(answers)}",
        expected="three times 0, then ENOBUFS twice",
    )
    happened = lines_about(run, "d runs") + lines_about(run, "d has failed")
    expect(
        not happened and "2 run, 1 wait" in run.lines,
        saw=say(happened + lines_about(run, " run, ")),
        expected="nothing of what was refused: 2 run, 1 waits",
    )
    run.expect_clean()


@gap("4.11", needs=["4.3"])
def test_there_is_room_again(program):
    """When one has ended, another one may come."""
    run = lab(
        program, "running=1", "queued=1", *spawn("a", "b", "c"), "turn", "end=a",
        *spawn("d", "e"), "turn",
    )  # fmt: skip
    answers = [line.split()[-1] for line in lines_about(run, "spawned: ")]
    expect(
        answers == ["0", "0", "ENOBUFS", "0", "ENOBUFS"],
        saw=f"a, b, c, then d and e when a has ended: {say(answers)}",
        expected="0, 0, ENOBUFS; then 0, ENOBUFS",
    )


@gap("4.11", needs=["4.3"])
def test_the_default_limits(program):
    """A hundred run."""
    names = [str(number) for number in range(101)]
    run = lab(program, *spawn(*names), "turn", "count")
    counts = lines_about(run, " run, ")
    expect(counts == ["100 run, 1 wait"], saw=say(counts), expected="100 run, 1 wait")


@gap("4.11", needs=["4.3"])
def test_the_loop_may_sleep_when_it_is_full(program):
    """One waits, and none may run: that is no reason to turn and turn."""
    run = lab(
        program, "running=1", *spawn("a", "b", "c"), "turn", "turn", "end=a", "turn", "turn",
        "count", "asleep",
    )  # fmt: skip
    states = [*lines_about(run, " run, "), *lines_about(run, "sleep")]
    expect(
        states == ["1 run, 1 wait", "the loop can sleep"],
        saw=say(states),
        expected="1 runs, 1 waits, and the loop can sleep",
    )


@gap("4.11", needs=["4.3", "4.9"])
def test_work_has_the_same_cap(program):
    """Work is a task: it waits its turn as the others do."""
    run = lab(
        program, "running=1", "do=a", "do=b", "begun=a", "count", "release=a", "begun=b"
    )
    expect(
        "1 run, 1 wait" in run.lines
        and index(run, "a is done: 0") < index(run, "b has begun"),
        saw=say(run.lines),
        expected="b begins when a is done",
    )


@gap("4.11", needs=["4.3"])
@pytest.mark.parametrize("seed", range(6))
def test_random_scripts_agree_with_the_model(program, seed):
    """Whatever comes and ends in whatever order, it is as a model of it says."""
    script, expected = random_script(random.Random(seed))
    run = lab(program, *script)
    seen = [line for line in run.lines if line.startswith("spawned: ") or " run" in line]
    expect(
        seen[: len(expected)] == expected,
        saw=say(seen[: len(expected)]),
        expected=say(expected),
    )
    run.expect_clean()


def random_script(rng):
    """A script, and the lines of it that a model of the background has, too."""
    most_running, most_queued = rng.randint(1, 4), rng.randint(1, 4)
    script = [f"running={most_running}", f"queued={most_queued}"]
    running, queued, expected = [], [], []
    for number in range(30):
        chance = rng.random()
        if chance < 0.5:
            fits = len(running) + len(queued) < most_running + most_queued
            script.append(f"spawn={number}")
            expected.append("spawned: 0" if fits else "spawned: ENOBUFS")
            queued += [str(number)] if fits else []
        elif chance < 0.75 and running:
            script.append(f"end={running.pop(rng.randrange(len(running)))}")
        else:
            script += ["turn", "count"]
            while queued and len(running) < most_running:
                running.append(queued.pop(0))
                expected.append(f"{running[-1]} runs")
            expected.append(f"{len(running)} run, {len(queued)} wait")
    return script, expected


# --- 4.12: drain -----------------------------------------------------------------------------


@gap("4.12", needs=["4.3"])
def test_at_the_deadline_all_are_named_then_cancelled(program):
    """Those that run, and those that were never run; and then it has drained."""
    run = lab(program, *spawn("a", "b"), "turn", *spawn("c"), "drain=0", "turn", "turn")
    told = lines_about(run, " is left") + lines_about(run, " asked to end")
    told.sort(key=run.lines.index)
    expect(
        sorted(told)
        == sorted(
            [f"{name} is left" for name in "abc"]
            + [f"{name} is asked to end" for name in "abc"]
        ),
        saw=f"a and b run, and c waits; {say(told)}",
        expected="each of a, b and c is named once, and asked to end once",
    )
    expect(
        told[:3] == [f"{name} is left" for name in "abc"],
        saw=say(told),
        expected="all are named before the first one is asked to end",
    )
    index(run, "drained", "it never drained")
    run.expect_clean()


@gap("4.12", needs=["4.3", "4.11"])
def test_what_was_never_run_is_cancelled_and_not_run(program):
    """It is asked to end, as the others are, and does not run afterwards."""
    run = lab(
        program, "running=1", *spawn("a", "b:slow", "c"), "turn", "drain=0", "turn",
        "turn", "count", "end=b",
    )  # fmt: skip
    asked = lines_about(run, "is asked to end")
    expect(
        asked == [f"{name} is asked to end" for name in "abc"],
        saw=f"a runs, b and c wait; {say(asked)}",
        expected="a, b and c are asked to end",
    )
    expect(ran(run) == ["a"], saw=f"ran: {', '.join(ran(run))}", expected="only a ran")
    expect(
        index(run, "drained", "it never drained") > index(run, "b ends: 0"),
        saw="it had drained before b has ended",
        expected="b was asked to end, and takes its time: it is waited for",
    )
    run.expect_clean()


@gap("4.12", needs=["4.3"])
def test_who_takes_his_time_is_waited_for(program):
    """A task that was asked to end is there until it has ended."""
    run = lab(program, *spawn("a:slow", "b"), "turn", "drain=0", "turn", "turn", "end=a")
    index(run, "a is asked to end", "a was not asked to end")
    expect(
        index(run, "drained", "it never drained") > index(run, "a ends: 0"),
        saw="it had drained, and a had not ended: a task has outlived its background",
        expected="it has drained when the last task has ended",
    )
    run.expect_clean()


@gap("4.12", needs=["4.3"])
def test_a_task_without_cancel_is_waited_for(program):
    """It is named, and goes on to its end."""
    run = lab(program, *spawn("a:deaf"), "turn", "drain=0", "turn", "turn", "end=a")
    index(run, "a is left", "a was not named")
    expect(
        index(run, "drained", "it never drained") > index(run, "a ends: 0"),
        saw="it had drained, and a had not ended",
        expected="it has drained when a has ended",
    )
    run.expect_clean()


@gap("4.12", needs=["4.3", "4.11"])
def test_one_without_cancel_that_was_never_run_is_run(program):
    """How else should it come to its end?"""
    run = lab(
        program, "running=1", *spawn("a", "b:deaf"), "turn", "drain=0", "turn", "turn",
        "turn", "end=b",
    )  # fmt: skip
    index(run, "a is asked to end", "a was not asked to end")
    expect(
        ran(run) == ["a", "b"] and index(run, "a ends: ECANCELED") < index(run, "b runs"),
        saw=say(run.lines),
        expected="b is run when a has ended",
    )
    index(run, "drained", "it never drained")
    run.expect_clean()


@gap("4.12", needs=["4.3"])
def test_before_the_deadline_nobody_is_asked(program):
    """Those that end in time are left in peace; the deadline is that of the drain."""
    run = lab(
        program, *spawn("a", "b"), "turn", FOR_EVER, "turn", "turn", "end=a", "turn",
        "hurry", "turn",
    )  # fmt: skip
    told = lines_about(run, " is left") + lines_about(run, " asked to end")
    early = [line for line in told if run.lines.index(line) < index(run, "hurry")]
    expect(
        not early,
        saw=f"an hour before the deadline: {say(early)}",
        expected="nobody is asked to end",
    )
    expect(
        told == ["b is left", "b is asked to end"],
        saw=f"after background_hurry(): {say(told)}",
        expected="b is named, and asked to end",
    )
    index(run, "drained", "it never drained")
    run.expect_clean()


@gap("4.12", needs=["4.3"])
def test_hurry_does_not_ask_inside(program):
    """As everything else it comes from the loop; and a second one does nothing."""
    run = lab(
        program, *spawn("a:slow"), "turn", FOR_EVER, "hurry", "hurry", "count", "turn",
        "turn", "hurry", "turn", "end=a",
    )  # fmt: skip
    asked = lines_about(run, "a is asked to end")
    expect(
        len(asked) == 1,
        saw=f"it was asked {len(asked)} times",
        expected="it is asked once",
    )
    expect(
        index(run, "1 run, 0 wait") < index(run, "a is asked to end"),
        saw="it was asked inside background_hurry()",
        expected="it is asked in a later turn of the loop",
    )
    run.expect_clean()


@gap("4.12", needs=["4.3"])
def test_a_deadline_that_comes_by_itself(program):
    """Nobody ends the tasks, and no one hurries: the timer does."""
    run = lab(program, *spawn("a", "b"), "turn", "drain=5")
    left = lines_about(run, " is left")
    expect(
        left == ["a is left", "b is left"],
        saw=say(left),
        expected="a and b are named, and asked to end",
    )
    index(run, "drained", "it never drained")
    run.expect_clean()


@gap("4.12", needs=["4.3"])
def test_those_that_were_cancelled_are_reported(program):
    """As any that has failed: UV_ECANCELED. Who ended well before is not."""
    run = lab(program, *spawn("a", "b"), "turn", "end=a", "drain=0", "turn")
    failed = lines_about(run, "has failed")
    expect(
        failed == ["b has failed: ECANCELED"],
        saw=say(failed),
        expected="b has failed: ECANCELED",
    )


@pytest.mark.parametrize(
    "script",
    [["x"], ["spawn="], ["spawn=a:fast"], ["end=a"], ["drain=x"], ["hurry"], ["running=0"],
     ["spawn=a", "running=1"], ["do=a:slow"], ["drain=0", "drain=0"]],
)  # fmt: skip
def test_a_bad_script_is_refused(program, script):
    """A wrong command line is told on stderr, with exit 2."""
    run = program("background_lab").run(*script)
    assert run.exit == 2
    assert run.stderr_lines[-1].startswith("usage: background_lab ")
