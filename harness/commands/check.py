"""make check: the proof that the whole repository holds, from the compiler to the wrong
answers. The skeletons are judged as they were given out, whatever the learner's files hold.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Sequence

from harness import gaps, verdict
from harness.build import first_complaint, make, programs_of
from harness.commands import lint, prove
from harness.layout import ROOT, SOLUTIONS, STAGES, Stage
from harness.settings import UsageError
from harness.timeouts import scaled
from harness.verdict import UNWRITTEN, Outcome, Sources

BUILD = "build/check"


class LeftOut(Exception):
    """A check that this machine has no tool for; the text says how to get it."""


class CannotRun(Exception):
    """The tests of a check did not run; the text says why."""


@dataclass
class Row:
    """A line of the summary."""

    name: str
    state: str
    seconds: float
    remark: str = ""


def main(arguments: list[str]) -> int:
    """check. 0 when every check passes; with CI=true or FULL=1 one left out fails."""
    if not SOLUTIONS.exists():
        raise UsageError(
            "make check judges the reference, and solutions/ is not in this copy: "
            "begin with make watch STAGE=1"
        )
    global fuzzer
    fuzzer = begin_fuzzing()
    try:
        return summary([run(name, check) for name, check in CHECKS])
    finally:
        if fuzzer is not None and fuzzer.poll() is None:  # somebody has interrupted us
            os.killpg(fuzzer.pid, signal.SIGKILL)
            fuzzer.wait()


def run(name: str, check: Callable[[], list[str]]) -> Row:
    """Runs a check and tells how it ended."""
    print(f"\n=== {name}", flush=True)
    began = time.monotonic()
    try:
        problems, state = check(), "passed"
    except CannotRun as error:
        problems, state = [str(error)], "FAILED"
    except LeftOut as left_out:
        problems, state = [str(left_out)], "left out"
    if problems and (state == "passed" or lint.nothing_may_be_left_out()):
        state = "FAILED"
    for problem in problems:
        print(problem)
    remark = problems[0].strip().splitlines()[0][:60] if problems else ""
    print(f"{state}: {name}", flush=True)
    return Row(name, state, time.monotonic() - began, remark)


def summary(rows: list[Row]) -> int:
    """Prints the table; returns the exit code."""
    width = max(len(row.name) for row in rows)
    print("\n" + "=" * (width + 22))
    for row in rows:
        print(
            f"{row.name:<{width}}  {row.state:<8} {row.seconds:6.1f} s  {row.remark}".rstrip()
        )
    states = [row.state for row in rows]
    failed, left_out = states.count("FAILED"), states.count("left out")
    skipped = f", {left_out} skipped" if left_out else ""
    print(f"\ncheck: {states.count('passed')} passed, {failed} failed{skipped}")
    return 1 if failed else 0


# --- Building ------------------------------------------------------------------------------


def compiles_with(compiler: str) -> list[str]:
    """The reference and the skeletons compile without a warning."""
    if shutil.which(compiler) is None:
        raise LeftOut(f"{compiler} is missing: apt-get install {compiler}")
    problems = []
    for build in ("debug", "release"):
        arguments = [f"CC={compiler}", "WERROR=1", f"BUILD={build}"]
        arguments += [
            f"BUILD_DIR={BUILD}/{compiler}-{build}",
            f"OVERLAY={skeleton_overlay('skeletons')}",
        ]
        programs = ("solution", "overlay", "bench", "harness")
        done = make(*arguments, *(f"{kind}-programs" for kind in programs))
        if done.returncode != 0:
            problems.append(first_complaint(done.stderr))
    return problems


def skeleton_overlay(name: str, stages: Sequence[Stage] = STAGES) -> str:
    """A folder of that name with the skeletons of these stages as they were given out. Laid
    over the reference those of one stage are what a learner has at its beginning."""
    for stage in stages:
        for file, skeleton in gaps.skeletons(stage.number).items():
            target = ROOT / BUILD / name / stage.folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists() or target.read_text(encoding="utf-8") != skeleton.text:
                target.write_text(skeleton.text, encoding="utf-8")
    return f"{BUILD}/{name}"


# --- Judging -------------------------------------------------------------------------------


@dataclass
class Suite:
    """What a run of all the stages' tests came to."""

    outcomes: list[Outcome]  # of the tests that judge a gap
    skipped: list[str]  # pytest's lines, with the reasons
    started: set[str]  # programs: "stage1_event_loop/sleep_gather"


def suite(
    name: str,
    expected_exit: int,
    *arguments: str,
    stages: Sequence[Stage] = STAGES,
    **environment: str,
) -> Suite:
    """Runs the tests of these stages.

    CannotRun when pytest did not end as expected (0: all passed; 1: some failed), when a test
    could not even start, or when nothing was judged.
    """
    folder = ROOT / BUILD / "outcomes" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folders = [stage.folder for stage in stages]
    sessions = in_sessions([*arguments, *folders], folder, **environment)
    lines = [line for session in sessions for line in session.stdout.splitlines()]
    errors = [line for line in lines if line.startswith("ERROR ")]
    worst = max(session.returncode for session in sessions)
    rows, started = (
        [
            row
            for path in folder.glob(f"{kind}_*.json")
            for row in json.loads(path.read_text(encoding="utf-8"))
        ]
        for kind in ("outcomes", "started")
    )
    if worst != expected_exit or errors or any(s.returncode < 0 for s in sessions):
        raise CannotRun("".join(session.stdout + session.stderr for session in sessions))
    if not rows:
        raise CannotRun("no test has judged a gap")
    skipped = [line for line in lines if line.startswith("SKIPPED ")]
    return Suite([Outcome(**row) for row in rows], skipped, set(started))


# A test often waits: with one session more than there are processors, none is idle. Under
# valgrind programs do not wait but compute, and where they are slow time limits come closer.
PROCESSORS = os.cpu_count() or 2


def in_sessions(
    arguments: list[str], folder: Path, **environment: str
) -> list[subprocess.CompletedProcess[str]]:
    """Runs pytest with these arguments in several sessions at once, which take the tests from
    one queue, and prints how each ended. `folder`, new and empty, takes what they note.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-rfEs", *arguments]

    def one(number: int) -> subprocess.CompletedProcess[str]:
        notes = [f"--{kind}={folder}/{kind}_{number}.json" for kind in NOTES]
        return subprocess.run(
            [*command, f"--queue={folder}", *notes],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
            check=False,
        )

    count = PROCESSORS if "WORKSHOP_WRAPPER" in environment else PROCESSORS + 1
    with ThreadPoolExecutor(count) as pool:
        sessions = list(pool.map(one, range(count)))
    for session in sessions:
        print((session.stdout.splitlines() or ["no output"])[-1])
    return sessions


NOTES = ("outcomes", "started")


def reference_passes(name: str, *arguments: str, **environment: str) -> list[str]:
    """Every test passes on the reference, and every program was started by one; none is
    skipped for which there is a tool."""
    done = suite(name, 0, "--impl=solutions", *arguments, **environment)
    problems = [
        f"{o.test}: {o.kind}: {o.saw}" for o in done.outcomes if o.kind != "passed"
    ]
    programs = {program for stage in STAGES for program in programs_of(stage)}
    problems += [
        f"{program}: no test has started it"
        for program in sorted(programs - done.started)
    ]
    if done.skipped and not problems:
        reasons = dict.fromkeys(line.split(": ", 1)[1] for line in done.skipped)
        raise LeftOut("; ".join(reasons))
    if name == "reference" and not problems:
        passed.extend(done.outcomes)
    return problems


# What the tests came to on the reference, once they have passed: the proof begins with it.
passed: list[Outcome] = []


def reference_passes_clang() -> list[str]:
    """A sample of it with clang, whose sanitizers see other things."""
    if shutil.which("clang") is None:
        raise LeftOut("clang is missing: apt-get install clang libclang-rt-dev")
    return reference_passes(
        "clang", "--sample", CC="clang", BUILD_DIR=f"{BUILD}/clang-debug", WERROR="1"
    )


def reference_passes_valgrind() -> list[str]:
    """A sample of it without sanitizers, under valgrind, in which every program runs.

    What programs do is judged by all the tests above, and with sanitizers. Valgrind sees what
    those do not, memory that was never written, in code that runs: it need not see a row of
    a table that runs through the same code as the first.
    """
    if shutil.which("valgrind") is None:
        raise LeftOut("valgrind is missing: apt-get install valgrind")
    return reference_passes(
        "valgrind",
        "--sample",
        SAN="0",
        BUILD_DIR=f"{BUILD}/valgrind",
        WORKSHOP_WRAPPER="valgrind --quiet --leak-check=full --error-exitcode=99",
        WORKSHOP_TIMEOUT_SCALE=str(scaled(6)),
    )


def skeletons_say_so() -> list[str]:
    """Every gap of the skeletons reads "not written yet", and every test of it fails."""
    with ThreadPoolExecutor(len(STAGES)) as pool:  # much of the time each of them waits
        return [problem for found in pool.map(skeletons_of, STAGES) for problem in found]


def skeletons_of(stage: Stage) -> list[str]:
    """The same of one stage, on the reference of those below it."""
    name = f"skeletons_{stage.number}"
    overlay = skeleton_overlay(name, [stage])
    programs = [f"{overlay}/{program}" for program in programs_of(stage)]
    done = make("solution-programs", *programs, f"OVERLAY={overlay}")
    if done.returncode != 0:
        return [first_complaint(done.stderr)]
    arguments = ("--no-build", f"--overlay={overlay}")
    outcomes = suite(name, 1, *arguments, stages=[stage]).outcomes
    problems = [
        f"{outcome.test}: {outcome.kind} on the skeleton: {outcome.saw}"
        for outcome in outcomes
        if outcome.kind not in ("unwritten", "waits")
    ]
    judged = verdict.judge(stage, outcomes, Sources("solutions", overlay))
    problems += [
        f"gap {one.gap.number}: {one.state}"
        for one in judged.gaps
        if one.state != UNWRITTEN
    ]
    return problems


FUZZ_SECONDS = 60


def begin_fuzzing() -> subprocess.Popen | None:
    """`make fuzz` on one processor, while the other checks run; None without clang."""
    if shutil.which("clang") is None:
        return None
    folder = ROOT / BUILD
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "fuzz.log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "harness", "fuzz"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "SECONDS": str(FUZZ_SECONDS)},
        )


def fuzzing() -> list[str]:
    """A minute of bytes that nobody thought of has broken nothing: see begin_fuzzing."""
    if fuzzer is None:
        raise LeftOut("clang is missing: apt-get install clang libclang-rt-dev")
    code = fuzzer.wait()
    said = (ROOT / BUILD / "fuzz.log").read_text(encoding="utf-8", errors="replace")
    runs = re.search(r"^stat::number_of_executed_units: *([1-9]\d*)$", said, re.MULTILINE)
    if code != 0 or runs is None:
        return [f"the fuzzer ended with {code}:\n" + "\n".join(said.splitlines()[-60:])]
    print(f"{runs[1]} inputs in {FUZZ_SECONDS} seconds")
    return []


fuzzer: subprocess.Popen | None = None


def proof() -> list[str]:
    """Every blanked gap and every wrong answer is caught: in short, see `make prove`."""
    return ["see above"] if prove.prove_all(STAGES, in_short=True, known=passed) else []


def form() -> list[str]:
    """make lint."""
    if lint.lint():
        return ["see above"]
    if lint.left_out:
        raise LeftOut("; ".join(lint.left_out))
    return []


def harness_tests() -> list[str]:
    """The harness's own tests."""
    with tempfile.TemporaryDirectory() as folder:
        sessions = in_sessions(["harness/tests"], Path(folder))
    if any(session.returncode != 0 for session in sessions):
        return [session.stdout + session.stderr for session in sessions]
    lines = [line for session in sessions for line in session.stdout.splitlines()]
    skipped = [line for line in lines if line.startswith("SKIPPED")]
    if skipped:
        raise LeftOut("\n".join(skipped))
    return []


def environment() -> list[str]:
    """This machine has what the workshop needs."""
    done = subprocess.run(
        ["setup/confirm_environment", "--quiet"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout.strip())
    return [] if done.returncode == 0 else [done.stdout + done.stderr]


CHECKS: list[tuple[str, Callable[[], list[str]]]] = [
    ("environment", environment),
    ("compiles with gcc -Werror", lambda: compiles_with("gcc")),
    ("compiles with clang -Werror", lambda: compiles_with("clang")),
    ("form: drift, gaps, hints, layers, format", form),
    ("the reference passes", lambda: reference_passes("reference")),
    ("the reference passes, clang", reference_passes_clang),
    ("the reference passes, valgrind", reference_passes_valgrind),
    ("the skeletons say what is missing", skeletons_say_so),
    ("gap proof and wrong answers", proof),
    ("the harness's own tests", harness_tests),
    ("a minute of bytes that nobody thought of", fuzzing),
]
