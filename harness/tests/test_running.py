"""Starting programs and watching them. The programs are scripts of a few lines each.

What must never end waits for a pipe that nobody closes; what must have begun says so first.
So no test depends on how quick the machine is.
"""
from __future__ import annotations

import os
import re
import select
import signal
import sys
import textwrap
from pathlib import Path

import pytest

from harness import explain, running
from harness.explain import Failure
from harness.running import (
    HANG_SECONDS,
    MAX_OUTPUT_BYTES,
    MAX_OUTPUT_LINES,
    Program,
    scaled,
)


@pytest.fixture(autouse=True)
def no_hang_so_far(monkeypatch):
    """One hang makes the rest of a session less patient; each test here is one of its own."""
    monkeypatch.setattr(running, "_hung", [])


FOREVER = "import threading; threading.Event().wait()"


@pytest.fixture
def script(tmp_path):
    """script(PYTHON) is a Program of these lines."""

    def made(text: str) -> Program:
        path = tmp_path / f"program{len(list(tmp_path.iterdir()))}"
        path.write_text(f"#!{sys.executable} -SE\n" + textwrap.dedent(text))
        path.chmod(0o755)
        return Program(path, prefer="")

    return made


@pytest.fixture
def shell(tmp_path):
    """shell(LINES) is a Program of a shell's lines."""

    def made(text: str) -> Program:
        path = tmp_path / f"program{len(list(tmp_path.iterdir()))}"
        path.write_text("#!/bin/sh\n" + textwrap.dedent(text))
        path.chmod(0o755)
        return Program(path, prefer="")

    return made


@pytest.fixture
def hurry(monkeypatch):
    """hurry() makes whatever still runs hang soon. Call it when all that is wanted came."""
    return lambda: monkeypatch.setenv("WORKSHOP_TIMEOUT_SCALE", "0.05")


def failure_of(action) -> Failure:
    """The Failure that an action raises."""
    with pytest.raises(Failure) as raised:
        action()
    return raised.value


# --- To the end -------------------------------------------------------------------------


def test_what_it_printed_is_kept(shell):
    run = shell('echo one; echo two "$@"; echo three >&2; echo; printf four').run(
        "a", "b c"
    )
    assert run.lines == ["one", "two a b c", "", "four"]
    assert run.stderr == "three"
    assert not run.running and not run.hung
    assert run.did.startswith("ran ") and run.did.endswith("/program0 a b c")
    times = [line.at for line in run.stdout]
    assert times == sorted(times) and times[0] >= 0


def test_of_many_arguments_some_are_shown(shell):
    program = shell("echo $#")
    assert program.run(*"x" * 20).did.endswith("/program0" + " x" * 20)
    run = program.run(*"x" * 21)
    assert run.did.endswith("/program0 x x x ... (21 arguments)") and run.lines == ["21"]


def test_bytes_that_are_no_text_do_no_harm(script):
    run = script(r'import os; os.write(1, b"a\xff\x00b\r\n")').run()
    assert run.lines == ["a\ufffd\x00b\r"]


@pytest.mark.parametrize("code", [0, 1, 2, 99])
def test_the_exit_code(shell, code):
    assert shell(f"exit {code}").run().exit == code


def test_the_environment(shell):
    run = shell(
        'echo "$GREETING"; case $ASAN_OPTIONS in *exitcode=99*) echo asan; esac'
    ).run(GREETING="hello")
    assert run.lines == ["hello", "asan"]


def test_a_wrapper_goes_in_front(shell):
    program = shell("echo never")
    wrapped = Program(program.path, prefer="", wrapper=("/bin/echo", "in front of"))
    assert wrapped.run("x").lines == [f"in front of {program.path} x"]


def test_a_crash_names_its_signal(shell):
    failure = failure_of(shell("echo so far; kill -SEGV $$").run)
    assert failure.saw == "it was ended by SIGSEGV; it said last: so far"
    assert failure.expected == "it ends by itself"


def test_a_silent_crash(shell):
    failure = failure_of(shell("kill -ABRT $$").run)
    assert failure.saw == "it was ended by SIGABRT; it had printed nothing"


def test_the_last_words_are_those_of_stderr(shell):
    failure = failure_of(
        shell("echo a; echo b >&2; echo c >&2; echo d >&2; kill -9 $$").run
    )
    assert failure.saw == "it was ended by SIGKILL; it said last: c / d"


def test_gaps_that_are_not_written(shell):
    run = shell(
        """
        echo 'TODO 1.9 is not written yet (stdout does not count)'
        echo 'TODO 1.2 is not written yet (a.c:5)' >&2
        echo 'and TODO 1.3 is not written yet, somebody said' >&2
        echo 'TODO 1.10 is not written yet (b.c:7)' >&2
    """
    ).run()
    assert run.unwritten == ["1.2", "1.10"]
    assert run.complaints == ["and TODO 1.3 is not written yet, somebody said"]


def test_a_program_that_was_not_built():
    failure = failure_of(Program(Path("/nowhere/program"), prefer="").start)
    assert failure.did == "looked for /nowhere/program"
    assert failure.saw == "it was not built"
    assert failure.expected == "a program that compiles; the compiler's message is above"


# --- What does not end ------------------------------------------------------------------


def test_a_hang_is_ended(script, hurry):
    process = script(f"print('begun', flush=True); {FOREVER}").start()
    process.wait_for("begun")
    hurry()
    failure = failure_of(process.finish)
    assert failure.saw == (
        "it was still running after 0 seconds and was ended; it said last: begun"
    )
    assert failure.expected == (
        "it ends by itself: a loop ends when no handle is active any more"
    )
    assert process.hung and process.exit == -signal.SIGKILL and not process.running


def test_the_limit_is_told_as_it_was_scaled(shell, monkeypatch):
    monkeypatch.setenv("WORKSHOP_TIMEOUT_SCALE", "0.1")
    failure = failure_of(shell("exec sleep 1000").run)
    assert failure.saw.startswith("it was still running after 1 seconds and was ended")


def test_after_one_hang_the_others_end_sooner(script, hurry, monkeypatch):
    monkeypatch.setenv("WORKSHOP_TIMEOUT_SCALE", "2")
    assert running.patience() == 20.0
    process = script(f"print('begun', flush=True); {FOREVER}").start()
    process.wait_for("begun")
    hurry()
    failure_of(process.finish)
    monkeypatch.setenv("WORKSHOP_TIMEOUT_SCALE", "2")
    assert running.patience() == 6.0


def test_a_hang_that_closed_its_output_is_ended(script, hurry):
    process = script(f"import os; os.close(1); os.close(2); {FOREVER}").start()
    failure_of(lambda: process.wait_for("never"))  # comes when both are closed
    hurry()
    assert "still running" in failure_of(process.finish).saw
    assert process.exit == -signal.SIGKILL


@pytest.mark.parametrize(
    "endless",
    [
        "while True: print('again')",
        "while True: print('x' * 100000, end='')",
        "import sys\nwhile True: print('again', file=sys.stderr)",
    ],
)
def test_endless_output_is_cut_off(script, endless):
    process = script(endless).start()
    failure = failure_of(process.finish)
    assert failure.saw.startswith("it printed on and on, and was ended; it said last: ")
    assert len(failure.saw) < 1000
    assert process.exit == -signal.SIGKILL and not process.hung
    # What stood in the pipe is still read.
    lines = process.lines + process.stderr_lines
    assert (
        len(lines) < 2 * MAX_OUTPUT_LINES and len("".join(lines)) < 2 * MAX_OUTPUT_BYTES
    )


def test_much_output_is_not_endless(script):
    run = script("for i in range(10000): print(i)").run()
    assert run.exit == 0 and run.lines[-1] == "9999" and len(run.lines) == 10000


def test_a_long_line_is_cut_in_pieces(script):
    run = script("print('x' * 100000); print('end')").run()
    assert "".join(run.lines[:-1]) == "x" * 100000 and run.lines[-1] == "end"


# --- While it runs ----------------------------------------------------------------------


def test_waiting_for_lines(script):
    process = script(
        f"""
        for word in ("a 1", "b 1", "a 2", "a 3"): print(word, flush=True)
        {FOREVER}
    """
    ).start()
    assert process.wait_for("^a", count=3) == [0, 2, 3]
    assert process.wait_for("a", after=1) == [2]
    assert process.wait_for("^b") == [1]
    assert process.running
    process.kill()
    assert process.exit == -signal.SIGKILL and not process.running


def test_waiting_in_vain_for_one_that_ends(shell):
    process = shell("echo a; echo b").start()
    failure = failure_of(lambda: process.wait_for("^a$", count=2))
    assert failure.saw == "it ended after 1 of 2 such lines; it said last: b"
    assert failure.expected == "a line like: a"
    assert not process.hung


def test_waiting_in_vain_for_one_that_hangs(script, hurry):
    process = script(f"print('a', flush=True); {FOREVER}").start()
    process.wait_for("a")
    hurry()
    failure = failure_of(lambda: process.wait_for("^b"))
    assert failure.saw == "nothing more came after 0 of 1 such lines; it said last: a"
    assert process.hung


def test_lines_that_came_before_the_end_are_found(shell):
    process = shell("echo a; echo b").start()
    process.finish()
    assert process.wait_for("b") == [1]


def test_sending_lines(script):
    process = script(
        """
        import sys
        for line in sys.stdin: print("got " + line, end="", flush=True)
        print("end of input")
    """
    ).start()
    process.send("one")
    process.wait_for("^got one$")
    process.send("two")
    assert process.finish().lines == ["got one", "got two", "end of input"]


def test_sending_to_one_that_has_ended(shell):
    process = shell("exec <&-; echo closed; exit 3").start()
    process.wait_for("closed")
    for _ in range(3):
        process.send("x" * 100_000)
    assert process.finish().exit == 3


def test_until_ends_it(script):
    run = (
        script(
            f"""
        print('one', flush=True); print('two', flush=True)
        {FOREVER}
    """
        )
        .start()
        .until("^t")
    )
    assert run.lines == ["one", "two"] and run.exit == -signal.SIGKILL


def test_until_lets_it_end(shell):
    """What did not come is for the test to tell: it knows what that means."""
    run = shell("echo one; exit 3").start().until("two")
    assert run.lines == ["one"] and run.exit == 3


def test_until_ends_a_hang(script, hurry):
    process = script(f"print('one', flush=True); {FOREVER}").start()
    process.wait_for("one")
    hurry()
    assert process.until("two").hung


REPORT = """\
==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x60200 at pc 0x1 bp 0x2 sp 0x3
READ of size 1 at 0x60200 thread T0
    #0 0x1 in main lib/memory.c:1
"""


@pytest.mark.parametrize(
    "drive",
    [
        lambda process: process.finish(),
        lambda process: process.wait_for("never"),
        lambda process: process.until("never"),
    ],
    ids=["finish", "wait_for", "until"],
)
def test_a_sanitizers_report_is_told_before_all_else(script, drive):
    process = script(f"import sys; sys.stderr.write({REPORT!r}); sys.exit(99)").start()
    failure = failure_of(lambda: drive(process))
    assert failure.expected == "no error in using memory"
    assert failure.report is not None and failure.saw == failure.report.sentence


# --- What it does elsewhere ---------------------------------------------------------------


def test_waiting_until_something_has_happened(shell, tmp_path):
    """A file that the program makes while it goes on."""
    mark = tmp_path / "mark"
    process = shell(f"touch {mark}; read line").start()
    assert process.wait_until(mark.exists)
    assert process.running
    assert not process.finish().hung


def test_what_never_happens_ends_with_the_program(shell):
    process = shell("exit 0").start()
    assert process.wait_until(lambda: not process.running)  # its last moment counts
    assert not process.wait_until(lambda: False)


def test_what_never_happens_is_a_hang(script, hurry):
    process = script(f"print('begun', flush=True); {FOREVER}").start()
    process.wait_for("begun")
    hurry()
    assert not process.wait_until(lambda: False)
    assert running._hung == [process]


# --- Shared runs ------------------------------------------------------------------------


def test_the_same_run_is_shared(script, tmp_path):
    log = tmp_path / "log"
    program = script(
        f"""
        import sys
        open({str(log)!r}, "a").write(" ".join(sys.argv[1:]) + ";")
        print('one', flush=True); print('two', flush=True)
        {FOREVER}
    """
    )
    first = program.run_once("a", until="^two")
    assert program.run_once("a", until="^two") is first and first.lines == ["one", "two"]
    other = program.run_once("b", until="^one")
    assert other is not first and log.read_text() == "a;b;"
    assert explain.started[-2:] == [first, other] and explain.did_last() == other.did


def test_a_shared_failure_is_raised_every_time(script, tmp_path):
    log = tmp_path / "log"
    program = script(
        f"""
        import sys
        open({str(log)!r}, "a").write("ran;")
        sys.stderr.write({REPORT!r}); sys.exit(99)
    """
    )
    failures = [failure_of(lambda: program.run_once(until="^x")) for _ in range(2)]
    assert failures[0] is failures[1] and log.read_text() == "ran;"


# --- What it leaves behind ----------------------------------------------------------------


@pytest.fixture
def last_breath(tmp_path):
    """A fifo, and a function that waits until everybody who can write to it has ended; it
    returns what they wrote."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def read() -> bytes:
        ready, _, _ = select.select([reader], [], [], scaled(HANG_SECONDS))
        assert ready, "somebody is still there"
        return os.read(reader, 100)

    def wait() -> bytes:
        return b"".join(iter(read, b""))

    yield path, wait
    os.close(reader)


def test_a_child_that_is_left_behind_is_ended(shell, last_breath):
    """The program ends at once; its child has closed stdin, stdout and stderr and goes on."""
    path, wait = last_breath
    process = shell(
        f"""
        exec 3>{path}
        echo alive >&3
        sleep 1000 <&- >&- 2>&- &
    """
    ).start()
    assert process.finish().exit == 0
    assert wait() == b"alive\n"


def test_a_child_that_holds_the_output_is_ended(shell, last_breath, hurry):
    path, wait = last_breath
    process = shell(
        f"""
        exec 3>{path}
        sleep 1000 &
        echo ending
    """
    ).start()
    process.wait_for("ending")
    hurry()
    assert "still running" in failure_of(process.finish).saw
    assert wait() == b""


def test_kill_ends_the_children_too(shell, last_breath):
    path, wait = last_breath
    process = shell(f"exec 3>{path}; sleep 1000 & echo begun; wait").start()
    process.wait_for("begun")
    process.kill()
    process.kill()
    assert process.exit == -signal.SIGKILL and wait() == b""


def test_nothing_outlives_its_test(copy, shell, last_breath):
    """A test that only starts a program, and forgets it."""
    path, wait = last_breath
    program = shell(f"exec 3>{path}; echo begun; exec sleep 1000")
    copy.write(
        "test_forgets.py",
        textwrap.dedent(
            f"""
        from pathlib import Path
        from harness.running import Program

        def test_forgets():
            Program(Path({str(program.path)!r}), prefer="").start().wait_for("begun")
    """
        ),
    )
    assert copy.run(sys.executable, "-m", "pytest", "-q", "test_forgets.py").exit == 0
    assert wait() == b""


# --- A clean end --------------------------------------------------------------------------


def test_a_clean_end(shell):
    run = shell("exit 0").run()
    assert run.expect_clean() is run


@pytest.mark.parametrize(
    "text, saw",
    [
        ("echo 'bad luck' >&2; exit 3", r"exit status 3; it said last: bad luck"),
        (
            "echo 'still open: a timer, active' >&2; echo 'still open: a tcp' >&2; exit 1",
            r"the loop could not be closed, a handle was forgotten: a timer, active; a tcp",
        ),
    ],
)
def test_an_end_that_is_not_clean(shell, text, saw):
    run = shell(text).run()
    assert re.fullmatch(saw, failure_of(run.expect_clean).saw)


LEAK = """\
==1==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 8 byte(s) in 1 object(s) allocated from:
    #0 0x1 in malloc (/lib/libasan.so+0x1)
    #1 0x2 in {function} lib/memory.c:1

SUMMARY: AddressSanitizer: 8 byte(s) leaked in 1 allocation(s).
"""


@pytest.mark.parametrize(
    "function, expected",
    [("xmalloc", "nothing leaked"), ("uv_loop_init", "the loop closed at the end")],
)
def test_a_leak_is_for_those_who_ask(script, function, expected):
    report = LEAK.format(function=function)
    run = script(f"import sys; sys.stderr.write({report!r}); sys.exit(99)").run()
    assert run.exit == 99
    assert failure_of(run.expect_clean).expected == expected
