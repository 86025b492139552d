"""make fuzz: what it begins with, and what it says when it cannot begin."""

from __future__ import annotations

import types

import pytest

from harness.commands import check, fuzz
from harness.fuzz.requests import BAD, GOOD


@pytest.fixture
def without_clang(monkeypatch):
    """A machine that has no clang, where things may be left out."""
    monkeypatch.setattr(fuzz.shutil, "which", lambda name: None)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("FULL", raising=False)


def test_without_clang_it_is_left_out(without_clang, capsys):
    assert fuzz.main(["fuzz"]) == 0
    assert capsys.readouterr().out.startswith(
        "left out: clang is missing: apt-get install"
    )


def test_where_nothing_may_be_left_out_clang_must_be_there(without_clang, monkeypatch):
    monkeypatch.setenv("CI", "true")
    assert fuzz.main(["fuzz"]) == 1


def test_the_seeds_are_the_requests_of_the_tests(monkeypatch, tmp_path):
    """Each one a file, and all good ones in one stream."""
    monkeypatch.setattr(fuzz, "ROOT", tmp_path)
    for _ in range(2):  # those of an earlier run are gone
        fuzz.write_seeds()
    seeds = [
        path.read_bytes() for path in (tmp_path / fuzz.BUILD_DIR / "seeds").iterdir()
    ]
    wanted = [row[0] for row in [*GOOD.values(), *BAD.values()]]
    assert sorted(seeds) == sorted([*wanted, b"".join(row[0] for row in GOOD.values())])


@pytest.mark.parametrize(
    "code, said, problem",
    [
        (0, "stat::number_of_executed_units: 12\n", None),
        (77, "stat::number_of_executed_units: 12\n", "ended with 77"),
        (0, "nothing was run\n", "ended with 0"),
    ],
)
def test_a_check_fails_by_a_finding_and_when_nothing_was_run(
    monkeypatch, tmp_path, code, said, problem
):
    (tmp_path / check.BUILD).mkdir(parents=True)
    (tmp_path / check.BUILD / "fuzz.log").write_text(said)
    monkeypatch.setattr(check, "ROOT", tmp_path)
    monkeypatch.setattr(check, "fuzzer", types.SimpleNamespace(wait=lambda: code))
    problems = check.fuzzing()
    assert len(problems) == (problem is not None)
    assert problem is None or problem in problems[0]


def test_a_check_is_left_out_without_clang(monkeypatch):
    monkeypatch.setattr(check, "fuzzer", None)
    with pytest.raises(check.LeftOut, match="apt-get install"):
        check.fuzzing()
