"""make timeline and make demo: what is printed around the picture. The demos are scripts."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace

import pytest

from harness import layout, verdict
from harness.commands import show
from harness.layout import STAGES, Line, bars_of

HEADING = "$ build/stage1_event_loop/tasks"


@pytest.fixture
def shown(tmp_path, monkeypatch, capsys):
    """shown(SCRIPT, ARGUMENTS..., world=False) runs a demo for each of these arguments;
    returns the exit code and what was printed, the bars without what may differ."""
    monkeypatch.setattr(layout, "ROOT", tmp_path)
    monkeypatch.setattr(verdict, "ROOT", tmp_path)
    monkeypatch.setattr(show, "ROOT", tmp_path)
    monkeypatch.setattr(show, "build_stage", lambda *_, **__: "")
    monkeypatch.setenv("TERM", "xterm")
    for name in ("BUILD_DIR", "IMPL", "MINE"):
        monkeypatch.delenv(name, raising=False)
    program = tmp_path / "build" / "stage1_event_loop" / "tasks"
    program.parent.mkdir(parents=True)

    def run(
        script: str, *arguments: str, world: bool = False, terminal: bool = False
    ) -> tuple[int, str]:
        monkeypatch.setattr(show.sys.stdout, "isatty", lambda: terminal, raising=False)
        program.write_text("#!/bin/sh\n" + textwrap.dedent(script))
        program.chmod(0o755)
        demos = tuple(("tasks", argument) for argument in arguments)
        bars = lambda lines: bars_of(r"(one|two) (starting|finished)", lines)
        stage = replace(STAGES[0], demos=demos, bars=bars, world=world)
        monkeypatch.setattr(show, "read", lambda: replace(CHOICES, stage=stage))
        code = show.main(["timeline"])
        out = capsys.readouterr().out
        out = re.sub(r"^(one|two) ([│|]).*$", r"\1 |", out, flags=re.MULTILINE)
        out = re.sub(r"^ +[└+].*\n +0.*\n", "", out, flags=re.MULTILINE)
        return code, re.sub(r"\d.* of work .*", "N of work", out)

    return run


CHOICES = show.read("1")
TASKS = """\
    echo before
    echo one starting; echo two starting; echo two finished; echo one finished
"""
BARS = "one |\ntwo |\nN of work\n"


def test_one_demo_and_a_line_that_sums_it_up(shown, tmp_path):
    code, out = shown(TASKS + 'echo "$1 was done"', "it")
    tasks = "one starting\ntwo starting\ntwo finished\none finished\n"
    assert code == 0
    assert out == (
        f"{HEADING} it\nbefore\n{tasks}{BARS}\nit was done\n\n"
        "As a picture: build/timeline_stage1_event_loop.svg\n"
    )
    assert "<svg " in (tmp_path / "build" / "timeline_stage1_event_loop.svg").read_text()


def test_on_a_terminal_the_picture_stands_where_the_tasks_lines_would(shown):
    _, out = shown(TASKS + "echo done", "it", terminal=True)
    before, _, picture = out.partition("\x1b[?25l")
    assert before == f"{HEADING} it\nbefore\n"
    assert "starting" not in picture and "finished" not in picture
    assert "\x1b[?25h\ndone\n\nAs a picture: " in picture


def test_two_demos_have_a_picture_each_and_their_results_are_counted(shown, tmp_path):
    code, out = shown(TASKS + 'echo "["; echo "$1"; echo "]"', "slow", "fast")
    slow, fast = out.split("\n\n$ ")
    assert code == 0
    for said, name, number in ((slow, "slow", 1), ("$ " + fast, "fast", 2)):
        assert said.startswith(f"{HEADING} {name}\nbefore\n")
        assert f"{BARS}\n... and it printed 3 lines more\n\n" in said
        picture = f"build/timeline_stage1_event_loop_{number}.svg"
        assert said.rstrip().endswith(f"As a picture: {picture}")
        assert f"tasks {name}</title>" in (tmp_path / picture).read_text()


def test_the_first_demo_that_fails_is_told(shown):
    assert shown(TASKS + "exit $1", "0", "3", "4")[0] == 3


def test_nothing_has_started(shown):
    code, out = shown("echo nothing", "x", "y")
    assert code == 1
    assert out.endswith("no task has started. make stage1 tells what is missing.\n")
    assert out.count("$ ") == 1


def test_a_stage_without_demos(shown):
    assert shown(TASKS) == (0, "Stage 1 draws nothing: make demo shows what it does.\n")


@pytest.mark.parametrize("world", [True, False])
def test_a_demo_finds_its_world(shown, monkeypatch, world):
    monkeypatch.delenv("ORDERS_URL", raising=False)
    monkeypatch.setenv("no_proxy", "nowhere")
    _, out = shown('echo one starting; echo "<$ORDERS_URL> $no_proxy"', "x", world=world)
    url = r"http://127\.0\.0\.1:[1-9]\d+" if world else ""
    assert re.search(rf"^<{url}> 127\.0\.0\.1,localhost$", out, re.MULTILINE)


def test_bars_of_lines():
    texts = [
        "one starting",
        "x",
        "one finished",
        "two finished",
        "two starting",
        "one of",
    ]
    lines = [Line(text, float(at)) for at, text in enumerate(texts)]
    bars = bars_of(r"(one|two) (starting|finished)", lines)
    assert [(bar.label, bar.start, bar.end) for bar in bars] == [
        ("one", 0.0, 2.0),
        ("two", 4.0, None),
    ]
