"""Real mistakes, compiled and run here: the sentence a learner reads, and its line.

The mistakes are in bad/*.c. Every one runs as gcc and as clang build it: both must give
the same sentence.
"""
from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness import sanitizer
from harness.sanitizer import translate
from harness.tests import golden

BAD = Path(__file__).parent / "bad"
FLAGS = [
    "-std=c11",
    "-D_POSIX_C_SOURCE=200809L",
    "-w",
    "-g",
    "-O0",
    "-fno-omit-frame-pointer",
]
SANITIZED = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
TIME_LIMIT = 60 * float(os.environ.get("WORKSHOP_TIMEOUT_SCALE", "1"))  # ends a hang
HERE = {
    "memory": [
        "use_after_free",
        "use_after_return",
        "use_after_scope",
        "heap_overflow",
        "heap_underflow",
        "string_without_end",
        "local_overflow",
        "global_overflow",
        "overflow_in_lib",
        "double_free",
        "bad_free",
        "negative_size",
        "overlap",
        "huge",
        "null_function",
        "null_string",
        "wild_pointer",
        "stack_full",
        "assertion",
        "give_up",
    ],
    "undefined": [
        "overflow",
        "negated",
        "null_member",
        "null_load",
        "null_argument",
        "shift",
        "shift_back",
        "misaligned",
        "bad_index",
        "bad_bool",
        "division",
    ],
    "leaks": ["leak", "leak_of_one"],
    "libuv": [
        "closed_twice",
        "closed_nothing",
        "freed_early",
        "freed_active",
        "freed_write_data",
        "freed_write_request",
        "wrote_nothing",
        "wrote_to_timer",
        "timer_without_loop",
    ],
    "libuv_leaks": ["loop_left_open", "listener_left_open"],
    "guarded": ["freed_early", "freed_open", "freed_active"],
}
PROGRAMS = {  # family of mistakes: the program's sources, and whether it needs libuv
    "memory": (["mistakes.c", "lib/fill.c"], False),
    "undefined": (["mistakes.c", "lib/fill.c"], False),
    "leaks": (["mistakes.c", "lib/fill.c"], False),
    "libuv": (["libuv_mistakes.c"], True),
    "libuv_leaks": (["libuv_mistakes.c"], True),
    "guarded": (["libuv_mistakes.c", "../../../lib/handle_guard.c"], True),
}
CASES = [(family, name) for family, names in HERE.items() for name in names]


def mark(word: str, name: str) -> tuple[str, int] | None:
    """The file and line that says `/* word name */`; None: there is no such mark."""
    for source in sorted(BAD.glob("*.c")):
        for number, line in enumerate(source.read_text().splitlines(), 1):
            if re.search(rf"/\* {word} {name} ?\*/", line):
                return source.name, number
    return None


class Workbench:
    """Builds the programs once with one compiler, and runs their mistakes once each."""

    def __init__(self, compiler: str, folder: Path):
        self.compiler, self.folder = compiler, folder
        self._built: dict[tuple, Path] = {}
        self._runs: dict[tuple, subprocess.CompletedProcess] = {}

    def build(self, sources: list[str], libuv: bool, flags: list[str]) -> Path:
        key = (*sources, *flags)
        if key not in self._built:
            program = self.folder / f"program{len(self._built)}"
            libraries = _pkg_config() if libuv else []
            # Paths as make gives them: relative to the root, and so in the reports.
            subprocess.run(
                [self.compiler, *FLAGS, *flags, *sources, "-o", str(program), *libraries],
                check=True,
                cwd=BAD,
            )
            self._built[key] = program
        return self._built[key]

    def run(self, family: str, name: str) -> subprocess.CompletedProcess:
        if not self._runs:
            wanted = CASES + [("guarded", "clean"), ("libuv", "clean")]
            programs = {f: self.build(*PROGRAMS[f], SANITIZED) for f in PROGRAMS}
            with ThreadPoolExecutor(4) as pool:  # a run waits for its symbolizer mostly
                done = pool.map(lambda case: _run(programs[case[0]], case[1]), wanted)
                self._runs = dict(zip(wanted, done))
        return self._runs[family, name]

    def report(self, family: str, name: str) -> sanitizer.Report:
        run = self.run(family, name)
        report = translate(run.stderr, root=BAD, prefer=PROGRAMS[family][0][0])
        assert report, f"{name} said nothing that is understood:\n{run.stderr}"
        assert run.returncode == sanitizer.EXIT_CODE
        assert report.raw == run.stderr
        return report


def _pkg_config() -> list[str]:
    words = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "libuv"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return words.split()


def _run(program: Path, name: str, **variables: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, **(variables or sanitizer.environment())}
    command = [str(program), name]
    try:
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=TIME_LIMIT
        )
    except subprocess.TimeoutExpired:  # one that hangs is that one's failure
        return subprocess.CompletedProcess(command, -1, "", f"{name} hung")


@pytest.fixture(scope="module", params=["gcc", "clang"])
def bench(request, tmp_path_factory) -> Workbench:
    """A workbench of either compiler. Without clang its half is skipped; in CI it fails."""
    compiler = shutil.which(request.param)
    if not compiler:
        words = f"no {request.param} here: apt-get install {request.param} (or the like)"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    return Workbench(compiler, tmp_path_factory.mktemp(request.param))


@pytest.fixture(autouse=True)
def no_options_of_the_caller(monkeypatch):
    monkeypatch.delenv("ASAN_OPTIONS", raising=False)
    monkeypatch.delenv("UBSAN_OPTIONS", raising=False)


@pytest.mark.parametrize("family", sorted(HERE))
def test_sentences(bench, family):
    if "leaks" in family and not sanitizer.LEAK_CHECK:
        pytest.skip("leak checking does not run on this system")
    lines = []
    for name in HERE[family]:
        report = bench.report(family, name)
        sentence = report.sentence
        if "libuv" in family:  # how much it allocates or writes at once is its affair
            sentence = re.sub(r"\d+ bytes", "N bytes", sentence)
        lines.append(f"{name}: {report.kind}\n    {sentence}\n")
    golden.check(f"sanitizer_{family}.txt", "".join(lines))


@pytest.mark.parametrize("family, name", CASES)
def test_frames(bench, family, name):
    if "leaks" in family and not sanitizer.LEAK_CHECK:
        pytest.skip("leak checking does not run on this system")
    report = bench.report(family, name)
    freed, allocated, here = (mark(w, name) for w in ("FREED", "ALLOCATED", "HERE"))
    if family == "guarded" or name in ("freed_write_data", "freed_active"):
        here = freed  # libuv used the memory: the line to mend is the one that freed it
    if family == "libuv" and name in ("freed_early", "freed_active"):
        freed = None  # without the guard nobody knows
        here = mark("HERE", name)
    if name == "leak":
        here = allocated  # the larger of the two
    if name == "null_function":
        assert "somewhere under main" in report.sentence
    elif here is None:
        assert report.frame is None
    else:
        assert (report.frame.file, report.frame.line) == here
    for frame, place in [(report.freed, freed), (report.allocated, allocated)]:
        if place:
            assert (frame.file, frame.line) == place


def test_without_a_mistake_there_is_no_report(bench):
    for family in ("guarded", "libuv"):
        run = bench.run(family, "clean")
        assert (run.returncode, run.stderr) == (0, "")
        assert translate(run.stderr, root=BAD) is None


def test_the_learners_file_comes_before_lib(bench):
    text = bench.run("memory", "overflow_in_lib").stderr
    assert translate(text, root=BAD, prefer="mistakes.c").frame.file == "mistakes.c"
    assert translate(text, root=BAD, prefer="lib/").frame.file == "lib/fill.c"
    assert translate(text, root=BAD).frame.file == "lib/fill.c"
    outside = translate(text, root=BAD / "golden")
    assert outside.frame is None and outside.frames[1].file.endswith("lib/fill.c")


IN_THE_LOOP = """\
==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x60200 at pc 0x1 bp 0x2 sp 0x3
READ of size 1 at 0x60200 thread T0
    #0 0x1 in fill lib/fill.c:5
    #1 0x2 in uv_run (/usr/lib/libuv.so.1+0x1)
    #2 0x3 in main mistakes.c:9
"""


def test_who_runs_the_loop_comes_last():
    """It has called nothing else: what is wrong happened in what the loop called."""
    report = translate(IN_THE_LOOP, root=BAD, prefer="mistakes.c")
    assert report.sentence.endswith(" in fill (lib/fill.c:5)")
    alone = translate(
        IN_THE_LOOP.replace("lib/fill.c:5", "(/usr/lib/libuv.so.1+0x2)"), root=BAD
    )
    assert alone.sentence.endswith(" inside libuv, called by main (mistakes.c:9)")


def test_the_callers_own_options_win(bench, monkeypatch):
    program = bench.build(*PROGRAMS["memory"], SANITIZED)
    assert "byte legend" not in _run(program, "use_after_free").stderr
    monkeypatch.setenv("ASAN_OPTIONS", "print_legend=1")
    assert "byte legend" in _run(program, "use_after_free").stderr


@pytest.mark.parametrize(
    "name, kind, words",
    [
        ("double_free", "double-free", "the program freed the same memory twice"),
        ("bad_free", "bad-free", "the program freed memory that malloc() did not give"),
    ],
)
@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc",
    reason="the words are glibc's, and this system has another C library",
)
def test_glibcs_own_aborts_without_a_sanitizer(bench, name, kind, words):
    program = bench.build(*PROGRAMS["memory"], ["-U_FORTIFY_SOURCE"])
    report = translate(_run(program, name).stderr, root=BAD)
    assert report.kind == kind and report.sentence.startswith(words)
    assert "glibc: " in report.sentence and report.frame is None


def test_an_assertion_without_a_sanitizer(bench):
    program = bench.build(*PROGRAMS["memory"], ["-U_FORTIFY_SOURCE"])
    report = translate(_run(program, "assertion").stderr, root=BAD)
    assert report.kind == "assertion"
    assert (report.frame.file, report.frame.line) == mark("HERE", "assertion")
    assert report.frame.function == "assertion"


def test_an_undefined_shift_without_a_stack(bench):
    program = bench.build(*PROGRAMS["undefined"], SANITIZED)
    text = _run(program, "shift", UBSAN_OPTIONS="print_stacktrace=0").stderr
    report = translate(text, root=BAD)
    assert report.kind == "shift"
    assert (report.frame.file, report.frame.line) == mark("HERE", "shift")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "listening on http://127.0.0.1:8080\n",
        "TODO 1.2 is not written yet (a.c:3)\n",
        "error: Assertion is a word\n",
        "the runtime error rate is 3\n",
    ],
)
def test_what_programs_say_themselves_is_no_report(text):
    assert translate(text, root=BAD) is None


def test_a_report_after_the_programs_own_words(bench):
    text = "connected\nfree() as a bird\n" + bench.run("memory", "use_after_free").stderr
    assert translate(text, root=BAD).kind == "heap-use-after-free"


def test_a_refused_leak_check_is_said():
    text = "==7==LeakSanitizer has encountered a fatal error.\n==7==HINT: ptrace\n"
    assert translate(text, root=BAD).kind == "leak-check-refused"
