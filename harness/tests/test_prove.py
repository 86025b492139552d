"""make prove: which tests run again on a changed reference, and what is made of them."""

from __future__ import annotations

import types
from dataclasses import replace

import pytest

from harness.commands import prove
from harness.commands.prove import Proof, Reference
from harness.layout import ROOT, STAGES
from harness.verdict import Outcome

STAGE = STAGES[0]
A, B, LAB = (f"{STAGE.folder}/{name}" for name in ("a", "b", "glue_lab"))
GLUE, MAIN = ROOT / STAGE.folder / "glue.c", ROOT / f"{A}.c"
EXERCISE = ROOT / STAGE.folder / "exercise_a.py"


def outcome(name: str, programs: tuple[str, ...], kind: str = "passed") -> Outcome:
    return Outcome(name, "It works.", "1.1", (), kind, programs=programs)


OUTCOMES = [
    outcome("t.py::test_b", (B,)),
    outcome("t.py::test_a", (A,)),
    outcome("t.py::test_both", (A, LAB)),
    outcome("t.py::test_nothing", ()),
    outcome("t.py::test_exercise", (f"{STAGE.folder}/exercise_a.py",)),
]


@pytest.fixture
def reference():
    """A reference of three programs; glue.c is part of two."""
    glue = f"{STAGE.folder}/glue.c"
    made_of = {A: {f"{A}.c", glue}, B: {f"{B}.c"}, LAB: {f"{LAB}.c", glue}}
    return Reference(STAGE, Proof("the reference", "", OUTCOMES), made_of)


@pytest.mark.parametrize(
    "path, touched",
    [
        (GLUE, "a both nothing"),
        (MAIN, "a both nothing"),
        (ROOT / f"{LAB}.c", "both nothing"),
        (ROOT / f"{B}.c", "b nothing"),
        (EXERCISE, "nothing exercise"),
    ],
)
def test_a_file_touches_the_tests_of_its_programs(reference, path, touched):
    names = [one.test for one in reference.touched_by(path)]
    assert names == [f"t.py::test_{name}" for name in touched.split()]


def test_the_programs_that_tests_start(reference):
    assert reference.programs(OUTCOMES[:1]) == [B]
    assert reference.programs(OUTCOMES[1:3]) == [A, LAB]
    assert reference.programs(OUTCOMES[4:]) == []
    assert reference.programs(OUTCOMES[2:4]) == [A, B, LAB]  # it may start any
    assert reference.programs([]) == []


def test_what_was_not_touched_is_as_it_was(reference, monkeypatch):
    again = [outcome("t.py::test_both", (A, LAB), "wrong"), outcome("t.py::test_a", (A,))]

    def ran(stage, proof, tests):
        assert tests == ["t.py::test_a", "t.py::test_both"]
        proof.outcomes = again[: len(tests)]

    monkeypatch.setattr(prove, "_run", ran)
    proof = reference._again(Proof("1.1 blanked", "build/x"), OUTCOMES[1:3])
    kinds = [(one.test[len("t.py::test_") :], one.kind) for one in proof.outcomes]
    assert kinds == [
        ("b", "passed"),
        ("a", "passed"),
        ("both", "wrong"),
        ("nothing", "passed"),
        ("exercise", "passed"),
    ]
    assert proof.problems == []


def test_a_test_that_did_not_run_again_is_a_problem(reference, monkeypatch):
    monkeypatch.setattr(prove, "_run", lambda stage, proof, tests: None)
    proof = reference._again(Proof("1.1 blanked", "build/x"), OUTCOMES[1:3])
    assert proof.problems == ["did not run: t.py::test_a, t.py::test_both"]


def test_what_a_report_made_fail_runs_again(monkeypatch):
    """The second time with all that a report may say; failing is decided the first time."""
    asked = []

    def judged(stage, proof, tests, environment):
        asked.append((tests, environment.get("ASAN_OPTIONS")))
        kinds = {"t.py::test_b": "wrong", "t.py::test_both": "wrong"}
        rows = [o for o in OUTCOMES if tests is None or o.test in tests]
        rows = [replace(o, kind=kinds.get(o.test, o.kind)) for o in rows]
        if environment:
            return [replace(o, reported=o.kind == "wrong", saw="short") for o in rows]
        return [replace(o, saw="long") for o in rows[:1]] + OUTCOMES[2:3]

    monkeypatch.setenv("ASAN_OPTIONS", "a=1")
    monkeypatch.setattr(prove, "_judged", judged)
    proof = Proof("x", "build/x")
    prove._run(STAGE, proof)
    assert asked == [
        (None, "a=1:fast_unwind_on_malloc=1"),
        (["t.py::test_b", "t.py::test_both"], None),
    ]
    assert [(o.test, o.kind, o.saw) for o in proof.outcomes[:3]] == [
        ("t.py::test_b", "wrong", "long"),
        ("t.py::test_a", "passed", "short"),
        ("t.py::test_both", "passed", ""),
    ]
    assert proof.problems == ["t.py::test_both: failed, and passed when it ran again"]


def test_nothing_is_proved_by_a_reference_that_fails(reference):
    reference.proof.outcomes = [
        outcome("t.py::test_a", (A,), "wrong"),
        Outcome("t.py::test_b", "It works.", "1.1", ("1.2",), "passed", ("1.99",)),
    ]
    assert prove._check_reference(reference, {"1.1", "1.2"}) == [
        "t.py::test_a: wrong on the reference",
        "t.py::test_b: there is no gap 1.99 in this stage",
    ]


def test_what_the_reference_is_made_of():
    from harness.build import build_stage, programs_of, sources_of

    build_stage(STAGE, "solutions")
    made_of = {name.split("/")[1]: sources_of(name) for name in programs_of(STAGE)}
    gather = f"{STAGE.folder}/gather.c"
    users = {name for name, sources in made_of.items() if gather in sources}
    assert users == {"sleep_gather", "heavy_work", "gather_lab"}


def test_in_short_a_blanked_gap_has_its_own_tests_and_one_of_each_kind(reference):
    """Of a table one row; and with another gap it is another of those that are alike."""
    rows = [
        replace(outcome("t.py::test_own[1]", (A,)), gap="1.2"),
        replace(outcome("t.py::test_own[2]", (A,)), gap="1.2"),
        replace(outcome("u.py::test_own", (A,)), gap="1.2"),
        replace(outcome("t.py::test_waits", (A,)), needs=("1.2",)),
        outcome("t.py::test_a", (A,)),
        outcome("t.py::test_b", (A,)),
        outcome("t.py::test_c", (A,)),
    ]
    gap = types.SimpleNamespace(number="1.2")
    names = [one.test[len("t.py::test_") :] for one in reference.sample(gap, rows)]
    assert names == ["own[1]", "own", "waits", "c"]
    gap = types.SimpleNamespace(number="1.3")
    assert "t.py::test_b" in [one.test for one in reference.sample(gap, rows)]
