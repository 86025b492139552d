"""make watch: judges the stage again on every save.

It looks at the files' times a few times a second: that works on every system and file system,
where notifications do not. One screen; q or Ctrl-C ends it.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator

from harness.layout import ROOT, Stage, show
from harness.settings import read

POLL_SECONDS = 0.25
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
    """When each file of the stage was last written, and its size."""
    found = {}
    for path in stage.path.iterdir():
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
        env={**os.environ, "WORKSHOP_COLOUR": "1" if terminal else "0"},
        check=False,
    )
    return done.stdout + done.stderr


def fitted(output: str) -> str:
    """As much as fits on one screen, from the top; the last line says what does not."""
    height = shutil.get_terminal_size().lines - 2
    lines = output.rstrip("\n").splitlines()
    if len(lines) > height:
        hidden = len(lines) - height + 1
        lines = lines[: height - 1] + [f"... {hidden} more lines: make this window higher"]
    return CLEAR + "\n".join(lines)


@contextlib.contextmanager
def keys() -> Iterator:
    """A function that waits for POLL_SECONDS and says whether the user wants to end.

    On a terminal q ends; anywhere, the end of input does.
    """
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
