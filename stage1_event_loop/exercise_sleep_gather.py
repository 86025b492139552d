"""Your own test of sleep_gather (gap 1.9): it is to catch a program whose tasks do not sleep
at the same time.

It is judged like this: on the reference your test must pass; then it is run on programs with
a known mistake, and on each of them it must fail.

    make stage1 GAP=1.9
"""

from __future__ import annotations

import re

from harness import expect


def events(lines):
    """What the heavy tasks did, in order: [("starting", 1), ..., ("finished", 2), ...]."""
    matches = (re.match(r"heavy_task_(\d+) (starting|finished)", line) for line in lines)
    return [(match[2], int(match[1])) for match in matches if match]


def test_the_tasks_sleep_at_the_same_time(program):
    """Three tasks; the second one sleeps for the shortest time."""
    run = program("sleep_gather").run("0.06", "0.02", "0.04")
    seen = events(run.lines)

    # TODO 1.9 (orange) Write a test of sleep_gather. It must catch a sequential one.
    # `seen` tells what happened in which order. Which order must it be when all three sleep
    # at once, and which when they sleep one after the other? Do not measure time: a busy
    # machine would make your test fail now and then. Say it with expect(condition, saw=...,
    # expected=...), once or several times.
    TODO("1.9")
    # END 1.9
