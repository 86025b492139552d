"""make reveal, diff and reset: the learner's file, the reference, the skeleton.

A learner's file is never lost: whatever would be overwritten is first copied beside it, and
the copy is named.
"""

from __future__ import annotations

import difflib
from pathlib import Path

from harness import gaps
from harness.gaps import Gap, GapError, Skeleton
from harness.layout import show
from harness.settings import Settings, UsageError, read


def main(arguments: list[str]) -> int:
    """reveal, diff or reset. 0 when done; GapError and UsageError say what is wrong."""
    settings = read()
    command = {"reveal": reveal, "diff": diff, "reset": reset}[arguments[0]]
    return command(settings)


def reveal(settings: Settings) -> int:
    """Shows the reference filling of GAP; with TAKE=1 puts it into the learner's file."""
    if not settings.gap:
        raise UsageError("which gap? make reveal GAP=1.2")
    gap = gaps.find(settings.gap)
    filling = reference_filling(gap)
    if settings.take:
        replace(gap, filling)
        return 0
    print(f"Gap {gap.number}, in {show(gap.path)}, as the reference fills it:\n")
    print(filling.rstrip("\n"))
    print(f"\nmake reveal GAP={gap.number} TAKE=1 puts it into your file.")
    return 0


def reference_filling(gap: Gap) -> str:
    """What the reference fills into the gap. GapError when it cannot be told."""
    try:
        return gaps.reference_fillings(gaps.skeleton_of(gap))[gap.number]
    except GapError:  # the given text of an unfilled file may have been changed
        given = gaps.given(gap.number.split(".")[0])
        return gaps.reference_fillings(given[gap.path.name])[gap.number]


def reset(settings: Settings) -> int:
    """Puts GAP, or every file of STAGE, back to the skeleton."""
    if settings.gap:
        gap = gaps.find(settings.gap)
        given = gaps.given(gap.number.split(".")[0])[gap.path.name]
        block = next((g.block for g in given.gaps if g.number == gap.number), gap.block)
        replace(gap, "".join(block))
        return 0
    if not settings.stage_was_chosen:
        raise UsageError(
            "reset what? make reset GAP=1.2, or make reset STAGE=1 for all of them"
        )
    for skeleton in gaps.given(settings.stage.number).values():
        write(skeleton.path, skeleton.text)
    return 0


def diff(settings: Settings) -> int:
    """Shows what differs between the learner's files and the reference."""
    different = False
    for skeleton in gaps.skeletons(settings.stage.number).values():
        solution = gaps.solution_path(skeleton.path)
        if not solution.exists():
            raise GapError(f"{show(solution)} is not here: this copy has no solutions")
        lines = list(
            difflib.unified_diff(
                _lines(skeleton.path),
                _lines(solution),
                f"{show(skeleton.path)} (yours)",
                f"{show(solution)} (the reference)",
                lineterm="",
            )
        )
        different = different or bool(lines)
        print("\n".join(lines) if lines else f"{show(skeleton.path)}: as the reference")
    if different:
        print(
            "\n- is yours, + is the reference. Another way may be as good: the tests decide."
        )
    return 0


def _lines(path: Path) -> list[str]:
    if not path.exists():
        raise gaps.gone(path)
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def replace(gap: Gap, filling: str) -> None:
    """Replaces what fills `gap` in the learner's file. GapError when it cannot be told."""
    skeleton = gaps.skeleton_of(gap)
    if not gap.path.exists():
        raise gaps.gone(gap.path)
    text = gap.path.read_text(encoding="utf-8", errors="surrogateescape")
    write(gap.path, _replaced(skeleton, gap, text, filling))


def _replaced(skeleton: Skeleton, gap: Gap, text: str, filling: str) -> str:
    lines = text.splitlines(keepends=True)
    between = gaps.markers(gap, lines)
    if between:
        first, last = between
        return "".join([*lines[: first - 1], filling, *lines[last:]])
    try:
        fillings = gaps.split(skeleton, text)
    except GapError as error:
        raise GapError(
            f"{error}\nSo it cannot be told which lines of your file are gap {gap.number}. "
            f"Put that text back, or: make reset STAGE={gap.number.split('.')[0]}"
        ) from None
    return skeleton.fill({**fillings, gap.number: filling})


def write(path: Path, text: str) -> None:
    """Writes a learner's file. The old one is kept beside it, and the copy is named."""
    new = text.encode("utf-8", "surrogateescape")
    old = path.read_bytes() if path.exists() else None
    if old == new:
        print(f"{show(path)}: nothing to change")
        return
    if old is not None:
        aside = free_name(path)
        aside.write_bytes(old)
        print(f"kept yours: {show(aside)}    (back with: cp {show(aside)} {show(path)})")
    path.write_bytes(new)
    print(f"written:    {show(path)}")


def free_name(path: Path) -> Path:
    """A name beside `path` that no file has: gather.c.mine-1, gather.c.mine-2, ..."""
    number = 1
    while path.with_name(f"{path.name}.mine-{number}").exists():
        number += 1
    return path.with_name(f"{path.name}.mine-{number}")
