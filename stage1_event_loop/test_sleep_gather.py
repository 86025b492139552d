"""Gaps 1.1 to 1.5: sleep_gather. What happens in which order decides; no clock does."""

from __future__ import annotations

import re

import pytest

from harness import expect, gap
from harness.layout import sleep_gather_bars
from harness.timeline import draw

CREATED = "<task 1 of 0.001 seconds: created, not started>"
FIRST_TASK = "this is a task"
SLEEPS = ["0.06", "0.02", "0.04"]


@pytest.fixture
def three_sleeps(program):
    """Three tasks, until all have finished: the second wakes up first, the first one last."""
    return program("sleep_gather").run_once(*SLEEPS, until="^heavy.* finished", count=3)


@pytest.fixture
def gathered(program):
    """The same, until all have finished and the gathering was complete."""
    return program("sleep_gather").run_once(*SLEEPS, until="finished|^slept", count=4)


def events(run):
    """What the heavy tasks did, in order: ("starting", 1), ..., ("finished", 2), ..."""
    matches = (
        re.match(r"heavy_task_(\d+) (starting|finished)", line) for line in run.lines
    )
    return [(match[2], int(match[1])) for match in matches if match]


def named(numbers):
    """ "2, 3, 1", or "none"."""
    return ", ".join(str(number) for number in numbers) or "none"


def picture(run):
    """What overlapped; nothing when it all was over at once."""
    bars = sleep_gather_bars(run.stdout)
    long_enough = any(bar.end is None or bar.end - bar.start > 0.005 for bar in bars)
    return draw(bars, title="what overlapped") if long_enough else ""


@gap("1.1")
def test_the_loop_runs_until_nothing_is_left(program):
    """The loop is made, and it runs as long as a handle is active."""
    run = program("sleep_gather").start("0").until("tick 3")
    ticks = [line for line in run.lines if line.startswith("the loop runs")]
    expect(
        len(ticks) == 3,
        saw=f"{len(ticks)} of 3 ticks came. "
        + ("Was the loop run at all?" if not ticks else "")
        + ("One turn is what UV_RUN_ONCE and UV_RUN_NOWAIT do" if ticks else ""),
        expected="a timer ticks three times in one uv_run() with UV_RUN_DEFAULT",
    )


@gap("1.2", needs=["1.1"])
def test_a_task_knows_what_it_was_created_with(program):
    """A task keeps its app, its index and its seconds."""
    run = program("sleep_gather").start("0").until("^<task")
    lines = [line for line in run.lines if line.startswith("<task")]
    expect(lines, saw="task_create() gave no task", expected=CREATED)
    mistakes = {
        ", without its app": "app was not kept",
        ", unknown to the loop": "its timer was not prepared with uv_timer_init()",
        "task 0": "index was not kept",
        " 0.000 seconds": "seconds was not kept",
    }
    found = [words for sign, words in mistakes.items() if sign in lines[0]]
    expect(
        lines == [CREATED],
        saw=f"{lines[0]}: {', '.join(found) or 'something was not kept'}",
        expected=CREATED,
    )


@gap("1.2", needs=["1.1"])
def test_creating_a_task_runs_nothing(program):
    """A task that was created has not run, although the loop has."""
    run = program("sleep_gather").start("0").until("^<task")
    lines = [line for line in run.lines if line.startswith("<task") or line == FIRST_TASK]
    expect(
        lines and lines[0] != FIRST_TASK,
        saw="the task ran although it was only created: creating it has started it"
        if lines
        else "task_create() gave no task",
        expected="task_create() prepares the timer with uv_timer_init() and starts nothing",
    )


@gap("1.3", needs=["1.1", "1.2"])
def test_a_started_task_runs(program):
    """A task that was started runs when its timer is due."""
    run = program("sleep_gather").start("0").until("^heavy_task_1 starting")
    expect(
        FIRST_TASK in run.lines,
        saw="the first task was started, the loop ran, and the task never ran",
        expected=f"the line: {FIRST_TASK}",
    )


@gap("1.3", needs=["1.1", "1.2"])
def test_a_task_runs_once(program):
    """A timer without a period fires once."""
    run = program("sleep_gather").start("0").until("^heavy_task_1 starting")
    times = run.lines.count(FIRST_TASK)
    expect(
        times == 1,
        saw=f"the first task ran {f'{times} times' if times < 100 else 'on and on'}",
        expected="it runs once: the period of its timer is 0",
    )


@gap("1.3", needs=["1.1", "1.2"])
def test_all_start_before_one_finishes(three_sleeps):
    """Starting a task does not wait for its end."""
    seen = events(three_sleeps)
    early = [event for event in seen[:3] if event[0] == "finished"]
    expect(len(seen) >= 3, saw=f"{len(seen)} tasks started", expected="three tasks start")
    expect(
        not early,
        saw=f"task {early[0][1] if early else ''} had finished before all had started: the "
        "tasks ran one after another, sequentially",
        expected="all three start, then all three sleep at once",
        picture=picture(three_sleeps),
    )


@gap("1.3", needs=["1.1", "1.2"])
def test_the_shortest_sleep_ends_first(three_sleeps):
    """The tasks wake up in the order of their times: the second, the third, the first."""
    finished = [number for event, number in events(three_sleeps) if event == "finished"]
    expect(
        finished == [2, 3, 1],
        saw=f"finished in the order {named(finished)}. "
        + ORDERS.get(tuple(finished), "Each delay must be the task's own seconds"),
        expected="2, 3, 1, since they sleep 0.06, 0.02 and 0.04 seconds",
        picture=picture(three_sleeps),
    )


ORDERS = {
    (
        1,
        2,
        3,
    ): "That is the order of the start. Either fractions of a second were cut to 0 "
    "(uv_timer_start() takes milliseconds, not seconds: multiply by 1000 before the cast), "
    "or the start function itself sleeps and blocks the loop, or each task waits for the one "
    "before it",
}


@gap("1.3", needs=["1.1", "1.2"])
def test_a_task_sleeps_as_long_as_asked(program):
    """The delay is in milliseconds: 0.1 seconds are 100."""
    run = program("sleep_gather").start("0.1").until("^heavy_task_1 fin")
    line = next((x for x in run.lines if x.startswith("heavy_task_1 fin")), "")
    after = re.search(r"after ([0-9.]+) seconds", line)
    expect(
        after is not None and float(after[1]) >= 0.05,
        saw=f"{line or 'task 1 never finished'}: too early. uv_timer_start() takes "
        "milliseconds, not seconds",
        expected="heavy_task_1 finished after 0.1 seconds",
    )


@gap("1.4", needs=["1.1", "1.2", "1.3"])
def test_completion_comes(gathered):
    """When the last task has reported, the gathering is complete."""
    sums = [line for line in gathered.lines if line.startswith("slept")]
    expect(
        sums,
        saw="all tasks finished, but the gathering never completed: app_on_gathered() was "
        "not called",
        expected="a line like: slept 0.1 seconds in 0.1 seconds",
    )


@gap("1.4", needs=["1.1", "1.2", "1.3"])
def test_completion_comes_after_the_last(gathered):
    """Complete means: the last has reported, not the first."""
    texts = gathered.lines
    done = next(
        (i for i, line in enumerate(texts) if line.startswith("slept")), len(texts)
    )
    late = [line.split(" ")[0] for line in texts[done:] if " finished " in line]
    expect(
        not late,
        saw=f"it was complete while {', '.join(late)} still slept: it completed at the "
        "first report instead of the last",
        expected="complete when nothing is pending any more",
        picture=picture(gathered),
    )
    expect(
        done < len(texts) and texts[done].startswith("slept 0.1 seconds"),
        saw=texts[-1] if texts else "nothing was printed",
        expected="slept 0.1 seconds in ...: the sum of all three",
    )


@gap("1.3", needs=["1.1", "1.2"])
def test_seven_two_three_one_is_the_default(program):
    """Without arguments it sleeps 7, 2, 3 and 1 seconds (only the start is looked at)."""
    process = program("sleep_gather").start().until("^heavy_task_4 starting at")
    started = [number for event, number in events(process) if event == "starting"]
    expect(
        started == [1, 2, 3, 4], saw=f"started {named(started)}", expected="1, 2, 3, 4"
    )


@gap("1.5", needs=["1.1", "1.2", "1.3", "1.4"])
@pytest.mark.parametrize("sleeps", [["0"], ["0.02", "0.01"], ["0"] * 50])
def test_everything_is_closed(program, sleeps):
    """Every timer is closed, its task freed afterwards, and then the loop is closed."""
    program("sleep_gather").run(*sleeps).expect_clean()


@gap("1.5", needs=["1.1", "1.2", "1.3", "1.4"])
def test_a_thousand_tasks(program):
    """A thousand tasks are gathered as four are, and all of them are closed."""
    run = program("sleep_gather").run(*["0.01"] * 1000).expect_clean()
    expect(
        any(line.startswith("slept 10.0 seconds in") for line in run.lines),
        saw=run.lines[-1] if run.lines else "nothing was printed",
        expected="slept 10.0 seconds in ...",
    )


@pytest.mark.parametrize(
    "bad", ["-1", "x", "1x", "", ".", "1.2.3", "1e3", "nan", "86401"]
)
def test_bad_seconds_are_refused(program, bad):
    """A wrong command line: one line and the usage on stderr, exit 2, and nothing is run."""
    run = program("sleep_gather").run("1", bad)
    assert (run.exit, run.lines) == (2, [])
    assert run.stderr_lines[0].endswith(f": {bad}")
    assert run.stderr_lines[1].startswith("usage: sleep_gather [SECONDS...]")
