"""Gaps 1.4, 1.6 and 1.11: gather.c, driven by the script player gather_lab."""

from __future__ import annotations

import random

import pytest

from harness import expect, gap


def lab(program, *script):
    """Plays a script; returns the run. The script's last words are what was done."""
    return program("gather_lab").run(*script)


def done_lines(run):
    return [line for line in run.lines if line.startswith("done with")]


def expect_done(run, expected, *, mistake="", results=True):
    """Exactly one completion, and it says `expected` (without `results`: whatever it says)."""
    seen = done_lines(run)
    expect(
        seen == [f"done with {expected}"] or (len(seen) == 1 and not results),
        saw=("; ".join(seen) or "it never completed")
        + (f". {mistake}" if mistake else ""),
        expected=f"done with {expected}",
    )


@gap("1.4")
def test_done_comes_once(program):
    """Three operations, one completion."""
    run = lab(program, "3", "start", "1=5", "0=7", "2=9")
    times = len(done_lines(run))
    expect(
        times == 1,
        saw=f"gather completed {times} times" if times else "it never completed",
        expected="exactly one completion, when the last operation has reported",
    )


@gap("1.4")
def test_done_waits_for_the_last(program):
    """Before the last report there is no completion, however often the loop turns."""
    run = lab(program, "3", "start", "1=5", "turn", "0=7", "turn", "turn", "2=9")
    last_report = run.lines.index("operation 2 reports 9")
    early = [line for line in run.lines[:last_report] if line.startswith("done with")]
    expect(
        not early,
        saw="it completed before operation 2 had reported",
        expected="it completes when nothing is pending: at the last report, not the first",
    )
    expect_done(run, "0: 7 5 9", results=False)


@gap("1.4")
@pytest.mark.parametrize(
    "script",
    [["1", "instant=0", "start"], ["2", "refuse=0", "refuse=1", "start"]],
    ids=["all report at once", "none can be started"],
)
def test_done_never_comes_inside_start(program, script):
    """Completion comes later, from the loop, also when nothing is left to wait for."""
    run = lab(program, *script)
    done = done_lines(run)
    expect(done, saw="it never completed", expected="one completion")
    expect(
        run.lines.index("gather_start returned 0") < run.lines.index(done[0]),
        saw="the callback was called inside the start function: gather_start() had not "
        "returned yet",
        expected="gather_finish() is called; it lets the loop call back later",
    )


@gap("1.4")
def test_done_never_comes_inside_report(program):
    """The last report does not call the completion itself."""
    run = lab(program, "1", "start", "0=1", "turn")
    done = done_lines(run)
    expect(done, saw="it never completed", expected="one completion")
    expect(
        run.lines.index("turn") < run.lines.index(done[0]),
        saw="the callback was called inside gather_report()",
        expected="it comes later, from the loop, by way of gather_finish()",
    )


def test_nothing_to_gather_completes(program):
    """Zero operations complete, too, and later. (Given code: no gap.)"""
    run = lab(program, "0", "start")
    assert run.lines == ["gather_start returned 0", "done with 0:", "times done: 1"]


@gap("1.6", needs=["1.4"])
def test_results_stand_in_the_order_of_the_start(program):
    """Whoever finishes first: the results are in the order of the start."""
    run = lab(program, "3", "start", "2=30", "0=10", "1=20")
    expect_done(
        run,
        "0: 10 20 30",
        mistake="They finished as 2, 0, 1: were the results kept, and not in the order of "
        "finishing?",
    )


@gap("1.6", needs=["1.4"])
def test_the_first_error_is_kept(program):
    """The first error in time is the gathering's; the others go on and keep their results."""
    run = lab(program, "4", "refuse=2", "start", "3=40", "1!", "0=10")
    expect_done(
        run,
        "ECONNREFUSED: 10 ECONNRESET ECONNREFUSED 40",
        mistake="The first error was operation 2's ECONNREFUSED",
    )


@gap("1.6", needs=["1.4"])
def test_a_late_success_does_not_hide_an_error(program):
    """An error stays, even when the last operation succeeds."""
    run = lab(program, "2", "start", "0!", "1=20")
    expect_done(run, "ECONNRESET: ECONNRESET 20", mistake="The error was forgotten")


@gap("1.11", needs=["1.4", "1.6"])
def test_cancel_asks_who_still_runs(program):
    """Cancelling asks every operation that runs, and only those, to end."""
    run = lab(program, "3", "start", "1=5", "cancel")
    asked = [line for line in run.lines if line.endswith("is asked to end")]
    expect(
        asked == ["operation 0 is asked to end", "operation 2 is asked to end"],
        saw="; ".join(asked) or "nobody was asked to end",
        expected="the operations 0 and 2 are asked to end; 1 has reported already",
    )
    expect_done(run, "ECANCELED: ECANCELED 5 ECANCELED")


@gap("1.11", needs=["1.4", "1.6"])
def test_cancel_waits_for_the_deaf(program):
    """Cancelling completes when the last has ended, not when it was asked."""
    run = lab(program, "2", "deaf=1", "start", "cancel", "turn", "1=7")
    done, last = done_lines(run), run.lines.index("operation 1 reports 7")
    expect(
        done and run.lines.index(done[0]) > last,
        saw="it completed while operation 1 was still running"
        if done
        else "no completion",
        expected="completion after the last report, also when cancelled",
    )
    expect_done(run, "ECANCELED: ECANCELED 7")


@gap("1.11", needs=["1.4", "1.6"])
def test_cancel_keeps_the_first_error(program):
    """An error that came before the cancel stays the gathering's error."""
    run = lab(program, "2", "start", "0!", "cancel")
    expect_done(run, "ECONNRESET: ECONNRESET ECANCELED")


@gap("1.11", needs=["1.4", "1.6"])
def test_a_second_cancel_asks_nobody(program):
    """Cancelling twice, or when all have reported, changes nothing."""
    run = lab(program, "2", "deaf=0", "start", "cancel", "cancel", "0=7")
    asked = sum(line == "operation 0 is asked to end" for line in run.lines)
    expect(asked == 1, saw=f"it was asked {asked} times", expected="it is asked once")
    run = lab(program, "1", "start", "0=1", "cancel")
    expect_done(run, "0: 1", mistake="The cancel came when all had reported already")


@gap("1.6", needs=["1.4"])
@pytest.mark.parametrize("seed", range(8))
def test_random_scripts_agree_with_the_model(program, seed):
    """Any order of reports and refusals ends as a model of gather says."""
    script, expected = random_script(random.Random(seed), cancel=False)
    run = lab(program, *script)
    expect_done(run, expected)
    run.expect_clean()


@gap("1.11", needs=["1.4", "1.6"])
@pytest.mark.parametrize("seed", range(8))
def test_random_cancels_agree_with_the_model(program, seed):
    """Whenever the cancel comes, it ends as a model of gather says."""
    script, expected = random_script(random.Random(seed), cancel=True)
    run = lab(program, *script)
    expect_done(run, expected)
    run.expect_clean()


def random_script(rng, *, cancel):
    """A script, and what "done with" must say of it. Operation 0 runs until it is ended."""
    count = rng.randint(1, 6)
    refused = [i for i in range(1, count) if rng.random() < 0.2]
    instant = [i for i in range(1, count) if i not in refused and rng.random() < 0.2]
    script = [
        str(count),
        *[f"refuse={i}" for i in refused],
        *[f"instant={i}" for i in instant],
    ]
    script.append("start")
    results = {i: "ECONNREFUSED" for i in refused} | {i: "0" for i in instant}
    errors = ["ECONNREFUSED"] * len(refused)
    running = [i for i in range(count) if i not in results]
    rng.shuffle(running)
    reports = rng.randrange(len(running)) if cancel else len(running)
    for index in running[:reports]:
        if rng.random() < 0.2:
            script.append("turn")
        if rng.random() < 0.3:
            script.append(f"{index}!")
            results[index] = "ECONNRESET"
            errors.append("ECONNRESET")
        else:
            script.append(f"{index}={index * 10}")
            results[index] = str(index * 10)
    if cancel:
        script.append("cancel")
        results |= {i: "ECANCELED" for i in running[reports:]}
        errors.append("ECANCELED")
    first_error = errors[0] if errors else "0"
    return script, f"{first_error}: " + " ".join(results[i] for i in range(count))


@gap("1.4")
def test_the_lab_closes_its_loop(program):
    """What gather has opened it has closed when it is done."""
    lab(program, "2", "start", "0=1", "1=2").expect_clean()


@pytest.mark.parametrize(
    "script", [[], ["x"], ["1001"], ["1", "1=1"], ["1", "start", "0=1", "fly"]]
)
def test_a_bad_script_is_refused(program, script):
    """A wrong command line is told on stderr, with exit 2."""
    run = program("gather_lab").run(*script)
    assert run.exit == 2
    assert run.stderr_lines[-1].startswith("usage: gather_lab COUNT")
