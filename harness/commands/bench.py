"""make bench: timed figures, as ratios of things measured side by side.

What is measured is in harness/bench/. The command fails when a figure that has a limit is not
within it. STAGE=2 measures that stage's alone.
"""

from __future__ import annotations

from harness.bench import BUILD_DIR, fetchers, schedule, servers, timers
from harness.build import BuildError, make
from harness.settings import UsageError, read

BENCHES = {
    "1": timers.bench,
    "2": fetchers.bench,
    "3": servers.bench,
    "4": schedule.bench,
}


def main(arguments: list[str]) -> int:
    """bench. 0 when every figure that has a limit is within it."""
    settings = read()
    stages = [settings.stage.number] if settings.stage_was_chosen else list(BENCHES)
    for number in stages:
        if number not in BENCHES:
            raise UsageError(f"STAGE={number}: nothing is measured there")
    built = make(f"BUILD_DIR={BUILD_DIR}", "BUILD=release", "LTO=1", "bench-programs")
    if built.returncode != 0:
        raise BuildError(built.stderr)
    results = []
    for number in stages:
        if results:
            print()
        results.append(BENCHES[number]())
    return 0 if all(results) else 1
