"""The pictures of what overlapped: their text, their width, and drawing them live."""
from __future__ import annotations

import io
import math
import os
import re
import xml.etree.ElementTree as ElementTree

import pytest

from harness import timeline
from harness.tests import golden
from harness.timeline import Bar, Live, draw, svg

SLEEPS = [
    Bar("sleep 7", 0, 7),
    Bar("sleep 2", 0, 2),
    Bar("sleep 3", 0, 3),
    Bar("sleep 1", 0, 1),
]
ORDER = [
    Bar("GET /orders/17", 5.000, 5.030),
    Bar("GET /packages/1 and a label too long to show", 5.030, 5.070, "timed out"),
    Bar("log", 5.030, 5.030),
    Bar("GET /packages/2", 5.031, None),
]
WIDE = [
    Bar("注文を取得する", 0, 2),
    Bar("naïve e\u0301", 1, 2),
    Bar("a\nb\x1b[31m", 1, 1),
]


@pytest.mark.parametrize(
    "name, bars, options",
    [
        ("sleeps", SLEEPS, {}),
        ("sleeps_titled_ascii", SLEEPS, {"title": "gather", "ascii": True}),
        ("sleeps_colour_40", SLEEPS, {"width": 40, "colour": True}),
        ("order_ms", ORDER, {"unit": "ms", "title": "an order, then its packages"}),
        ("order_ascii_50", ORDER, {"unit": "ms", "ascii": True, "width": 50}),
        ("wide_letters", WIDE, {}),
        ("one_moment", [Bar("a", 3, 3)], {}),
        ("empty", [], {"title": "gather"}),
    ],
)
def test_draw(name, bars, options):
    golden.check(f"timeline_{name}.txt", draw(bars, **options))


@pytest.mark.parametrize("bars", [SLEEPS, ORDER, WIDE, []])
@pytest.mark.parametrize("ascii", [False, True])
def test_never_wider_than_asked(bars, ascii):
    for width in range(1, 130):
        text = draw(bars, width=width, title="what overlapped", unit="ms", ascii=ascii)
        widest = max(timeline._columns(line) for line in text.splitlines())
        assert widest <= width, f"{widest} columns instead of {width}:\n{text}"


def test_ascii_is_ascii():
    text = draw(ORDER + WIDE, ascii=True, title="größer")
    assert text.isascii()


def test_every_bar_is_seen_where_it_belongs():
    lines = draw(SLEEPS, width=72).splitlines()
    lengths = [line.count("█") for line in lines[:4]]
    assert lengths[0] > lengths[2] > lengths[1] > lengths[3] > 0
    shifted = draw([Bar("a", 0, 1), Bar("b", 1, 2)], width=72).splitlines()
    assert shifted[0].index("▌") == shifted[1].index("▐")  # they share a column


def test_bars_that_took_no_time_are_seen_at_any_width():
    for width in range(12, 100):
        for moment in (0, 5, 10):
            last = draw([Bar("a", 0, 10), Bar("b", moment, moment)], width=width)
            assert re.search("[▏▎▍▌▋▊▉█▐]", last.splitlines()[1]), last


def test_lesson_counts_work_against_the_span():
    assert draw(SLEEPS).splitlines()[-1] == "13.0 s of work in 7.0 s: 1.9 at a time"
    apart = [Bar("a", 10, 11), Bar("b", 11, 12)]
    assert draw(apart).splitlines()[-1] == "2.0 s of work in 2.0 s: 1.0 at a time"


@pytest.mark.parametrize(
    "bar, complaint",
    [
        (Bar("a", 2, 1), "ends before it starts"),
        (Bar("a", float("nan"), 1), "not a number"),
        (Bar("a", 0, float("inf")), "not a number"),
    ],
)
def test_impossible_bars_are_refused(bar, complaint):
    with pytest.raises(ValueError, match=complaint):
        draw([bar])
    with pytest.raises(ValueError, match=complaint):
        svg([bar])


def test_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="'s' or 'ms'"):
        draw(SLEEPS, unit="h")


@pytest.mark.parametrize(
    "name, bars, title",
    [
        ("sleeps", SLEEPS, "7 + 2 + 3 + 1 s of sleep"),
        ("order", ORDER, 'An order & <its> "packages"'),
        ("empty", [], ""),
    ],
)
def test_svg(name, bars, title):
    text = svg(bars, title=title)
    page = ElementTree.fromstring(text)
    tag = "{http://www.w3.org/2000/svg}"
    assert page.find(f"{tag}title").text == (title or "What overlapped")
    bars_drawn = [r for r in page.findall(f"{tag}rect") if r.get("class") != "back"]
    assert len(bars_drawn) == len(bars)
    width = float(page.get("viewBox").split()[2])
    for bar in bars_drawn:
        assert float(bar.get("width")) >= 1
        assert float(bar.get("x")) + float(bar.get("width")) < width
    for forbidden in ("<script", "href", "url(", "@import", "@font-face"):
        assert forbidden not in text
    assert "prefers-color-scheme: dark" in text
    golden.check(f"timeline_{name}.svg", text)


class Screen(io.StringIO):
    """A terminal that understands as much as `Live` says, to see what a person sees."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True

    def shown(self) -> list[str]:
        lines, row = [""], 0
        for part in re.split(r"(\x1b\[[?\d]*[A-Za-z]|\n|\r)", self.getvalue()):
            if part == "\n":
                row += 1
                lines += [""] * (row + 1 - len(lines))
            elif part.endswith("A") and part.startswith("\x1b["):
                row -= int(part[2:-1])
                assert row >= 0, "the cursor climbed above the picture"
            elif part == "\x1b[J":
                del lines[row:]
                lines.append("")
            elif part and part != "\r" and not part.startswith("\x1b["):
                lines[row] = part  # `Live` writes whole lines
        return lines

    def cursor_hidden(self) -> bool:
        return self.getvalue().rfind("\x1b[?25l") > self.getvalue().rfind("\x1b[?25h")


class Clock:
    """Time that passes only when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def terminal(monkeypatch):
    """Sets the terminal's size: `terminal(columns, lines)`. 60 x 20 until then."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")

    def resize(columns: int, lines: int) -> None:
        size = os.terminal_size((columns, lines))
        monkeypatch.setattr(timeline.shutil, "get_terminal_size", lambda: size)

    resize(60, 20)
    return resize


def test_live_redraws_in_place_and_ends_with_the_whole_picture(terminal):
    screen, clock = Screen(), Clock()
    with Live(screen, title="gather", expected_end=3, clock=clock) as live:
        live.begin("sleep 3", 0)
        live.begin("sleep 1", 0)
        clock.now = 1
        live.tick(1)
        assert screen.cursor_hidden()
        running = screen.shown()
        assert running[0] == "gather" and "running" in running[1]
        assert running[-2] == "2.0 s of work in 1.0 s: 2.0 at a time, 2 still running"
        live.end("sleep 1", 1)
        live.end("sleep 3", 3)
    assert not screen.cursor_hidden()
    final = draw([Bar("sleep 3", 0, 3), Bar("sleep 1", 0, 1)], title="gather", width=59)
    assert screen.shown() == final.splitlines() + [""]


def test_live_draws_at_most_20_times_a_second(terminal):
    screen, clock = Screen(), Clock()
    live = Live(screen, clock=clock)
    live.begin("a", 0)
    for step in range(1000):
        clock.now = step / 1000
        live.tick(clock.now)
    assert 15 <= screen.getvalue().count("\x1b[?25l") <= 21
    live.finish()


def test_live_gives_the_cursor_back_after_an_exception(terminal):
    screen = Screen()
    with pytest.raises(RuntimeError):
        with Live(screen) as live:
            live.begin("a", 0)
            assert screen.cursor_hidden()
            raise RuntimeError
    assert not screen.cursor_hidden()
    assert screen.getvalue().count("\x1b[?25h") == 1


@pytest.mark.parametrize("columns, lines", [(60, 5), (9, 10), (1, 1), (60, 3)])
def test_live_stays_within_a_small_terminal(terminal, columns, lines):
    terminal(columns, lines)
    screen, clock = Screen(), Clock()
    live = Live(screen, title="many", clock=clock)
    for number in range(30):
        clock.now += 1
        live.begin(f"task {number}", number)
        seen = screen.shown()
        assert len(seen) <= max(2, lines), "\n".join(seen)
        assert all(timeline._columns(line) <= max(1, columns - 1) for line in seen)
    live.finish()
    assert sum("│" in line for line in screen.shown()) == 30


def test_live_survives_a_terminal_made_narrower(terminal):
    screen, clock = Screen(), Clock()
    live = Live(screen, clock=clock)
    live.begin("a", 0)
    clock.now = 1
    live.tick(1)
    before, lines = screen.getvalue(), screen.shown()[:-1]
    terminal(30, 20)
    clock.now = 2
    live.tick(2)
    up = int(re.search(r"\x1b\[(\d+)A", screen.getvalue()[len(before) :])[1])
    assert up == sum(math.ceil(len(line) / 30) for line in lines) > len(lines)
    live.finish()


def test_live_is_silent_where_there_is_no_terminal_until_it_finishes():
    page = io.StringIO()
    live = Live(page, title="gather", expected_end=9)
    live.begin("a", 0)
    live.tick(1)
    live.end("a", 2)
    assert page.getvalue() == ""
    live.finish()
    live.finish()
    lines = page.getvalue().splitlines()
    assert lines[0] == "gather" and "\x1b" not in page.getvalue()
    assert lines[-1] == "2.0 s of work in 2.0 s: 1.0 at a time"
    assert page.getvalue().count("gather") == 1


def test_live_says_which_task_it_does_not_know():
    live = Live(io.StringIO())
    live.begin("a", 0)
    with pytest.raises(ValueError, match="'b'"):
        live.end("b", 1)


def test_live_ends_the_first_of_two_tasks_with_one_name():
    page = io.StringIO()
    live = Live(page)
    live.begin("a", 0)
    live.begin("a", 1)
    live.end("a", 2)
    live.end("a", 4)
    live.finish()
    first, second = page.getvalue().splitlines()[:2]
    assert first.endswith("2.0 s") and second.endswith("3.0 s")
