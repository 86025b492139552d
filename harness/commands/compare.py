"""make compare: three servers with the same work, and more and more clients at once.

Each of them answers GET /convert/GBP/100, and must ask another server for it, which takes
DELAY seconds. One asks on the loop (stage 3's currency_server), one with a call that blocks a
thread of the pool (currency_pool), one with a call that blocks the loop (currency_blocking).
wrk plays the clients: each asks, waits for the answer, and asks again. The bars are answers a
second. UV_THREADPOOL_SIZE=16 make compare: with so many threads.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import Sequence

from harness.bench import BUILD_DIR
from harness.build import BuildError, make
from harness.commands.lint import nothing_may_be_left_out
from harness.explain import Failure
from harness.layout import ROOT
from harness.running import WITHOUT_PROXY, Program
from harness.serving import Server
from harness.timeline import can_say

CONNECTIONS = (1, 4, 16, 64)
SECONDS = 2  # for each measurement
DELAY = 0.1  # seconds, which the service of rates takes for an answer
THREADS = "4"  # of the pool, as libuv has them
PATH = "/convert/GBP/100"
WRK = "wrk"
WRK_PATIENCE = "60s"  # for one answer: less than that, and it counts as an error
BAR = 40  # columns
SERVERS = {
    "on the loop": "stage3_server/currency_server",
    "thread pool": "stage4_background_tasks/currency_pool",
    "blocking": "stage4_background_tasks/currency_blocking",
}


class NotCompared(Exception):
    """A server has not answered as it should; the text says how."""


@dataclass(frozen=True)
class Figure:
    """What came of one measurement."""

    server: str
    connections: int
    per_second: float  # answers

    @property
    def wait(self) -> float:
        """Seconds from an answer to the next one, for each client."""
        return self.connections / self.per_second if self.per_second else float("inf")


def main(arguments: list[str]) -> int:
    """compare. 0 when all three were measured."""
    if shutil.which(WRK) is None:
        print(
            "left out: wrk, which plays the clients, is missing: "
            "FULL=1 setup/confirm_environment --install"
        )
        return 1 if nothing_may_be_left_out() else 0
    build()
    print(
        f"GET {PATH}, which takes the service of rates {DELAY * 1000:.0f} ms; "
        f"{SECONDS} s each:"
    )
    try:
        for connections in CONNECTIONS:
            figures = measure(connections, seconds=SECONDS, delay=DELAY)
            print("\n" + draw(figures, ascii=not can_say("█▏", sys.stdout)), end="")
            sys.stdout.flush()
    except (NotCompared, Failure) as error:
        print(f"\nFAILED  {error}")
        return 1
    return 0


def build() -> None:
    """Builds the three, as they would be used. BuildError says what the compiler said."""
    targets = [f"{BUILD_DIR}/solutions/{name}" for name in SERVERS.values()]
    done = make(f"BUILD_DIR={BUILD_DIR}", "BUILD=release", "LTO=1", *targets)
    if done.returncode != 0:
        raise BuildError(done.stderr)


def measure(connections: int, *, seconds: int, delay: float) -> list[Figure]:
    """Has each server asked by so many clients at once, for so long."""
    from harness.world import World  # here, so that only its users pay for it

    with World() as world:
        world.rates.delay = delay
        return [
            Figure(name, connections, _per_second(path, connections, seconds, world))
            for name, path in SERVERS.items()
        ]


def _per_second(path: str, connections: int, seconds: int, world) -> float:
    """How many answers came in each second. Every measurement has a server of its own: what
    the one before has begun is not in its way."""
    threads = os.environ.get("UV_THREADPOOL_SIZE", THREADS)
    process = Program(ROOT / BUILD_DIR / "solutions" / path, prefer="").start(
        "--port", "0", "--timeout", "60", UV_THREADPOOL_SIZE=threads, **world.environment
    )
    try:
        url = Server(process).url + PATH
        command = [WRK, "-t1", f"-c{connections}", f"-d{seconds}s"]
        done = subprocess.run(
            [*command, "--timeout", WRK_PATIENCE, url],
            capture_output=True,
            text=True,
            env={**os.environ, **WITHOUT_PROXY},
            check=False,
        )
    finally:
        process.kill()
    rate = re.search(r"^Requests/sec: *([\d.]+)", done.stdout, re.MULTILINE)
    if not rate or re.search("Non-2xx|Socket errors", done.stdout):
        raise NotCompared(f"wrk, {path}: {(done.stdout + done.stderr).strip()}")
    return float(rate[1])


def draw(figures: Sequence[Figure], *, ascii: bool = False) -> str:
    """One bar a server: the answers a second, and how long a client waits for each."""
    connections = figures[0].connections
    most = max(figure.per_second for figure in figures) or 1.0
    width = max(len(figure.server) for figure in figures)
    lines = [f"{connections} client{'s' if connections > 1 else ''} at once"]
    for figure in figures:
        bar = _bar(figure.per_second / most * BAR, ascii)
        rate = f"{figure.per_second:7.1f} answers/s, each waits {figure.wait:5.2f} s"
        lines.append(f"{figure.server:<{width}} {'|' if ascii else '│'}{bar}{rate}")
    return "\n".join(lines) + "\n"


def _bar(columns: float, ascii: bool) -> str:
    """So many columns, to an eighth of one, filled up to BAR; never nothing."""
    eighths = max(1, round(columns * 8))
    if ascii:
        return ("=" * round(eighths / 8) or "|").ljust(BAR)
    return ("█" * (eighths // 8) + ("", *"▏▎▍▌▋▊▉")[eighths % 8]).ljust(BAR)
