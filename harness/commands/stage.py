"""make stage1: builds the programs of a stage, runs its tests, tells the result by gap."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
from pathlib import Path

import pytest

from harness import gaps, verdict
from harness.build import BuildError, build_stage
from harness.layout import ROOT, Stage, show
from harness.settings import Settings, read
from harness.verdict import Outcome, Sources, StageVerdict


def main(arguments: list[str]) -> int:
    """stage NUMBER. 0 when every gap up to LEVEL (or the one GAP) holds, else 1."""
    settings = read(arguments[1])
    if settings.gap:
        gaps.find(settings.gap)
        if settings.gap.split(".")[0] != settings.stage.number:
            print(f"GAP={settings.gap} is not in stage {settings.stage.number}", file=sys.stderr)
            return 2
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    print(heading(settings.stage, settings.implementation))
    judged = judge_stage(settings)
    if judged is None:
        return 1
    report(judged, settings, colour=colour)
    if settings.gap:
        return 0 if judged.gaps[0].state == verdict.DONE else 1
    return 0 if judged.holds(settings.level) else 1


def heading(stage: Stage, implementation: str) -> str:
    """The first line of a verdict."""
    whose = "your files" if implementation == "learner" else "the reference"
    return f"Stage {stage.number}: {stage.title} ({whose})"


def judge_stage(
    settings: Settings, outcomes: list[Outcome] | None = None
) -> StageVerdict | None:
    """Builds and judges; None, with the compiler's words printed, when it does not compile.

    Adds what the tests said to `outcomes`.
    """
    try:
        warnings = build_stage(settings.stage, settings.implementation)
    except BuildError as error:
        print(f"\nIt does not compile:\n\n{error}\n")
        print("Next: mend the line that the compiler names, and save.")
        return None
    if warnings:
        print(f"\nThe compiler warns:\n\n{warnings}")
    outcomes = outcomes if outcomes is not None else []
    outcomes += run_tests(
        settings.stage, settings.implementation, wanted_gaps(settings), settings.junit
    )
    judged = verdict.judge(settings.stage, outcomes, Sources(settings.implementation))
    if settings.gap:
        judged.gaps = [one for one in judged.gaps if one.gap.number == settings.gap]
    return judged


def wanted_gaps(settings: Settings) -> list[str]:
    """The gaps whose tests run: all of them, or the one and those with lower numbers."""
    if not settings.gap:
        return []
    return [
        gap.number
        for gap in gaps.all_gaps(settings.stage.number)
        if gaps.order(gap.number) <= gaps.order(settings.gap)
    ]


def run_tests(
    stage: Stage,
    implementation: str,
    wanted: list[str],
    junit: str = "",
    extra: tuple[str, ...] = (),
) -> list[Outcome]:
    """Runs the stage's tests with pytest in this process; the programs are built."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "outcomes.json"
        arguments = [
            "-q",
            f"--rootdir={ROOT}",
            f"--impl={implementation}",
            "--no-build",
            f"--outcomes={path}",
            *extra,
            *[f"--gap={number}" for number in wanted],
            *([f"--junitxml={junit}"] if junit else []),
            str(stage.path),
        ]
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = pytest.main(arguments)
        if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            raise BuildError(f"the tests could not run:\n{output.getvalue()}")
        return [Outcome(**row) for row in json.loads(path.read_text(encoding="utf-8"))]


def report(judged: StageVerdict, settings: Settings, *, colour: bool) -> None:
    """Prints the verdict: a line a gap, the first failure, what to do next."""
    print()
    print(verdict.table(judged, colour=colour))
    wrong = judged.first_wrong
    if wrong is not None and wrong.failure is not None:
        print()
        print(wrong.failure.text(colour=colour))
    print()
    learner = settings.implementation == "learner"
    if settings.gap:
        print(verdict.advice_for_one(judged.gaps[0]))
    else:
        print(verdict.advice(judged, settings.level, learner=learner))
    if settings.junit:
        print(f"JUnit: {show(Path(settings.junit))}")
