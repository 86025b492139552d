"""make compare: what it measures, and what it draws of it."""

from __future__ import annotations

import pytest

from harness.commands import compare
from harness.commands.compare import Figure
from harness.tools import tool

FIGURES = [
    Figure("on the loop", 16, 160.0),
    Figure("thread pool", 16, 40.0),
    Figure("blocking", 16, 0.1),
]


def test_a_picture():
    assert compare.draw(FIGURES) == (
        "16 clients at once\n"
        f"on the loop │{'█' * 40}  160.0 answers/s, each waits  0.10 s\n"
        f"thread pool │{('█' * 10).ljust(40)}   40.0 answers/s, each waits  0.40 s\n"
        f"blocking    │{'▏'.ljust(40)}    0.1 answers/s, each waits 160.00 s\n"
    )


def test_a_picture_in_ascii():
    text = compare.draw(FIGURES, ascii=True)
    assert text.isascii()
    assert [line[12:16] for line in text.splitlines()[1:]] == ["|===", "|===", "||  "]


def test_nobody_was_answered():
    text = compare.draw([Figure("blocking", 1, 0.0)])
    assert text.splitlines()[0] == "1 client at once"
    assert "0.0 answers/s" in text and "inf" in text


@pytest.mark.parametrize("everything, code", [("", 0), ("1", 1)])
def test_without_wrk(monkeypatch, capsys, everything, code):
    """It says how to get it; where nothing may be left out that is a failure."""
    monkeypatch.setattr(compare.shutil, "which", lambda name: None)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("FULL", everything)
    assert compare.main(["compare"]) == code
    assert "setup/confirm_environment --install" in capsys.readouterr().out


@pytest.fixture(scope="module")
def built():
    """The three servers."""
    tool("wrk")
    compare.build()


def test_all_three_are_measured(built):
    figures = compare.measure(2, seconds=1, delay=0.01)
    assert [figure.server for figure in figures] == list(compare.SERVERS)
    assert all(figure.per_second > 0 for figure in figures)


def test_a_server_that_does_not_answer_well(built, monkeypatch, capsys):
    """Its figures would be none: it is said, and the command fails."""
    monkeypatch.setattr(compare, "PATH", "/convert/XXX/100")
    monkeypatch.setattr(compare, "SECONDS", 1)
    monkeypatch.setattr(compare, "CONNECTIONS", (1,))
    assert compare.main(["compare"]) == 1
    assert "FAILED  wrk, stage3_server/currency_server" in capsys.readouterr().out
