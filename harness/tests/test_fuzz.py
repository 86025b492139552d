"""make fuzz: what it begins with, and what it says when it cannot begin."""

from __future__ import annotations

import pytest

from harness.commands import fuzz
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
