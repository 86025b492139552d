"""Stage 1: a gather of a million timers against the same timers on bare libuv, and asyncio."""

from __future__ import annotations

import statistics
import subprocess
import sys

from harness.bench import holds, program, ratio, script
from harness.layout import ROOT

ROUNDS = 5
TIMERS = 1_000_000


def bench() -> bool:
    """Measures and prints; whether every figure is within its limit."""
    commands = {
        "bare libuv": [program("gather_timers"), "bare", str(TIMERS)],
        "gather": [program("gather_timers"), "gather", str(TIMERS)],
        "asyncio.gather": [sys.executable, script("gather_timers.py"), str(TIMERS)],
    }
    print(f"{TIMERS:,} timers within a second; processor time in ms, {ROUNDS} rounds:\n")
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            times[name].append(_cpu_ms(command))
    for name, values in times.items():
        row = "  ".join(f"{value:7.0f}" for value in values)
        print(f"  {name:<15} {row}   median {statistics.median(values):7.0f}")
    to_asyncio = ratio(times["asyncio.gather"], times["gather"])
    print(f"\n  asyncio.gather takes {to_asyncio:.1f} x the time of gather")
    return holds(
        "gather, x bare libuv's time", ratio(times["gather"], times["bare libuv"]), 1.2
    )


def _cpu_ms(command: list[str]) -> float:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)
