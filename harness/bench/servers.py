"""Stage 3: small answers from http_server and from others.

The floor is a server on bare epoll that parses nothing; the others are nginx with one worker,
Node's http and Python's aiohttp. Each has one processor, and who asks has another. CPU is that
of the server's process, from /proc, and so the kernel's part of the work is in it.

Two ask. wrk costs more than the fast servers and sets the pace for them: so it asks them for
about as much, and what an answer costs them can be compared. pipelined_load.c costs less: so
the servers set the pace, and their answers/s can be compared. The tables say how busy both
sides were, and which of them had no time left.

Requests per second depend on whatever else the machine does, too. So "as many as nginx" is
within the noise when the middle half of the rounds' ratios reaches as far as 1: half
of its width is forgiven, but at most MOST_NOISE.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator

from harness.bench import holds, program, python_with, ratio, script

CONNECTIONS = 64
SECONDS = 2
ROUNDS = 7
DEPTH = 16  # pipelined requests
IDLE = 10_000  # connections
SPARE_FILES = 100
MOST_NOISE = 0.05
QUIET_LOAD = 0.5
SATURATED = 0.95  # of a processor's time
WRK = "wrk"
FLOOR, OURS, NGINX, NODE, AIOHTTP = (
    "bare epoll",
    "http_server",
    "nginx",
    "Node's http",
    "aiohttp",
)
PIPELINED = (FLOOR, OURS, NGINX)
REQUEST = b"GET /json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
NGINX_CONFIGURATION = """
daemon off;
%(user)s
worker_processes 1;
worker_rlimit_nofile %(files)s;
pid %(folder)s/pid;
error_log stderr;
events { worker_connections %(files)s; }
http {
    access_log off;
    client_body_temp_path %(folder)s/body;
    proxy_temp_path %(folder)s/proxy;
    fastcgi_temp_path %(folder)s/fastcgi;
    uwsgi_temp_path %(folder)s/uwsgi;
    scgi_temp_path %(folder)s/scgi;
    keepalive_requests 1000000000;
    default_type application/json;
    server {
        listen 127.0.0.1:%(port)s backlog=4096;
        location = /json { return 200 '{"message":"Hello, World!"}'; }
    }
}
"""


class ServerFailed(Exception):
    """A server has not answered as it should: its figures would be none."""


@dataclass(frozen=True)
class Server:
    """One that runs."""

    pid: int  # of the process that does the work
    url: str
    address: tuple[str, int]


@dataclass(frozen=True)
class Figures:
    """What one round took."""

    per_second: float  # answers
    cpu_us: float  # of the server's, for each answer
    busy: float  # the server's share of its processor
    asking: float  # the same of who asks


def bench() -> bool:
    """Measures and prints; whether every figure is within its limit."""
    if not sys.platform.startswith("linux"):
        print("servers: left out, since the floor and the figures need Linux")
        return True
    processors = sorted(os.sched_getaffinity(0))
    if len(processors) < 2:
        print("servers: left out, since the server and who asks need a processor each")
        return True
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # each socket is a file
    missing = [name for name in (NGINX, NODE, AIOHTTP) if not _command(name)[0]]
    missing += [] if shutil.which(WRK) else [WRK]
    names = [name for name in (FLOOR, OURS, NGINX, NODE, AIOHTTP) if name not in missing]
    print(f"A small answer, {ROUNDS} rounds of {SECONDS} s each; medians:")
    load = os.getloadavg()[0]
    if load > QUIET_LOAD:
        print(f"(the load was {load:.1f} before: then answers/s say little, CPU more)")
    os.sched_setaffinity(0, processors[1:2])  # who asks is started from here
    try:
        results = list(_bench_parts(names, processors[0]))
    except ServerFailed as error:
        print(f"\n  FAILED  {error}")
        return False
    finally:
        os.sched_setaffinity(0, processors)
    for name in missing:
        print(f"\n  {name} is missing: FULL=1 setup/confirm_environment --install")
    everything = os.environ.get("CI") == "true" or os.environ.get("FULL") == "1"
    return all(results) and not (missing and everything)


def _bench_parts(names: list[str], processor: int) -> Iterator[bool]:
    """Each part prints a table, and what must hold."""
    with ExitStack() as stack:
        servers = {n: stack.enter_context(_server(n, processor)) for n in names}
        title = f"{CONNECTIONS} connections, one request after the other"
        if shutil.which(WRK):
            yield _bench_load(f"{title}; wrk asks", servers, _ask_with_wrk, _cpu_holds)
        yield _bench_load(title, servers, _ask, _pace_holds)
        few = {name: servers[name] for name in names if name in PIPELINED}
        title = f"{CONNECTIONS} connections, {DEPTH} requests at once on each"
        yield _bench_load(title, few, _ask_pipelined, _pipelined_pace_holds)
    yield _bench_memory([name for name in names if name != FLOOR], processor)


# --- The servers ---------------------------------------------------------------------------


def _command(name: str) -> list[str]:
    """How a server is started. Its first word is "" when it is missing."""
    node = shutil.which("node") or ""
    # Often only root has its folder in PATH.
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    return {
        FLOOR: [program("epoll_server")],
        OURS: [program("hello_server")],
        NGINX: [nginx or ""],
        NODE: [node, script("node_server.mjs")],
        AIOHTTP: [python_with("aiohttp"), script("aiohttp_server.py")],
    }[name]


@contextmanager
def _server(name: str, processor: int) -> Iterator[Server]:
    """Starts a server that has this processor only, and ends it afterwards."""
    if name == NGINX:
        with _nginx(processor) as server:
            yield server
        return
    with _started(_command(name), processor, stdout=subprocess.PIPE) as process:
        line = process.stdout.readline()
        if not line.startswith("listening on "):
            raise ServerFailed(f"{name} does not listen: {line!r}")
        url = line.split()[-1]
        host, _, port = url.rpartition("/")[2].partition(":")
        yield Server(process.pid, f"{url}/json", (host, int(port)))


@contextmanager
def _nginx(processor: int) -> Iterator[Server]:
    """The kernel gives the port, and nginx inherits the socket that listens there: that is
    how it hands its sockets on to a newer nginx."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
        host, port = listening.getsockname()
        # Its worker would become another user, who may not write to the folder.
        user = "user root;" if os.geteuid() == 0 else ""
        values = {"folder": folder, "port": port, "user": user, "files": files}
        configuration = Path(folder, "nginx.conf")
        configuration.write_text(NGINX_CONFIGURATION % values)
        process = stack.enter_context(
            _started(
                [*_command(NGINX), "-p", folder, "-c", str(configuration)],
                processor,
                pass_fds=[listening.fileno()],
                env={**os.environ, "NGINX": f"{listening.fileno()};"},
                stderr=subprocess.DEVNULL,
            )
        )
        listening.close()  # nobody but nginx listens: should it end, it is refused
        _ask_once((host, port)).close()  # once it answers, the worker is there
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        yield Server(int(children.split()[0]), f"http://{host}:{port}/json", (host, port))


@contextmanager
def _started(
    command: list[str], processor: int, **options: object
) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        command,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {processor}),
        **options,
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()


def _ask_once(address: tuple[str, int]) -> socket.socket:
    """A connection on which one answer has come."""
    try:
        client = socket.create_connection(address, timeout=10)
        client.sendall(REQUEST)
        answer = b""
        while not answer.endswith(b"}"):
            answer += client.recv(4096) or b"nothing more came}"
    except OSError as error:
        raise ServerFailed(f"no answer from {address}: {error}") from error
    if not answer.startswith(b"HTTP/1.1 200 OK\r\n"):
        raise ServerFailed(f"not the answer: {answer!r}")
    return client


# --- Under load ----------------------------------------------------------------------------


def _bench_load(
    title: str,
    servers: dict[str, Server],
    ask: Callable[[Server], tuple[int, float]],
    holds_limits: Callable[[dict[str, list[Figures]]], bool],
) -> bool:
    figures: dict[str, list[Figures]] = {name: [] for name in servers}
    for server in servers.values():
        _measure(server, ask)  # not counted: Node compiles what it runs often
    for _ in range(ROUNDS):
        for name, server in servers.items():
            figures[name].append(_measure(server, ask))

    print(f"\n  {title}\n")
    print(f"{'answers/s':>26}  CPU us  busy  who asks  pace", end="")
    print("      ours x its: answers/s  CPU")
    for name in servers:
        rate, cpu = _rates(figures, name), _cpu(figures, name)
        busy, asking = _median(figures, name, "busy"), _median(figures, name, "asking")
        print(
            f"  {name:<13} {statistics.median(rate):10,.0f} {statistics.median(cpu):7.2f}"
            f" {busy:5.0%} {asking:9.0%}  {_pace(busy, asking):<8}"
            f" {ratio(_rates(figures, OURS), rate):22.2f} {_cpu_ratio(figures, name):5.2f}"
        )
    print()
    return holds_limits(figures)


def _pace(busy: float, asking: float) -> str:
    """Who had no time left, so that there were no more answers/s."""
    if max(busy, asking) < SATURATED:
        return "neither"
    return "server" if busy >= asking else "who asks"


def _measure(server: Server, ask: Callable[[Server], tuple[int, float]]) -> Figures:
    """Has it asked for SECONDS."""
    before, asked = _cpu_seconds(server), os.times()
    answers, seconds = ask(server)
    cpu, asking = _cpu_seconds(server) - before, os.times()
    used = asking.children_user - asked.children_user
    used += asking.children_system - asked.children_system
    return Figures(answers / seconds, cpu * 1e6 / answers, cpu / seconds, used / seconds)


def _ask_with_wrk(server: Server) -> tuple[int, float]:
    """How many answers came, and in how many seconds."""
    said = _run([WRK, "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", server.url])
    answers = re.search(r"(\d+) requests in", said)
    rate = re.search(r"Requests/sec: *([\d.]+)", said)
    if not answers or not rate or "Non-2xx" in said or "Socket errors" in said:
        raise ServerFailed(f"wrk, {server.url}: {said}")
    return int(answers[1]), int(answers[1]) / float(rate[1])


def _ask(server: Server, depth: int = 1) -> tuple[int, float]:
    """The same, with `depth` requests at once on each connection."""
    arguments = [str(CONNECTIONS), str(depth), str(SECONDS), server.url]
    answers, ns = _run([program("pipelined_load"), *arguments]).split()
    return int(answers), int(ns) / 1e9


def _ask_pipelined(server: Server) -> tuple[int, float]:
    """The same."""
    return _ask(server, DEPTH)


def _cpu_seconds(server: Server) -> float:
    """What the process has used so far, its own and the kernel's."""
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ServerFailed(f"{command[0]}: {done.stderr.strip()}")
    return done.stdout


def _rates(figures: dict[str, list[Figures]], name: str) -> list[float]:
    return [one.per_second for one in figures[name]]


def _cpu(figures: dict[str, list[Figures]], name: str) -> list[float]:
    return [one.cpu_us for one in figures[name]]


def _median(figures: dict[str, list[Figures]], name: str, which: str) -> float:
    return statistics.median(getattr(one, which) for one in figures[name])


def _cpu_ratio(figures: dict[str, list[Figures]], name: str) -> float:
    return ratio(_cpu(figures, OURS), _cpu(figures, name))


def _noise(these: list[float], those: list[float]) -> float:
    """Half the width of the middle half of the ratios, but at most MOST_NOISE."""
    ratios = [one / other for one, other in zip(these, those)]
    lower, _, upper = statistics.quantiles(ratios, n=4)
    return min((upper - lower) / 2, MOST_NOISE)


def _cpu_holds(figures: dict[str, list[Figures]]) -> bool:
    verdicts = []
    for name, limit in ((FLOOR, 1.1), (NGINX, 0.95)):
        if name in figures:
            share = _cpu_ratio(figures, name)
            verdicts.append(holds(f"CPU an answer, x {name}", share, limit))
    return all(verdicts)


def _pace_holds(figures: dict[str, list[Figures]]) -> bool:
    verdicts = []
    for name, limit in ((NGINX, 1), (NODE, 2), (AIOHTTP, 5)):
        if name in figures:
            rates = _rates(figures, OURS), _rates(figures, name)
            least = limit - _noise(*rates) if name == NGINX else limit
            what = f"answers/s, x {name}"
            verdicts.append(holds(what, ratio(*rates), least, at_least=True))
    return all(verdicts)


def _pipelined_pace_holds(figures: dict[str, list[Figures]]) -> bool:
    if NGINX not in figures:
        return True
    rates = _rates(figures, OURS), _rates(figures, NGINX)
    return holds("pipelined answers/s, x nginx", ratio(*rates), 8, at_least=True)


# --- At rest -------------------------------------------------------------------------------


def _bench_memory(names: list[str], processor: int) -> bool:
    """What an idle connection costs each server, which has answered once on it."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files < IDLE + SPARE_FILES:
        print(f"\n  {IDLE:,} idle connections: left out, since ulimit -n is {files:,}")
        return True
    used = {name: _bytes_a_connection(name, processor) for name in names}

    print(f"\n  {IDLE:,} idle connections\n")
    print(f"{'bytes of memory each':>26}")
    for name in names:
        print(f"  {name:<13} {used[name]:10,.0f}")
    print()
    if NGINX not in used:
        return True
    return holds("memory a connection, x nginx", used[OURS] / used[NGINX], 1)


def _bytes_a_connection(name: str, processor: int) -> float:
    """From a server of its own, so that no memory is left from before."""
    with _server(name, processor) as server, ExitStack() as stack:
        _ask_once(server.address).close()
        before = _memory(server)
        for _ in range(IDLE):
            stack.enter_context(_ask_once(server.address))
        return (_memory(server) - before) / IDLE


def _memory(server: Server) -> int:
    """In bytes, with its share of what it shares with others."""
    rollup = Path(f"/proc/{server.pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss: *(\d+) kB", rollup, re.MULTILINE)[1]) * 1024
