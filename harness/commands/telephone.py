"""make demo's main job: dial_a_joke telephones somebody a joke, in a world of its own.

Nothing here leaves the machine: the telephone network is the world's, whatever keys stand in
the environment.
"""

from __future__ import annotations

import json
import os
import queue
import re
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Callable, Iterator

from harness.build import build_stage
from harness.joke_line import CONNECTION, NOT_HIS_OWN, configuration, soon
from harness.layout import Stage
from harness.running import Process, Program
from harness.serving import LISTENING
from harness.settings import UsageError
from harness.verdict import Sources
from harness.world import World

PORT = 8080  # where the page is, if nobody else is there
NUMBER = "+15550100123"  # nobody's
AHEAD = 3  # seconds from now on until the telephone rings
LONGEST = 30.0  # seconds without a word, after which it has failed
WIDTH = 12  # characters of who says something


def demo(stage: Stage, *, once: bool, say: Callable[[str], None] = print) -> int:
    """Schedules a call a few seconds ahead and shows it as it happens. Then stays until
    Ctrl-C, unless `once`. 0 when the joke was told."""
    program = f"{stage.folder}/dial_a_joke"
    build_stage(stage, "solutions", programs=[program])
    sources = Sources("solutions")
    runnable = Program(sources.built(stage) / "dial_a_joke", prefer="")
    with World() as world, tempfile.TemporaryDirectory() as folder:
        told: queue.Queue[tuple[str, str]] = queue.Queue()
        world.telephony.on_line = lambda line: told.put(("telephone", line))
        config = Path(folder) / "config.json"
        values = configuration(world, http={"host": "127.0.0.1", "port": PORT})
        config.write_text(json.dumps(values), encoding="utf-8")
        environment = {**NOT_HIS_OWN, **world.environment}
        process = start(runnable, config, environment)
        try:
            return play(process, world, told, once, say)
        except KeyboardInterrupt:
            return 0  # enough was seen
        finally:
            process.kill()


def start(runnable: Program, config: Path, environment: dict[str, str]) -> Process:
    """The program, on the usual port, or on any where somebody has that already."""
    for port in (PORT, 0):
        process = runnable.start("-c", str(config), "--port", str(port), **environment)
        if process.wait_until(lambda: any(re.match(LISTENING, x) for x in process.lines)):
            break
    return process


def play(
    process: Process,
    world: World,
    told: queue.Queue[tuple[str, str]],
    once: bool,
    say: Callable[[str], None],
) -> int:
    """The call, from the form to its end, on a program that was just started."""
    (place,) = process.wait_for(LISTENING)
    url = process.lines[place].rpartition(" ")[2]
    world.telephony.connections[CONNECTION] = f"{url}/webhook"
    began = time.monotonic()
    say(f"The page: {url}/\n")

    def show(who: str, what: str) -> None:
        say(f"{time.monotonic() - began:5.1f} s  {who:<{WIDTH}} {what}")

    date, at = soon(AHEAD)
    form = {"date": date, "time": at, "number": NUMBER}
    show("you", f"a joke, please, at {at} UTC, to {NUMBER}")
    book(url, form)
    outcome = ""
    for who, what in happenings(process, told, place + 1):
        show(who, what)
        if match := re.match(r"call 1: (done|failed)", what):
            outcome = match[1]
            say(f"\nSchedule another one: {url}/" if outcome == "done" else "")
            if once or outcome != "done":
                break
            say("Ctrl-C ends it.\n")
    if outcome != "done":
        say("The joke was not told.")
    return 0 if outcome == "done" else 1


def book(url: str, form: dict[str, str]) -> None:
    """Does what the page's button does. UsageError when it is refused."""
    body = json.dumps(form).encode()
    request = urllib.request.Request(
        f"{url}/", body, {"Content-Type": "application/json"}, method="POST"
    )
    direct = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), _NoRedirect()
    )  # whatever the person's proxy is
    try:
        direct.open(request, timeout=LONGEST)
    except urllib.error.HTTPError as error:
        if error.code != 303:
            raise UsageError(f"the call was refused: {error.read().decode()}") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The redirect to the page is the answer."""

    def redirect_request(self, *_: object) -> None:
        return None


def happenings(
    process: Process, told: queue.Queue[tuple[str, str]], seen: int
) -> Iterator[tuple[str, str]]:
    """Who says what, one after the other, from the program's line `seen` on, until it ends;
    or until nothing has been said for long before a call is over."""
    over, last = False, time.monotonic()
    while process.running and (over or time.monotonic() - last < LONGEST):
        news = [("dial_a_joke", line) for line in process.lines[seen:]]
        seen += len(news)
        try:
            news.append(told.get(timeout=0.05))
        except queue.Empty:
            pass
        for who, what in news:
            last, over = time.monotonic(), over or "done" in what
            yield who, what


def wants_once() -> bool:
    """Whether ONCE=1 is in the environment."""
    return os.environ.get("ONCE", "0") not in ("", "0")
