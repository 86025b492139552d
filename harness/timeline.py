"""Draws what overlapped in time: one bar a task.

    sleep 7 │████████████████████████████████████████ 7.0 s
    sleep 2 │███████████▍                             2.0 s
            └────┴─────┴─────┴────┴─────┴─────┴─────┴
            0    1     2     3    4     5     6     7 s
    9.0 s of work in 7.0 s: 1.3 at a time

`draw()` gives text for a terminal, `svg()` a picture for a page, and `Live` redraws the
text while a program runs. All times are seconds, on any clock: the first bar begins at 0.
"""
from __future__ import annotations

import atexit
import html
import math
import os
import shutil
import textwrap
import time
import unicodedata
from dataclasses import dataclass, replace
from typing import Callable, NamedTuple, Sequence, TextIO

UNITS = {"s": 1.0, "ms": 0.001}
"""The units a time axis can have, in seconds."""


@dataclass(frozen=True)
class Bar:
    """One task: `start` and `end` in seconds; an `end` of None: it is still running."""

    label: str
    start: float
    end: float | None
    note: str = ""


def draw(
    bars: Sequence[Bar],
    *,
    width: int = 72,
    title: str = "",
    unit: str = "s",
    colour: bool = False,
    ascii: bool = False,
) -> str:
    """The bars as lines of text, none wider than `width` columns, ending in a newline.

    `unit` is the axis's, "s" or "ms"; each length is said in the unit that suits it.
    ValueError: a bar that ends before it starts, a time that is no number, another unit.
    """
    return "\n".join(_lines(bars, width, title, unit, colour, ascii)) + "\n"


# --- What both pictures say ----------------------------------------------------------


class _Scale(NamedTuple):
    begin: float  # of the first bar
    end: float  # of the picture
    unit: str

    @property
    def span(self) -> float:
        return self.end - self.begin

    def column(self, moment: float, columns: float) -> float:
        """Where `moment` falls in a plot that is `columns` wide."""
        return (moment - self.begin) / self.span * columns if self.span > 0 else 0.0


def _scale(bars: Sequence[Bar], unit: str, horizon: float | None = None) -> _Scale:
    if unit not in UNITS:
        raise ValueError(f"unit is {unit!r}: it can be 's' or 'ms'")
    moments = [] if horizon is None else [horizon]
    for bar in bars:
        ends = [bar.start] if bar.end is None else [bar.start, bar.end]
        if not all(math.isfinite(moment) for moment in ends):
            raise ValueError(f"bar {bar.label!r} has a time that is not a number")
        if ends[-1] < bar.start:
            raise ValueError(f"bar {bar.label!r} ends before it starts")
        moments += ends
    begin = min(bar.start for bar in bars)
    return _Scale(begin, max(begin, *moments), unit)


def _duration(seconds: float) -> str:
    """7.0 s, 70 ms, 0.4 ms."""
    if seconds >= 0.9995:
        return f"{seconds:.1f} s"
    if seconds >= 0.00095 or seconds == 0:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds * 1000:.1g} ms"


def _length(bar: Bar) -> str:
    said = "running" if bar.end is None else _duration(bar.end - bar.start)
    return f"{said}, {_clean(bar.note)}" if bar.note else said


def _lesson(bars: Sequence[Bar], now: float) -> str:
    """13.0 s of work in 7.0 s: 1.9 at a time."""
    ends = [now if bar.end is None else bar.end for bar in bars]
    begin = min(bar.start for bar in bars)
    work = sum(end - bar.start for bar, end in zip(bars, ends))
    span = max(ends) - begin
    if span <= 0:
        return "no time passed"
    running = sum(bar.end is None for bar in bars)
    so_far = f", {running} still running" if running else ""
    return (
        f"{_duration(work)} of work in {_duration(span)}: "
        f"{work / span:.1f} at a time{so_far}"
    )


def _ticks(scale: _Scale, most: int) -> list[tuple[float, str]]:
    """At most `most` moments at 1, 2 or 5 times a power of ten, with their labels."""
    span = scale.span / UNITS[scale.unit]
    if span <= 0 or most < 1:
        return [(scale.begin, "0")]
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(power * f for f in (1, 2, 5, 10, 20) if span / (power * f) < most + 1e-9)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    count = int(span / step + 1e-9)
    return [
        (scale.begin + i * step * UNITS[scale.unit], f"{i * step:.{digits}f}")
        for i in range(count + 1)
    ]


# --- Text of a given width -----------------------------------------------------------


def _clean(text: str) -> str:
    """`text` without what would move a cursor or break a page."""
    return "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)


def _columns(text: str) -> int:
    """How many terminal columns `text` takes."""
    return sum(_character_columns(c) for c in text)


def _character_columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _fit(text: str, columns: int, ascii: bool = False) -> str:
    """`text` cut with an ellipsis, or padded, to exactly `columns`."""
    if ascii:
        text = text.encode("ascii", "replace").decode()
    if _columns(text) > columns:
        dots = ("." * min(2, columns)) if ascii else ("…" if columns else "")
        kept, room = "", columns - len(dots)
        for character in text:
            room -= _character_columns(character)
            if room < 0:
                break
            kept += character
        text = kept + dots
    return text + " " * (columns - _columns(text))


# --- The terminal's picture ----------------------------------------------------------

_EIGHTHS = ("", *"▏▎▍▌▋▊▉")
_COLOURS = (36, 32, 33, 35, 34, 31)  # cyan first: it reads well on dark and on light
_LEAST_PLOT = 8  # narrower than this, the lengths make room first, then the labels


def _lines(
    bars: Sequence[Bar],
    width: int,
    title: str,
    unit: str,
    colour: bool,
    ascii: bool,
    now: float | None = None,
    horizon: float | None = None,
    shown: Sequence[Bar] | None = None,
) -> list[str]:
    """The picture's lines. `now`: how far running bars reach; `horizon`: how far the
    axis does; `shown`: only these of the bars get a line."""
    width = max(1, width)
    head = [_fit(_clean(title), width, ascii).rstrip()] if title else []
    if not bars:
        return head + [_fit("nothing to draw: no task began", width, ascii).rstrip()]
    if now is not None:
        horizon = now if horizon is None else max(now, horizon)
    scale = _scale(bars, unit, horizon)
    now = scale.end if now is None else now
    shown = bars if shown is None else shown

    labels, plot, lengths = _layout(bars, width)
    edge, corner = ("|", "+") if ascii else ("│", "└")
    lines = []
    for bar in shown:
        painted = _fit(_paint(bar, scale, plot, now, ascii), plot)
        if colour:
            paint = _COLOURS[bars.index(bar) % len(_COLOURS)]
            painted = f"\x1b[{paint}m{painted}\x1b[0m"
        label = _fit(_clean(bar.label), labels, ascii) + (" " if labels else "")
        length = (" " + _fit(_length(bar), lengths, ascii)) if lengths else ""
        lines.append(f"{label}{edge}{painted}{length}".rstrip())
    hidden = len(bars) - len(shown)
    if hidden:
        lines.append(_fit(f"and {hidden} more", width, ascii).rstrip())
    indent = " " * (labels + 1 if labels else 0)
    rule, numbers = _axis(scale, plot, width - len(indent) - 1, ascii)
    lines += [indent + corner + rule, indent + numbers]
    return head + lines + textwrap.wrap(_lesson(bars, now), width)


def _layout(bars: Sequence[Bar], width: int) -> tuple[int, int, int]:
    """The columns of the labels, of the plot, and of the lengths."""
    labels = min(max(_columns(_clean(bar.label)) for bar in bars), max(3, width // 3))
    lengths = min(max(_columns(_length(bar)) for bar in bars), max(7, width // 3))
    plot = width - (labels + 1) - 1 - (lengths + 1)
    if plot < _LEAST_PLOT:
        plot, lengths = plot + lengths + 1, 0
    if plot < _LEAST_PLOT:
        plot, labels = plot + labels + 1, 0
    return labels, max(0, plot), lengths


def _paint(bar: Bar, scale: _Scale, plot: int, now: float, ascii: bool) -> str:
    """The bar itself. It starts on half a column and ends on an eighth of one."""
    halves = min(round(scale.column(bar.start, plot) * 2), max(0, plot - 1) * 2)
    if ascii:
        halves = (halves + 1) // 2 * 2
    start = halves // 2
    if bar.end is None:
        until = max(start + 1, round(scale.column(now, plot)))
        body, head = ("=", ">") if ascii else ("█", "▶")
        painted = body * (until - start - 1) + head
    else:
        # Never nothing: a task that took no time still happened.
        end = scale.column(bar.end, plot) if bar.end > bar.start else 0.0
        eighths = max(1, round(end * 8) - start * 8)
        painted = "=" * round(eighths / 8) or "|"
        if not ascii:
            painted = "█" * (eighths // 8) + _EIGHTHS[eighths % 8]
    if halves % 2 and not painted.startswith("▶"):
        painted = "▐" + painted[1:]
    return " " * start + painted


def _axis(scale: _Scale, plot: int, room: int, ascii: bool) -> tuple[str, str]:
    """The rule below the bars and the numbers below the rule: `room` columns for them."""
    line, tick = ("-", "+") if ascii else ("─", "┴")
    for most in range(10, 0, -1):
        ticks = _ticks(scale, most)
        apart = plot / max(1, len(ticks))
        if apart >= max(len(said) for _, said in ticks) + 2:
            break
    rule, numbers = [line] * plot, ""
    for moment, said in ticks:
        # A number's first digit stands below its tick; the edge itself is tick 0.
        column = int(scale.column(moment, plot) + 0.5)
        if 0 < column <= plot:
            rule[column - 1] = tick
        if len(numbers) <= column and column + len(said) <= room + 1:
            numbers = numbers.ljust(column) + said
    if len(numbers) + 1 + len(scale.unit) <= room + 1:
        numbers += " " + scale.unit
    return "".join(rule), numbers[: room + 1]


# --- The page's picture --------------------------------------------------------------

_ROW, _BAR_HEIGHT, _LETTER = 30, 18, 7.6  # pixels; a letter is 13 px text's widest mean
_PLOT_WIDTH, _MARGIN = 560, 20

_STYLE = """\
  .back { fill: #ffffff } .text { fill: #1f2328 } .quiet { fill: #59636e }
  .grid { stroke: #d1d9e0 } .bar { fill: #1f6feb }
  .open { fill: #1f6feb; fill-opacity: .35; stroke: #1f6feb; stroke-dasharray: 4 3 }
  @media (prefers-color-scheme: dark) {
    .back { fill: #0d1117 } .text { fill: #e6edf3 } .quiet { fill: #9198a1 }
    .grid { stroke: #3d444d } .bar { fill: #58a6ff }
    .open { fill: #58a6ff; stroke: #58a6ff }
  }
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif }
  .title { font-size: 16px; font-weight: 600 }
  .number { font-variant-numeric: tabular-nums; paint-order: stroke; stroke: #ffffff;
    stroke-width: 4px; stroke-linejoin: round }
  @media (prefers-color-scheme: dark) { .number { stroke: #0d1117 } }"""


def svg(bars: Sequence[Bar], *, title: str = "") -> str:
    """The bars as one SVG document that needs nothing else: no script, no font, no link.

    Light or dark follows the reader's system. ValueError: as for `draw()`.
    """
    title = _clean(title)
    labels = [_fit(_clean(bar.label), 30).rstrip() for bar in bars]
    lengths = [_fit(_length(bar), 34).rstrip() for bar in bars]
    left = _MARGIN + max([_columns(t) * _LETTER for t in labels], default=0) + 12
    right = 8 + max([_columns(t) * _LETTER for t in lengths], default=0) + _MARGIN
    top = _MARGIN + (30 if title else 0)
    bottom = top + _ROW * len(bars)
    width = math.ceil(
        max(left + _PLOT_WIDTH + right, _columns(title) * _LETTER * 1.3 + 2 * _MARGIN)
    )
    if not bars:
        body, said, height = [], "nothing to draw: no task began", top + _ROW
    else:
        scale = _svg_scale(bars)
        body = _svg_grid(scale, left, top, bottom)
        for row, bar in enumerate(bars):
            y = top + row * _ROW
            body += _svg_bar(bar, scale, left, y, labels[row], lengths[row])
        said, height = _lesson(bars, scale.end), bottom + 62
    body.append(_svg_text(_MARGIN, height - 18, said, "text"))
    if title:
        body.insert(0, _svg_text(_MARGIN, _MARGIN + 12, title, "text title"))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img">',
            f"<title>{html.escape(title or 'What overlapped')}</title>",
            f"<desc>{html.escape(said)}</desc>",
            f"<style>\n{_STYLE}\n</style>",
            f'<rect class="back" width="{width}" height="{height}" rx="8"/>',
            *body,
            "</svg>\n",
        ]
    )


def _svg_scale(bars: Sequence[Bar]) -> _Scale:
    scale = _scale(bars, "s")
    return scale if scale.span >= 1 else scale._replace(unit="ms")


def _svg_grid(scale: _Scale, left: float, top: float, bottom: float) -> list[str]:
    parts = []
    ticks = _ticks(scale, 10)
    for number, (moment, said) in enumerate(ticks):
        x = left + scale.column(moment, _PLOT_WIDTH)
        last = f" {scale.unit}" if number == len(ticks) - 1 else ""
        parts.append(f'<path class="grid" d="M{x:.1f} {top}V{bottom + 4}"/>')
        parts.append(_svg_text(x, bottom + 20, said + last, "quiet number", "middle"))
    return parts


def _svg_bar(
    bar: Bar, scale: _Scale, left: float, y: float, label: str, length: str
) -> list[str]:
    end = scale.end if bar.end is None else bar.end
    start = scale.column(bar.start, _PLOT_WIDTH)
    # Never nothing: a task that took no time still happened.
    wide = max(3.0, scale.column(end, _PLOT_WIDTH) - start)
    middle = y + _ROW / 2 + 4.5
    kind = "open" if bar.end is None else "bar"
    above = y + (_ROW - _BAR_HEIGHT) / 2
    return [
        _svg_text(left - 12, middle, label, "text", "end"),
        f'<rect class="{kind}" x="{left + start:.1f}" y="{above:g}" '
        f'width="{wide:.1f}" height="{_BAR_HEIGHT}" rx="{min(4, wide / 2):g}">'
        f"<title>{html.escape(_clean(bar.label))}: {html.escape(_length(bar))}</title>"
        f"</rect>",
        _svg_text(left + start + wide + 8, middle, length, "text number"),
    ]


def _svg_text(x: float, y: float, text: str, kind: str, anchor: str = "start") -> str:
    anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
    place = f'x="{x:.1f}" y="{y:.1f}"{anchored}'
    return f'<text class="{kind}" {place}>{html.escape(text)}</text>'


# --- While it happens ----------------------------------------------------------------


class Live:
    """Draws the bars while a program runs.

    On a terminal the picture is redrawn in place, at most 20 times a second; elsewhere
    nothing is written until `finish()`. Use it in a `with`: leaving, also by an
    exception, finishes the picture and gives the cursor back. While it draws, nothing
    else may write to the terminal. `expected_end` is how far the axis reaches at first.
    """

    _PAUSE = 1 / 20  # seconds between two drawings
    _WIDEST = 100  # columns; longer bars say no more

    def __init__(
        self,
        stream: TextIO,
        *,
        title: str = "",
        expected_end: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._stream, self._title, self._expected_end = stream, title, expected_end
        self._clock = clock
        self._bars: list[Bar] = []
        self._now = 0.0
        self._drawn: list[str] = []  # what stands on the terminal now
        self._drawn_at = -math.inf
        self._finished = False
        self._terminal = stream.isatty() and os.environ.get("TERM", "") != "dumb"
        self._colour = self._terminal and not os.environ.get("NO_COLOR")
        self._ascii = not can_say("█▏▐│▶…", stream)

    def begin(self, label: str, start: float) -> None:
        """A task began at `start`."""
        self._bars.append(Bar(label, start, None))
        self.tick(start)

    def end(self, label: str, end: float) -> None:
        """The first task of that label that still runs ended. ValueError: none does."""
        for number, bar in enumerate(self._bars):
            if bar.label == label and bar.end is None:
                self._bars[number] = replace(bar, end=max(end, bar.start))
                return self.tick(end)
        raise ValueError(f"no task called {label!r} is running")

    def tick(self, now: float) -> None:
        """It is `now`: draw again, if this is a terminal and the last time is not just
        past. Call it often, for tasks that are still running to grow."""
        self._now = max(self._now, now)
        moment = self._clock()
        if (
            self._terminal
            and not self._finished
            and self._bars
            and moment - self._drawn_at >= self._PAUSE
        ):
            self._drawn_at = moment
            self._redraw(whole=False)

    def finish(self) -> None:
        """Draws the last picture, whole, and gives the cursor back. Again: nothing."""
        if self._finished:
            return
        self._finished = True
        try:
            self._redraw(whole=True)
        finally:
            self._show_cursor()

    def __enter__(self) -> Live:
        return self

    def __exit__(self, *_exception) -> None:
        self.finish()

    def _redraw(self, whole: bool) -> None:
        size = shutil.get_terminal_size()
        # One column stays free: many terminals wrap when the last one is written.
        width = max(1, min(size.columns - 1, self._WIDEST))
        lines = self._picture(width, None if whole else size.lines)
        if not self._terminal:
            self._stream.write("".join(line + "\n" for line in lines))
            self._stream.flush()
            return
        if not self._drawn:
            atexit.register(self._show_cursor)  # for who forgets the `with`
        up = sum(
            max(1, math.ceil(_columns(_plain(line)) / max(1, size.columns)))
            for line in self._drawn
        )  # a terminal made narrower has wrapped them
        self._stream.write(
            "\x1b[?25l"
            + (f"\x1b[{up}A" if up else "")
            + "\r"
            + "".join(f"{line}\x1b[K\n" for line in lines)
            + "\x1b[J"
        )
        self._stream.flush()
        self._drawn = lines

    def _picture(self, width: int, height: int | None) -> list[str]:
        """The lines, at most `height` - 1 of them: the cursor cannot climb off screen."""
        horizon = max(self._now, self._expected_end or 0)
        unit = "s" if horizon >= 1 else "ms"
        if height is None:
            horizon = self._now
        shown = self._bars
        around = 5 + bool(self._title)  # axis, lesson, "and n more", the cursor's line
        if height is not None and len(shown) > max(1, height - around):
            # Running ones first: they are the ones that move.
            kept = sorted(self._bars, key=lambda bar: bar.end is not None)
            kept = kept[: max(1, height - around)]
            shown = [bar for bar in self._bars if any(bar is k for k in kept)]
        lines = _lines(
            self._bars,
            width,
            self._title,
            unit,
            self._colour,
            self._ascii,
            now=self._now,
            horizon=horizon,
            shown=shown,
        )
        return lines if height is None else lines[: max(1, height - 1)]

    def _show_cursor(self) -> None:
        if self._terminal and self._drawn:
            self._stream.write("\x1b[?25h")
            self._stream.flush()
            self._drawn = []
            atexit.unregister(self._show_cursor)


def can_say(text: str, stream: TextIO) -> bool:
    """Whether the stream's encoding has these characters."""
    try:
        text.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _plain(line: str) -> str:
    """`line` without its colours."""
    parts = line.split("\x1b[")
    return parts[0] + "".join(part.partition("m")[2] for part in parts[1:])
