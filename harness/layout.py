"""Where things are: the repository's root, and the stages with their demos."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Sequence

from harness.timeline import Bar

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = ROOT / "solutions"
WRONG_ANSWERS = SOLUTIONS / "wrong_answers"
DEMO_ORDER = "efb77dcf-d83c-4935-81ac-7be5f37e6cdc"


@dataclass(frozen=True)
class Line:
    """A line that a program printed, and when: seconds since it was started."""

    text: str
    at: float


@dataclass(frozen=True)
class Stage:
    """A stage: its folder, and the demos that `make demo` and `make timeline` run, in order.

    `bars` reads a demo's lines; it may be called while the demo still runs. With `world` the
    demos find an outside world of their own in their environment.
    """

    folder: str
    title: str
    demos: tuple[tuple[str, ...], ...]  # command lines
    says: str  # what they show, in one sentence
    first_file: str  # where a learner begins
    bars: Callable[[Sequence[Line]], list[Bar]]
    world: bool = False

    @property
    def number(self) -> str:
        """The stage's number as in its folder's name: "1"."""
        return self.folder.split("_")[0][len("stage") :]

    @property
    def path(self) -> Path:
        """The learner's folder."""
        return ROOT / self.folder

    @property
    def readme(self) -> Path:
        """The lesson's text, with the hints."""
        return self.path / "README.md"


def order_items_bars(lines: Sequence[Line]) -> list[Bar]:
    """A bar for each request that has started, in the order of the start."""
    return bars_of(r"(order|package_\d+) (starting|finished)", lines)


def visitors_bars(lines: Sequence[Line]) -> list[Bar]:
    """A bar for each client, in the order in which they came."""
    return bars_of(r"(visitor_\d+) (starting|finished)", lines)


def sleep_gather_bars(lines: Sequence[Line]) -> list[Bar]:
    """A bar for each heavy task that has started, in the order of the start."""
    return bars_of(r"(heavy_task_\d+) (starting|finished)", lines)


def bars_of(pattern: str, lines: Sequence[Line]) -> list[Bar]:
    """Bars out of lines like "NAME starting" and "NAME finished", which `pattern` finds."""
    bars: dict[str, Bar] = {}
    for line in lines:
        match = re.match(pattern, line.text)
        if match and match[2] == "starting":
            bars[match[1]] = Bar(match[1], line.at, None)
        elif match and match[1] in bars:
            bars[match[1]] = Bar(match[1], bars[match[1]].start, line.at)
    return list(bars.values())


STAGES = [
    Stage(
        "stage1_event_loop",
        "the event loop",
        (("sleep_gather", "7", "2", "3", "1"),),
        "Four tasks sleep for 7, 2, 3 and 1 seconds, on one thread.",
        "sleep_gather.c",
        sleep_gather_bars,
    ),
    Stage(
        "stage2_http_client",
        "the HTTP client",
        (
            ("order_items", "--trace", "--sequential", DEMO_ORDER),
            ("order_items", "--trace", DEMO_ORDER),
        ),
        "An order and its ten packages, a second each: one after another, then at once.",
        "fetch_sites.c",
        order_items_bars,
        world=True,
    ),
    Stage(
        "stage3_server",
        "the server",
        (("visitors", "5", DEMO_ORDER),),
        "Five clients come at once, and each wants what takes two seconds; on one thread.",
        "http_server.c",
        visitors_bars,
        world=True,
    ),
    Stage(
        "stage4_background_tasks",
        "background tasks",
        (),
        "A joke, told by telephone.",
        "call_event.c",
        visitors_bars,
        world=True,
    ),
]


def stage(number: str) -> Stage:
    """The stage with that number. KeyError when there is none."""
    for candidate in STAGES:
        if candidate.number == number:
            return candidate
    raise KeyError(number)


def show(path: Path) -> str:
    """A path as a learner reads it: from the repository's root on."""
    try:
        return str(path.resolve().relative_to(ROOT))
    except ValueError:
        return str(path)
