"""make bench: timed figures, as ratios of things measured side by side.

Release builds. Whatever is compared runs alternately, in one go; a ratio is the median of the
ratios of neighbouring runs. A figure that must hold has a limit, and the command fails when it
does not.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

from harness.build import BuildError, make
from harness.layout import ROOT

ROUNDS = 5
TIMERS = 1_000_000
BUILD_DIR = "build/release"


def main(arguments: list[str]) -> int:
    """bench. 0 when every figure that has a limit is within it."""
    built = make(f"BUILD_DIR={BUILD_DIR}", "BUILD=release", "bench-programs")
    if built.returncode != 0:
        raise BuildError(built.stderr)
    return 0 if gather_timers() else 1


def gather_timers() -> bool:
    """A gather of a million timers against the same timers on bare libuv, and asyncio."""
    program = str(ROOT / BUILD_DIR / "harness/bench/gather_timers")
    script = str(Path(__file__).resolve().parent.parent / "bench" / "gather_timers.py")
    commands = {
        "bare libuv": [program, "bare", str(TIMERS)],
        "gather": [program, "gather", str(TIMERS)],
        "asyncio.gather": [sys.executable, script, str(TIMERS)],
    }
    print(f"{TIMERS:,} timers within a second; processor time in ms, {ROUNDS} rounds:\n")
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            times[name].append(_cpu_ms(command))
    for name, values in times.items():
        row = "  ".join(f"{value:7.0f}" for value in values)
        print(f"  {name:<15} {row}   median {statistics.median(values):7.0f}")
    to_bare = _ratio(times["gather"], times["bare libuv"])
    to_asyncio = _ratio(times["asyncio.gather"], times["gather"])
    print(f"\n  gather takes {to_bare:.2f} x the time of bare libuv (at most 1.2)")
    print(f"  asyncio.gather takes {to_asyncio:.1f} x the time of gather")
    return to_bare <= 1.2


def _cpu_ms(command: list[str]) -> float:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)


def _ratio(these: list[float], those: list[float]) -> float:
    return statistics.median(one / other for one, other in zip(these, those))
