"""Stage 4: a million entries of a timed_queue, on one timer, beside a million uv_timer_t."""

from __future__ import annotations

import statistics
import subprocess

from harness.bench import holds, program, ratio
from harness.layout import ROOT

ROUNDS = 5
ENTRIES = 1_000_000
QUEUE, TIMERS = "timed_queue", "a uv_timer_t each"
CPU_LIMIT_US = 0.4
LATE_LIMIT_MS = 50


def bench() -> bool:
    """Measures and prints; whether every figure is within its limit."""
    print(f"{ENTRIES:,} entries, due within a second; {ROUNDS} rounds:\n")
    figures: dict[str, list[tuple[float, float]]] = {QUEUE: [], TIMERS: []}
    for _ in range(ROUNDS):
        figures[QUEUE].append(_measured("queue"))
        figures[TIMERS].append(_measured("timers"))
    for index, what in enumerate(("processor time each, us", "the latest one, ms late")):
        print(f"  {what}")
        for name, rounds in figures.items():
            values = [one[index] for one in rounds]
            row = "  ".join(f"{value:7.{2 - index}f}" for value in values)
            print(f"    {name:<18} {row}   median {statistics.median(values):7.2f}")
    cpu, late = zip(*figures[QUEUE])
    others, _ = zip(*figures[TIMERS])
    print(f"\n  a timer for each takes {ratio(list(others), list(cpu)):.1f} x the time\n")
    within = holds("timed_queue, us for each entry", statistics.median(cpu), CPU_LIMIT_US)
    return (
        holds("timed_queue, ms late at most", statistics.median(late), LATE_LIMIT_MS)
        and within
    )


def _measured(what: str) -> tuple[float, float]:
    command = [program("timed_queue"), what, str(ENTRIES)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    cpu_us, late_ms = done.stdout.split()
    return float(cpu_us), float(late_ms)
