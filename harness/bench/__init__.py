"""What `make bench` measures: one module a stage, and the programs that are measured.

Release builds. Whatever is compared runs alternately, in one go; a ratio is the median of the
ratios of neighbouring runs. A figure that must hold has a limit.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys

from harness.layout import ROOT

BUILD_DIR = "build/release"


def program(name: str) -> str:
    """The path of one of the programs in this folder, as `make bench` has built it."""
    return str(ROOT / BUILD_DIR / "harness" / "bench" / name)


def script(name: str) -> str:
    """The path of one of the scripts in this folder."""
    return str(ROOT / "harness" / "bench" / name)


def ratio(these: list[float], those: list[float]) -> float:
    """The median of the ratios, each of two values that were measured one after the other."""
    return statistics.median(one / other for one, other in zip(these, those))


def holds(what: str, value: float, limit: float, at_least: bool = False) -> bool:
    """Prints a figure with its limit; whether it is within it."""
    within = value >= limit if at_least else value <= limit
    verdict, side = "ok" if within else "FAILED", "at least" if at_least else "at most"
    print(f"  {verdict:<6}  {what}: {value:.3f} ({side} {limit:.3g})")
    return within


def python_with(module: str) -> str:
    """This Python, or the system's, whichever can import it; "" when neither can."""
    for python in filter(shutil.which, (sys.executable, "/usr/bin/python3")):
        command = [python, "-c", f"import {module}"]
        done = subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
        if done.returncode == 0:
            return python
    return ""
