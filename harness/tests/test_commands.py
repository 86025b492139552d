"""The commands as people type them, in copies of the repository."""
from __future__ import annotations

import contextlib
import fcntl
import json
import math
import os
import pty
import random
import re
import select
import shutil
import signal
import struct
import sys
import termios
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import layout, settings
from harness.commands import watch
from harness.layout import STAGES
from harness.timeouts import scaled
from harness.tests import golden, repository
from harness.tests.repository import ENVIRONMENT, GAPS, REFERENCE, Copy, Done

# Most of it is tried on the first stage; they are all alike.
STAGE = "stage1_event_loop"
SKELETONS = repository.skeletons_of(STAGES[0])
GREEN = [gap.number for gap in repository.gaps_of(STAGES[0]) if gap.colour == "green"]


def plain(text: str) -> str:
    """A verdict without what may differ: line numbers, and a picture's bars."""
    text = re.sub(r"(\.(?:c|py)):\d+(?::\d+)?", r"\1:N", text)
    text = re.sub(r"\bat line \d+", "at line N", text)
    text = re.sub(r"^(  heavy_task_\d+ )│.*$", r"\1│ ... ", text, flags=re.MULTILINE)
    text = re.sub(r"^( +└)[─┴]+$", r"\1 ...", text, flags=re.MULTILINE)
    text = re.sub(r"^( +)[0-9.]+( +[0-9.]+)+ m?s$", r"\1N ...", text, flags=re.MULTILINE)
    return re.sub(
        r"[0-9.]+ m?s of work in [0-9.]+ m?s: [0-9.]+", "N s of work in N s: N", text
    )


# --- make stage1 --------------------------------------------------------------------------


def compile_error(copy: Copy) -> None:
    """Two mistakes, of which the second is nothing but noise."""
    copy.fill(g1_1=REFERENCE["1.1"] + '_Static_assert(0, "the first mistake");\n')
    copy.fill(g1_2=REFERENCE["1.2"] + '_Static_assert(0, "the second mistake");\n')


def hang(copy: Copy) -> None:
    """Everything is right, but closing a single task takes forever."""
    copy.fill_with_reference("1.1", "1.2", "1.3", "1.4")
    copy.fill(
        g1_5="    while (app->count == 1)\n        uv_sleep(10);\n" + REFERENCE["1.5"]
    )


# Name: how the files are filled, what make is told, whether it is to end well, and the tests
# that are left (all of them: none is named), where the others would say nothing of interest.
SLEEP_GATHER = ["test_sleep_gather.py"]
CASES = {
    "hang": (
        hang,
        ["GAP=1.5", f"WORKSHOP_TIMEOUT_SCALE={scaled(0.3)}"],
        False,
        SLEEP_GATHER,
    ),
    "everything": (lambda copy: copy.fill_with_reference(), ["LEVEL=red"], True, []),
    "skeleton": (lambda copy: None, [], False, []),
    "one_filled": (lambda copy: copy.fill_with_reference("1.1"), [], False, SLEEP_GATHER),
    "wrong_answer": (
        lambda copy: (
            copy.fill_with_reference("1.1", "1.2", "1.4", "1.5"),
            copy.fill_wrongly("1.3_seconds_for_milliseconds.c"),
        ),
        [],
        False,
        SLEEP_GATHER,
    ),
    "sanitizer": (
        lambda copy: (
            copy.fill_with_reference("1.1", "1.2", "1.3", "1.4"),
            copy.fill_wrongly("1.5_freed_too_early.c"),
        ),
        [],
        False,
        SLEEP_GATHER,
    ),
    "picture": (
        lambda copy: (
            copy.fill_with_reference("1.1", "1.2", "1.4"),
            copy.fill_wrongly("1.3_waits_for_the_one_before.c"),
        ),
        ["GAP=1.3"],
        False,
        SLEEP_GATHER,
    ),
    "compile_error": (compile_error, [], False, SLEEP_GATHER),
    "waits": (lambda copy: copy.fill_with_reference("1.1", "1.3", "1.4"), [], False, []),
    "green": (lambda copy: copy.fill_with_reference(*GREEN), [], True, SLEEP_GATHER),
    "orange_wanted": (
        lambda copy: copy.fill_with_reference(*GREEN),
        ["LEVEL=orange"],
        False,
        SLEEP_GATHER,
    ),
    "one_gap": (
        lambda copy: copy.fill_with_reference("1.1", "1.2", "1.3"),
        ["GAP=1.3"],
        True,
        [],
    ),
    "one_gap_unwritten": (
        lambda copy: copy.fill_with_reference("1.1"),
        ["GAP=1.2"],
        False,
        [],
    ),
    "one_gap_waits": (
        lambda copy: copy.fill_with_reference("1.3"),
        ["GAP=1.3"],
        False,
        [],
    ),
    "one_gap_of_the_reference": (
        lambda copy: None,
        ["GAP=1.2", "IMPL=solutions"],
        True,
        [],
    ),
}


@pytest.fixture(scope="module")
def verdicts(template, tmp_path_factory):
    """What is said in each case, soon: they run at once, since much of the time they wait."""
    folder = tmp_path_factory.mktemp("verdicts")
    with ThreadPoolExecutor(4) as pool:
        yield {
            name: pool.submit(said_in, repository.copy_of(template, folder / name), *case)
            for name, case in CASES.items()
        }


def said_in(
    copy: Copy, fill, arguments: list[str], _holds: bool, tests: list[str]
) -> Done:
    """Fills a copy and runs `make stage1` in it."""
    leave_tests(copy, tests)
    fill(copy)
    return copy.make("stage1", *arguments)


def leave_tests(copy: Copy, names: list[str]) -> None:
    """Deletes all tests of the first stage but these, and all of the others."""
    for one in STAGES if names else []:
        for path in (copy.path / one.folder).glob("test_*.py"):
            if one.folder != STAGE or path.name not in names:
                path.unlink()


@pytest.mark.parametrize("name", CASES)
def test_verdicts(verdicts, name):
    done = verdicts[name].result()
    assert done.err == ""
    golden.check(f"stage1_{name}.txt", plain(done.out))
    assert (done.exit == 0) == CASES[name][2]


def test_an_unwritten_gap_is_no_excuse_for_another(copy):
    """The program comes to 1.6, which is not written; but 1.3's tests do not need that."""
    copy.fill_with_reference("1.1", "1.2", "1.4")
    copy.fill_wrongly("1.3_seconds_for_milliseconds.c")
    pytest_ = [sys.executable, "-m", "pytest", "-q", "--gap=1.3", "--outcomes=outcomes"]
    assert copy.run(*pytest_, f"{STAGE}/test_sleep_gather.py").exit == 1
    failed = [o for o in json.loads(copy.read("outcomes")) if o["kind"] != "passed"]
    assert failed and {outcome["kind"] for outcome in failed} == {"wrong"}
    assert "1.6" in {number for outcome in failed for number in outcome["unwritten"]}


def test_only_the_first_complaint_of_the_compiler_is_told(copy):
    compile_error(copy)
    said = copy.make("stage1").out
    assert said.count("error:") == 1
    assert "the first mistake" in said and "the second mistake" not in said


def test_a_warning_is_told_and_judged(copy):
    copy.fill(g1_1=REFERENCE["1.1"] + '#warning "something was forgotten"\n')
    said = copy.make("stage1", "GAP=1.1")
    assert said.exit == 0
    assert "The compiler warns:" in said.out and "was forgotten" in said.out
    assert "Gap 1.1 is done" in said.out


def test_a_linkers_complaint_is_told(copy):
    copy.fill(g1_4="    gather_fly(gather);\n")
    text = copy.read(f"{STAGE}/gather.h")
    copy.write(f"{STAGE}/gather.h", text + "void gather_fly(struct gather *gather);\n")
    said = copy.make("stage1")
    assert said.exit != 0 and "It does not compile:" in said.out
    assert "undefined reference to `gather_fly'" in said.out


def test_a_file_that_is_gone(copy):
    (copy.path / STAGE / "gather.c").unlink()
    for command in (
        "stage 1",
        "progress",
        "diff",
        "reveal GAP=1.4 TAKE=1",
        "reset GAP=1.4",
    ):
        done = copy.harness(*command.split())
        assert done.exit == 2
        assert done.err == f"{STAGE}/gather.c is gone: make reset STAGE=1\n"
    assert copy.harness("reset", "STAGE=1").exit == 0
    assert copy.read(f"{STAGE}/gather.c") == SKELETONS[f"{STAGE}/gather.c"].text


def test_junit(copy):
    done = copy.make("stage1", "GAP=1.1", "JUNIT=out/report.xml")
    assert done.exit != 0 and done.out.endswith("JUnit: out/report.xml\n")
    (suite,) = ElementTree.parse(copy.path / "out" / "report.xml").getroot()
    names = [case.get("name") for case in suite]
    assert names == ["test_the_loop_runs_until_nothing_is_left"]
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    (failure,) = suite.find("testcase")
    assert "gap 1.1: The loop is made" in failure.text


WRONG_CHOICES = [
    ("stage 1 GAP=9.9", "GAP=9.9: there is no such gap; there are 1.1 to 1.12"),
    ("stage 1 GAP=nine", "GAP=nine: there is no such gap; there are 1.1 to 1.12"),
    ("hint GAP=9.9", "GAP=9.9: there is no such gap; there are 1.1 to 1.12"),
    ("reset GAP=1.99", "GAP=1.99: there is no such gap; there are 1.1 to 1.12"),
    ("hint", "which gap? make hint GAP=1.2"),
    ("reveal", "which gap? make reveal GAP=1.2"),
    ("reveal TAKE=1", "which gap? make reveal GAP=1.2"),
    ("watch STAGE=7", "STAGE=7: there is no such stage; there are: 1"),
    ("progress STAGE=7", "STAGE=7: there is no such stage; there are: 1"),
    ("reset STAGE=7", "STAGE=7: there is no such stage; there are: 1"),
    ("diff STAGE=", "STAGE=: there is no such stage; there are: 1"),
    ("stage 1 IMPL=x", "IMPL=x: it can be learner or solutions"),
    ("stage 1 LEVEL=blue", "LEVEL=blue: it can be green or orange or red"),
    ("hint GAP=1.2 N=0", "N=0: it must be a whole number from 1 on"),
    ("hint GAP=1.2 N=-1", "N=-1: it must be a whole number from 1 on"),
    ("hint GAP=1.2 N=two", "N=two: it must be a whole number from 1 on"),
    ("flake RUNS=x", "RUNS=x: it must be a whole number from 1 on"),
    ("fuzz SECONDS=x", "SECONDS=x: it must be a whole number from 1 on"),
]


@pytest.mark.parametrize("command, complaint", WRONG_CHOICES)
def test_a_wrong_choice_is_one_line(copy_to_read, command, complaint):
    done = copy_to_read.harness(*command.split())
    assert done.exit == 2 and done.out == ""
    assert done.err.startswith(complaint) and done.err.count("\n") == 1


@pytest.fixture(scope="module")
def copy_to_read(template, tmp_path_factory):
    """A copy for commands that change nothing."""
    return repository.copy_of(template, tmp_path_factory.mktemp("read") / "copy")


def test_make_hands_the_choices_on(copy_to_read):
    done = copy_to_read.make("hint", "GAP=1.2", "N=0")
    assert done.exit != 0 and done.out == ""
    assert done.err == "N=0: it must be a whole number from 1 on\n"


def test_reset_wants_to_be_told_what(copy_to_read):
    done = copy_to_read.make("reset")
    assert done.exit != 0 and done.out == "" and mine(copy_to_read) == []
    assert done.err.startswith("reset what? make reset GAP=1.2, or ")


def test_a_command_that_is_not_there(copy_to_read):
    done = copy_to_read.make("stage7")
    assert done.exit != 0 and done.out + done.err == ""  # make itself says it
    done = copy_to_read.run(sys.executable, "-m", "harness", "fly")
    assert done.exit == 2 and done.err.startswith(
        "usage: python3 -m harness stage|watch|"
    )


# --- make hint ----------------------------------------------------------------------------

SECTION = """\
### 1.2 (green) A heading of my own

Some text, and *not* a hint.

<details>
<summary>Hint 1</summary>

Think of `malloc`.

</details>

<details>
<summary>Hint 2</summary>
Two lines,
and code:

```c
int *x = xmalloc(sizeof *x);
```

</details>
<details>
<summary>Hint 3</summary>

The last one.
</details>

"""


@pytest.fixture(scope="module")
def copy_with_hints(template, tmp_path_factory):
    """A copy whose README has hints of this test's own for gap 1.2, and none for 1.3."""
    copy = repository.copy_of(template, tmp_path_factory.mktemp("hints") / "copy")
    text = copy.read(f"{STAGE}/README.md")
    before, after = re.split(r"^### 1\.2 [^#]*(?:\n[^#]*)*?(?=^### 1\.3 )", text, 1, re.M)
    title, rest = re.split(r"(?=^### 1\.4 )", after, 1, re.M)
    copy.write(
        f"{STAGE}/README.md", before + SECTION + title.split("\n")[0] + "\n\n" + rest
    )
    return copy


def test_hints(copy_with_hints):
    text = ""
    for choice in ([], ["N=1"], ["N=2"], ["N=3"], ["N=4"]):
        done = copy_with_hints.make("hint", "GAP=1.2", *choice)
        assert (done.exit == 0) == (choice != ["N=4"]) and not (done.out and done.err)
        text += f"$ make {' '.join(['hint', 'GAP=1.2', *choice])}\n{done.out}{done.err}\n"
    golden.check("hints.txt", text)


def test_a_gap_without_hints(copy_with_hints):
    done = copy_with_hints.make("hint", "GAP=1.3")
    assert done.exit != 0
    assert done.err == f"{STAGE}/README.md has no hint under the heading of gap 1.3\n"


@pytest.mark.parametrize("number", GAPS)
def test_every_gap_has_its_own_hints(number):
    from harness.commands.hint import hints_of

    hints = hints_of(number)
    assert len(hints) >= 3 and all(hints)
    for other in GAPS:
        assert other == number or not set(hints) & set(hints_of(other))


# --- make reveal, reset, diff --------------------------------------------------------------

GATHER = f"{STAGE}/gather.c"
MINE = "    gather->pending -= 1;\n    if (!gather->pending)\n        gather_finish(gather);\n"


def mine(copy: Copy) -> list[str]:
    """The learner's files that were put aside."""
    return sorted(str(p.relative_to(copy.path)) for p in copy.path.rglob("*.mine-*"))


def kept(name: str, number: int) -> str:
    """What is said when a file was put aside and written."""
    aside = f"{name}.mine-{number}"
    return f"kept yours: {aside}    (back with: cp {aside} {name})\nwritten:    {name}\n"


def skeleton_with(**fillings: str) -> str:
    """gather.c with some gaps filled: skeleton_with(g1_4=...)."""
    chosen = {key[1:].replace("_", "."): text for key, text in fillings.items()}
    return SKELETONS[GATHER].fill(chosen)


def test_reveal_shows_and_changes_nothing(copy):
    done = copy.harness("reveal", "GAP=1.4")
    assert done.exit == 0
    assert done.out == (
        f"Gap 1.4, in {GATHER}, as the reference fills it:\n\n{REFERENCE['1.4']}\n"
        "make reveal GAP=1.4 TAKE=1 puts it into your file.\n"
    )
    assert copy.read(GATHER) == SKELETONS[GATHER].text and mine(copy) == []


def test_take_keeps_what_was_there(copy):
    copy.fill(g1_4=MINE)
    before = (copy.path / GATHER).read_bytes()
    done = copy.harness("reveal", "GAP=1.4", "TAKE=1")
    assert done.exit == 0
    assert done.out == kept(GATHER, 1)
    assert copy.read(GATHER) == skeleton_with(g1_4=REFERENCE["1.4"])
    assert (copy.path / f"{GATHER}.mine-1").read_bytes() == before
    assert (
        copy.git("status", "--short") == f" M {GATHER}\n"
    )  # .mine files are no concern of git


@pytest.mark.parametrize(
    "call", [MINE, '    TODO("1.4");\n'], ids=["written", "unwritten"]
)
def test_take_between_the_markers(copy, call):
    """The markers are still there, and the given text was changed: it stays changed."""
    copy.change(GATHER, '    TODO("1.4");\n', call)
    copy.write(GATHER, "#include <stdio.h>\n" + copy.read(GATHER))
    done = copy.harness("reveal", "GAP=1.4", "TAKE=1")
    assert done.exit == 0
    assert copy.read(GATHER) == "#include <stdio.h>\n" + skeleton_with(
        g1_4=REFERENCE["1.4"]
    )


def test_taking_twice_keeps_both(copy):
    assert copy.harness("reveal", "GAP=1.4", "TAKE=1").exit == 0
    again = copy.harness("reveal", "GAP=1.4", "TAKE=1")
    assert again.exit == 0 and again.out == f"{GATHER}: nothing to change\n"
    assert mine(copy) == [f"{GATHER}.mine-1"]
    done = copy.harness("reveal", "GAP=1.6", "TAKE=1")
    assert done.out == kept(GATHER, 2)
    assert copy.read(f"{GATHER}.mine-1") == SKELETONS[GATHER].text
    assert copy.read(f"{GATHER}.mine-2") == skeleton_with(g1_4=REFERENCE["1.4"])
    assert copy.read(GATHER) == skeleton_with(
        g1_4=REFERENCE["1.4"], g1_6=REFERENCE["1.6"]
    )


def test_what_is_put_aside_is_the_same_to_the_byte(copy):
    """Also with a Windows editor's line ends, bytes that are no text, and no last newline."""
    odd = (
        skeleton_with(g1_4=MINE).replace("\n", "\r\n").encode() + b"/* \xff\xfe */\r\nend"
    )
    (copy.path / GATHER).write_bytes(odd)
    done = copy.harness("reset", "STAGE=1")
    assert done.exit == 0
    assert (copy.path / f"{GATHER}.mine-1").read_bytes() == odd
    assert copy.read(GATHER) == SKELETONS[GATHER].text


def test_bytes_that_are_no_text_survive_a_take(copy):
    path = copy.path / GATHER
    path.write_bytes(b"/* \xf6 */\n" + path.read_bytes())
    assert copy.harness("reveal", "GAP=1.4", "TAKE=1").exit == 0
    wanted = skeleton_with(g1_4=REFERENCE["1.4"]).encode()
    assert path.read_bytes() == b"/* \xf6 */\n" + wanted


def test_reset_of_a_gap(copy):
    copy.fill_with_reference()
    before = copy.read(GATHER)
    done = copy.harness("reset", "GAP=1.4")
    assert done.out == kept(GATHER, 1)
    others = {n: REFERENCE[n] for n in ("1.6", "1.11")}
    assert copy.read(GATHER) == SKELETONS[GATHER].fill(others)
    assert copy.read(f"{GATHER}.mine-1") == before
    again = copy.harness("reset", "GAP=1.4")
    assert again.exit == 0 and again.out == f"{GATHER}: nothing to change\n"


def test_reset_when_the_other_gaps_are_the_learners_own(copy):
    own = "    gather->results[index].status = status; /* TODO: and the rest */\n"
    copy.write(GATHER, skeleton_with(g1_4=MINE, g1_6=own))
    assert copy.harness("reset", "GAP=1.4").exit == 0
    assert copy.read(GATHER) == skeleton_with(g1_6=own)


def test_reset_of_a_stage(copy):
    copy.fill_with_reference()
    before = {name: copy.read(name) for name in SKELETONS}
    done = copy.harness("reset", "STAGE=1")
    assert done.exit == 0 and mine(copy) == sorted(f"{name}.mine-1" for name in SKELETONS)
    for name, skeleton in SKELETONS.items():
        assert copy.read(name) == skeleton.text
        assert copy.read(f"{name}.mine-1") == before[name]
        assert kept(name, 1) in done.out
    again = copy.harness("reset", "STAGE=1")
    assert again.out == "".join(f"{name}: nothing to change\n" for name in SKELETONS)
    assert len(mine(copy)) == len(SKELETONS)


def test_reset_when_only_given_text_was_changed(copy):
    """Every gap is still unwritten, but these are no skeletons any more."""
    copy.write(GATHER, "/* mine */\n" + copy.read(GATHER))
    done = copy.harness("reset", "STAGE=1")
    assert kept(GATHER, 1) in done.out
    assert copy.read(GATHER) == SKELETONS[GATHER].text


def test_reset_when_the_call_is_still_there(copy):
    """Half written: the gap still says that it is not written yet."""
    copy.change(
        GATHER, '    TODO("1.4");\n', '    gather->pending--;\n    TODO("1.4");\n'
    )
    done = copy.harness("reset", "GAP=1.4")
    assert done.out == kept(GATHER, 1)
    assert copy.read(GATHER) == SKELETONS[GATHER].text


def test_reset_is_the_way_out_when_a_marker_is_gone(copy):
    copy.change(GATHER, "    /* END 1.4 */\n", "")
    for command in (["stage", "1"], ["hint", "GAP=1.4"], ["reset", "GAP=1.4"]):
        done = copy.harness(*command)
        assert done.exit != 0 and done.err.endswith("or: make reset STAGE=1\n")
    assert copy.harness("reset", "STAGE=1").exit == 0
    assert copy.read(GATHER) == SKELETONS[GATHER].text


@pytest.mark.parametrize(
    "command", [["reveal", "GAP=1.4", "TAKE=1"], ["reset", "GAP=1.4"]]
)
def test_what_cannot_be_told_is_refused(copy, command):
    """No markers, and the given text was changed: nobody knows which lines are the gap."""
    text = "/* mine */\n" + skeleton_with(g1_4=MINE)
    copy.write(GATHER, text)
    done = copy.harness(*command)
    assert done.exit != 0 and done.out == "" and done.err.count("\n") == 2
    assert done.err.startswith(f"{GATHER}: the given text after")
    assert done.err.endswith("Put that text back, or: make reset STAGE=1\n")
    assert copy.read(GATHER) == text and mine(copy) == []


def test_diff(copy):
    copy.fill_with_reference("1.4", "1.9")
    done = copy.harness("diff", "STAGE=1")
    assert done.exit == 0
    assert f"{STAGE}/exercise_sleep_gather.py: as the reference\n" in done.out
    assert f"--- {GATHER} (yours)\n+++ solutions/{GATHER} (the reference)\n@@" in done.out
    assert '-    TODO("1.6");\n' in done.out and '-    TODO("1.4");\n' not in done.out
    assert "".join(f"+{line}\n" for line in REFERENCE["1.6"].splitlines()) in done.out
    assert done.out.endswith("Another way may be as good: the tests decide.\n")


def test_diff_of_nothing(copy):
    copy.fill_with_reference()
    assert copy.harness("diff").out == "".join(
        f"{name}: as the reference\n" for name in SKELETONS
    )


# --- make progress --------------------------------------------------------------------------


def test_progress(quick_copy):
    copy = quick_copy
    copy.fill_with_reference(*GREEN)
    done = copy.make("progress")
    assert done.exit == 0 and done.err == ""
    golden.check("progress.txt", plain(done.out))

    # It is judged again each time, and nothing is kept.
    copy.fill_wrongly("1.6_last_error.c")
    copy.change(f"{STAGE}/sleep_gather.c", REFERENCE["1.5"], "    return 0;\n")
    again = copy.make("progress")
    assert again.exit == 0
    assert (
        re.search(r"1\.5  green  WRONG ", again.out)
        and f"\n4 of {len(GAPS)} gaps are done." in again.out
    )


def test_progress_when_it_does_not_compile(copy):
    copy.fill(g1_4="    this is not C\n")
    done = copy.make("progress")
    assert done.exit == 0
    assert "  does not compile: make stage1 tells where\n" in done.out


# --- make watch -----------------------------------------------------------------------------


class Screen:
    """A terminal with `make watch` in it."""

    def __init__(self, copy: Copy, rows: int = 40, columns: int = 160) -> None:
        # The shell keeps the terminal open, so that its settings can be read at the end.
        line = "trap : INT; read go; make watch STAGE=1; echo exit $?; read go"
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # who runs us may ignore it
            os.chdir(copy.path)
            os.execvpe("sh", ["sh", "-c", line], {**ENVIRONMENT, "TERM": "xterm"})
        self.seen = ""
        self._looked_at = 0
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, size)
        self.settings = termios.tcgetattr(self.terminal)

    def type(self, keys: str) -> None:
        """Presses these keys."""
        os.write(self.terminal, keys.encode())

    def wait_for(self, text: str) -> str:
        """Waits until `text` comes; returns what came before it, since the last time."""
        while text not in self.seen[self._looked_at :]:
            ready, _, _ = select.select([self.terminal], [], [], scaled(60))
            assert ready, f"{text!r} never came:\n{self.seen}"
            self.seen += os.read(self.terminal, 65536).decode("utf-8", "replace")
        before, _, _ = self.seen[self._looked_at :].partition(text)
        self._looked_at += len(before) + len(text)
        return before

    def close(self) -> None:
        """Ends whatever still runs in it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


@pytest.fixture
def quick_copy(copy):
    """A copy with few tests, for where it does not matter what they say."""
    leave_tests(copy, SLEEP_GATHER)
    return copy


@pytest.fixture
def screen(quick_copy):
    """`make watch` in a terminal; it begins when a line is typed."""
    opened = Screen(quick_copy)
    yield opened
    opened.close()


def test_watch_notices_a_save_and_ends_by_q(quick_copy, screen):
    screen.type("\n")
    first = screen.wait_for("Watching; q ends it.")
    assert watch.CLEAR in first and "\x1b[2m-     \x1b[0mMake the loop" in first
    assert not termios.tcgetattr(screen.terminal)[3] & termios.ICANON  # keys come at once
    quick_copy.fill_with_reference("1.1")
    second = screen.wait_for("Watching; q ends it.")
    assert watch.CLEAR in second and "\x1b[32mok    \x1b[0mMake the loop" in second
    screen.type("xQ")
    screen.wait_for("exit 0")
    assert termios.tcgetattr(screen.terminal) == screen.settings
    assert "Traceback" not in screen.seen


def test_watch_ends_by_control_c(screen):
    screen.type("\n")
    screen.wait_for("Watching; q ends it.")
    screen.type("\x03")
    screen.wait_for("exit ")
    assert termios.tcgetattr(screen.terminal) == screen.settings
    assert "Traceback" not in screen.seen


def test_control_c_while_it_judges(quick_copy, screen):
    """A test waits for a fifo that nobody writes to; so it is being judged for sure."""
    fifo = quick_copy.path / "fifo"
    os.mkfifo(fifo)
    quick_copy.write(f"{STAGE}/test_waits.py", "open('fifo').read()\n")
    screen.type("\n")
    writer = os.open(fifo, os.O_WRONLY)  # returns when the test has opened it
    screen.type("\x03")
    screen.wait_for("exit ")
    os.close(writer)
    assert termios.tcgetattr(screen.terminal) == screen.settings
    assert "Traceback" not in screen.seen


def test_watch_shows_a_verdict_that_does_not_compile(quick_copy, screen):
    quick_copy.fill(g1_4="    this is not C\n")
    screen.type("\n")
    assert "It does not compile:" in screen.wait_for("Watching; q ends it.")
    screen.type("q")
    screen.wait_for("exit 0")


def test_watch_ends_when_its_input_does(quick_copy):
    done = quick_copy.make("watch", "STAGE=1")
    assert done.exit == 0 and done.err == ""
    assert done.out.count("Watching; q ends it.") == 1 and "\x1b" not in done.out
    assert done.out.startswith("Stage 1: the event loop (your files)\n")


@pytest.mark.parametrize(
    "mine, solutions, own",
    [("", True, [1]), ("all", True, [0, 1]), ("1", True, [0, 1]), ("", False, [0, 1])],
)
def test_watch_looks_at_ones_own_earlier_stages(monkeypatch, mine, solutions, own):
    monkeypatch.setenv("MINE", mine)
    if not solutions:
        monkeypatch.setattr(settings, "SOLUTIONS", layout.ROOT / "nowhere")
    folders = {path.parent.name for path in watch.times(STAGES[1])}
    assert folders == {STAGES[i].folder for i in own}
    assert {path.parent.name for path in watch.times(STAGES[0])} == {STAGE}


@pytest.mark.parametrize(
    "rows, columns, shown, hidden",
    [
        (40, 80, 30, 0),
        (32, 80, 30, 0),
        (31, 80, 28, 2),
        (10, 80, 7, 23),
        (40, 20, 18, 12),
    ],
)
def test_one_screen(monkeypatch, rows, columns, shown, hidden):
    """What does not fit is counted, in rows: a long line takes several."""
    size = os.terminal_size((columns, rows))
    monkeypatch.setattr(watch.shutil, "get_terminal_size", lambda: size)
    lines = [f"\x1b[32mline {i:<2}\x1b[0m" + "." * 23 for i in range(30)]  # 30 columns
    text = watch.fitted("\n".join(lines) + "\n")
    assert text.startswith(watch.CLEAR)
    wanted = lines[:shown]
    if hidden:
        wanted.append(f"... {hidden} more lines: make this window larger")
    assert text[len(watch.CLEAR) :].split("\n") == wanted


# --- Gap by gap -----------------------------------------------------------------------------


def steps(order: list[str], stops: list[int]) -> list[list[str]]:
    """The gaps to fill before each stop: `stops` are numbers of filled gaps."""
    return [order[begin:end] for begin, end in zip([0, *stops], stops)]


MOST_STOPS = 12


def orders_of(stage: layout.Stage, whole: bool) -> dict[str, list[list[str]]]:
    """Orders in which a stage's gaps may be filled, with stops for being judged. At the end
    all of them come to the same files, so only one goes there. Unless `whole`, few stops.
    """
    numbers = [gap.number for gap in repository.gaps_of(stage)]
    # A test that the learner writes takes long to judge.
    quick = [number for number in numbers if GAPS[number].path.suffix == ".c"]
    shuffled = [random.Random(seed).sample(quick, len(quick)) for seed in (1, 2)]
    count = len(numbers)
    half = count // 2
    if not whole:
        thirds = [len(quick) // 3, 2 * len(quick) // 3]
        return {
            "by number": steps(quick, thirds),
            "at random": steps(shuffled[0], [half]),
        }
    stops = range(count, 0, -math.ceil(count / MOST_STOPS))[::-1]
    return {
        "by number": steps(numbers, [stop for stop in stops if stop <= half]),
        "by number, on": steps(numbers, [stop for stop in stops if stop > half]),
        "backwards": steps(quick[::-1], [half]),
        "at random": steps(shuffled[0], [half]),
        "at random again": steps(shuffled[1], [2 * count // 3]),
    }


def states_after(copy: Copy, order: list[list[str]]) -> list[dict[str, str]]:
    """Fills and judges, step by step. Without sanitizers, which makes it quicker: what is
    filled in is right."""
    done = copy.run(
        sys.executable, "-m", "harness.tests.filling", *map(",".join, order), SAN="0"
    )
    assert done.exit == 0 and "{" == done.out[0], done.out + done.err
    return [json.loads(line) for line in done.out.splitlines()]


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.folder)
def test_filling_gap_by_gap(template, tmp_path, request, stage):
    """Whatever order: what is filled is done or waits, what is not is not written yet.

    `make prove` asks for the whole: more stops, to the last gap, and more orders.
    """
    orders = orders_of(stage, request.config.getoption("--whole"))
    copies = {name: repository.copy_of(template, tmp_path / name) for name in orders}
    with ThreadPoolExecutor(len(orders)) as pool:  # much of the time each of them waits
        states = dict(
            zip(orders, pool.map(states_after, copies.values(), orders.values()))
        )
    for name, order in orders.items():
        assert len(states[name]) == len(order)
        filled: set[str] = set()
        for step, seen in zip(order, states[name]):
            filled |= set(step)
            good = {"done"} if name.startswith("by number") else {"done", "waits"}
            for number, state in seen.items():
                wanted = good if number in filled else {"unwritten"}
                assert state in wanted, f"{name}, filled {sorted(filled)}: {seen}"


# --- Without solutions ------------------------------------------------------------------


@pytest.fixture(scope="module")
def bare_copy(template, tmp_path_factory):
    """A clone for attendees: no solutions, and never had any. Do not change it."""
    copy = repository.copy_of(template, tmp_path_factory.mktemp("bare") / "copy")
    leave_tests(copy, [*SLEEP_GATHER, "test_exercise.py"])
    shutil.rmtree(copy.path / "solutions")
    shutil.rmtree(copy.path / "build" / "solutions")
    shutil.rmtree(copy.path / ".git")
    copy.git("init", "--quiet")
    copy.commit()
    return copy


def test_a_clone_without_solutions_teaches(bare_copy, tmp_path):
    copy = repository.copy_of(bare_copy, tmp_path / "copy")
    copy.fill_with_reference("1.1", "1.9")
    judged = copy.make("stage1")
    assert judged.exit != 0 and judged.err == ""
    golden.check("stage1_without_solutions.txt", plain(judged.out))
    assert "1.9  orange ?  " in copy.make("progress").out
    assert copy.make("hint", "GAP=1.2").exit == 0
    done = copy.make("reset", "GAP=1.1")
    assert done.exit == 0 and "sleep_gather.c.mine-1" in done.out
    name = f"{STAGE}/sleep_gather.c"
    assert copy.read(name) == SKELETONS[name].text


def test_a_clone_without_solutions_builds_none(bare_copy, tmp_path):
    """What is the learner's must not stand where the finished programs would."""
    copy = repository.copy_of(bare_copy, tmp_path / "copy")
    assert copy.make("solution-programs").exit == 0
    assert not (copy.path / "build" / "solutions").exists()


@pytest.fixture(scope="module")
def half_copy(bare_copy, tmp_path_factory):
    """One whose first stage was handed out filled in: nobody has its skeletons. Of the second
    some gaps are written, and one test is left. Do not change it."""
    copy = repository.copy_of(bare_copy, tmp_path_factory.mktemp("half") / "copy")
    copy.fill_with_reference(*[number for number in GAPS if number.startswith("1.")])
    shutil.rmtree(copy.path / ".git")
    copy.git("init", "--quiet")
    copy.commit()
    copy.fill_with_reference(*FETCHES)
    for path in (copy.path / "stage2_http_client").glob("test_*.py"):
        path.unlink()
    copy.write("stage2_http_client/test_half.py", HALF)
    return copy


FETCHES = ("2.1", "2.2", "2.3", "2.4", "2.5", "2.6")
HALF = '''
from harness import gap

@gap("2.1")
def test_it_is_gathered(program, world, tmp_path):
    """The page is fetched, and all is summed up."""
    url = f"{world.sites.url}/delay/0"
    program("fetch_sites").run("-o", str(tmp_path), url).expect_clean()
'''


def test_a_stage_whose_earlier_one_was_handed_out_filled(half_copy):
    """Its skeletons are nowhere: the next stage is judged all the same."""
    judged = half_copy.make("stage2", "GAP=2.1")
    assert judged.exit == 0 and judged.err == "", judged
    assert "Gap 2.1 is done." in judged.out


def test_a_crash_in_a_stage_that_was_handed_out_filled(half_copy, tmp_path):
    """No gap of it can be blamed: it counts as given, and who called it is at fault."""
    copy = repository.copy_of(half_copy, tmp_path / "copy")
    spoiled = "    *(volatile int *)(gather - gather) = 0;\n" + REFERENCE["1.4"]
    copy.change(GATHER, REFERENCE["1.4"], spoiled)
    judged = copy.make("stage2")
    assert judged.exit != 0 and judged.err == "", judged
    told = " ".join(judged.out.split())
    assert "followed a NULL pointer" in told
    assert "Next: mend gap 2.2;" in judged.out


def test_what_a_stage_that_was_handed_out_filled_lacks(half_copy, tmp_path):
    """It was filled but for one gap, which nobody can show: its folder is named."""
    copy = repository.copy_of(half_copy, tmp_path / "copy")
    copy.change(GATHER, REFERENCE["1.4"], "".join(GAPS["1.4"].block))
    judged = copy.make("stage2")
    assert judged.exit != 0 and judged.err == "", judged
    assert "TODO 1.4 is not written yet; " in judged.out
    assert f"Next: gap 1.4 of stage 1, in {STAGE};" in judged.out


def test_progress_with_a_stage_that_was_handed_out_filled(half_copy):
    done = half_copy.make("progress")
    assert done.exit == 0 and done.err == "", done
    title = layout.STAGES[0].title
    line = "handed out filled in: its gaps cannot be told apart"
    assert done.out.startswith(f"Stage 1: {title}\n  {line}\n\nStage 2: ")
    total = len([number for number in GAPS if not number.startswith("1.")])
    assert f"\n1 of {total} gaps are done.\n" in done.out


@pytest.mark.parametrize(
    "command",
    "stage1|reset STAGE=1|reset GAP=1.4|diff STAGE=1|reveal GAP=1.4|hint GAP=1.4".split(
        "|"
    ),
)
def test_what_needs_skeletons_says_so(half_copy, command):
    done = half_copy.make(*command.split())
    assert done.exit != 0
    assert done.err.startswith(f"the skeletons of {STAGE} are nowhere to be found: ")
    assert done.err.count("\n") == 1 and mine(half_copy) == []


def test_a_clone_without_solutions_watches(bare_copy):
    done = bare_copy.make("watch", "STAGE=1")
    assert done.exit == 0 and "Watching; q ends it." in done.out


@pytest.mark.parametrize(
    "command, complaint",
    [
        ("reveal GAP=1.4", f"solutions/{GATHER} is not here: this copy has no solutions"),
        (
            "reveal GAP=1.4 TAKE=1",
            f"solutions/{GATHER} is not here: this copy has no solutions",
        ),
        ("diff STAGE=1", f"solutions/{STAGE}/"),
        ("stage1 IMPL=solutions", "IMPL=solutions: solutions/ is not in this copy"),
        ("timeline IMPL=solutions", "IMPL=solutions: solutions/ is not in this copy"),
        ("run-demo", "make demo plays the reference, and solutions/ is not in this copy"),
    ],
)
def test_what_needs_solutions_says_so(bare_copy, command, complaint):
    done = bare_copy.make(*command.split())
    assert done.exit != 0 and done.out == ""
    assert done.err.startswith(complaint) and done.err.count("\n") == 1
    assert mine(bare_copy) == []
