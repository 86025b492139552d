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


@dataclass(frozen=True)
class Line:
    """A line that a program printed, and when: seconds since it was started."""

    text: str
    at: float


@dataclass(frozen=True)
class Stage:
    """A stage: its folder, and the demo that `make demo` and `make timeline` run.

    `bars` reads the demo's lines; it may be called while the demo still runs.
    """

    folder: str
    title: str
    demo: tuple[str, ...]
    says: str  # what the demo shows, in one sentence
    first_file: str  # where a learner begins
    bars: Callable[[Sequence[Line]], list[Bar]]

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


def sleep_gather_bars(lines: Sequence[Line]) -> list[Bar]:
    """A bar for each heavy task that has started, in the order of the start."""
    bars: dict[str, Bar] = {}
    for line in lines:
        match = re.match(r"(heavy_task_\d+) (starting|finished)", line.text)
        if match and match[2] == "starting":
            bars[match[1]] = Bar(match[1], line.at, None)
        elif match and match[1] in bars:
            bars[match[1]] = Bar(match[1], bars[match[1]].start, line.at)
    return list(bars.values())


STAGES = [
    Stage(
        "stage1_event_loop",
        "the event loop",
        ("sleep_gather", "7", "2", "3", "1"),
        "Four tasks sleep for 7, 2, 3 and 1 seconds, on one thread.",
        "sleep_gather.c",
        sleep_gather_bars,
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
