"""Wrong answers: known mistakes, each an alternative filling of one gap.

solutions/wrong_answers/<gap>_<mistake>.c (or .py) begins with a comment:

    /* mistake: sleeps in the start function and blocks the loop
     * caught by: test_sleep_gather.py::test_the_shortest_sleep_ends_first
     * says: blocks the loop
     * exercise: 1.9 */

A test of that name must fail, and its message must contain what `says` says. `exercise`
names a gap whose learner-written test must catch it, too. The rest is the filling.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterable

from harness import gaps
from harness.build import build_stage
from harness.gaps import Gap, GapError, order
from harness.layout import ROOT, WRONG_ANSWERS, show, stage

_HEADER = re.compile(r"\A(?:/\*(?P<c>.*?)\*/|(?P<py>(?:#[^\n]*\n)+))\n?", re.DOTALL)


@dataclass(frozen=True)
class WrongAnswer:
    """A wrong answer: the gap it fills, what is wrong, and which test says so how."""

    path: Path
    gap: Gap
    mistake: str
    caught_by: str
    says: str
    exercise: str
    filling: str

    @property
    def name(self) -> str:
        """Its file name without the ending: "1.3_seconds_for_milliseconds"."""
        return self.path.name.rsplit(".", 1)[0]

    def build(self, programs: Iterable[str] | None = None) -> str:
        """Builds the reference with this filling; returns the overlay it is in."""
        return build_with(self.name, self.gap, self.filling, programs)

    def build_as_learner(
        self, needs: Iterable[str], programs: Iterable[str] | None = None
    ) -> str:
        """Builds it as a learner has it who works from gap to gap: those before this one and
        those in `needs` are filled, the others not. Returns the overlay."""
        return _build_partly(
            f"{self.name}_as_learner",
            self.gap.number.split(".")[0],
            lambda n: order(n) < order(self.gap.number) or n in needs,
            {self.gap.number: self.filling},
            programs,
        )


def build_as_far_as(number: str, programs: Iterable[str] | None = None) -> str:
    """Builds the reference as far as gap `number`: the later ones are not written. Returns
    the overlay."""
    return _build_partly(
        f"as_far_as_{number}",
        number.split(".")[0],
        lambda n: order(n) <= order(number),
        {},
        programs,
    )


def _build_partly(
    name: str,
    stage_number: str,
    is_filled: Callable[[str], bool],
    others: dict[str, str],
    programs: Iterable[str] | None,
) -> str:
    """Builds a stage: the reference fills some gaps, `others` some, and nothing the rest."""
    overlay = _overlay(name)
    for skeleton in gaps.skeletons(stage_number).values():
        reference = gaps.reference_fillings(skeleton)
        fillings = {n: filling for n, filling in reference.items() if is_filled(n)}
        fillings.update({n: others[n] for n in reference if n in others})
        _write(overlay, skeleton.path, skeleton.fill(fillings))
    build_stage(stage(stage_number), "solutions", overlay=overlay, programs=programs)
    return overlay


def build_with(
    name: str, gap: Gap, filling: str, programs: Iterable[str] | None = None
) -> str:
    """Builds the reference with another filling of one gap, in build/prove/`name`: all the
    stage's programs, or those named.

    Returns that folder, an overlay for Sources. BuildError when it does not compile.
    """
    overlay = _overlay(name)
    skeleton = gaps.skeleton_of(gap)
    fillings = {**gaps.reference_fillings(skeleton), gap.number: filling}
    _write(overlay, gap.path, skeleton.fill(fillings))
    one = stage(gap.number.split(".")[0])
    build_stage(one, "solutions", overlay=overlay, programs=programs)
    return overlay


def _overlay(name: str) -> str:
    return f"{os.environ.get('BUILD_DIR', 'build')}/prove/{name}"


def _write(overlay: str, path: Path, text: str) -> None:
    """Writes a file into an overlay; one that is there already is not touched, nor rebuilt."""
    target = ROOT / overlay / path.parent.name / path.name
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def read(path: Path) -> WrongAnswer:
    """Reads a wrong answer. GapError says what its header lacks."""
    text = path.read_text(encoding="utf-8")
    match = _HEADER.match(text)
    header = (match["c"] or match["py"]) if match else ""
    fields = dict(re.findall(r"^[\s*#]*([a-z][a-z ]*): (.*?)\s*$", header, re.MULTILINE))
    for wanted in ("mistake", "caught by", "says"):
        if not fields.get(wanted):
            raise GapError(
                f"{show(path)}: its first comment lacks a line `{wanted}: ...`"
            )
    filling = text[match.end() :]
    if not filling.strip():
        raise GapError(f"{show(path)}: nothing stands after the first comment")
    return WrongAnswer(
        path,
        gaps.find(path.name.split("_")[0]),
        fields["mistake"],
        fields["caught by"],
        fields["says"],
        fields.get("exercise", ""),
        filling,
    )


def of_stage(number: str) -> list[WrongAnswer]:
    """The wrong answers of a stage, by gap."""
    paths = [p for p in WRONG_ANSWERS.glob(f"{number}.*_*") if p.suffix in (".c", ".py")]
    return sorted(
        (read(path) for path in paths), key=lambda w: (order(w.gap.number), w.name)
    )


def for_exercise(number: str) -> list[WrongAnswer]:
    """The wrong answers that the test a learner writes in gap `number` must catch."""
    return [w for w in of_stage(number.split(".")[0]) if w.exercise == number]
