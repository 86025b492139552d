"""make prove: the proof that the tests judge what they say they judge.

Every gap of the reference is blanked in turn: each of its tests must fail with "not written
yet", every test that needs the gap must wait for it, and all the others must pass. Every
wrong answer is put in its gap, once in the finished reference and once as a learner has it,
with the later gaps not written: the test that it names must fail, with the words it names,
and the verdict must send the learner to that gap.

A change of one file can only change programs that it is part of. So the tests run once on
the reference; on a changed one those run again that had started such a program. A verdict
sends the learner to the lowest gap that is wrong: on a wrong answer the tests of later gaps
have nothing to say.

At last a learner's gaps are filled in several orders, and judged at every stop: what is filled
is done or waits, what is not is not written yet.

`make check` proves in short. Of a blanked gap: each of its tests fails (of a table one
row), and of those that wait or pass one in each file, another one with each gap. Of a wrong
answer: the test that it names fails with the words that it names, in the finished reference.
It begins with what the tests came to on the reference in a check before.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from harness import gaps, verdict, wrong_answers
from harness.build import BuildError, build_stage, programs_of, sources_of
from harness.gaps import Gap, order
from harness.layout import ROOT, STAGES, Stage, show
from harness.settings import read
from harness.verdict import Outcome, Sources
from harness.wrong_answers import WrongAnswer, build_with

# A test mostly waits for its program: more of them than processors run at once.
WORKERS = 3 * (os.cpu_count() or 2)


@dataclass
class Proof:
    """What a changed reference came to. `problems` is empty when it was caught as it must."""

    name: str
    overlay: str
    outcomes: list[Outcome] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    said: str = ""


def main(arguments: list[str]) -> int:
    """prove: every stage, or STAGE alone. 0 when every blanked gap and every wrong answer
    is caught."""
    settings = read()
    stages = [settings.stage] if settings.stage_was_chosen else STAGES
    return prove_all(stages) or gap_by_gap(stages)


def gap_by_gap(stages: list[Stage]) -> int:
    """Fills the stages' gaps in several orders, and judges them at every stop."""
    tests = "harness/tests/test_commands.py::test_filling_gap_by_gap"
    command = [sys.executable, "-m", "pytest", "-q", "--whole"]
    command += [f"{tests}[{stage.folder}]" for stage in stages]
    print("\nFilled gap by gap, in several orders:", flush=True)
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def prove_all(
    stages: list[Stage], *, in_short: bool = False, known: list[Outcome] | None = None
) -> int:
    """Proves these stages and says what does not hold; returns the exit code.

    `known` is what the tests of all of them came to on the reference, if that is known.
    """
    problems = []
    with ThreadPoolExecutor(WORKERS) as pool:
        # All stages begin here, so that no processor waits for the end of one of them.
        begun = [begin(one, pool, in_short=in_short, known=known) for one in stages]
        for finish in begun:
            problems += finish()
    print()
    for problem in problems:
        print(f"not proved: {problem}")
    print("proved" if not problems else f"{len(problems)} things are not proved")
    return 1 if problems else 0


def begin(
    stage: Stage,
    pool: ThreadPoolExecutor,
    *,
    in_short: bool = False,
    known: list[Outcome] | None = None,
) -> Callable[[], list[str]]:
    """Begins to prove one stage; returns what waits for the end of it, see _finish."""
    all_gaps = gaps.all_gaps(stage.number)
    answers = wrong_answers.of_stage(stage.number)
    reference = Reference.of(stage, known)
    reference.in_short = in_short
    problems = _check_reference(reference, {gap.number for gap in all_gaps})
    if problems:
        return lambda: problems
    proofs = (
        pool.map(reference.blank, all_gaps),
        pool.map(reference.spoil, answers),
        pool.map(reference.spoil_as_learner, [] if in_short else answers),
    )
    return lambda: _finish(stage, all_gaps, answers, *map(list, proofs))


def _finish(
    stage: Stage,
    all_gaps: list[Gap],
    answers: list[WrongAnswer],
    blanked: list[Proof],
    wrong: list[Proof],
    learners: list[Proof],
) -> list[str]:
    """Judges a stage's proofs, printing its two tables; returns what does not hold."""
    for gap, proof in zip(all_gaps, blanked):
        _check_blank(gap, proof)
    for answer, proof in zip(answers, wrong):
        _check_wrong(stage, answer, proof)
    for answer, proof, learner in zip(
        answers, wrong, learners
    ):  # in short there are none
        _check_wrong(stage, answer, learner)
        proof.problems += [
            f"as a learner has it: {problem}" for problem in learner.problems
        ]
    _print_blanked(stage, all_gaps, blanked)
    _print_wrong(answers, wrong)
    without = {gap.number for gap in all_gaps} - {answer.gap.number for answer in answers}
    problems = [f"gap {n} has no wrong answer" for n in sorted(without, key=gaps.order)]
    return problems + [
        f"{p.name}: {problem}" for p in blanked + wrong for problem in p.problems
    ]


@dataclass
class Reference:
    """What the tests came to on the reference, and the sources of each of its programs."""

    stage: Stage
    proof: Proof
    made_of: dict[str, set[str]]
    in_short: bool = False

    @classmethod
    def of(cls, stage: Stage, known: list[Outcome] | None = None) -> Reference:
        """Builds it, and runs the tests, unless what they come to is known."""
        build_stage(stage, "solutions")
        number = f"{stage.number}."
        mine = [o for o in known or [] if o.gap.startswith(number)]
        mine.sort(key=lambda outcome: outcome.test)  # it was noted by several sessions
        proof = Proof("the reference", "", mine)
        if not mine:
            _run(stage, proof)
        return cls(stage, proof, {name: sources_of(name) for name in programs_of(stage)})

    def blank(self, gap: Gap) -> Proof:
        """The gap is not written."""
        touched = self.touched_by(gap.path)
        if self.in_short:
            touched = self.sample(gap, touched)
            names = {outcome.test for outcome in touched}
        name, block = f"blank_{gap.number}", "".join(gap.block)
        overlay = build_with(name, gap, block, self.programs(touched))
        proof = self._again(Proof(f"{gap.number} blanked", overlay), touched)
        if self.in_short:  # of the others nothing is known
            proof.outcomes = [o for o in proof.outcomes if o.test in names]
        return proof

    def sample(self, gap: Gap, touched: list[Outcome]) -> list[Outcome]:
        """Of the outcomes that may be others when the gap is blanked those that must tell so,
        and of the others one of each file and kind; of a table one row."""
        rows: dict[str, Outcome] = {}
        for outcome in touched:
            rows.setdefault(outcome.test.split("[")[0], outcome)
        own = [outcome for outcome in rows.values() if outcome.gap == gap.number]
        alike: dict[tuple, list[Outcome]] = {}
        for outcome in rows.values():
            if outcome.gap != gap.number:
                waits = gap.number in outcome.needs
                alike.setdefault((outcome.test.split("::")[0], waits), []).append(outcome)
        turn = order(gap.number)[1]  # with each gap the next one
        return own + [one[turn % len(one)] for one in alike.values()]

    def spoil(self, answer: WrongAnswer) -> Proof:
        """The gap is filled with a wrong answer."""
        judges = self.named_by(answer) if self.in_short else self.judges_of(answer)
        try:
            overlay = answer.build(self.programs(judges))
        except BuildError as error:
            return _does_not_compile(answer, error)
        return self._again(Proof(answer.name, overlay), judges)

    def spoil_as_learner(self, answer: WrongAnswer) -> Proof:
        """The same as a learner has it."""
        judges, needs = self.judges_of(answer), self.needed_by(answer)
        try:
            overlay = answer.build_as_learner(needs, self.programs(judges))
        except BuildError as error:
            return _does_not_compile(answer, error)
        proof = Proof(answer.name, overlay)
        _run(self.stage, proof, [outcome.test for outcome in judges])
        return proof

    def named_by(self, answer: WrongAnswer) -> list[Outcome]:
        """The outcomes of the test that must catch it: one, or one for each parameter."""
        return [
            o for o in self.proof.outcomes if o.test.split("[")[0] == answer.caught_by
        ]

    def needed_by(self, answer: WrongAnswer) -> set[str]:
        """The gaps that the test which must catch it needs."""
        return {number for outcome in self.named_by(answer) for number in outcome.needs}

    def judges_of(self, answer: WrongAnswer) -> list[Outcome]:
        """The outcomes that may be others for it, and have a say in its verdict."""
        needs = self.needed_by(answer)
        return [
            outcome
            for outcome in self.touched_by(answer.gap.path)
            if order(outcome.gap) <= order(answer.gap.number) or outcome.gap in needs
        ]

    def touched_by(self, path: Path) -> list[Outcome]:
        """The outcomes that may be others when the file is: those of tests that started a
        program that it is part of. What a test depends on that started nothing nobody knows.
        """
        return [
            outcome
            for outcome in self.proof.outcomes
            if not outcome.programs
            or any(show(path) in self.made_of.get(p, {p}) for p in outcome.programs)
        ]

    def programs(self, outcomes: list[Outcome]) -> list[str]:
        """The programs that the tests of these outcomes start."""
        if not all(outcome.programs for outcome in outcomes):
            return list(self.made_of)
        started = {name for outcome in outcomes for name in outcome.programs}
        return [name for name in self.made_of if name in started]

    def _again(self, proof: Proof, touched: list[Outcome]) -> Proof:
        """Runs the tests of these outcomes; the others are as on the reference."""
        names = {outcome.test for outcome in touched}
        _run(self.stage, proof, sorted(names))
        lost = names - {outcome.test for outcome in proof.outcomes}
        if lost and not proof.problems:
            proof.problems.append(f"did not run: {', '.join(sorted(lost))}")
        proof.outcomes = _replaced(self.proof.outcomes, proof.outcomes)
        return proof


def _replaced(known: list[Outcome], again: list[Outcome]) -> list[Outcome]:
    """The known outcomes in their order, with what those tests came to that ran again."""
    rows: dict[str, list[Outcome]] = {}
    for outcomes in (known, again):
        fresh = {outcome.test: [] for outcome in outcomes}
        for outcome in outcomes:
            fresh[outcome.test].append(outcome)
        rows.update(fresh)
    return [outcome for outcomes in rows.values() for outcome in outcomes]


def _does_not_compile(answer: WrongAnswer, error: BuildError) -> Proof:
    return Proof(answer.name, "", problems=[f"does not compile: {error}"])


def _run(stage: Stage, proof: Proof, tests: list[str] | None = None) -> None:
    """Runs these of the stage's tests (None: all); notes what they came to.

    To keep the whole stack of every allocation is most of what a sanitized program does. It
    is needed for what a report says, not for whether there is one: so the tests run without
    it first, and those that a report made fail run again.
    """
    proof.outcomes = _judged(stage, proof, tests, _options("fast_unwind_on_malloc=1"))
    reported = [outcome.test for outcome in proof.outcomes if outcome.reported]
    if not reported:
        return
    again = _judged(stage, proof, reported, {})
    for outcome in again:
        if outcome.kind == "passed":
            proof.problems.append(f"{outcome.test}: failed, and passed when it ran again")
    proof.outcomes = _replaced(proof.outcomes, again)


def _options(option: str) -> dict[str, str]:
    """The variable that adds an option to ASan's."""
    theirs = os.environ.get("ASAN_OPTIONS")
    return {"ASAN_OPTIONS": f"{theirs}:{option}" if theirs else option}


def _judged(
    stage: Stage, proof: Proof, tests: list[str] | None, environment: dict[str, str]
) -> list[Outcome]:
    """What these tests come to, in a process of their own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "outcomes.json"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--no-build",
            f"--rootdir={ROOT}",
        ]
        command += [f"--overlay={proof.overlay}"] if proof.overlay else []
        command += ["--impl=solutions", f"--outcomes={path}"]
        command += [] if tests is None else [f"--tests={json.dumps(tests)}"]
        files = sorted({test.split("::")[0] for test in tests or []})
        command += [str(stage.path / name) for name in files] or [str(stage.path)]
        done = subprocess.run(
            command,
            cwd=ROOT,
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
            check=False,
        )
        if not path.exists():
            proof.problems.append(f"the tests could not run: {done.stdout}{done.stderr}")
            return []
        return [Outcome(**row) for row in json.loads(path.read_text())]


def _check_reference(reference: Reference, numbers: set[str]) -> list[str]:
    """Every test passes on the reference, and names gaps that there are."""
    problems = list(reference.proof.problems)
    for outcome in reference.proof.outcomes:
        if outcome.kind != "passed":
            problems.append(f"{outcome.test}: {outcome.kind} on the reference")
        for number in sorted({outcome.gap, *outcome.needs, *outcome.rests_on} - numbers):
            problems.append(f"{outcome.test}: there is no gap {number} in this stage")
    return problems


def _check_blank(gap: Gap, proof: Proof) -> None:
    own = [outcome for outcome in proof.outcomes if outcome.gap == gap.number]
    if not own:
        proof.problems.append("no test judges it")
    for outcome in proof.outcomes:
        expected = "passed"
        if outcome.gap == gap.number:
            expected = "unwritten"
        elif gap.number in outcome.needs:
            expected = "waits"
        if outcome.kind != expected:
            proof.problems.append(f"{outcome.test}: {outcome.kind}, must be: {expected}")


def _check_wrong(stage: Stage, answer: WrongAnswer, proof: Proof) -> None:
    if not proof.overlay:
        return
    named = [o for o in proof.outcomes if o.test.split("[")[0] == answer.caught_by]
    caught = [o for o in named if o.kind == "wrong"]
    said = [o for o in caught if answer.says in " ".join(f"{o.saw} {o.expected}".split())]
    if not named:
        proof.problems.append(f"there is no test {answer.caught_by}")
    elif not caught:
        proof.problems.append(f"not caught by {answer.caught_by}: {named[0].kind}")
    elif not said:
        proof.problems.append(
            f"caught, but not in the words “{answer.says}”: {caught[0].saw}"
        )
    judged = verdict.judge(stage, proof.outcomes, Sources("solutions", proof.overlay))
    first = judged.first_wrong
    if first is None or first.gap.number != answer.gap.number:
        where = first.gap.number if first else "nowhere"
        proof.problems.append(f"the verdict sends the learner to {where}")
    proof.said = said[0].saw if said else ""


def _print_blanked(stage: Stage, all_gaps: list[Gap], proofs: list[Proof]) -> None:
    """The table gap x test: what became of each test when a gap was blanked."""
    marks = {"unwritten": "TODO", "waits": "...", "passed": ".", "wrong": "WRONG"}
    print(f"Stage {stage.number}, the gap proof: a column for each blanked gap.")
    print("TODO: not written yet   ...: waits for it   .: passes   nothing: not run\n")
    tests = [o.test.split("[")[0] for proof in proofs for o in proof.outcomes]
    tests = list(dict.fromkeys(tests))
    width = max(len(test) for test in tests)
    print(" " * width + "  " + "".join(f"{gap.number:<6}" for gap in all_gaps))
    for test in tests:
        cells = ""
        for proof in proofs:
            kinds = [o.kind for o in proof.outcomes if o.test.split("[")[0] == test]
            kind = kinds[0] if len(set(kinds)) == 1 else "/".join(sorted(set(kinds)))
            cells += f"{marks.get(kind, kind):<6}"
        print(f"{test:<{width}}  {cells.rstrip()}")


def _print_wrong(answers: list[WrongAnswer], proofs: list[Proof]) -> None:
    print("\nThe wrong answers, and the test that names each mistake:\n")
    width = max((len(answer.name) for answer in answers), default=0)
    for answer, proof in zip(answers, proofs):
        state = "ok   " if not proof.problems else "FAIL "
        print(f"{state}{answer.name:<{width}}  {answer.caught_by}")
        print(f"{'':5}{'':<{width}}  says: {answer.says}")
