"""Builds programs with make, and tells a compiler's complaint so that it can be acted on."""

from __future__ import annotations

import fcntl
import os
import re
import shlex
import shutil
import subprocess
from functools import lru_cache
from typing import Iterable

from harness.layout import ROOT, Stage


class NoCompiler(Exception):
    """The compiler that was chosen is not there; the text says so."""


class BuildError(Exception):
    """A program does not compile or link; the text is what a learner should read."""


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs make in the repository's root, quietly, on all processors; one make at a time.

    `make watch` in one window and `make stage1` in another would write the same files.
    """
    environment = {
        k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS")
    }
    environment["LC_ALL"] = "C"  # the compiler's words are read: in English
    (ROOT / "build").mkdir(exist_ok=True)
    with (ROOT / "build" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return subprocess.run(
            ["make", "-s", f"-j{os.cpu_count() or 2}", *_whole_messages(), *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )


@lru_cache(maxsize=None)
def _whole_messages() -> tuple[str, ...]:
    """What has make show the output of each command in one piece: else those of two linkers
    can be mixed letter by letter. Since GNU make 4."""
    said = subprocess.run(
        ["make", "--version"], capture_output=True, text=True, check=False
    )
    old = re.match(r"GNU Make 3\.", said.stdout) is not None
    return () if old else ("--output-sync=target",)


@lru_cache(maxsize=None)
def programs_of(stage: Stage) -> tuple[str, ...]:
    """The programs of a stage as the Makefile lists them: "stage1_event_loop/sleep_gather"."""
    names = make("print-PROGRAMS").stdout.split()
    return tuple(name for name in names if name.startswith(f"{stage.folder}/"))


def sources_of(program: str) -> set[str]:
    """What a program of the reference is made of, once it is built: "stage1_.../gather.c"."""
    build_dir = os.environ.get("BUILD_DIR", "build")
    path = ROOT / build_dir / "solutions" / f"{program}.sources"
    words = path.read_text(encoding="utf-8").split()
    return {word.removeprefix("solutions/") for word in words}


def build_stage(
    stage: Stage,
    implementation: str,
    *,
    overlay: str | None = None,
    programs: Iterable[str] | None = None,
) -> str:
    """Builds the programs of a stage, or some of them; returns the compiler's warnings, if
    any, also those of files that needed no compiling now.

    BuildError says which file the compiler stopped at, with its own first words.
    """
    compiler = (shlex.split(os.environ.get("CC", "cc")) or ["cc"])[0]
    if shutil.which(compiler) is None:
        raise NoCompiler(
            f"CC={compiler}: there is no such compiler; setup/confirm_environment"
        )
    build_dir = os.environ.get("BUILD_DIR", "build")
    folder = {"learner": build_dir, "solutions": f"{build_dir}/solutions"}[implementation]
    arguments = [f"OVERLAY={overlay}"] if overlay else []
    chosen = programs_of(stage) if programs is None else programs
    targets = [f"{overlay or folder}/{name}" for name in chosen]
    done = make(*arguments, *targets) if targets else None
    if done and done.returncode != 0:
        raise BuildError(first_complaint(done.stderr))
    logs = (ROOT / (overlay or folder) / stage.folder).glob("*.o.log")
    return "\n".join(
        log.read_text(errors="replace").strip() for log in sorted(logs)
    ).strip()


def first_complaint(output: str) -> str:
    """The first error of a compiler's or linker's output, with the lines that show it."""
    lines = [line for line in output.splitlines() if not line.startswith("make")]
    complaints = r"(fatal )?error:|undefined reference|multiple definition"
    if " error:" not in output and "[-Wcomment]" in output:
        complaints = r"\[-Wcomment\]"  # a comment that swallowed what the linker misses
    for i, line in enumerate(lines):
        if re.search(complaints, line):
            block = [line]
            for following in lines[i + 1 : i + 6]:
                if not re.match(r"\s", following):
                    break
                block.append(following)
            return "\n".join(block)
    return "\n".join(lines[-10:]) or output.strip()
