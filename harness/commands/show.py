"""make demo and make timeline: runs a stage's demo and draws what overlapped."""

from __future__ import annotations

import sys
import time

from harness import timeline
from harness.build import build_stage
from harness.layout import ROOT, SOLUTIONS, STAGES, Stage, show
from harness.running import Process, Program
from harness.settings import UsageError, read
from harness.verdict import Sources


def main(arguments: list[str]) -> int:
    """demo (always the reference) or timeline (IMPL, STAGE). 0 when the demo ended well."""
    settings = read()
    if arguments[0] == "demo":
        return demo()
    status, bars = play(settings.stage, settings.implementation)
    if not bars:
        print("Nothing was drawn: no task has started. make stage", end="")
        print(f"{settings.stage.number} tells what is missing.")
        return 1
    path = ROOT / settings.build_dir / f"timeline_{settings.stage.folder}.svg"
    path.write_text(
        timeline.svg(bars, title=" ".join(settings.stage.demo)), encoding="utf-8"
    )
    print(f"\nAs a picture: {show(path)}")
    return status


def demo() -> int:
    """The main job of the newest stage, played by the reference."""
    stage = STAGES[-1]
    if not SOLUTIONS.exists():
        raise UsageError(
            "make demo plays the reference, and solutions/ is not in this copy: "
            "begin with make watch STAGE=1"
        )
    print(f"{stage.says}\n")
    status, _ = play(stage, "solutions")
    if status != 0:
        return status
    first = STAGES[0]
    print("\nThat was the reference. Now it is your turn:")
    print(f"  open {first.folder}/README.md and {first.folder}/{first.first_file},")
    print(
        f"  run  make watch STAGE={first.number}  beside your editor, and fill the first gap."
    )
    return 0


def play(stage: Stage, implementation: str) -> tuple[int, list[timeline.Bar]]:
    """Builds and runs the demo, drawing while it runs; returns its exit and the bars."""
    build_stage(stage, implementation)
    name, *arguments = stage.demo
    sources = Sources(implementation)
    program = Program(sources.built(stage) / name, prefer=sources.frame_prefix(stage))
    process = program.start(*arguments)
    print("$ " + process.did.replace("ran ", ""))
    live = timeline.Live(sys.stdout, title="")
    try:
        with live:
            _follow(stage, process, live)
    finally:
        process.kill()
    if sys.stdout.isatty() and process.stdout:
        print("\n" + process.stdout[-1].text)
    for line in process.stderr_lines:
        print(line, file=sys.stderr)
    return process.exit, stage.bars(process.stdout)


def _follow(stage: Stage, process: Process, live: timeline.Live) -> None:
    """Prints the program's lines that are no bars, and keeps the picture up to date."""
    begun: set[str] = set()
    ended: set[str] = set()
    began_at = time.monotonic()
    printed = 0
    while True:
        running = process.running
        lines = process.stdout[:]
        bars = stage.bars(lines)
        # On a terminal the picture stands where the tasks' lines would be.
        for line in lines[printed:]:
            if not begun or not sys.stdout.isatty():
                print(line.text, flush=True)
        printed = len(lines)
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
            return
        time.sleep(0.05)
