"""The verdict: from the outcomes of the tests to a line for each gap, and what to do next."""

from __future__ import annotations

import os
import textwrap
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Sequence

from harness import gaps
from harness.gaps import COLOURS, Gap, order
from harness.layout import ROOT, SOLUTIONS, STAGES, Stage, show, stage

DONE, WRONG, UNWRITTEN, WAITS, UNJUDGED = (
    "done",
    "wrong",
    "unwritten",
    "waits",
    "unjudged",
)

_MARKS = {DONE: "ok", WRONG: "WRONG", UNWRITTEN: "-", WAITS: "...", UNJUDGED: "?"}
_PAINT = {DONE: "32", WRONG: "31;1", UNWRITTEN: "2", WAITS: "33", UNJUDGED: "33"}
_COLOUR_PAINT = {"green": "32", "orange": "33", "red": "31"}


@dataclass
class Outcome:
    """What one test of a gap came to. `blamed` is the gap whose line a crash named."""

    test: str
    about: str
    gap: str
    needs: Sequence[str]
    kind: str  # passed, wrong, unwritten, waits, skipped
    rests_on: Sequence[str] = ()
    programs: Sequence[str] = ()  # what it ran: "stage1_event_loop/sleep_gather"
    unwritten: Sequence[str] = ()
    reported: bool = False  # it failed, and a sanitizer may have said why
    blamed: str = ""
    did: str = ""
    saw: str = ""
    expected: str = ""
    look: str = ""
    picture: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    def text(self, *, colour: bool, width: int = 90) -> str:
        """The failure in its four parts."""
        about = self.about
        if self.blamed and self.blamed != self.gap and not _nobody_knows(self.blamed):
            about = gaps.find(self.blamed).title.split(".")[0]
        heading = f"gap {self.blamed or self.gap}: {about}"
        lines = [paint(x, "1", colour) for x in textwrap.wrap(heading, width)]
        parts = [
            ("did", self.did),
            ("saw", self.saw),
            ("expected", self.expected),
            ("look at", self.look),
        ]
        for name, text in parts:
            lines += (
                textwrap.wrap(
                    text,
                    width,
                    initial_indent=f"  {name:<9} ",
                    subsequent_indent=" " * 12,
                    break_long_words=False,
                    break_on_hyphens=False,
                )
                if "\n" not in text
                else [f"  {name}", textwrap.indent(text, "    ")]
            )
        if self.picture:
            lines += ["", textwrap.indent(self.picture.rstrip("\n"), "  ")]
        return "\n".join(lines)


def _nobody_knows(number: str) -> bool:
    """Whether it is a gap of a stage that was handed out filled in: not all of it, then."""
    return gaps.handed_out_filled(stage(number.split(".")[0]))


def paint(text: str, code: str, colour: bool) -> str:
    """The text in a terminal's colour, or plain."""
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text


@dataclass(frozen=True)
class Sources:
    """Whose files are judged: the learner's, the reference, or it with an overlay."""

    implementation: str
    overlay: str | None = None

    def built(self, stage: Stage) -> Path:
        """The folder with the stage's built programs."""
        build = ROOT / os.environ.get("BUILD_DIR", "build")
        if self.overlay:
            return ROOT / self.overlay / stage.folder
        return (
            build if self.implementation == "learner" else build / "solutions"
        ) / stage.folder

    def file(self, stage: Stage, name: str) -> Path:
        """The source file of that name which is judged."""
        roots = [ROOT / self.overlay] if self.overlay else []
        roots += [SOLUTIONS] if self.implementation == "solutions" or self.overlay else []
        for root in roots:
            if (root / stage.folder / name).exists():
                return root / stage.folder / name
        return stage.path / name

    def frame_prefix(self, stage: Stage) -> str:
        """How the judged files are named in a sanitizer's report."""
        if self.implementation == "solutions" and not self.overlay:
            return f"solutions/{stage.folder}/"
        return f"{stage.folder}/"

    def look(self, number: str, line: int = 0) -> str:
        """Where to look for a gap: file:line (its first one, unless a better one is known),
        and how to get a hint. Of a stage that was handed out filled in: its folder."""
        one = stage(number.split(".")[0])
        if _nobody_knows(number):
            return show(one.path)
        gap = gaps.find(number)
        path = self.file(one, gap.path.name)
        where = show(gap.path) if self.overlay else show(path)
        line = line or gaps.place(gap, path)[0]
        return f"{where}:{line}, make hint GAP={number}"


@dataclass
class GapVerdict:
    """How far one gap is."""

    gap: Gap
    state: str
    tests: int = 0
    waits_for: str = ""
    line: int = 0
    failure: Outcome | None = None
    remark: str = ""


@dataclass
class StageVerdict:
    """How far a stage is: a verdict for each gap, by number; and a failure for which a gap of
    an earlier stage is to blame, if the learner's own files of that one are used."""

    stage: Stage
    gaps: list[GapVerdict] = field(default_factory=list)
    earlier: Outcome | None = None

    def holds(self, level: str) -> bool:
        """Whether every gap up to that colour is done."""
        return self.earlier is None and all(
            verdict.state == DONE
            for verdict in self.gaps
            if COLOURS.index(verdict.gap.colour) <= COLOURS.index(level)
        )

    @property
    def first_failure(self) -> Outcome | None:
        """The failure to be told: what lies below is to be mended first."""
        return self.earlier or (self.first_wrong.failure if self.first_wrong else None)

    @property
    def first_wrong(self) -> GapVerdict | None:
        """The first gap that is wrong, in the order of the numbers."""
        return next((one for one in self.gaps if one.state == WRONG), None)

    @property
    def next_unwritten(self) -> GapVerdict | None:
        """The first gap that nobody has written yet."""
        return next((one for one in self.gaps if one.state == UNWRITTEN), None)


def judge(stage: Stage, outcomes: list[Outcome], sources: Sources) -> StageVerdict:
    """Makes the verdict of a stage. The gaps are judged in the order of their numbers.

    A failing test speaks against its own gap only when all that it needs is done and nothing
    that it rests on is wrong: one mistake is told once, not as a cascade. So it is judged
    twice: what is wrong for itself is known after the first time.
    """
    first = _judged(stage, outcomes, sources, wrong=set())
    wrong = {one.gap.number for one in first.gaps if one.state == WRONG}
    second = _judged(stage, outcomes, sources, wrong)
    # Nothing is excused when tests that rest on each other would all wait for each other.
    return second if second.first_wrong else first


def _judged(
    stage: Stage, outcomes: list[Outcome], sources: Sources, wrong: set[str]
) -> StageVerdict:
    """The verdict when these gaps are known to be wrong. A test may need gaps with higher
    numbers; such a test has its say when those have been judged."""
    verdicts = {
        gap.number: _written(stage, gap, sources) for gap in gaps.all_gaps(stage.number)
    }
    relevant = [o for o in outcomes if o.gap in verdicts]
    early = [o for o in relevant if all(order(n) < order(o.gap) for n in o.needs)]
    late = [o for o in relevant if o not in early]
    for group in (early, late):
        for outcome in sorted(group, key=lambda o: order(o.gap)):
            _count_in(verdicts, outcome, wrong)
    for verdict in verdicts.values():
        if verdict.state == DONE and verdict.tests == 0 and not verdict.waits_for:
            verdict.state = UNJUDGED
    elsewhere = (o for o in relevant if o.kind == "wrong" and o.blamed not in verdicts)
    earlier = next((o for o in elsewhere if o.blamed), None)
    return StageVerdict(stage, list(verdicts.values()), earlier)


def _written(stage: Stage, gap: Gap, sources: Sources) -> GapVerdict:
    """Unwritten as long as it calls TODO(), also when there is other code in it already."""
    path = sources.file(stage, gap.path.name)
    text = path.read_text(encoding="utf-8", errors="replace")
    if gap.number not in gaps.unwritten(text):
        return GapVerdict(gap, DONE, line=gaps.place(gap, path)[0])
    verdict = GapVerdict(gap, UNWRITTEN, line=gaps.place(gap, path)[0])
    if "".join(gap.block) not in text:
        call = f'TODO("{gap.number}")'
        lines = (i for i, line in enumerate(text.splitlines(), 1) if call in line)
        verdict.remark = f"{call} is still called at line {next(lines)}: delete that line"
    return verdict


def _count_in(verdicts: dict[str, GapVerdict], outcome: Outcome, wrong: set[str]) -> None:
    verdict = verdicts[outcome.gap]
    below = wrong.intersection(outcome.rests_on) - {outcome.gap}
    if outcome.kind == "passed":
        verdict.tests += 1
        if verdict.state == WAITS:
            verdict.state = DONE
    elif outcome.kind == "skipped":
        verdict.remark = outcome.saw.removeprefix("Skipped: ")
        if verdict.state == DONE:
            verdict.state = UNJUDGED
    elif outcome.kind == "unwritten":
        verdict.state = UNWRITTEN
    elif outcome.blamed and outcome.blamed != outcome.gap and outcome.kind == "wrong":
        _wait(verdict, outcome.blamed)
        blamed = verdicts.get(outcome.blamed)  # None: it is of an earlier stage
        if blamed and blamed.state in (DONE, WAITS):
            blamed.state, blamed.failure = WRONG, blamed.failure or outcome
    elif below and outcome.kind == "wrong":
        _wait(verdict, min(below, key=order))
    else:
        # Only what it needs: a program may well come to an unwritten gap that has nothing to
        # do with this test, and `make prove` shows that the test passes all the same.
        missing = [
            n for n in outcome.needs if n in verdicts and verdicts[n].state != DONE
        ]
        if missing:
            _wait(verdict, min(missing, key=order))
        elif verdict.state in (DONE, WAITS):
            verdict.state, verdict.failure = WRONG, outcome


def _wait(verdict: GapVerdict, number: str) -> None:
    """A gap some of whose tests have passed stays done so far; the line says what waits."""
    verdict.waits_for = verdict.waits_for or number
    if verdict.state == DONE and verdict.tests == 0:
        verdict.state = WAITS


# --- Telling it ------------------------------------------------------------------------------


def describe(verdict: GapVerdict) -> str:
    """The state of a gap in a few words."""
    if verdict.state == UNWRITTEN:
        return verdict.remark or "not written yet"
    if verdict.state == WAITS:
        return f"waits for {verdict.waits_for}"
    if verdict.state == WRONG:
        return "wrong: see below"
    if verdict.state == UNJUDGED:
        return verdict.remark or "no test has judged it"
    if verdict.waits_for:
        return f"so far; a test waits for {verdict.waits_for}"
    return ""


def table(verdict: StageVerdict, *, colour: bool) -> str:
    """A line for each gap."""
    width = max(len(one.gap.title.split(".")[0]) for one in verdict.gaps)
    lines = []
    for one in verdict.gaps:
        title = one.gap.title.split(".")[0]
        lines.append(
            f"  {one.gap.number:<5}"
            + paint(f"{one.gap.colour:<7}", _COLOUR_PAINT[one.gap.colour], colour)
            + paint(f"{_MARKS[one.state]:<6}", _PAINT[one.state], colour)
            + f"{title:<{width}}  {describe(one)}".rstrip()
        )
    return "\n".join(lines)


def advice_for_one(verdict: GapVerdict) -> str:
    """What to do next when only one gap was asked for."""
    number = verdict.gap.number
    stage = number.split(".")[0]
    if verdict.state == DONE and verdict.waits_for:
        return (
            f"Gap {number} is not wrong so far; all of it is judged when {verdict.waits_for} "
            f"is written. make stage{stage} shows the others."
        )
    if verdict.state == DONE:
        return f"Gap {number} is done. make stage{stage} shows the others."
    if verdict.state == WAITS:
        waits_for = verdict.waits_for
        stage = waits_for.split(".")[0]
        return (
            f"Gap {number} waits for {waits_for}: first make stage{stage} GAP={waits_for}"
        )
    if verdict.state == UNJUDGED:
        return f"Gap {number} was not judged; see the remark above."
    verb = "write" if verdict.state == UNWRITTEN else "mend"
    return (
        f"Next: {verb} gap {number} in {show(verdict.gap.path)} at line {verdict.line}, save, "
        f"and make stage{stage} GAP={number} again.\nStuck? make hint GAP={number}"
    )


def _advice_for_earlier(failure: Outcome) -> str:
    number, stage = failure.blamed, failure.blamed.split(".")[0]
    return (
        f"Next: gap {number} of stage {stage}, in {failure.look.split(',')[0]}; "
        f"make stage{stage} judges it.\nStuck? make hint GAP={number}"
    )


def _what_follows(done: Stage) -> str:
    """A line about the next stage, if there is one."""
    for one in STAGES:
        if int(one.number) == int(done.number) + 1:
            folder = one.folder
            return (
                f"\nThe next stage: make watch STAGE={one.number}, and {folder}/README.md"
            )
    return ""


def advice(verdict: StageVerdict, level: str, *, learner: bool) -> str:
    """What to do next, in one or two lines."""
    number = verdict.stage.number
    again = (
        f"save, and make stage{number} again (make watch STAGE={number} does it for you)"
    )
    if os.environ.get("WORKSHOP_WATCHED"):
        again = "save"
    wrong, unwritten = verdict.first_wrong, verdict.next_unwritten
    if verdict.earlier is not None:
        return _advice_for_earlier(verdict.earlier)
    if wrong is not None:
        number = wrong.gap.number
        return f"Next: mend gap {number}; then {again}.\nStuck? make hint GAP={number}"
    if not learner:
        return "The reference holds." if verdict.holds("red") else "The reference fails."
    if unwritten is not None and (not verdict.holds(level) or level == "red"):
        gap = unwritten.gap
        return (
            f"Next: write gap {gap.number} in {show(gap.path)} at line {unwritten.line};\n"
            f"then {again}.\nStuck? make hint GAP={gap.number}"
        )
    unjudged = [one for one in verdict.gaps if one.state == UNJUDGED]
    if unjudged and not verdict.holds(level):
        numbers = ", ".join(one.gap.number for one in unjudged)
        return f"All that can be judged in this copy is done. Not judged, see above: {numbers}"
    if verdict.holds("red"):
        return (
            f"Congratulations: all of stage {number} is done, the red gaps included."
            + _what_follows(verdict.stage)
        )
    if verdict.holds("orange"):
        return (
            f"Congratulations: green and orange are done.\n"
            f"Red is left, for the keen: make stage{number} LEVEL=red"
            + _what_follows(verdict.stage)
        )
    if verdict.holds("green"):
        return (
            f"Congratulations: the green gaps of stage {number} are done; you can go on.\n"
            f"There is more in this stage: make stage{number} LEVEL=orange"
            + _what_follows(verdict.stage)
        )
    return "Not all of it could be judged; see the remarks above."
