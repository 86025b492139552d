"""The plugin: which tests run, what is noted of them, and whose mistake a failure is."""

from __future__ import annotations

import json
import os
import sys
import types
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import explain, gaps, plugin
from harness.explain import Failure
from harness.layout import STAGES
from harness.sanitizer import Frame, Report
from harness.tests import repository
from harness.tests.repository import GAPS, REFERENCE
from harness.verdict import Sources

FIRST, SECOND = (stage.folder for stage in STAGES[:2])
TESTS = "test_of_this_test.py"


@pytest.fixture(scope="module")
def filled(template, tmp_path_factory):
    """A copy whose gaps are filled, and whose second stage has no test. Do not change it."""
    copy = repository.copy_of(template, tmp_path_factory.mktemp("filled") / "copy")
    for path in (copy.path / SECOND).glob("test_*.py"):
        path.unlink()
    copy.fill_with_reference()
    assert copy.make("learner-programs", f"-j{os.cpu_count() or 2}").exit == 0
    return copy


@pytest.fixture
def later(filled, tmp_path):
    """The same, to do as one likes with: see write_tests()."""
    return repository.copy_of(filled, tmp_path / "later")


def write_tests(copy, text: str) -> None:
    """Writes the tests of the second stage."""
    copy.write(f"{SECOND}/{TESTS}", "from harness import expect, gap\n" + text)


def outcomes_of(copy, *options: str) -> dict[str, dict]:
    """Runs the second stage's tests; returns what they came to, by the tests' names."""
    command = [sys.executable, "-m", "pytest", "-q", "--outcomes=outcomes", *options]
    copy.run(*command, SECOND)
    rows = json.loads(copy.read("outcomes"))
    return {row["test"].removeprefix(f"{TESTS}::"): row for row in rows}


# --- What is noted ------------------------------------------------------------------------

NOTED = """
RESTS_ON = ["2.7", "2.8"]

@gap("2.1")
def test_file(program): program("curl_lab").run(); program("fetch_sites").run("--help")

@gap("2.2", rests_on=["2.9"])
def test_own(): pass

@gap("2.3", rests_on=[])
def test_none(): pass

@gap("2.7")
def test_itself(): pass
"""


def test_what_a_test_rests_on_and_what_it_ran(later):
    write_tests(later, NOTED)
    noted = outcomes_of(later)
    assert {name: row["rests_on"] for name, row in noted.items()} == {
        "test_file": ["2.7", "2.8"],
        "test_own": ["2.9"],
        "test_none": [],
        "test_itself": ["2.8"],
    }
    assert noted["test_file"]["programs"] == [
        f"{SECOND}/curl_lab",
        f"{SECOND}/fetch_sites",
    ]
    assert noted["test_own"]["programs"] == []
    chosen = json.dumps(
        [f"{TESTS}::test_own", f"{TESTS}::test_itself", "test_x.py::test_y"]
    )
    assert outcomes_of(later, f"--tests={chosen}").keys() == {"test_own", "test_itself"}
    assert outcomes_of(later, f"--tests={chosen}", "--gap=2.7").keys() == {"test_itself"}
    assert outcomes_of(later, "--tests=[]") == {}


GIVEN = """
import pytest

@pytest.mark.reference
def test_given(): assert False

@gap("2.1")
def test_gap(): pass
"""


def test_what_judges_the_given_runs_on_the_reference_only(later):
    write_tests(later, GIVEN)
    command = [sys.executable, "-m", "pytest", "-q", "--no-build", SECOND]
    assert "1 passed, 1 deselected" in later.run(*command).out
    assert "1 passed, 1 deselected" in later.run(*command, "--overlay=build/x").out
    assert "1 failed, 1 passed" in later.run(*command, "--impl=solutions").out


SOME_HANG = """
import types
from harness import running

def hangs(*unwritten):
    running._hung.append(types.SimpleNamespace(unwritten=unwritten))
    assert False

@gap("2.1", rests_on=["2.7"])
def test_first(): hangs()

@gap("2.1", rests_on=["2.7"])
def test_second(): hangs()

@gap("2.1", rests_on=["2.7"])
def test_third(): hangs()

@gap("2.2", rests_on=["2.7"])
def test_fourth(): hangs()

@gap("2.2", rests_on=["2.7"])
def test_fifth(): hangs()

@gap("2.3", needs=["2.1"])
def test_sixth(): hangs()

@gap("2.7")
def test_below(): hangs(*UNWRITTEN)

def test_given(): pass
"""


@pytest.mark.parametrize(
    "unwritten, not_run",
    [
        pytest.param("[]", ["test_third", "test_fifth", "test_sixth"], id="a mistake"),
        pytest.param("['2.8']", ["test_fifth", "test_sixth"], id="a gap is not written"),
    ],
)
def test_when_many_hang_the_others_are_not_run(later, unwritten, not_run):
    """What others rest on had its say before; of each gap one test has; and what is not
    written does not count."""
    write_tests(later, f"UNWRITTEN = {unwritten}\n" + SOME_HANG)
    seen = outcomes_of(later, "--impl=solutions", "--no-build")
    assert list(seen)[0] == "test_below"
    assert [test for test in seen if seen[test]["kind"] == "skipped"] == not_run
    assert "too many programs had hung" in seen[not_run[0]]["saw"]


def test_sessions_of_a_queue_run_all_the_tests_and_none_twice(later):
    """The first test waits until another session has run the last one."""
    (later.path / "queue").mkdir()
    write_tests(later, TAKES_TURNS)

    def session(name: str) -> dict[str, str]:
        command = [sys.executable, "-m", "pytest", "-q", "--no-build", "--queue=queue"]
        assert later.run(*command, f"--outcomes={name}", SECOND).exit == 0
        rows = json.loads(later.read(name))
        return {row["test"].removeprefix(f"{TESTS}::"): row["kind"] for row in rows}

    with ThreadPoolExecutor(2) as pool:
        seen = sorted(pool.map(session, ["one", "two"]), key=len)
    both = {**seen[0], **seen[1]}
    assert len(both) == len(seen[0]) + len(seen[1]) == 6
    assert set(both.values()) == {"passed"}
    assert later.read("log").splitlines().count("made") == 2  # a fixture in each session


TAKES_TURNS = """
import os, time
import pytest
from harness.timeouts import scaled

@pytest.fixture(scope="module")
def made():
    with open("log", "a") as log: log.write("made\\n")
    yield
    with open("log", "a") as log: log.write("gone\\n")

@gap("2.1")
def test_first(made):
    end = time.monotonic() + scaled(60)
    while not os.path.exists("last"):
        assert time.monotonic() < end
        time.sleep(0.01)

@gap("2.1")
@pytest.mark.parametrize("number", range(4))
def test_between(made, number): pass

@gap("2.1")
def test_last(made): open("last", "w").close()
"""


def test_a_queue_refuses_other_tests(later):
    """Or a test that only one session knows would be run by none."""
    (later.path / "queue").mkdir()
    write_tests(later, SOME_GAPS)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--no-build",
        "--queue=queue",
        SECOND,
    ]
    assert later.run(*command).exit == 0
    write_tests(later, GIVEN)
    done = later.run(*command)
    assert done.exit == 4 and "must have the same tests" in done.out + done.err


TABLES = """
import pytest

@gap("2.1")
@pytest.mark.parametrize("row", range(3))
def test_a(row): pass

@gap("2.1")
def test_b(): pass

@gap("2.1")
def test_c(): pass

@gap("2.1")
def test_d(): pass

@gap("2.2")
def test_e(judge_exercise): pass

@gap("2.3")
@pytest.mark.parametrize("row", range(3))
def test_f(row): pass
"""


def test_a_sample_is_of_each_gap_and_has_one_row_of_a_table(later):
    write_tests(later, TABLES)
    seen = outcomes_of(later, "--impl=solutions", "--no-build", "--sample")
    assert list(seen) == ["test_a[0]", "test_c", "test_d", "test_f[0]"]


VALGRIND_SPEAKS = """
def test_a(program): program("curl_lab").start("fly").until("")
"""


def test_what_valgrind_says_fails_the_test_however_the_program_ended(later, tmp_path):
    """A program that is killed has no exit status of valgrind's."""
    wrapper = tmp_path / "wrapper"
    wrapper.write_text("#!/bin/sh\necho '==12== Invalid read of size 1' >&2\nsleep 60\n")
    wrapper.chmod(0o755)
    write_tests(later, VALGRIND_SPEAKS)
    command = [sys.executable, "-m", "pytest", "-q", "--impl=solutions", "--no-build"]
    done = later.run(*command, SECOND, WORKSHOP_WRAPPER=str(wrapper))
    assert done.exit == 1 and "==12== Invalid read of size 1" in done.out


SOME_GAPS = """
@gap("2.1")
def test_a(): pass

@gap("2.1")
def test_b(): pass

@gap("2.2")
def test_c(): pass
"""


def test_an_exercise_depends_on_its_own_file(copy):
    command = [sys.executable, "-m", "pytest", "-q", "--outcomes=outcomes"]
    copy.run(*command, f"{FIRST}/test_exercise.py")
    (row,) = json.loads(copy.read("outcomes"))
    assert row["programs"] == [f"{FIRST}/exercise_sleep_gather.py"]
    assert row["kind"] == "unwritten"


# --- Whose mistake it is ------------------------------------------------------------------

BROKEN_BELOW = """
RESTS_ON = ["2.7"]

@gap("2.1")
def test_above(): expect(False, saw="no page", expected="a page")

@gap("2.7", rests_on=[])
def test_below(): expect(BELOW, saw="no timer", expected="a timer")
"""


def test_a_mistake_below_is_told_there(later):
    write_tests(later, "BELOW = False\n" + BROKEN_BELOW)
    said = later.make("stage2")
    assert "\n  2.1  green  ...   " in said.out and "\n  2.7  orange WRONG " in said.out
    assert "saw       no timer" in said.out and "Next: mend gap 2.7;" in said.out
    one = later.make("stage2", "GAP=2.1")
    assert "Gap 2.1 waits for 2.7: first make stage2 GAP=2.7\n" in one.out


def test_nothing_is_wrong_below(later):
    write_tests(later, "BELOW = True\n" + BROKEN_BELOW)
    assert "Next: mend gap 2.1;" in later.make("stage2").out
    assert "Next: mend gap 2.1 in" in later.make("stage2", "GAP=2.1").out


FETCHES = '''
@gap("2.1")
def test_it_is_gathered(program, world, tmp_path):
    """The page is fetched, and all is summed up."""
    url = f"{world.sites.url}/delay/0"
    program("fetch_sites").run("-o", str(tmp_path), url).expect_clean()
'''


def fill_1_4(copy, filling: str) -> None:
    """Replaces what fills gap 1.4."""
    copy.change(f"{FIRST}/gather.c", REFERENCE["1.4"], filling)


def test_a_crash_in_ones_own_earlier_stage(later):
    write_tests(later, FETCHES)
    fill_1_4(later, "    *(volatile int *)(gather - gather) = 0;\n" + REFERENCE["1.4"])
    assert later.make("stage2", "GAP=2.1").exit == 0  # on the reference of stage 1
    said = later.make("stage2", "MINE=all", "GAP=2.1")
    assert said.exit != 0
    assert "\ngap 1.4: Count down, and complete at the last\n" in said.out
    assert f"\n  look at   {FIRST}/gather.c:" in said.out
    assert "Gap 2.1 waits for 1.4: first make stage1 GAP=1.4\n" in said.out
    line = f"Next: gap 1.4 of stage 1, in {FIRST}/gather.c:"
    assert line in later.make("stage2", "MINE=1").out


def test_what_ones_own_earlier_stage_lacks(later):
    write_tests(later, FETCHES)
    fill_1_4(later, "".join(GAPS["1.4"].block))
    said = later.make("stage2", "MINE=all")
    assert "saw       TODO 1.4 is not written yet; " in said.out
    assert f"Next: gap 1.4 of stage 1, in {FIRST}/gather.c:" in said.out


def line_of(number: str) -> int:
    """A line of the gap in the learner's file."""
    return gaps.place(GAPS[number], GAPS[number].path)[0]


def crash(*frames: Frame, freed: Frame | None = None) -> tuple[str, int]:
    """Which gap a crash with that stack is blamed on in the second stage, and which line."""
    report = Report("use-after-free", "Freed memory.", frames=list(frames), freed=freed)
    failure = Failure("a crash", "none", report=report)
    return plugin._blame(failure, STAGES[1], Sources("learner"))


IN_1_4 = Frame("f", f"{FIRST}/gather.c", line_of("1.4"))
IN_2_1 = Frame("f", f"{SECOND}/fetch_sites.c", line_of("2.1"))
GIVEN_BEFORE = Frame("f", f"{FIRST}/gather.c", 1)
GIVEN_AFTER = Frame("f", f"{SECOND}/fetch_sites.c", 1)


@pytest.mark.parametrize(
    "frames, blamed",
    [
        ([GIVEN_AFTER, IN_1_4], None),  # it only calls back what is above
        ([GIVEN_BEFORE, GIVEN_AFTER, IN_1_4], None),
        ([GIVEN_AFTER, IN_1_4, IN_2_1], IN_2_1),
        ([GIVEN_BEFORE, IN_2_1], IN_2_1),  # it may have called it wrongly
        ([GIVEN_BEFORE, IN_1_4], IN_1_4),
        ([IN_1_4, GIVEN_AFTER], IN_1_4),
    ],
)
def test_who_only_calls_what_is_above_is_not_at_fault(frames, blamed):
    gap = {IN_1_4: "1.4", IN_2_1: "2.1", None: ""}[blamed]
    assert crash(*frames) == (gap, blamed.line if blamed else 0)


IN_2_7 = Frame("f", f"{SECOND}/curl_loop.c", line_of("2.7"))


@pytest.mark.parametrize(
    "program, gap",
    [
        ("convert", "2.7"),  # another's file: 2.7 may have called it wrongly
        ("currency", ""),  # the program's own
    ],
)
def test_a_module_calls_back_the_program(monkeypatch, program, gap):
    """Both are of one stage: only a program's own file is known to be above a module's."""
    started = types.SimpleNamespace(program=f"{SECOND}/{program}", did="ran it")
    monkeypatch.setattr(explain, "started", [started])
    given_in_a_later_file = Frame("f", f"{SECOND}/currency.c", 1)
    assert crash(given_in_a_later_file, IN_2_7)[0] == gap
    monkeypatch.setattr(started, "program", IN_2_1.file[: -len(".c")])
    assert crash(GIVEN_AFTER, IN_2_7)[0] == "2.7"  # its gaps come earlier
    monkeypatch.setattr(started, "program", f"{SECOND}/curl_lab")
    assert crash(Frame("f", f"{SECOND}/curl_lab.c", 1), IN_2_7)[0] == ""  # it has none


def test_who_freed_what_is_used_above_is_at_fault():
    assert crash(GIVEN_AFTER, freed=IN_1_4) == ("1.4", IN_1_4.line)
    assert crash(GIVEN_AFTER, freed=GIVEN_BEFORE) == ("", 0)


@pytest.mark.parametrize(
    "files, blamed",
    [
        ([f"{FIRST}/gather.c", f"{SECOND}/fetch_sites.c"], "1.4"),
        ([f"solutions/{FIRST}/gather.c", f"{SECOND}/fetch_sites.c"], "2.1"),
        ([f"{SECOND}/fetch_sites.c", f"{FIRST}/gather.c"], "2.1"),
        ([f"{FIRST}/gather.h", "lib/memory.h"], ""),
    ],
)
def test_the_innermost_line_of_the_learners_own_is_at_fault(files, blamed):
    numbers = {"gather.c": "1.4", "fetch_sites.c": "2.1"}
    lines = [line_of(numbers.get(name.split("/")[-1], "1.1")) for name in files]
    frames = [Frame("f", name, line) for name, line in zip(files, lines)]
    found, line = crash(*frames)
    assert found == blamed
    assert line == (line_of(blamed) if blamed else 0)


# --- When it is ended -----------------------------------------------------------------------

WAITS = """
import os, signal

@gap("2.1")
def test_ended(program):
    started = program("curl_lab").start("fly")
    open("started", "w").write(str(started._process.pid))
    os.kill(os.getpid(), signal.%s)
    started.wait_for("never")
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_who_ends_a_session_ends_its_programs(later, name):
    """They are in groups of their own: nobody else would."""
    write_tests(later, WAITS % name)
    command = [sys.executable, "-m", "pytest", "-q", SECOND]
    assert later.run(*command).exit == pytest.ExitCode.INTERRUPTED
    with pytest.raises(ProcessLookupError):
        os.kill(int(later.read("started")), 0)


CANNOT_RUN = """
import os
open("cannot_run", "w").write(str(os.getpid()))
raise ImportError("it cannot be run")
"""

RUNS_ON = """
import os, time
from pathlib import Path

def is_there(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True

@gap("2.1")
def test_that_takes_longer():
    while not Path("cannot_run").exists() or is_there(int(Path("cannot_run").read_text())):
        time.sleep(0.1)
    Path("came_to_its_end").touch()
"""


def test_tests_that_cannot_run_do_not_leave_others_behind(later):
    """All the tests have ended before somebody is told of those that could not run."""
    later.write(f"{SECOND}/test_cannot_run.py", CANNOT_RUN)
    write_tests(later, RUNS_ON)
    said = later.make("stage2")
    assert said.exit != 0 and "the tests could not run" in said.err
    assert (later.path / "came_to_its_end").exists()
