"""Stage 2: a thousand answers that each take 200 ms, fetched by http_client and by others.

The floor is a fetcher on bare epoll; the others are curl, Python's aiohttp and Node's http. A
figure is that of a whole process, from its start to its end. The server is a small one in C
that costs less than any of them; each process has a new one, so that none has to do with the
connections that another has left behind.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Iterator

from harness.bench import holds, program, python_with, ratio, script

COUNT = 1000
DELAY_MS = 200
# How many requests are in flight at once: how many rounds are measured.
ROUNDS = {100: 5, 300: 7, 1000: 11}
CURL_MOST = 300  # in flight: Debian's curl knows no more
FLOOR, OURS, CURL, AIOHTTP, NODE = (
    "bare epoll",
    "http_client",
    "curl --parallel",
    "aiohttp",
    "Node's http",
)
CURL_ARGUMENTS = """--parallel --parallel-immediate --parallel-max CAP --no-progress-meter
    --fail --output /dev/null --write-out %{http_code}\\n""".split()


class FetchFailed(Exception):
    """A fetcher has not got every answer: its figures would be none."""


@dataclass(frozen=True)
class Figures:
    """What one process took."""

    wall_s: float
    cpu_ms: float
    peak_mib: float


def bench() -> bool:
    """Measures and prints; whether every figure is within its limit."""
    if not sys.platform.startswith("linux"):
        print("fetchers: left out, since their server and the floor need Linux's epoll")
        return True
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # each socket is a file
    commands, missing = _commands()
    print(f"{COUNT:,} answers that each take {DELAY_MS} ms; medians, of whole processes:")
    try:
        results = [_bench_at(in_flight, commands) for in_flight in ROUNDS]
    except FetchFailed as error:
        print(f"\n  FAILED  {error}")
        return False
    for name in missing:
        print(f"\n  {name} is missing: FULL=1 setup/confirm_environment --install")
    everything = os.environ.get("CI") == "true" or os.environ.get("FULL") == "1"
    return all(results) and not (missing and everything)


def _commands() -> tuple[dict[str, list[str]], list[str]]:
    """The fetchers' commands, with CAP and URL to be filled in; and who is missing."""
    arguments = [str(COUNT), "CAP", "URL"]
    commands = {
        FLOOR: [program("epoll_fetch"), *arguments],
        OURS: [program("client_fetch"), *arguments],
        CURL: ["curl", *CURL_ARGUMENTS, f"URL/[1-{COUNT}]"],
        AIOHTTP: [python_with("aiohttp"), script("aiohttp_fetch.py"), *arguments],
        NODE: ["node", script("node_fetch.mjs"), *arguments],
    }
    missing = [name for name in commands if shutil.which(commands[name][0]) is None]
    return {name: commands[name] for name in commands if name not in missing}, missing


def _bench_at(in_flight: int, commands: dict[str, list[str]]) -> bool:
    """Runs all of them with so many in flight; prints a table, and what must hold."""
    names = [name for name in commands if name != CURL or in_flight <= CURL_MOST]
    figures: dict[str, list[Figures]] = {name: [] for name in names}
    for _ in range(ROUNDS[in_flight]):
        for name in names:
            figures[name].append(_measure(name, commands[name], in_flight))
    wall = {name: [one.wall_s for one in figures[name]] for name in names}
    cpu = {name: [one.cpu_ms for one in figures[name]] for name in names}
    peak = {name: [one.peak_mib for one in figures[name]] for name in names}
    ideal_s = DELAY_MS / 1000 * -(-COUNT // in_flight)

    rounds = ROUNDS[in_flight]
    print(f"\n  {in_flight:,} in flight, {rounds} rounds; ideal: {ideal_s:.1f} s\n")
    print(f"{'wall s':>26}  x ideal  peak MiB   CPU ms  ours x its")
    for name in names:
        w, c, p = (statistics.median(column[name]) for column in (wall, cpu, peak))
        share = ratio(cpu[OURS], cpu[name])
        print(f"  {name:<15} {w:8.3f} {w / ideal_s:8.3f} {p:9.1f} {c:8.1f} {share:11.3f}")
    print()
    return _within_limits(in_flight, ideal_s, wall, cpu)


def _within_limits(
    in_flight: int,
    ideal_s: float,
    wall: dict[str, list[float]],
    cpu: dict[str, list[float]],
) -> bool:
    if in_flight == COUNT:
        # To connect to a thousand at once takes its time, whoever does it.
        return holds("wall, x the floor's", ratio(wall[OURS], wall[FLOOR]), 1.3)
    verdicts = [holds("wall, x the ideal", statistics.median(wall[OURS]) / ideal_s, 1.05)]
    for name, limit in ((CURL, 1.0), (AIOHTTP, 1 / 3), (NODE, 1 / 4)):
        if name in cpu:
            verdicts.append(holds(f"CPU, x {name}", ratio(cpu[OURS], cpu[name]), limit))
    return all(verdicts)


def _measure(name: str, command: list[str], in_flight: int) -> Figures:
    """Runs one fetcher against a server of its own. FetchFailed when an answer is missing."""
    with _delay_server() as url:
        words = [w.replace("CAP", str(in_flight)).replace("URL", url) for w in command]
        done = subprocess.run(
            [program("measure"), *words], capture_output=True, text=True, check=False
        )
    answers, _, last = done.stdout.rstrip("\n").rpartition("\n")
    good = str(answers.split().count("200")) if name == CURL else answers
    if done.returncode != 0 or good != str(COUNT):
        said = done.stderr.strip() or f"{good} answers of {COUNT:,} had the status 200"
        raise FetchFailed(f"{name}, {in_flight} in flight: {said}")
    wall_ms, cpu_ms, peak_kib = last.split()
    return Figures(float(wall_ms) / 1000, float(cpu_ms), float(peak_kib) / 1024)


@contextmanager
def _delay_server() -> Iterator[str]:
    """A server that waits DELAY_MS before each answer; its URL."""
    command = [program("delay_server"), str(DELAY_MS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield server.stdout.readline().split()[-1]
        finally:
            server.terminate()
