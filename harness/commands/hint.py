"""make hint: the next hint for a gap, from the stage's README, where hints live once."""

from __future__ import annotations

import re

from harness import gaps
from harness.gaps import GapError, order
from harness.layout import SOLUTIONS, STAGES, Stage, show
from harness.settings import UsageError, read


def main(arguments: list[str]) -> int:
    """hint, with GAP and N. UsageError when there is no such hint."""
    settings = read()
    if not settings.gap:
        raise UsageError("which gap? make hint GAP=1.2")
    gap = gaps.find(settings.gap)
    hints = hints_of(gap.number)
    if settings.hint > len(hints):
        raise UsageError(
            f"N={settings.hint}: gap {gap.number} has {len(hints)} hints; "
            f"{_after_the_last(gap.number)}"
        )
    title = gap.title.split(".")[0]
    print(f"Gap {gap.number} ({gap.colour}): {title}")
    print(f"Hint {settings.hint} of {len(hints)}:\n")
    print(hints[settings.hint - 1])
    print()
    if settings.hint < len(hints):
        print(f"Next: make hint GAP={gap.number} N={settings.hint + 1}")
    else:
        print(f"That was the last one: {_after_the_last(gap.number)}")
    return 0


def _after_the_last(number: str) -> str:
    if not SOLUTIONS.exists():
        return "ask your instructor"
    return f"make reveal GAP={number} shows the reference"


def hints_of(number: str) -> list[str]:
    """The hints of a gap: the folded <details> under its heading. GapError without any."""
    stage = next(one for one in STAGES if one.number == number.split(".")[0])
    section = sections(stage).get(number, "")
    found = re.findall(
        r"<details>\s*<summary>.*?</summary>\n(.*?)</details>", section, re.DOTALL
    )
    if not found:
        raise GapError(
            f"{show(stage.readme)} has no hint under the heading of gap {number}"
        )
    return [_plain(text) for text in found]


def sections(stage: Stage) -> dict[str, str]:
    """The README's sections on the gaps, by number."""
    text = stage.readme.read_text(encoding="utf-8")
    pieces = re.split(r"^#{2,4} (?=\d+\.\d+ )|^#{1,4} (?!\d)", text, flags=re.MULTILINE)
    found = {
        piece.split(" ")[0]: piece for piece in pieces if re.match(r"\d+\.\d+ ", piece)
    }
    return dict(sorted(found.items(), key=lambda item: order(item[0])))


def _plain(markdown: str) -> str:
    """For a terminal: the code fences become indentation, the rest is readable as it is."""
    lines, code = [], False
    for line in markdown.strip().splitlines():
        if line.startswith("```"):
            code = not code
        else:
            lines.append(("    " if code else "") + line)
    return "\n".join(lines)
