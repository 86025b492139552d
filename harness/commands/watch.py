"""make watch: judges the stage again on every save.

It looks at the files' times a few times a second: that works on every system and file system,
where notifications do not. One screen; q or Ctrl-C ends it.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator

from harness.layout import ROOT, Stage
from harness.settings import UsageError, own_stages, read

POLL_SECONDS = 0.25
_PAINT = re.compile(r"\x1b\[[0-9;]*m")
CLEAR = "\x1b[2J\x1b[H"


def main(arguments: list[str]) -> int:
    """watch, with STAGE and LEVEL. 0 when it was ended by q, Ctrl-C or end of input."""
    settings = read()
    terminal = sys.stdout.isatty()
    with keys() as key_pressed:
        while True:
            seen = times(settings.stage)
            output = judged(settings.stage)
            print(fitted(output) if terminal else output, flush=True)
            print("Watching; q ends it.", flush=True)
            while times(settings.stage) == seen:
                if key_pressed():
                    return 0


def times(stage: Stage) -> dict[Path, tuple[int, int]]:
    """When each file of the stage was last written, and its size; and of the learner's own
    earlier stages."""
    found = {}
    for path in [path for one in own_stages(stage) for path in one.path.iterdir()]:
        if path.suffix in (".c", ".h", ".py"):
            with contextlib.suppress(FileNotFoundError):  # an editor is replacing it
                found[path] = (path.stat().st_mtime_ns, path.stat().st_size)
    return found


def judged(stage: Stage) -> str:
    """What `make stage` says, in a process of its own: the learner's tests change, too."""
    terminal = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    done = subprocess.run(
        [sys.executable, "-m", "harness", "stage", stage.number],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "COLUMNS": str(shutil.get_terminal_size((90, 24)).columns),
            "WORKSHOP_COLOUR": str(int(terminal)),
            "WORKSHOP_WATCHED": "1",
        },
        check=False,
    )
    return done.stdout + done.stderr


def fitted(output: str) -> str:
    """As much as fits on one screen, from the top; the last line says what does not."""
    size = shutil.get_terminal_size()
    lines = output.rstrip("\n").splitlines()
    # A line that is too long goes on in the next row.
    rows = [1 + max(0, len(_PAINT.sub("", line)) - 1) // size.columns for line in lines]
    room = size.lines - 2  # "Watching" and the cursor
    if sum(rows) > room:
        shown = 0
        while sum(rows[: shown + 1]) < room:
            shown += 1
        hidden = len(lines) - shown
        lines = lines[:shown] + [f"... {hidden} more lines: make this window larger"]
    return CLEAR + "\n".join(lines)


@contextlib.contextmanager
def keys() -> Iterator:
    """A function that waits for POLL_SECONDS and says whether the user wants to end.

    On a terminal q ends; anywhere, the end of input does.
    """
    if sys.stdin is None:
        raise UsageError("make watch needs a standard input: it is ended by q or Ctrl-C")
    terminal = sys.stdin.isatty()
    if terminal:
        import termios
        import tty

        before = termios.tcgetattr(sys.stdin)
        tty.setcbreak(sys.stdin)

    def pressed() -> bool:
        ready, _, _ = select.select([sys.stdin], [], [], POLL_SECONDS)
        if not ready:
            return False
        key = os.read(sys.stdin.fileno(), 64)
        return key == b"" or b"q" in key.lower()

    try:
        yield pressed
    except KeyboardInterrupt:
        print()
    finally:
        if terminal:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
