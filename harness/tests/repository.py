"""Copies of the repository, for tests that change files: never the developer's own.

A copy holds what git knows, with the skeletons unfilled, committed in a git of its own, and
everything is built. Commands run in it as a learner types them.
"""
from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from harness import gaps
from harness.gaps import Gap, Skeleton
from harness.layout import ROOT, STAGES, Stage
from harness.timeouts import scaled

# What whoever runs the tests chose on make's command line is no choice of a copy's.
CHOICES = """
    STAGE STAGE_WAS_CHOSEN IMPL LEVEL GAP N RUNS SECONDS TAKE MINE JUNIT BUILD SAN WERROR
    BUILD_DIR CC CFLAGS LDFLAGS OVERLAY MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES GNUMAKEFLAGS
    PYTEST_ADDOPTS NO_COLOR WORKSHOP_COLOUR WORKSHOP_WATCHED WORKSHOP_WRAPPER
    GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE LINES COLUMNS
""".split()
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name not in CHOICES},
    "PYTHON": sys.executable,  # so that nobody has to look for one
    "PYTHONUTF8": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "LC_ALL": "C",  # the compiler speaks English
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
AUTHOR = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
HANG_SECONDS = 300.0


@dataclass
class Done:
    """A command that has ended: its exit code, its output, and its errors without make's."""

    exit: int
    out: str
    err: str


def _hear_all_signals() -> None:
    """As in a terminal: what was started with nohup or & ignores some, and so would all that
    it starts."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


class Copy:
    """A copy of the repository. Paths are relative to its root."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self, *arguments: str, **environment: str) -> Done:
        """make ARGUMENT...: what a person types. Make's own complaints are left out of err."""
        done = self.run("make", *arguments, **environment)
        own = re.compile(r"^make(\[\d+\])?: .*\n", re.MULTILINE)
        return Done(done.exit, done.out, own.sub("", done.err))

    def harness(self, *words: str) -> Done:
        """What `make COMMAND NAME=VALUE ...` calls, quicker by the time that make takes."""
        choices = dict(word.split("=", 1) for word in words if "=" in word)
        command = [word for word in words if "=" not in word]
        return self.run(sys.executable, "-m", "harness", *command, **choices)

    def run(self, *command: str, **environment: str) -> Done:
        """Runs a command in the copy, without input. Nobody is to see a traceback."""
        done = subprocess.run(
            command,
            cwd=self.path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**ENVIRONMENT, **environment},
            timeout=scaled(HANG_SECONDS),
            preexec_fn=_hear_all_signals,
        )
        assert "Traceback (most recent call last)" not in done.stdout + done.stderr, done
        return Done(done.returncode, done.stdout, done.stderr)

    def git(self, *arguments: str) -> str:
        """git ARGUMENT..., which must work; returns what it printed."""
        done = self.run("git", *AUTHOR, *arguments)
        assert done.exit == 0, done.err
        return done.out

    def commit(self) -> None:
        """Commits everything as it is."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "as it is")

    def read(self, name: str) -> str:
        """The text of a file."""
        return (self.path / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """Writes a file."""
        (self.path / name).write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        """Replaces a text that stands exactly once in a file."""
        text = self.read(name)
        assert text.count(old) == 1, f"{name} has it {text.count(old)} times: {old}"
        self.write(name, text.replace(old, new))

    def fill(self, **fillings: str) -> None:
        """Fills gaps that still have their markers: fill(g1_3=...) fills 1.3."""
        for key, filling in fillings.items():
            gap = GAPS[key[1:].replace("_", ".")]
            name = f"{gap.path.parent.name}/{gap.path.name}"
            self.change(name, "".join(gap.block), filling)

    def fill_with_reference(self, *numbers: str) -> None:
        """Fills gaps as the reference does; all of them when none is named."""
        self.fill(**{f"g{n.replace('.', '_')}": REFERENCE[n] for n in numbers or GAPS})

    def fill_wrongly(self, name: str) -> None:
        """Fills a gap with a wrong answer, without its first comment."""
        text = (ROOT / "solutions" / "wrong_answers" / name).read_text(encoding="utf-8")
        end = "*/\n" if name.endswith(".c") else None
        number = name.split("_")[0].replace(".", "_")
        self.fill(**{f"g{number}": text.split(end, 1)[1]})


SKELETONS = {
    f"{one.folder}/{name}": skeleton
    for one in STAGES
    for name, skeleton in gaps.skeletons(one.number).items()
}
GAPS = {gap.number: gap for one in STAGES for gap in gaps.all_gaps(one.number)}
REFERENCE = {
    number: filling
    for skeleton in SKELETONS.values()
    for number, filling in gaps.reference_fillings(skeleton).items()
}


def skeletons_of(stage: Stage) -> dict[str, Skeleton]:
    """A stage's skeletons, by path."""
    return {path: one for path, one in SKELETONS.items() if path.startswith(stage.folder)}


def gaps_of(stage: Stage) -> list[Gap]:
    """A stage's gaps, by number."""
    return [gap for gap in GAPS.values() if gap.path.parent.name == stage.folder]


def build_template(path: Path) -> Copy:
    """The copy of which all others are copies: built once."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).exists():  # a file may be deleted and not yet committed
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, path / name)
    copy = Copy(path)
    for name, skeleton in SKELETONS.items():
        copy.write(name, skeleton.text)
    copy.git("init", "--quiet")
    copy.commit()
    built = copy.make("programs", f"-j{os.cpu_count() or 2}")
    assert built.exit == 0, built.err
    return copy


def copy_of(template: Copy, path: Path) -> Copy:
    """A copy of a copy, with the files' times, so that nothing has to be built again."""
    shutil.copytree(template.path, path, symlinks=True, dirs_exist_ok=True)
    return Copy(path)
