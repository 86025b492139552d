"""make demo and make timeline: the main job; a stage's demos, and what overlapped, drawn."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import Iterator

from harness import layout, timeline
from harness.build import build_stage
from harness.layout import ROOT, SOLUTIONS, STAGES, Stage, show
from harness.running import Process, Program
from harness.settings import UsageError, read
from harness.verdict import Sources

TELEPHONE_STAGE = "4"  # whose program is the main job


def main(arguments: list[str]) -> int:
    """demo (always the reference) or timeline (IMPL, STAGE). 0 when the demos ended well."""
    settings = read()
    if arguments[0] == "demo":
        return demo()
    stage, statuses = settings.stage, []
    if not stage.demos:
        print(f"Stage {stage.number} draws nothing: make demo shows what it does.")
        return 0
    for number, (command, status, bars) in enumerate(
        play(stage, settings.implementation), 1
    ):
        if not bars:
            print("Nothing was drawn: no task has started. make stage", end="")
            print(f"{stage.number} tells what is missing.")
            return 1
        which = f"_{number}" if len(stage.demos) > 1 else ""
        path = ROOT / settings.build_dir / f"timeline_{stage.folder}{which}.svg"
        path.write_text(timeline.svg(bars, title=" ".join(command)), encoding="utf-8")
        print(f"\nAs a picture: {show(path)}")
        statuses.append(status)
    return next((status for status in statuses if status != 0), 0)


def demo() -> int:
    """The main job, played by the reference: the telephone rings. (What the stages below do
    is drawn by make timeline.)"""
    from harness.commands import telephone  # here, so that only its users pay for it

    stage = layout.stage(TELEPHONE_STAGE)
    if not SOLUTIONS.exists():
        raise UsageError(
            "make demo plays the reference, and solutions/ is not in this copy: "
            "begin with make watch STAGE=1"
        )
    print(f"{stage.says}\n")
    status = telephone.demo(stage, once=telephone.wants_once())
    if status != 0:
        return status
    first = STAGES[0]
    print("\nThat was the reference. Now it is your turn:")
    print(f"  open {first.folder}/README.md and {first.folder}/{first.first_file},")
    print(
        f"  run  make watch STAGE={first.number}  beside your editor, and fill the first gap."
    )
    return 0


def play(
    stage: Stage, implementation: str
) -> Iterator[tuple[tuple[str, ...], int, list[timeline.Bar]]]:
    """Builds the stage's demos and runs them one after the other, drawing while they run.
    Yields the command line of each, its exit and its bars."""
    names = dict.fromkeys(f"{stage.folder}/{command[0]}" for command in stage.demos)
    build_stage(stage, implementation, programs=names)
    with _world_for(stage) as environment:
        for number, command in enumerate(stage.demos):
            print("\n" if number else "", end="")
            yield command, *_play(stage, implementation, command, environment)


@contextlib.contextmanager
def _world_for(stage: Stage) -> Iterator[dict[str, str]]:
    """The variables by which a stage's demos find their world, if they want one."""
    if not stage.world:
        yield {}
        return
    from harness.world import World  # here, so that only its users pay for it

    with World() as world:
        yield world.environment


def _play(
    stage: Stage, implementation: str, command: tuple[str, ...], environment: dict
) -> tuple[int, list[timeline.Bar]]:
    name, *arguments = command
    sources = Sources(implementation)
    program = Program(sources.built(stage) / name, prefer=sources.frame_prefix(stage))
    process = program.start(*arguments, **environment)
    print("$ " + process.did.replace("ran ", ""))
    live = timeline.Live(sys.stdout, title="")
    try:
        with live:
            rest = _follow(stage, process, live)
    finally:
        process.kill()
    # One line sums it up. More are a result, which would scroll the picture away.
    if len(rest) > 1:
        rest = [f"... and it printed {len(rest)} lines more"]
    print("".join(f"\n{line}\n" for line in rest), end="")
    for line in process.stderr_lines:
        print(line, file=sys.stderr)
    return process.exit, stage.bars(process.stdout)


def _follow(stage: Stage, process: Process, live: timeline.Live) -> list[str]:
    """Prints what the program says before the first task, and keeps the picture up to date.
    Returns what else it said."""
    begun: set[str] = set()
    ended: set[str] = set()
    rest: list[str] = []
    began_at = time.monotonic()
    seen = 0
    while True:
        running = process.running
        lines = process.stdout[:]
        bars: list[timeline.Bar] = stage.bars(lines[:seen])
        for seen in range(seen + 1, len(lines) + 1):
            before, bars = bars, stage.bars(lines[:seen])
            is_task = bars != before
            # On a terminal the picture stands where the tasks' lines would be.
            if not bars or (is_task and not sys.stdout.isatty()):
                print(lines[seen - 1].text, flush=True)
            elif not is_task:
                rest.append(lines[seen - 1].text)
        for bar in bars:
            if bar.label not in begun:
                begun.add(bar.label)
                live.begin(bar.label, bar.start)
            if bar.end is not None and bar.label not in ended:
                ended.add(bar.label)
                live.end(bar.label, bar.end)
        if begun:
            live.tick(time.monotonic() - began_at)
        if not running:
            return rest
        time.sleep(0.05)
