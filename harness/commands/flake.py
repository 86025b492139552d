"""make flake: the suite on the reference again and again, in parallel, under load.

A test that fails once in a hundred runs teaches a class to distrust all of them.
"""

from __future__ import annotations

import collections
import contextlib
import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Iterator

from harness.build import build_stage
from harness.layout import ROOT, STAGES, Stage
from harness.settings import read

AT_ONCE = 2 * (os.cpu_count() or 2)


def main(arguments: list[str]) -> int:
    """flake, with RUNS, and with STAGE for one stage's tests alone. 0 when no run failed."""
    settings = read()
    runs = settings.runs
    stages = [settings.stage] if settings.stage_was_chosen else list(STAGES)
    for stage in stages:
        build_stage(stage, "solutions")
    failed: collections.Counter[str] = collections.Counter()
    bad_runs = 0
    with load(), ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(one_run, stages) for _ in range(runs)]
        for done, future in enumerate(as_completed(waiting), 1):
            names = future.result()
            bad_runs += bool(names)
            failed.update(names)
            if done % 10 == 0 or done == runs:
                print(f"{done} of {runs} runs, {bad_runs} failed", flush=True)
    for name, times in failed.most_common():
        print(f"  {times} x {name}")
    print(f"{runs} runs, {AT_ONCE} at once: {bad_runs} failed")
    return 1 if bad_runs else 0


@contextlib.contextmanager
def load() -> Iterator[None]:
    """Keeps every processor busy with something else; says so when it cannot."""
    if shutil.which("stress-ng") is None:
        print("without load: stress-ng is not installed (apt-get install stress-ng)")
        yield
        return
    command = ["stress-ng", "--cpu", "4", "--quiet"]
    stress = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    print("under load: " + " ".join(command))
    try:
        yield
    finally:
        stress.terminate()
        stress.wait()


def one_run(stages: list[Stage]) -> list[str]:
    """Runs the stages' tests once; returns what failed."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--no-build",
        "--impl=solutions",
        "-rfE",
    ]
    command += [stage.folder for stage in stages]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return []
    failed = [
        line.split(" ")[1]
        for line in done.stdout.splitlines()
        if line.startswith(("FAILED ", "ERROR "))
    ]
    log = ROOT / os.environ.get("BUILD_DIR", "build") / "flake.log"
    with _log_lock, log.open("a", encoding="utf-8") as file:
        file.write(done.stdout + done.stderr)
    return failed or ["the tests could not run"]


_log_lock = threading.Lock()
