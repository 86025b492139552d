"""make prove: the proof that the tests judge what they say they judge.

Every gap of the reference is blanked in turn: each of its tests must fail with "not written
yet", every test that needs the gap must wait for it, and all the others must pass. Every
wrong answer is put in its gap, once in the finished reference and once as a learner has it,
with the later gaps not written: the test that it names must fail, with the words it names,
and the verdict must send the learner to that gap.
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

from harness import gaps, verdict, wrong_answers
from harness.build import BuildError, build_stage
from harness.gaps import Gap, order
from harness.layout import ROOT, STAGES, Stage
from harness.verdict import Outcome, Sources
from harness.wrong_answers import WrongAnswer, build_with

# A test mostly waits for its program: more of them than processors run at once.
WORKERS = 2 * (os.cpu_count() or 2)


@dataclass
class Proof:
    """What a changed reference came to. `problems` is empty when it was caught as it must."""

    name: str
    overlay: str
    outcomes: list[Outcome] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    said: str = ""


def main(arguments: list[str]) -> int:
    """prove. 0 when every blanked gap and every wrong answer is caught."""
    problems = [problem for one in STAGES for problem in prove(one)]
    print()
    for problem in problems:
        print(f"not proved: {problem}")
    print("proved" if not problems else f"{len(problems)} things are not proved")
    return 1 if problems else 0


def prove(stage: Stage) -> list[str]:
    """Proves one stage, printing its two tables; returns what does not hold."""
    all_gaps = gaps.all_gaps(stage.number)
    answers = wrong_answers.of_stage(stage.number)
    build_stage(stage, "solutions")
    with ThreadPoolExecutor(WORKERS) as pool:
        blanked = list(pool.map(_build_blank, all_gaps))
        wrong = list(pool.map(_build_wrong, answers))
        list(pool.map(lambda proof: _run(stage, proof), blanked + wrong))
        pairs = [
            (answer, proof) for answer, proof in zip(answers, wrong) if proof.overlay
        ]
        learners = list(pool.map(lambda pair: _as_learner(stage, *pair), pairs))
    for gap, proof in zip(all_gaps, blanked):
        _check_blank(gap, proof)
    for answer, proof in zip(answers, wrong):
        _check_wrong(stage, answer, proof)
    for (answer, proof), learner in zip(pairs, learners):
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


def _build_blank(gap: Gap) -> Proof:
    name = f"{gap.number} blanked"
    return Proof(name, build_with(f"blank_{gap.number}", gap, "".join(gap.block)))


def _build_wrong(answer: WrongAnswer) -> Proof:
    try:
        return Proof(answer.name, answer.build())
    except BuildError as error:
        return Proof(answer.name, "", problems=[f"does not compile: {error}"])


def _as_learner(stage: Stage, answer: WrongAnswer, proof: Proof) -> Proof:
    """Builds the wrong answer as a learner has it, and runs the tests up to its gap."""
    named = [o for o in proof.outcomes if o.test.split("[")[0] == answer.caught_by]
    needs = {number for outcome in named for number in outcome.needs}
    learner = Proof(answer.name, answer.build_as_learner(needs))
    wanted = [g.number for g in gaps.all_gaps(stage.number)]
    wanted = [n for n in wanted if order(n) <= order(answer.gap.number) or n in needs]
    _run(stage, learner, *[f"--gap={number}" for number in wanted])
    return learner


def _run(stage: Stage, proof: Proof, *more: str) -> None:
    """Runs the stage's tests on the overlay, in a process of its own."""
    if not proof.overlay:
        return
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
        command += [f"--overlay={proof.overlay}", f"--outcomes={path}", *more]
        command += [str(stage.path)]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False
        )
        if not path.exists():
            proof.problems.append(f"the tests could not run: {done.stdout}{done.stderr}")
            return
        proof.outcomes = [Outcome(**row) for row in json.loads(path.read_text())]


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
    print("TODO: not written yet   ...: waits for it   .: passes\n")
    tests = list(dict.fromkeys(o.test.split("[")[0] for o in proofs[0].outcomes))
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
