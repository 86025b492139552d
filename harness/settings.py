"""What a person chose on make's command line; the Makefile hands it on in the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass

from harness.gaps import COLOURS
from harness.layout import SOLUTIONS, STAGES, Stage, stage

IMPLEMENTATIONS = ("learner", "solutions")


class UsageError(Exception):
    """A choice that makes no sense; the text is the one line to print."""


@dataclass(frozen=True)
class Settings:
    """The choices, checked. `gap` is empty when none was named."""

    stage: Stage
    implementation: str
    level: str
    gap: str
    hint: int
    runs: int
    seconds: int
    take: bool
    junit: str
    build_dir: str
    stage_was_chosen: bool


def read(stage_number: str | None = None) -> Settings:
    """Reads the choices from the environment. UsageError when one of them is wrong."""
    number = stage_number or os.environ.get("STAGE", "1")
    try:
        chosen = stage(number)
    except KeyError:
        known = ", ".join(one.number for one in STAGES)
        raise UsageError(f"STAGE={number}: there is no such stage; there are: {known}")
    implementation = _one_of("IMPL", IMPLEMENTATIONS)
    if implementation == "solutions" and not SOLUTIONS.exists():
        raise UsageError("IMPL=solutions: solutions/ is not in this copy")
    return Settings(
        stage=chosen,
        implementation=implementation,
        level=_one_of("LEVEL", COLOURS),
        gap=os.environ.get("GAP", ""),
        hint=_count("N", 1),
        runs=_count("RUNS", 100),
        seconds=_count("SECONDS", 60),
        take=os.environ.get("TAKE", "0") not in ("", "0"),
        junit=os.environ.get("JUNIT", ""),
        build_dir=os.environ.get("BUILD_DIR", "build"),
        stage_was_chosen=os.environ.get("STAGE_WAS_CHOSEN", "1") == "1",
    )


def own_stages(stage: Stage) -> list[Stage]:
    """The stages whose files are the learner's own in the programs of `stage`: it, and below
    it those that MINE names; in a copy without solutions/ all of them."""
    mine = os.environ.get("MINE", "").split()
    return [
        one
        for one in STAGES[: STAGES.index(stage) + 1]
        if one == stage or {"all", one.number} & {*mine} or not SOLUTIONS.exists()
    ]


def _one_of(name: str, allowed: tuple[str, ...]) -> str:
    value = os.environ.get(name) or allowed[0]
    if value not in allowed:
        raise UsageError(f"{name}={value}: it can be {' or '.join(allowed)}")
    return value


def _count(name: str, default: int) -> int:
    value = os.environ.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or not 0 < int(value) <= 100_000:
        raise UsageError(f"{name}={value}: it must be a whole number from 1 on")
    return int(value)
