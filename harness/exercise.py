"""For the tests that a learner writes: TODO() for an unfilled gap, and the judge.

The exercise's file is a pytest file with a gap in it. Its tests must pass on the reference,
and on every wrong answer that names the exercise at least one of them must fail.
"""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness import explain, gaps
from harness.build import build_stage, programs_of, sources_of
from harness.explain import Failure
from harness.layout import ROOT, SOLUTIONS, Stage, show
from harness.running import HANG_SECONDS
from harness.timeouts import scaled
from harness.wrong_answers import WrongAnswer, for_exercise


def TODO(number: str) -> None:
    """In an unfilled gap of a test: fails it, saying which gap is missing and where."""
    caller = inspect.stack()[1]
    place = f"{show(Path(caller.filename))}:{caller.lineno}"
    pytest.fail(f"TODO {number} is not written yet ({place})", pytrace=False)


@dataclass
class Attempt:
    """A run of the learner's tests; among what a test has started it stands as a process."""

    did: str
    program: str  # the exercise's own file
    unwritten: tuple[str, ...] = ()

    def kill(self) -> None:
        """It has ended already."""


def judge(stage: Stage, path: Path, number: str) -> None:
    """Judges the tests that a learner wrote into gap `number` of `path`.

    A Failure says on which program they were wrong. Skips, saying so, where solutions/ is not
    there: without a reference nobody can say whether a test is right.
    """
    name = f"{stage.folder}/{path.name}"
    explain.started.append(Attempt(f"ran {show(path)} on the reference", name))
    if number in gaps.unwritten(path.read_text(encoding="utf-8")):
        explain.started.append(Attempt(f"read {show(path)}", name, unwritten=(number,)))
        raise Failure(saw=f"TODO {number} is not written yet", expected="a test")
    if not SOLUTIONS.exists():
        pytest.skip("cannot be judged: solutions/ is not in this copy")
    build_stage(stage, "solutions")
    wrong = {
        answer.build(_programs_with(stage, answer)): answer
        for answer in for_exercise(number)
    }
    results = _run(path, ["", *wrong])

    right = results.pop("", None)
    if not right:
        raise Failure(
            saw="no test was run", expected="at least one function test_...(program)"
        )
    if any(words is not None for words in right):
        complaint = next(words for words in right if words is not None)
        raise Failure(
            saw=f"it fails on the reference, which is right:\n{complaint}",
            expected="a test that passes on a program that is right",
        )
    for overlay, answer in wrong.items():
        if all(words is None for words in results[overlay]):
            raise Failure(
                did=f"ran {show(path)} on a program with a known mistake",
                saw=f"your test passes, although this program {answer.mistake}",
                expected="a test that fails on it: what does it print, and in which order?",
            )


def _programs_with(stage: Stage, answer: WrongAnswer) -> list[str]:
    """The programs that a wrong answer changes: no other is built, or could be told apart."""
    file = show(answer.gap.path)
    return [name for name in programs_of(stage) if file in sources_of(name)]


def _run(path: Path, overlays: list[str]) -> dict[str, list[str | None]]:
    """Runs the tests on the reference ("") and on overlays, in a few other processes: on what
    is wrong a test often waits until its patience ends.

    For each of them: None for a test that passed, and why for one that failed.
    """
    shares = [overlays[i::AT_ONCE] for i in range(min(AT_ONCE, len(overlays)))]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(lambda share: _run_share(path, share), shares))
    results: dict[str, list[str | None]] = {overlay: [] for overlay in overlays}
    for share in done:
        for overlay, words in share.items():
            results[overlay] += words
    return results


AT_ONCE = 3


def _run_share(path: Path, overlays: list[str]) -> dict[str, list[str | None]]:
    """The same for some of them, in one process."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "results.json"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            f"--rootdir={ROOT}",
            "--no-build",
        ]
        command += ["--impl=solutions", f"--on-each={json.dumps(overlays)}"]
        command += [f"--results={report}", str(path)]
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=scaled(6 * HANG_SECONDS),
                env={**os.environ, "PYTEST_ADDOPTS": ""},
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Failure(
                saw="the test did not come to an end",
                expected="a test that ends, whatever the program does",
            ) from None
        if done.returncode not in (0, 1, 5):
            errors = re.findall(r"^E .*$", done.stdout, re.MULTILINE)
            raise Failure(
                saw="the file cannot be run:\n" + "\n".join(errors[:5] or [done.stderr]),
                expected="a Python file that pytest can read",
            )
        rows = json.loads(report.read_text(encoding="utf-8"))
    results: dict[str, list[str | None]] = {}
    for overlay, words in rows:
        results.setdefault(overlay, []).append(words)
    return results
