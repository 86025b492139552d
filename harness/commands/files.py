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
    filling = gaps.reference_fillings(gaps.skeleton_of(gap))[gap.number]
    if settings.take:
        replace(gap, filling)
        return 0
    print(f"Gap {gap.number}, in {show(gap.path)}, as the reference fills it:\n")
    print(filling.rstrip("\n"))
    print(f"\nmake reveal GAP={gap.number} TAKE=1 puts it into your file.")
    return 0


def reset(settings: Settings) -> int:
    """Puts GAP, or every file of STAGE, back to the skeleton."""
    if settings.gap:
        gap = gaps.find(settings.gap)
        replace(gap, "".join(gap.block))
        return 0
    for skeleton in gaps.skeletons(settings.stage.number).values():
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
        print("\n- is yours, + is the reference. Another way may be as good: the tests decide.")
    return 0


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def replace(gap: Gap, filling: str) -> None:
    """Replaces what fills `gap` in the learner's file. GapError when it cannot be told."""
    skeleton = gaps.skeleton_of(gap)
    if not gap.path.exists():
        stage_number = gap.number.split(".")[0]
        raise GapError(f"{show(gap.path)} is gone: make reset STAGE={stage_number}")
    text = gap.path.read_text(encoding="utf-8")
    write(gap.path, _replaced(skeleton, gap, text, filling))


def _replaced(skeleton: Skeleton, gap: Gap, text: str, filling: str) -> str:
    lines = text.splitlines(keepends=True)
    if any(f"END {gap.number}" in line for line in lines):
        first, last = gaps.place(gap, gap.path)
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
    old = path.read_text(encoding="utf-8", errors="surrogateescape") if path.exists() else None
    if old == text:
        print(f"{show(path)}: nothing to change")
        return
    if old is not None:
        aside = free_name(path)
        aside.write_text(old, encoding="utf-8", errors="surrogateescape")
        print(f"kept yours: {show(aside)}")
    path.write_text(text, encoding="utf-8")
    print(f"written:    {show(path)}")


def free_name(path: Path) -> Path:
    """A name beside `path` that no file has: gather.c.mine-1, gather.c.mine-2, ..."""
    number = 1
    while path.with_name(f"{path.name}.mine-{number}").exists():
        number += 1
    return path.with_name(f"{path.name}.mine-{number}")
