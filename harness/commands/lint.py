"""make lint, make format, make compile_commands.json: the form of the files."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from harness import gaps, wrong_answers
from harness.build import make
from harness.commands import hint
from harness.gaps import COLOURS, GapError
from harness.layout import ROOT, STAGES, show
from harness.settings import UsageError

MAX_STAGE_LINES = 250
BLACK = ("--line-length", "90")


def main(arguments: list[str]) -> int:
    """lint, format or compile-commands. 0 when nothing is to be said."""
    command = {"lint": lint, "format": reformat, "compile-commands": compile_commands}
    return command[arguments[0]]()


# --- Which files -------------------------------------------------------------------------


def c_files() -> list[Path]:
    """Every C file that clang-format keeps; a wrong answer is a piece of one, not a file."""
    found = [path for folder in folders() for path in (ROOT / folder).rglob("*.[ch]")]
    return sorted(p for p in found if "wrong_answers" not in p.parts)


def folders() -> list[str]:
    """The folders with files of ours."""
    return ["lib", "setup", "solutions", "harness", *[stage.folder for stage in STAGES]]


def reformat() -> int:
    """clang-format on every C file and black on every Python file.

    A learner's file is kept beside the formatted one.
    """
    for tool in ("clang-format", "black"):
        if shutil.which(tool) is None:
            print(f"{tool} is missing: apt-get install {tool}", file=sys.stderr)
            return 1
    learners = {path for stage in STAGES for path in learner_files(stage.number)}
    ours = [str(path) for path in c_files() if path not in learners]
    subprocess.run(["clang-format", "-i", *ours], check=True)
    for path in sorted(learners):
        _format_learners(path)
    learners_tests = {
        path for stage in STAGES for path in stage.path.glob("exercise_*.py")
    }
    python = [str(path) for path in python_files() if path not in learners_tests]
    return subprocess.run(
        ["black", "--quiet", *BLACK, *python], cwd=ROOT, check=False
    ).returncode


def learner_files(number: str) -> list[Path]:
    """The C files of a stage that have gaps."""
    return [p.path for p in gaps.skeletons(number).values() if p.path.suffix == ".c"]


def _format_learners(path: Path) -> None:
    """A learner's file is formatted, too; the old one is kept beside it if that changes it."""
    from harness.commands.files import write

    text = path.read_text(encoding="utf-8")
    done = subprocess.run(
        ["clang-format", f"--assume-filename={path}"],
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    if done.stdout != text:
        write(path, done.stdout)


# --- The checks --------------------------------------------------------------------------


def lint() -> int:
    """Every check of form; prints what is wrong, a line each."""
    problems = []
    for check in CHECKS:
        known = len(left_out)
        found = check()
        problems += found
        state = "FAIL" if found else "ok" if len(left_out) == known else "left out"
        print(f"{state:<8} {check.__doc__.splitlines()[0]}")
    for problem in problems:
        print(f"  {problem}")
    for remedy in left_out:
        print(f"  left out: {remedy}")
    return 1 if problems else 0


def formatting() -> list[str]:
    """C files are as clang-format makes them."""
    if shutil.which("clang-format") is None:
        return missing("clang-format", "apt-get install clang-format")
    command = ["clang-format", "--dry-run", "-Werror", *map(str, c_files())]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return [line for line in done.stderr.splitlines() if "error:" in line]


def c_width() -> list[str]:
    """No C line, a comment's neither, is beyond 90 columns."""
    answers = (ROOT / "solutions" / "wrong_answers").glob("*.c")
    return [
        f"{show(path)}:{i}: longer than 90 columns"
        for path in [*c_files(), *sorted(answers)]
        for i, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 90
    ]


def shell() -> list[str]:
    """Shell scripts pass shellcheck."""
    if shutil.which("shellcheck") is None:
        return missing("shellcheck", "apt-get install shellcheck")
    scripts = [str(path) for path in shell_scripts()]
    done = subprocess.run(
        ["shellcheck", "-f", "gcc", *scripts],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.splitlines()


def shell_scripts() -> list[Path]:
    """Files that begin with a shell's #! line."""
    candidates = [p for p in [*(ROOT / "setup").iterdir(), *(ROOT / ".ci").iterdir()]]
    return [
        path
        for path in sorted(candidates)
        if path.is_file() and re.match(rb"#!.*\b(ba)?sh\b", path.read_bytes()[:40])
    ]


def nothing_may_be_left_out() -> bool:
    """With CI=true or FULL=1 a missing tool is a failure."""
    return os.environ.get("CI") == "true" or os.environ.get("FULL") == "1"


# The checks for which this machine has no tool, and how to get it.
left_out: list[str] = []


def missing(tool: str, remedy: str) -> list[str]:
    """Without the tool the check is left out, saying so, unless nothing may be."""
    left_out.append(f"{tool} is missing: {remedy}")
    return left_out[-1:] if nothing_may_be_left_out() else []


def python_files() -> list[Path]:
    """Every Python file; a wrong answer is a piece of one, not a file."""
    found = [path for folder in folders() for path in (ROOT / folder).rglob("*.py")]
    return sorted(
        p for p in [*found, ROOT / "conftest.py"] if "wrong_answers" not in p.parts
    )


def python_formatting() -> list[str]:
    """Python files are as black makes them."""
    if shutil.which("black") is None:
        return missing("black", "apt-get install black")
    command = ["black", *BLACK, "--check", *map(str, python_files())]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return re.findall(
        r"^(?:would reformat|error: cannot format) .*", done.stderr, re.MULTILINE
    )


def python_mistakes() -> list[str]:
    """Python files pass pyflakes; those with a gap are not finished, and left out."""
    if shutil.which("pyflakes3") is None:
        return missing("pyflakes3", "apt-get install pyflakes3")
    files = [
        str(path) for path in python_files() if not path.name.startswith("exercise_")
    ]
    done = subprocess.run(
        ["pyflakes3", *files], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return (done.stdout + done.stderr).splitlines()


def python_docstrings() -> list[str]:
    """Every public name of the harness says what it is; no line is beyond 95 columns."""
    problems = []
    for path in python_files():
        text = path.read_text(encoding="utf-8")
        problems += [
            f"{show(path)}:{i}: longer than 95 columns"
            for i, line in enumerate(text.splitlines(), 1)
            if len(line) > 95
        ]
        if "test" not in path.name and "tests" not in path.parts:
            names = bare(ast.parse(text, str(path)))
            problems += [f"{show(path)}: {name} has no docstring" for name in names]
    return problems


def bare(tree: ast.Module) -> list[str]:
    """The public functions and classes of a module that have no docstring."""
    kinds = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
    return [
        node.name
        for node in tree.body
        if isinstance(node, kinds)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]


def drift() -> list[str]:
    """Skeleton + reference fillings are the reference, to the byte."""
    problems = []
    for stage in STAGES:
        for skeleton in gaps.skeletons(stage.number).values():
            try:
                fillings = gaps.reference_fillings(skeleton)
                solution = gaps.solution_path(skeleton.path).read_text(encoding="utf-8")
                if skeleton.fill(fillings) != solution:
                    problems.append(f"{show(skeleton.path)}: differs from its reference")
            except GapError as error:
                problems.append(str(error))
        names = {skeleton.path.name for skeleton in gaps.skeletons(stage.number).values()}
        references = gaps.SOLUTIONS / stage.folder
        for path in sorted(references.glob("*")) if references.exists() else []:
            if path.suffix in (".c", ".py") and path.name not in names:
                problems.append(f"{show(path)}: has no skeleton")
    return problems


def gap_rules() -> list[str]:
    """Gaps are numbered without holes and have three hints; files are short."""
    problems = []
    for stage in STAGES:
        all_gaps = gaps.all_gaps(stage.number)
        numbers = [gap.number for gap in all_gaps]
        wanted = [f"{stage.number}.{i}" for i in range(1, len(numbers) + 1)]
        if numbers != wanted:
            problems.append(f"{stage.folder}: the gaps are {', '.join(numbers)}")
        colours = [COLOURS.index(gap.colour) for gap in all_gaps]
        if colours != sorted(colours):
            problems.append(
                f"{stage.folder}: green comes before orange, orange before red"
            )
        named = gaps.gaps_named_in_readme(stage)
        for number in sorted(gaps.unwritten_in(stage.path) - named, key=gaps.order):
            problems.append(f"{show(stage.readme)}: gap {number} has no heading there")
        if named != set(numbers):
            odd = ", ".join(sorted(named ^ set(numbers)))
            problems.append(
                f"{show(stage.readme)}: gaps without heading, or the reverse: {odd}"
            )
        for gap in all_gaps:
            problems += _hint_problems(gap.number)
        for skeleton in gaps.skeletons(stage.number).values():
            lines = len(skeleton.text.splitlines())
            if lines > MAX_STAGE_LINES:
                problems.append(f"{show(skeleton.path)}: {lines} lines, at most 250")
        try:
            wrong_answers.of_stage(stage.number)
        except GapError as error:
            problems.append(str(error))
    return problems


def _hint_problems(number: str) -> list[str]:
    try:
        count = len(hint.hints_of(number))
    except GapError as error:
        return [str(error)]
    return [] if count >= 3 else [f"gap {number} has {count} hints, three are wanted"]


def layering() -> list[str]:
    """Includes point down: a stage to lower stages and lib, lib to nothing above it."""
    problems = []
    for path in c_files():
        here = path.relative_to(ROOT).parts
        level = _level(here[1] if here[0] == "solutions" else here[0])
        for included in re.findall(
            r'#include "([^"]+)"', path.read_text(encoding="utf-8")
        ):
            if level is not None and (_level(included.split("/")[0]) or 0) > level:
                problems.append(f"{show(path)}: includes {included} from above")
    return problems


def _level(folder: str) -> int | None:
    match = re.match(r"stage(\d+)_", folder)
    return int(match[1]) if match else 0 if folder == "lib" else None


def naming() -> list[str]:
    """Structs have no typedef, callback types end in _cb, headers have a guard."""
    problems = []
    for path in c_files():
        if path.parts[len(ROOT.parts)] in ("harness", "setup"):
            continue
        text = path.read_text(encoding="utf-8")
        if re.search(r"typedef (struct|enum|union)\b", text):
            problems.append(f"{show(path)}: a struct typedef")
        for name in re.findall(r"typedef [^;]*\(\*(\w+)\)", text):
            if not name.endswith("_cb"):
                problems.append(
                    f"{show(path)}: the callback type {name} does not end in _cb"
                )
        if path.suffix == ".h" and not re.search(r"^#ifndef \w+_H$", text, re.MULTILINE):
            problems.append(f"{show(path)}: no include guard")
    return problems


CHECKS = (
    formatting,
    c_width,
    python_formatting,
    python_mistakes,
    python_docstrings,
    shell,
    drift,
    gap_rules,
    layering,
    naming,
)


# --- For editors -------------------------------------------------------------------------


def compile_commands() -> int:
    """Writes compile_commands.json from the compile lines that make would run."""
    done = make("-B", "-n", "programs")
    lines = re.findall(r"([^\s;][^;\n]* -c -o \S+ \S+) 2> ", done.stdout)
    if done.returncode != 0 or not lines:
        raise UsageError(f"make could not tell how it compiles: {done.stderr.strip()}")
    rows = [
        {"directory": str(ROOT), "command": line, "file": line.split(" ")[-1]}
        for line in dict.fromkeys(lines)
    ]
    path = ROOT / "compile_commands.json"
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    print(f"written: {show(path)}, {len(rows)} files")
    return 0
