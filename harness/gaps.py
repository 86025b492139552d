"""Gaps: the one primitive on which the exercise stands.

A skeleton is fixed text with gaps in it; a gap is a block that opens with a TODO comment and
closes with an END comment. Skeleton + a filling for each gap = a program. The reference
solution is such a program; nothing in it marks where a filling begins. `split` finds out, by
finding the fixed text of the skeleton in it.

Drift, the gap proof, wrong answers, reveal, reset and diff are all made of this.
"""

from __future__ import annotations

import difflib
import re
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Sequence

from harness.layout import ROOT, SOLUTIONS, STAGES, Stage, show, stage

COLOURS = ("green", "orange", "red")

# The same in C and in Python; only the comment's mark differs.
_OPEN = re.compile(
    r"^\s*(?:/\*|#) TODO (?P<number>\d+\.\d+) \((?P<colour>[a-z]+)\) (?P<title>.*)$"
)
_CLOSE = re.compile(r"^\s*(?:/\*|#) END (?P<number>\d+\.\d+)(?: \*/)?\s*$")
_CALL = re.compile(r'\bTODO\("(\d+\.\d+)"\)')


class GapError(Exception):
    """Something about a gap that a person must put right; the text says what."""


class NoSkeletons(GapError):
    """The skeletons of a stage are nowhere: it was handed out filled in. Its programs are
    built and run like others, but which line belongs to which gap nobody can tell."""


def order(number: str) -> tuple[int, ...]:
    """For sorting: 1.9 comes before 1.10."""
    return tuple(int(part) for part in number.split("."))


@dataclass(frozen=True)
class Gap:
    """A gap as its skeleton has it. Lines count from 1; `block` includes both markers."""

    number: str
    colour: str
    title: str
    path: Path
    first_line: int
    block: tuple[str, ...]


@dataclass(frozen=True)
class Skeleton:
    """A skeleton, taken apart: fixed[0], gaps[0], fixed[1], gaps[1], ... fixed[-1]."""

    path: Path
    fixed: tuple[tuple[str, ...], ...]
    gaps: tuple[Gap, ...]

    @property
    def text(self) -> str:
        """The file as it was read."""
        return self.fill({})

    def fill(self, fillings: dict[str, str]) -> str:
        """The program that has these fillings; a gap without one stays a gap."""
        parts = ["".join(self.fixed[0])]
        for gap, fixed in zip(self.gaps, self.fixed[1:]):
            parts.append(fillings.get(gap.number, "".join(gap.block)))
            parts.append("".join(fixed))
        return "".join(parts)


def parse(path: Path, text: str) -> Skeleton:
    """Takes a skeleton apart. GapError when a block is not closed, or its colour unknown."""
    fixed: list[list[str]] = [[]]
    gaps: list[Gap] = []
    opened: tuple[re.Match[str], int, list[str]] | None = None
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        where = f"{show(path)}:{number}"
        start, end = _OPEN.match(line), _CLOSE.match(line)
        if start and opened:
            raise GapError(f"{where}: TODO {start['number']} stands inside another gap")
        if start:
            if start["colour"] not in COLOURS:
                raise GapError(f"{where}: the colours are {', '.join(COLOURS)}")
            opened = (start, number, [line])
        elif opened:
            opened[2].append(line)
            if end and end["number"] != opened[0]["number"]:
                raise GapError(f"{where}: END of another gap than {opened[0]['number']}")
            if end:
                match, first, block = opened
                title = match["title"].rstrip(" */")
                gaps.append(
                    Gap(
                        match["number"], match["colour"], title, path, first, tuple(block)
                    )
                )
                fixed.append([])
                opened = None
        elif end:
            raise GapError(f"{where}: END {end['number']} without its TODO")
        else:
            fixed[-1].append(line)
    if opened:
        raise GapError(f"{show(path)}: TODO {opened[0]['number']} has no END")
    return Skeleton(path, tuple(map(tuple, fixed)), tuple(gaps))


def split(skeleton: Skeleton, program: str) -> dict[str, str]:
    """Which lines of `program` fill which gap of `skeleton`.

    The fixed text must stand in the program as contiguous blocks, in order, in exactly one
    way, and every filling has at least one line. GapError says which text was not found, or
    which gap is ambiguous.
    """
    lines = program.splitlines(keepends=True)
    found: list[list[int]] = []
    deepest = _place(skeleton, lines, found)
    if not found:
        at = (
            "the beginning"
            if deepest == 0
            else f"gap {skeleton.gaps[deepest - 1].number}"
        )
        text = "".join(skeleton.fixed[deepest]).strip().splitlines()[:1]
        raise GapError(
            f"{show(skeleton.path)}: the given text after {at} is not there as it was: "
            f"{text[0].strip() if text else '(blank)'}"
        )
    if len(found) > 1:
        index = next(i for i in range(len(found[0])) if found[0][i] != found[1][i])
        raise GapError(
            f"{show(skeleton.path)}: where gap {skeleton.gaps[index - 1].number} ends is "
            "ambiguous: the given text after it occurs again"
        )
    fillings = {}
    for i, gap in enumerate(skeleton.gaps):
        begin = found[0][i] + len(skeleton.fixed[i])
        fillings[gap.number] = "".join(lines[begin : found[0][i + 1]])
    return fillings


def _place(skeleton: Skeleton, lines: list[str], found: list[list[int]]) -> int:
    """Appends up to two ways to place the fixed texts; returns how many were ever placed."""
    fixed = skeleton.fixed
    deepest = 0

    def search(index: int, placed: list[int]) -> None:
        nonlocal deepest
        deepest = max(deepest, index)
        if index == len(fixed):
            found.append(placed)
            return
        text = list(fixed[index])
        last = len(lines) - len(text)
        begin = 0 if index == 0 else placed[-1] + len(fixed[index - 1]) + 1
        if index == 0:
            candidates = range(0, 1)
        elif index == len(fixed) - 1:
            candidates = range(max(begin, last), last + 1)
        else:
            candidates = range(begin, last + 1)
        for at in candidates:
            if len(found) < 2 and lines[at : at + len(text)] == text:
                search(index + 1, placed + [at])

    search(0, [])
    return min(deepest, len(fixed) - 1)


# --- The files of a stage ------------------------------------------------------------------


def unwritten(text: str) -> list[str]:
    """The numbers of the gaps that still call TODO() in a file's text, each once."""
    return list(dict.fromkeys(_CALL.findall(text)))


def unwritten_in(folder: Path) -> set[str]:
    """The gaps that still call TODO() in the files of a folder."""
    return {
        number
        for path in sorted(folder.glob("*.[cp]*"))
        if path.suffix in (".c", ".py")
        for number in unwritten(path.read_text(encoding="utf-8", errors="replace"))
    }


def gaps_named_in_readme(one: Stage) -> set[str]:
    """The gaps that the stage's README has a heading for: "### 1.2 ..."."""
    text = one.readme.read_text(encoding="utf-8")
    return set(re.findall(r"^#{2,4} (\d+\.\d+) ", text, re.MULTILINE))


@lru_cache(maxsize=None)
def skeletons(number: str) -> dict[str, Skeleton]:
    """The skeletons of a stage, by file name: files as they were before anybody filled them.

    They are stored once, as the learner's own files. When gaps in those are filled already,
    the skeleton is in git: the newest commit in which every gap that the stage's README names
    is unwritten. In a copy without git, a copy of the whole skeletons is put aside in
    .skeletons/ when the first command sees them.
    """
    one = stage(number)
    named = gaps_named_in_readme(one)
    if named != unwritten_in(one.path):
        return given(number)
    try:
        found = _parsed(one, _texts_in(one.path))
        lost = named - {
            gap.number for skeleton in found.values() for gap in skeleton.gaps
        }
        if lost:
            first = min(lost, key=order)
            raise GapError(
                f"{one.folder}: the TODO and END comments of gap {first} are gone"
            )
    except GapError as error:
        way_out = f"Put it back, or: make reset STAGE={number}"
        raise GapError(f"{error}. {way_out}") from None
    _put_aside(one)
    return found


def given(number: str) -> dict[str, Skeleton]:
    """The skeletons as they were given out, whatever stands in the learner's files now."""
    one = stage(number)
    return _parsed(one, _given_texts(one))


def _parsed(one: Stage, texts: dict[str, str]) -> dict[str, Skeleton]:
    parsed = {name: parse(one.path / name, text) for name, text in texts.items()}
    return {name: skeleton for name, skeleton in parsed.items() if skeleton.gaps}


def _aside(one: Stage) -> Path:
    return ROOT / ".skeletons" / one.folder


def _put_aside(one: Stage) -> None:
    """Without git nobody else keeps the skeletons."""
    if (ROOT / ".git").exists() or _aside(one).exists():
        return
    _aside(one).mkdir(parents=True)
    for name, text in _texts_in(one.path).items():
        (_aside(one) / name).write_text(text, encoding="utf-8")


def _given_texts(one: Stage) -> dict[str, str]:
    if _aside(one).exists():
        return _texts_in(_aside(one))
    named = gaps_named_in_readme(one)
    has_commits = (ROOT / ".git").exists() and _git("rev-list", "--all", "--max-count=1")
    for commit in (
        _git("log", "--format=%H", "--", one.folder).split() if has_commits else []
    ):
        calls = _git("grep", "-hoE", r'TODO\("[0-9.]+"\)', commit, "--", one.folder)
        if set(_CALL.findall(calls)) >= named:
            names = _git("ls-tree", "--name-only", commit, f"{one.folder}/").split("\n")
            return {
                Path(name).name: _git("show", f"{commit}:{name}")
                for name in names
                if Path(name).suffix in (".c", ".py")
            }
    if named == unwritten_in(one.path):  # not committed yet
        return _texts_in(one.path)
    raise NoSkeletons(
        f"the skeletons of {one.folder} are nowhere to be found: it was handed out filled in, "
        "or they are lost: they are neither in git nor in .skeletons/. To have them, get the "
        "workshop again (git clone), and put your files into it"
    )


def _texts_in(folder: Path) -> dict[str, str]:
    return {
        path.name: path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(folder.iterdir())
        if path.suffix in (".c", ".py")
    }


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise GapError(f"git cannot be started: {error}") from None
    if done.returncode == 128:  # git itself could not go on; 1 is "nothing found"
        raise GapError(f"git says: {done.stderr.strip()}")
    return done.stdout


def files_with_gaps(one: Stage) -> list[Path]:
    """The files that a learner fills; none known of a stage that was filled in before it was
    handed out."""
    try:
        return [skeleton.path for skeleton in skeletons(one.number).values()]
    except GapError:
        return []


def handed_out_filled(one: Stage) -> bool:
    """Whether nobody has the stage's skeletons, so that its gaps cannot be told apart."""
    try:
        skeletons(one.number)
    except NoSkeletons:
        return True
    except GapError:  # something else is wrong, which is to be told
        pass
    return False


def all_gaps(number: str) -> list[Gap]:
    """Every gap of a stage, by number. GapError when a number is used twice."""
    gaps = [gap for skeleton in skeletons(number).values() for gap in skeleton.gaps]
    gaps.sort(key=lambda gap: order(gap.number))
    for one, next_one in zip(gaps, gaps[1:]):
        if one.number == next_one.number:
            raise GapError(
                f"gap {one.number} is in {show(one.path)} and in {show(next_one.path)}"
            )
    return gaps


def find(number: str) -> Gap:
    """The gap with that number. GapError names the gaps there are."""
    if re.fullmatch(r"\d+\.\d+", number or ""):
        known = [one.number for one in STAGES]
        if number.split(".")[0] in known:
            for gap in all_gaps(number.split(".")[0]):
                if gap.number == number:
                    return gap
    known_stages = [one for one in STAGES if not handed_out_filled(one)]
    ends = [(found[0], found[-1]) for found in (all_gaps(s.number) for s in known_stages)]
    known = ", ".join(f"{first.number} to {last.number}" for first, last in ends)
    raise GapError(f"GAP={number}: there is no such gap; there are {known}")


def skeleton_of(gap: Gap) -> Skeleton:
    """The skeleton in which the gap stands."""
    return skeletons(gap.number.split(".")[0])[gap.path.name]


def gone(path: Path) -> GapError:
    """What to say when a learner's file is not there."""
    number = path.parent.name.split("_")[0][len("stage") :]
    return GapError(f"{show(path)} is gone: make reset STAGE={number}")


def solution_path(path: Path) -> Path:
    """The reference for a learner's file."""
    return SOLUTIONS / path.parent.name / path.name


def reference_fillings(skeleton: Skeleton) -> dict[str, str]:
    """What the reference fills into each gap. GapError when solutions/ is not there."""
    path = solution_path(skeleton.path)
    if not path.exists():
        raise GapError(f"{show(path)} is not here: this copy has no solutions")
    return split(skeleton, path.read_text(encoding="utf-8"))


def place(gap: Gap, path: Path) -> tuple[int, int]:
    """The first and last line that fill `gap` in the file `path`, a filled or unfilled one.

    By the gap's markers when they are still there; otherwise by lining the file up with the
    skeleton, which works for a file whose given text was changed, too.
    """
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    between = markers(gap, lines)
    if between:
        return between
    skeleton = skeleton_of(gap).text.splitlines()
    begin, end = gap.first_line - 1, gap.first_line - 1 + len(gap.block)
    matcher = difflib.SequenceMatcher(None, skeleton, lines, autojunk=False)
    before = after = None
    for block in matcher.get_matching_blocks():
        if block.size and block.a < begin:
            before = block.b + min(block.size, begin - block.a)
        if block.size and block.a + block.size > end and after is None:
            after = block.b + max(0, end - block.a)
    first = (before or 0) + 1
    return first, max(first, after if after is not None else len(lines))


def markers(gap: Gap, lines: Sequence[str]) -> tuple[int, int] | None:
    """The lines, from 1 on, of the gap's TODO and END comments; None unless both are there."""
    first = next((i for i, x in enumerate(lines, 1) if _marks(_OPEN, x, gap.number)), 0)
    last = next((i for i, x in enumerate(lines, 1) if _marks(_CLOSE, x, gap.number)), 0)
    return (first, last) if 0 < first < last else None


def _marks(pattern: re.Pattern[str], line: str, number: str) -> bool:
    match = pattern.match(line)
    return bool(match) and match["number"] == number


def gaps_in(one: Stage, name: str) -> list[Gap]:
    """The gaps in the file of that name; none known of a stage that was handed out filled
    in, or whose skeletons cannot be read."""
    try:
        return [gap for gap in all_gaps(one.number) if gap.path.name == name]
    except GapError:
        return []


def gap_at(number: str, path: Path, line: int) -> Gap | None:
    """Which gap of stage `number` line `line` of `path` belongs to, if any that is known."""
    for gap in gaps_in(stage(number), path.name):
        if path.exists():
            first, last = place(gap, path)
            if first <= line <= last:
                return gap
    return None
