"""make stage1: builds the programs of a stage, runs its tests, tells the result by gap."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import gaps, verdict
from harness.gaps import GapError
from harness.build import BuildError, build_stage
from harness.layout import ROOT, Stage, show
from harness.settings import Settings, own_stages, read
from harness.verdict import Outcome, Sources, StageVerdict


def main(arguments: list[str]) -> int:
    """stage NUMBER. 0 when every gap up to LEVEL (or the one GAP) holds, else 1."""
    settings = read(arguments[1])
    if settings.gap:
        gaps.find(settings.gap)
        if settings.gap.split(".")[0] != settings.stage.number:
            print(
                f"GAP={settings.gap} is not in stage {settings.stage.number}",
                file=sys.stderr,
            )
            return 2
    colour = in_colour()
    print(heading(settings.stage, settings.implementation))
    judged = judge_stage(settings)
    if judged is None:
        return 1
    report(judged, settings, colour=colour)
    if settings.gap:
        return 0 if judged.gaps[0].state == verdict.DONE else 1
    return 0 if judged.holds(settings.level) else 1


def in_colour() -> bool:
    """Whether to paint: on a terminal, or where `make watch` shows it on one."""
    asked = os.environ.get("WORKSHOP_COLOUR")
    return asked == "1" if asked else sys.stdout.isatty() and "NO_COLOR" not in os.environ


def heading(stage: Stage, implementation: str) -> str:
    """The first line of a verdict."""
    whose = "your files" if implementation == "learner" else "the reference"
    return f"Stage {stage.number}: {stage.title} ({whose})"


def judge_stage(settings: Settings) -> StageVerdict | None:
    """Builds and judges; None, with the compiler's words printed, when it does not compile.

    GapError when a learner's file is not there.
    """
    for one in own_stages(settings.stage) if settings.implementation == "learner" else []:
        for path in gaps.files_with_gaps(one):
            if not path.exists():
                raise gaps.gone(path)
    try:
        warnings = build_stage(settings.stage, settings.implementation)
    except BuildError as error:
        print(f"\nIt does not compile:\n\n{error}\n")
        print("Next: mend the line that the compiler names, and save.")
        return None
    if warnings:
        print(f"\nThe compiler warns:\n\n{warnings}")
    wanted = wanted_gaps(settings)
    outcomes = run_tests(settings.stage, settings.implementation, wanted, settings.junit)
    below = rested_on(outcomes) - {*wanted} if wanted else set()
    if below:  # is the mistake there?
        outcomes += run_tests(settings.stage, settings.implementation, sorted(below))
    judged = verdict.judge(settings.stage, outcomes, Sources(settings.implementation))
    if settings.gap:
        judged.gaps = [one for one in judged.gaps if one.gap.number == settings.gap]
    return judged


def wanted_gaps(settings: Settings) -> list[str]:
    """The gaps whose tests run: all of them, or the one and those with lower numbers.

    A test that judges no gap says nothing here: it runs in `make check`.
    """
    return [
        gap.number
        for gap in gaps.all_gaps(settings.stage.number)
        if not settings.gap or gaps.order(gap.number) <= gaps.order(settings.gap)
    ]


def rested_on(outcomes: list[Outcome]) -> set[str]:
    """The gaps that tests which failed rest on."""
    return {
        n for outcome in outcomes if outcome.kind == "wrong" for n in outcome.rests_on
    }


def run_tests(
    stage: Stage, implementation: str, wanted: list[str], junit: str = ""
) -> list[Outcome]:
    """Runs the stage's tests with pytest; the programs are built.

    The test files are shared out to a few processes at once: tests mostly wait. JUnit's
    report is one file, so with it there is one process.
    """
    files = sorted(stage.path.glob("test_*.py"))
    shares = [files] if junit else _shared_out(files)
    with tempfile.TemporaryDirectory() as folder:
        started = [
            _start_tests(share, Path(folder) / str(i), implementation, wanted, junit)
            for i, share in enumerate(shares)
        ]
        # All of them end before one that could not run is told: left alone, it would leave
        # the programs that it tests behind.
        said = [process.communicate()[0] for process, _ in started]
        return [
            outcome
            for (process, path), output in zip(started, said)
            for outcome in _outcomes(process, path, output)
        ]


def _shared_out(files: list[Path]) -> list[list[Path]]:
    """The exercise starts tests of its own and takes longest: it has a process to itself."""
    alone = [path for path in files if path.name == "test_exercise.py"]
    others = [path for path in files if path not in alone]
    dealt = [others[i::AT_ONCE] for i in range(AT_ONCE)]
    return [share for share in [alone, *dealt] if share]


AT_ONCE = 2


def _start_tests(
    files: list[Path], path: Path, implementation: str, wanted: list[str], junit: str
) -> tuple[subprocess.Popen, Path]:
    command = [sys.executable, "-m", "pytest", "-q", f"--rootdir={ROOT}", "--no-build"]
    command += ["--tb=native"]  # the quickest; a Failure tells itself in its own words
    command += [f"--impl={implementation}", f"--outcomes={path}"]
    command += [f"--gap={number}" for number in wanted]
    command += [f"--junitxml={junit}"] if junit else []
    process = subprocess.Popen(
        [*command, *map(str, files)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return process, path


def _outcomes(process: subprocess.Popen, path: Path, output: str) -> list[Outcome]:
    """What the tests came to. BuildError when pytest could not run them at all."""
    broken = [line for line in output.splitlines() if line.startswith("ERROR ")]
    if process.returncode not in (0, 1, NO_TESTS_CHOSEN) or broken:
        raise BuildError(f"the tests could not run:\n{output}")
    return [Outcome(**row) for row in json.loads(path.read_text(encoding="utf-8"))]


NO_TESTS_CHOSEN = 5  # pytest's own exit code


def changed_given_text(settings: Settings) -> str:
    """A remark when the text between a learner's gaps is not as it was given."""
    if settings.implementation != "learner":
        return ""
    for skeleton in gaps.skeletons(settings.stage.number).values():
        try:
            gaps.split(
                skeleton, skeleton.path.read_text(encoding="utf-8", errors="replace")
            )
        except GapError as error:
            return f"\n\nBy the way, {error}. Is that how you want it?"
    return ""


def report(judged: StageVerdict, settings: Settings, *, colour: bool) -> None:
    """Prints the verdict: a line a gap, the first failure, what to do next."""
    learner = settings.implementation == "learner"
    width = min(90, shutil.get_terminal_size((90, 24)).columns)
    pieces = [verdict.table(judged, colour=colour)]
    failure = judged.first_failure
    if failure is not None:
        told = failure.text(colour=colour, width=width)
        pieces.append(told + changed_given_text(settings))
    if settings.gap:
        pieces.append(verdict.advice_for_one(judged.gaps[0]))
    else:
        pieces.append(verdict.advice(judged, settings.level, learner=learner))
    if os.environ.get("WORKSHOP_WATCHED"):  # one screen: the table is what may be cut off
        pieces = [*pieces[1:], pieces[0]]
    print("\n" + "\n\n".join(pieces))
    if settings.junit:
        print(f"JUnit: {show(Path(settings.junit))}")
