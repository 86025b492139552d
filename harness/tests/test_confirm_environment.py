"""setup/confirm_environment: every failure is named, counted, and told how to fix.

The script runs with a PATH of our own making, so that a test can take one tool away, or
put a fake in its place. Fakes of sudo, apt-get and the like write their arguments to a
record. A compiler wrapper stands for a library that is missing, old, or broken.
"""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETUP = ROOT / "setup"
SCRIPTS = ("confirm_environment", "find_python")
SUCCESS = (
    "Success! Your local environment is setup correctly and you're ready for this "
    "workshop!"
)
TIME_LIMIT = 120 * float(os.environ.get("WORKSHOP_TIMEOUT_SCALE", "1"))

# What the script itself may use, and what it checks.
BASIC_TOOLS = (
    "sh cat df dirname echo env grep head id kill mkdir mktemp rm sed sleep tail uname"
).split()
CHECKED_TOOLS = "cc gcc as ld make pkg-config git python3 apt-cache apt-get".split()

DEBIAN = 'PRETTY_NAME="Test Linux 1"\nID=debian\nVERSION_ID=12\n'
UBUNTU_22 = 'PRETTY_NAME="Ubuntu 22.04"\nID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\n'
FEDORA = 'PRETTY_NAME="Fedora 40"\nID=fedora\n'
ARCH = 'PRETTY_NAME="Arch Linux"\nID=arch\n'
UNKNOWN = 'PRETTY_NAME="Something"\nID=something\n'


class Machine:
    """A machine made up for one test: its tools, its system, and a copy of setup/."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.setup = folder / "workshop" / "setup"
        self.record = folder / "record"
        self.temporary = folder / "tmp"
        for each in (self.bin, self.temporary, self.setup.parent):
            each.mkdir()
        shutil.copytree(SETUP, self.setup)
        for name in BASIC_TOOLS + CHECKED_TOOLS:
            path = shutil.which(name)
            if path:
                (self.bin / name).symlink_to(path)
        self.environment = {
            "PATH": str(self.bin),
            "HOME": str(folder),
            "TMPDIR": str(self.temporary),
            "RECORD": str(self.record),
        }
        self.is_system(DEBIAN)
        self.fake("id", "echo 0")
        self.fake("apt-cache", 'echo "  Candidate: 99.0-1"')

    def is_system(self, release: str) -> None:
        """Makes the machine run the system that this os-release describes."""
        path = self.folder / "os-release"
        path.write_text(release)
        self.environment["CONFIRM_OS_RELEASE"] = str(path)

    def fake(self, name: str, script: str) -> Path:
        """Puts a shell script in PATH in place of the tool `name`."""
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def fake_recording(self, name: str, script: str = "") -> None:
        """A fake that also writes its name and arguments to the record."""
        self.fake(name, f'echo "{name} $*" >>"$RECORD"\n{script}')

    def lacks(self, *names: str) -> None:
        """Takes tools out of PATH."""
        for name in names:
            (self.bin / name).unlink()

    def lacks_module(self, *modules: str) -> None:
        """Hides modules from pkg-config."""
        folder = self.folder / "pkgconfig"
        folder.mkdir()
        listed = subprocess.run(
            ["pkg-config", "--variable", "pc_path", "pkg-config"],
            stdout=subprocess.PIPE, text=True, check=True,
        ).stdout  # fmt: skip
        for where in listed.strip().split(":"):
            for path in Path(where).glob("*.pc"):
                if path.stem not in modules and not (folder / path.name).exists():
                    (folder / path.name).symlink_to(path)
        self.environment["PKG_CONFIG_LIBDIR"] = str(folder)

    def moves(self, script: str, old: str, new: str) -> None:
        """Rewrites a fixed path in this machine's copy of a script."""
        path = self.setup / script
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def compiles(self, probe: str, program: str) -> None:
        """Wraps the compiler: probes/PROBE.c becomes this shell script."""
        made = self.folder / "program"
        made.write_text(f"#!/bin/sh\n{program}\n")
        made.chmod(0o755)
        self.fake(
            "cc",
            f"""case "$*" in
    */{probe}.c*)
        while [ "$1" != -o ]; do shift; done
        cat {made} >"$2" && {shutil.which("chmod")} +x "$2" ;;
    *) exec gcc "$@" ;;
esac""",
        )

    def run(self, *options: str, only: str = "", **more: str) -> Outcome:
        """Runs confirm_environment, with these needs only and this environment too."""
        environment = {**self.environment, **more}
        if only:
            environment["CONFIRM_ONLY"] = only
        done = subprocess.run(
            [str(self.setup / "confirm_environment"), *options],
            env=environment, cwd=str(self.setup.parent), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=TIME_LIMIT,
        )  # fmt: skip
        assert list(self.temporary.iterdir()) == [], "temporary files are left"
        return Outcome(done)

    def recorded(self) -> list[str]:
        """What the recording fakes were asked for, a line each."""
        return self.record.read_text().splitlines() if self.record.exists() else []


class Outcome:
    """What one run printed, and its exit status."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.status = done.returncode
        self.text = done.stdout
        self.errors = done.stderr
        self.lines = done.stdout.splitlines()

    def status_of(self, need: str) -> str:
        """ok, FAIL, waits or warn, as printed for this need."""
        return self._row(need).split()[0]

    def message_of(self, need: str) -> str:
        """What is printed behind the need's name."""
        return self._row(need).split(None, 2)[2]

    def fix_of(self, need: str) -> str:
        """The line below the need's own."""
        return self.lines[self.lines.index(self._row(need)) + 1].strip()

    def combined(self) -> str:
        """The one command that fixes all."""
        starts = [i for i, line in enumerate(self.lines) if line.startswith("To fix it")]
        assert len(starts) == 1, self.text
        return self.lines[starts[0] + 2].strip()

    def must_fail(self, count: int) -> None:
        """Exit 1, and a last line with this number of things to fix."""
        things = "1 thing" if count == 1 else f"{count} things"
        assert self.errors == ""
        assert self.lines[-1] == f"{things} to fix.", self.text
        assert self.status == 1
        assert sum(line.startswith("FAIL ") for line in self.lines) == count

    def must_succeed(self) -> None:
        """Exit 0, and the line that everybody waits for."""
        assert self.errors == ""
        assert self.lines[-1] == SUCCESS, self.text
        assert self.status == 0

    def _row(self, need: str) -> str:
        rows = [line for line in self.lines if line.split()[1:2] == [need]]
        assert len(rows) == 1, self.text
        return rows[0]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A Debian machine, root at the keyboard, with all that this one has."""
    return Machine(tmp_path)


# --- the script itself ----------------------------------------------------------------


@pytest.mark.parametrize("script", SCRIPTS)
def test_shellcheck_is_clean(script: str) -> None:
    """POSIX sh, and nothing that shellcheck complains of."""
    if not shutil.which("shellcheck"):
        if os.environ.get("CI") == "true":
            pytest.fail("shellcheck is missing: FULL=1 setup/confirm_environment")
        pytest.skip("no shellcheck here: FULL=1 setup/confirm_environment --install")
    done = subprocess.run(
        ["shellcheck", "-s", "sh", str(SETUP / script)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert done.stdout == ""
    assert done.returncode == 0


def test_the_probes_have_no_warning() -> None:
    """What a learner may read is as clean as what a learner writes."""
    flags = "-std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wshadow -Werror".split()
    flags += ["-fsyntax-only", "-I/usr/share/include/llhttp"]
    probes = sorted(str(path) for path in (SETUP / "probes").glob("*.c"))
    assert len(probes) > 9
    done = subprocess.run(["cc", *flags, *probes], stderr=subprocess.PIPE, text=True)
    assert done.stderr == ""


def test_success(machine: Machine) -> None:
    """All the learner's checks pass here; the last line is right to the letter."""
    outcome = machine.run()
    outcome.must_succeed()
    assert len(outcome.lines) > 18
    assert {line.split()[0] for line in outcome.lines[:-1]} == {"ok"}


def test_quiet_success_is_one_line(machine: Machine) -> None:
    """--quiet prints nothing but the last line when all is well."""
    assert machine.run("--quiet", only="git make").lines == [SUCCESS]


def test_quiet_prints_failures_only(machine: Machine) -> None:
    """--quiet still says what fails, and how to fix it."""
    machine.lacks("git")
    outcome = machine.run("--quiet", only="git make")
    outcome.must_fail(1)
    assert outcome.fix_of("git") == "apt-get install git"
    assert "make" not in outcome.text


@pytest.mark.parametrize(
    "options, named",
    [
        (["--instal"], "--instal"),
        (["libuv"], "libuv"),
        (["--install", "--report"], "--report"),
    ],
)
def test_usage_errors(machine: Machine, options: list[str], named: str) -> None:
    """One line on stderr that names the mistake, and exit 2."""
    outcome = machine.run(*options)
    assert outcome.status == 2
    assert outcome.text == ""
    assert len(outcome.errors.splitlines()) == 1
    assert named in outcome.errors


def test_unknown_need_is_a_usage_error(machine: Machine) -> None:
    """A typing mistake in CONFIRM_ONLY must not pass for success."""
    outcome = machine.run(only="git libvu")
    assert outcome.status == 2
    assert "libvu" in outcome.errors


def test_help(machine: Machine) -> None:
    """--help names every option, on stdout."""
    outcome = machine.run("--help")
    assert outcome.status == 0
    for option in ("--quiet", "--install", "--report", "CONFIRM_ONLY"):
        assert option in outcome.text


@pytest.mark.parametrize("no_color", [False, True])
def test_colour_only_on_a_terminal(machine: Machine, no_color: bool) -> None:
    """Colour on a terminal, unless NO_COLOR is set; none in a pipe."""
    assert "\033" not in machine.run(only="git").text
    environment = {**machine.environment, "CONFIRM_ONLY": "git"}
    if no_color:
        environment["NO_COLOR"] = "1"
    master, terminal = pty.openpty()
    with subprocess.Popen(
        [str(machine.setup / "confirm_environment")],
        env=environment, stdin=subprocess.DEVNULL, stdout=terminal,
    ) as process:  # fmt: skip
        os.close(terminal)
        shown = read_terminal(master)
        assert process.wait(TIME_LIMIT) == 0
    assert SUCCESS in shown
    assert ("\033[32mok" in shown) != no_color


def read_terminal(master: int) -> str:
    """All that is written to a terminal until its last writer leaves."""
    pieces = []
    while select.select([master], [], [], TIME_LIMIT)[0]:
        try:
            piece = os.read(master, 4096)
        except OSError:  # Linux: nobody has the other end any more
            break
        if not piece:
            break
        pieces.append(piece)
    os.close(master)
    return b"".join(pieces).decode()


# --- one thing missing ----------------------------------------------------------------


@pytest.mark.parametrize(
    "tool, fix",
    [
        ("make", "apt-get install make"),
        ("pkg-config", "apt-get install pkg-config"),
        ("git", "apt-get install git"),
    ],
)
def test_missing_tool(machine: Machine, tool: str, fix: str) -> None:
    """One tool less is one thing to fix; the libraries are still found."""
    machine.lacks(tool)
    outcome = machine.run(only=f"compiler make pkg-config git libuv sqlite3 {tool}")
    outcome.must_fail(1)
    assert outcome.message_of(tool) == "not found"
    assert outcome.fix_of(tool) == fix
    update = "apt-get update && apt-get install -y --no-install-recommends"
    assert outcome.combined() == f"{update} {tool}"


def test_missing_compiler_is_one_thing(machine: Machine) -> None:
    """Without a compiler the libraries that are there wait; they do not fail."""
    machine.lacks("cc", "gcc")
    outcome = machine.run()
    outcome.must_fail(1)
    assert outcome.message_of("compiler") == "not found"
    assert outcome.fix_of("compiler") == "apt-get install gcc libc6-dev"
    for need in "libuv libcurl llhttp curl_on_uv sanitizers loopback".split():
        assert outcome.status_of(need) == "waits"


def test_nothing_is_there(machine: Machine) -> None:
    """A bare machine: each missing thing counts once, one command brings all."""
    machine.lacks("cc", "gcc", "make", "pkg-config", "git", "python3")
    machine.moves("confirm_environment", "/usr/share/", "/nowhere/")
    machine.moves("find_python", "/usr/bin/", "/nowhere/")
    machine.moves("find_python", "/usr/local/bin/", "/nowhere/")
    outcome = machine.run()
    outcome.must_fail(14)
    assert outcome.combined() == (
        "apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev make "
        "pkg-config git libuv1-dev libcurl4-openssl-dev libllhttp-dev libjansson-dev "
        "libwslay-dev libssl-dev libsqlite3-dev ca-certificates python3 python3-pytest"
    )


def test_cc_is_honoured(machine: Machine) -> None:
    """CC names the compiler, and a wrong one is not covered up by another."""
    machine.lacks("cc")
    assert "make CC=gcc" in machine.run(only="compiler").message_of("compiler")
    machine.run(only="compiler libuv", CC="gcc").must_succeed()
    outcome = machine.run(only="compiler", CC="no-such-compiler")
    outcome.must_fail(1)
    assert "no-such-compiler" in outcome.message_of("compiler")


def test_compiler_that_builds_nothing(machine: Machine) -> None:
    """A compiler without its headers is a missing compiler."""
    machine.fake("cc", "echo 'x.c:1: fatal error: stdio.h: No such file' >&2; exit 1")
    outcome = machine.run(only="compiler")
    outcome.must_fail(1)
    assert "stdio.h" in outcome.message_of("compiler")


MODULES = {
    "libuv": "libuv1-dev",
    "libcurl": "libcurl4-openssl-dev",
    "jansson": "libjansson-dev",
    "libcrypto": "libssl-dev",
    "sqlite3": "libsqlite3-dev",
}


@pytest.mark.parametrize("library", MODULES)
def test_missing_library(machine: Machine, library: str) -> None:
    """A library that pkg-config does not know is named, with its package."""
    machine.lacks_module(library)
    others = ["libuv", "jansson", "sqlite3"]
    if library != "libcrypto":  # libcurl's own module stands on it
        others.append("curl_on_uv")
    outcome = machine.run(only=" ".join([library, *others]))
    outcome.must_fail(1)
    assert library in outcome.message_of(library)
    assert outcome.fix_of(library) == f"apt-get install {MODULES[library]}"
    if library in ("libuv", "libcurl"):
        assert outcome.status_of("curl_on_uv") == "waits"


@pytest.mark.parametrize(
    "need, refused, package",
    [
        ("wslay", "-lwslay", "libwslay-dev"),
        ("libuv", "-luv", "libuv1-dev"),
        ("curl_on_uv", "-lcurl", "libuv1-dev libcurl4-openssl-dev"),
    ],
)
def test_library_that_does_not_link(
    machine: Machine, need: str, refused: str, package: str
) -> None:
    """Found by pkg-config is not enough: the linker has the last word."""
    machine.fake(
        "cc",
        f"""case "$*" in
    *{refused}*) echo "/usr/bin/ld: cannot find {refused}: No such file" >&2; exit 1 ;;
    *) exec gcc "$@" ;;
esac""",
    )
    outcome = machine.run(only=f"{need} loopback")
    outcome.must_fail(1)
    assert f"cannot find {refused}" in outcome.message_of(need)
    assert outcome.fix_of(need) == f"apt-get install {package}"


def test_library_that_is_too_old(machine: Machine) -> None:
    """An old version says what was found, and what is needed."""
    machine.compiles("libuv", "echo 1.30.0")
    outcome = machine.run(only="libuv")
    outcome.must_fail(1)
    assert outcome.message_of("libuv") == "found 1.30.0, need 1.42 or newer"


@pytest.mark.parametrize("version", ["1.42.0", "1.100.1", "2.0.0"])
def test_library_that_is_new_enough(machine: Machine, version: str) -> None:
    """Versions are compared as numbers, not as text."""
    machine.compiles("libuv", f"echo {version}")
    machine.run(only="libuv").must_succeed()


@pytest.mark.parametrize("version", ["1.9.9", "0.99", "1.41.99"])
def test_library_that_is_not_new_enough(machine: Machine, version: str) -> None:
    """The other side of the same border."""
    machine.compiles("libuv", f"echo {version}")
    machine.run(only="libuv").must_fail(1)


def test_library_that_builds_but_does_not_work(machine: Machine) -> None:
    """What the probe says is passed on."""
    machine.compiles("sqlite3", "echo 3.40.1; echo 'a file in WAL mode: no' >&2; exit 1")
    outcome = machine.run(only="sqlite3")
    outcome.must_fail(1)
    assert "a file in WAL mode: no" in outcome.message_of("sqlite3")


def test_old_make(machine: Machine) -> None:
    """make runs our Makefile, and is still too old."""
    real = shutil.which("make")
    machine.fake("make", f'[ "$1" != --version ] || exec echo GNU Make 3.80\nexec {real}')
    outcome = machine.run(only="make")
    outcome.must_fail(1)
    assert outcome.message_of("make") == "found 3.80, need 3.81 or newer"


def test_make_that_is_not_gnu_make(machine: Machine) -> None:
    """Another make does not understand the Makefile."""
    machine.fake("make", "echo 'make: fatal: syntax error' >&2; exit 1")
    outcome = machine.run(only="make")
    outcome.must_fail(1)
    assert "GNU make" in outcome.message_of("make")


def test_llhttp_is_missing(machine: Machine) -> None:
    """Neither the library nor the sources; apt knows only the package of sources."""
    machine.moves("confirm_environment", "/usr/share/", "/nowhere/")
    machine.lacks_module("libllhttp")
    machine.fake("apt-cache", '[ "$2" != libllhttp-dev ] && echo " Candidate: 8.1.0~5"')
    outcome = machine.run(only="llhttp")
    outcome.must_fail(1)
    assert outcome.fix_of("llhttp") == "apt-get install node-llhttp"


def test_ubuntu_22_04(machine: Machine) -> None:
    """No llhttp package and an old pytest: other ways are named."""
    machine.is_system(UBUNTU_22)
    machine.moves("confirm_environment", "/usr/share/", "/nowhere/")
    machine.lacks_module("libllhttp")
    (machine.setup / "find_python").write_text("#!/bin/sh\nexit 1\n")
    machine.fake(
        "apt-cache",
        """case $2 in
    *llhttp*) echo "N: Unable to locate package $2" >&2 ;;
    python3-pytest) echo "  Candidate: 6.2.5-1ubuntu2" ;;
    *) echo "  Candidate: 1:99.0-1" ;;
esac""",
    )
    outcome = machine.run(only="llhttp pytest")
    outcome.must_fail(2)
    assert outcome.fix_of("llhttp") == "less setup/LLHTTP.md"
    assert "no package of this system has llhttp" in outcome.text
    venv = "python3 -m venv .venv && .venv/bin/pip install pytest"
    assert outcome.fix_of("pytest") == f"apt-get install python3-venv && {venv}"
    assert outcome.combined().endswith(f"python3-venv && less setup/LLHTTP.md && {venv}")


def test_apt_without_lists_says_so(machine: Machine) -> None:
    """A fresh container's apt knows no package: the names are a guess."""
    machine.fake("apt-cache", "")
    machine.lacks("git")
    outcome = machine.run(only="git")
    outcome.must_fail(1)
    assert "apt has no package lists yet" in outcome.text


def test_python_and_pytest_missing(machine: Machine) -> None:
    """No Python at all: two things, two packages."""
    machine.lacks("python3")
    (machine.setup / "find_python").write_text("#!/bin/sh\nexit 1\n")
    outcome = machine.run(only="python pytest")
    outcome.must_fail(2)
    assert outcome.fix_of("python") == "apt-get install python3"
    assert outcome.fix_of("pytest") == "apt-get install python3-pytest"


def test_old_pytest(machine: Machine) -> None:
    """A pytest that is too old is found, and its version told."""
    python = machine.fake("old_python", "echo 6.2.5")
    (machine.setup / "find_python").write_text(
        f'#!/bin/sh\n[ "$1" = --any ] || exit 1\necho {python}\n'
    )
    outcome = machine.run(only="pytest")
    outcome.must_fail(1)
    assert outcome.message_of("pytest") == "found 6.2.5, need 7 or newer"


# --- the sanitizers -------------------------------------------------------------------


def test_sanitizers_that_report_nothing(machine: Machine) -> None:
    """A compiler that takes the flag and checks nothing is found out."""
    machine.fake(
        "cc",
        """for word; do
    shift
    case $word in -fsanitize=*|-fno-sanitize*) ;; *) set -- "$@" "$word" ;; esac
done
exec gcc "$@\"""",
    )
    outcome = machine.run(only="sanitizers")
    outcome.must_fail(1)
    assert "does not report" in outcome.message_of("sanitizers")


def test_sanitizers_that_do_not_link(machine: Machine) -> None:
    """The sanitizers' library is missing."""
    machine.fake(
        "cc",
        """case "$*" in
    *-fsanitize*) echo "ld: cannot find -lasan: No such file" >&2; exit 1 ;;
    *) exec gcc "$@" ;;
esac""",
    )
    outcome = machine.run(only="sanitizers")
    outcome.must_fail(1)
    assert "cannot find -lasan" in outcome.message_of("sanitizers")


ENDLESS = "while :; do echo AddressSanitizer:DEADLYSIGNAL; done"


def test_endless_deadlysignal_offers_setarch(machine: Machine) -> None:
    """An endless report is cut off, and what helps is offered: it was tried."""
    machine.compiles("sanitizers", f'[ "$HELPED" = yes ] && exec echo clean\n{ENDLESS}')
    machine.fake("setarch", 'shift 2; HELPED=yes exec "$@"')
    outcome = machine.run(only="sanitizers")
    outcome.must_fail(1)
    assert "randomizes addresses" in outcome.message_of("sanitizers")
    assert outcome.fix_of("sanitizers") == f'setarch {os.uname().machine} -R "$SHELL"'
    assert outcome.combined() == outcome.fix_of("sanitizers")


def test_endless_deadlysignal_without_help(machine: Machine) -> None:
    """Where setarch does not help it is not offered."""
    machine.compiles("sanitizers", ENDLESS)
    machine.fake("setarch", 'shift 2; exec "$@"')
    outcome = machine.run(only="sanitizers")
    outcome.must_fail(1)
    assert "DEADLYSIGNAL" in outcome.message_of("sanitizers")
    assert "setarch" not in outcome.text


def test_a_check_that_hangs_is_ended(machine: Machine) -> None:
    """No check holds up the others for ever; none is left behind."""
    machine.compiles("loopback", 'echo $$ >"$RECORD"; exec sleep 1000')
    outcome = machine.run(only="loopback git", WORKSHOP_TIMEOUT_SCALE="0.2")
    outcome.must_fail(1)
    assert outcome.message_of("loopback") == "did not end within 6 seconds"
    with pytest.raises(ProcessLookupError):
        os.kill(int(machine.recorded()[0]), 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(machine: Machine, number: signal.Signals) -> None:
    """Ctrl-C leaves no temporary file and no program behind."""
    meeting = machine.folder / "meeting"
    os.mkfifo(str(meeting))
    machine.compiles("loopback", f"echo $$ >{meeting}; exec sleep 1000")
    with subprocess.Popen(
        [str(machine.setup / "confirm_environment")],
        env={**machine.environment, "CONFIRM_ONLY": "loopback"},
        stdout=subprocess.PIPE, text=True,
        # A job in the background is born deaf to Ctrl-C, and so are its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:  # fmt: skip
        hanging = int(meeting.read_text())  # it has started: now interrupt
        process.send_signal(number)
        shown = process.communicate(timeout=TIME_LIMIT)[0]
    assert process.returncode == 128 + number
    assert "Success" not in shown
    assert list(machine.temporary.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(hanging, 0)


# --- limits and places ----------------------------------------------------------------


def limited_to(soft: int, hard: int, machine: Machine) -> Outcome:
    """The check of open files, under these limits."""
    script = machine.setup / "confirm_environment"
    limits = f'ulimit -S -n {soft} && ulimit -H -n {hard} && exec "$0"'
    done = subprocess.run(
        ["sh", "-c", limits, str(script)],
        env={**machine.environment, "CONFIRM_ONLY": "open_files"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIME_LIMIT,
    )  # fmt: skip
    return Outcome(done)


def test_open_files(machine: Machine) -> None:
    """Too few open files: how to raise the limit, or that only root can."""
    limited_to(1024, 1024, machine).must_succeed()
    outcome = limited_to(256, 1024, machine)
    outcome.must_fail(1)
    assert outcome.message_of("open_files").startswith("256, need 1024")
    assert outcome.fix_of("open_files") == "ulimit -n 1024"
    outcome = limited_to(256, 512, machine)
    outcome.must_fail(1)
    assert "limits.conf" in outcome.message_of("open_files")


def test_wsl_on_a_windows_disk_is_a_warning(machine: Machine) -> None:
    """Slow, but it works: a warning, not a thing to fix."""
    machine.fake("df", "echo 'Filesystem Use% Mounted'; echo 'C: 9 9 9 50% /mnt/c'")
    machine.run(only="file_system").must_succeed()  # not WSL: /mnt/c is any disk
    machine.fake("uname", 'echo "Linux 5.15-microsoft-standard-WSL2"')
    outcome = machine.run(only="file_system")
    outcome.must_succeed()
    assert outcome.status_of("file_system") == "warn"
    assert "under ~" in outcome.message_of("file_system")


# --- other systems --------------------------------------------------------------------


@pytest.mark.parametrize(
    "release, fix, combined",
    [
        (DEBIAN, "sudo apt-get install git", "sudo apt-get update && sudo apt-get "
         "install -y --no-install-recommends git libuv1-dev"),
        (FEDORA, "sudo dnf install git", "sudo dnf install git libuv-devel"),
        (ARCH, "sudo pacman -S --needed git", "sudo pacman -S --needed git libuv"),
    ],
)  # fmt: skip
def test_commands_of_each_linux(
    machine: Machine, release: str, fix: str, combined: str
) -> None:
    """The right command for the system, with sudo for those who are not root."""
    machine.is_system(release)
    machine.fake("id", "echo 1000")
    machine.fake("sudo", "exit 1")
    machine.lacks("git")
    machine.lacks_module("libuv")
    outcome = machine.run(only="git libuv")
    outcome.must_fail(2)
    assert outcome.fix_of("git") == fix
    assert outcome.combined() == combined


def test_commands_of_macos(machine: Machine) -> None:
    """Homebrew for libraries, .venv for pytest, no sudo."""
    machine.fake("uname", "echo Darwin")
    machine.fake("sw_vers", "echo 14.5")
    machine.fake("brew", f"echo {machine.folder}")
    machine.fake("id", "echo 501")
    machine.fake("sudo", "exit 1")
    machine.lacks("git")
    (machine.setup / "find_python").write_text("#!/bin/sh\nexit 1\n")
    outcome = machine.run(only="git pytest")
    outcome.must_fail(2)
    assert outcome.fix_of("git") == "brew install git"
    venv = "python3 -m venv .venv && .venv/bin/pip install pytest"
    assert outcome.fix_of("pytest") == venv
    assert outcome.combined() == f"brew install git && {venv}"


def test_unknown_system(machine: Machine) -> None:
    """No package manager that we know: the failure is still named and counted."""
    machine.is_system(UNKNOWN)
    machine.lacks("git", "apt-get")
    outcome = machine.run(only="git")
    outcome.must_fail(1)
    assert "no package" in outcome.fix_of("git")


def test_neither_root_nor_sudo(machine: Machine) -> None:
    """The command is one for root's password; --install says who can help."""
    machine.fake("id", "echo 1000")
    machine.lacks("git")
    machine.fake_recording("apt-get")
    assert machine.run(only="git").fix_of("git") == "su - -c 'apt-get install git'"
    outcome = machine.run("--install", only="git")
    outcome.must_fail(1)
    assert "ask whoever runs this machine" in outcome.text
    assert outcome.combined() == (
        "su - -c 'apt-get update && apt-get install -y --no-install-recommends git'"
    )
    assert machine.recorded() == []


def test_every_need_has_an_answer_on_every_system() -> None:
    """The table: six cells a line at the least, known sets, no need twice."""
    lines = (SETUP / "packages").read_text().splitlines()
    rows = [
        [cell.strip() for cell in line.split("|")]
        for line in lines
        if line and not line.startswith("#")
    ]
    assert all(len(row) == 8 and all(row) for row in rows)
    assert {row[1] for row in rows} == {"learner", "instructor"}
    needs = [row[0] for row in rows]
    assert len(needs) == len(set(needs))


# --- the instructor's set -------------------------------------------------------------


@pytest.mark.parametrize("switch", [{"CI": "true"}, {"FULL": "1"}])
def test_instructors_set(machine: Machine, switch: dict[str, str]) -> None:
    """With CI=true or FULL=1 the instructor's tools are needed too."""
    assert "valgrind" not in machine.run().text
    bare = machine.fake(
        "bare", 'case "$*" in *aiohttp*) exit 1 ;; esac\nexec PYTHON "$@"'
    )
    bare.write_text(bare.read_text().replace("PYTHON", sys.executable))
    machine.environment["PYTHON"] = str(bare)
    outcome = machine.run(**switch)  # this machine's PATH has none of them
    outcome.must_fail(16)
    assert outcome.combined().endswith(
        "clang libclang-rt-dev llvm clang-format black pyflakes3 shellcheck valgrind "
        "stress-ng nginx openssl nodejs python3-aiohttp curl wrk chromium chromium-driver"
    )
    assert f"{bare} cannot import it" in outcome.message_of("aiohttp")


def test_adding_a_tool_is_adding_a_line(machine: Machine) -> None:
    """A new line in the table is a new check."""
    with open(machine.setup / "packages", "a") as table:
        table.write(
            "gdb | instructor | 9.1 | run gdb --version | gdb | gdb | gdb | gdb\n"
        )
    machine.run(only="gdb").must_fail(1)
    machine.fake("gdb", "echo GNU gdb 8.3.1")
    assert "need 9.1" in machine.run(only="gdb").message_of("gdb")
    machine.fake("gdb", "echo GNU gdb 13.1")
    machine.run(only="gdb").must_succeed()


# --- --install ------------------------------------------------------------------------

# "Installs" git, when git is what it is asked for.
GETS_GIT = """case "$*" in
    *git) printf '#!/bin/sh\\necho git version 2.39.5\\n' >"${0%/*}/git"
        CHMOD +x "${0%/*}/git" ;;
esac""".replace(
    "CHMOD", shutil.which("chmod") or "chmod"
)


def test_install_asks_only_for_what_is_missing(machine: Machine) -> None:
    """Root: update, install, checked again, the same last line."""
    machine.lacks("git")
    machine.fake_recording("apt-get", GETS_GIT)
    machine.fake_recording("sudo")
    outcome = machine.run("--install", only="git make libuv")
    assert outcome.lines[-1] == SUCCESS
    assert outcome.status == 0
    assert machine.recorded() == [
        "apt-get update",
        "apt-get install -y --no-install-recommends git",
    ]
    announced = outcome.text.index("+ env DEBIAN_FRONTEND=noninteractive apt-get install")
    assert announced < outcome.text.rindex("ok    git")


def test_install_does_nothing_when_nothing_is_missing(machine: Machine) -> None:
    """No package manager is called, not even for an update."""
    machine.fake_recording("apt-get")
    machine.run("--install", only="git make").must_succeed()
    assert machine.recorded() == []


def test_install_without_a_terminal_never_asks(machine: Machine) -> None:
    """Not root: sudo -n, as nobody is there to type a password."""
    machine.lacks("git")
    machine.fake("id", "echo 1000")
    machine.fake_recording("apt-get", GETS_GIT)
    machine.fake_recording("sudo", '[ "$1" != -n ] || shift; exec "$@"')
    outcome = machine.run("--install", only="git")
    assert outcome.lines[-1] == SUCCESS
    assert [line for line in machine.recorded() if line.startswith("sudo")] == [
        "sudo -n apt-get update",
        "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install -y "
        "--no-install-recommends git",
    ]


def test_install_on_a_terminal_may_ask(machine: Machine) -> None:
    """Not root, with a terminal: plain sudo."""
    machine.lacks("git")
    machine.fake("id", "echo 1000")
    machine.fake_recording("apt-get", GETS_GIT)
    machine.fake_recording("sudo", 'exec "$@"')
    master, terminal = pty.openpty()
    done = subprocess.run(
        [str(machine.setup / "confirm_environment"), "--install"],
        env={**machine.environment, "CONFIRM_ONLY": "git"}, stdin=terminal,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIME_LIMIT,
    )  # fmt: skip
    os.close(master)
    os.close(terminal)
    assert done.stdout.splitlines()[-1] == SUCCESS
    assert machine.recorded()[0] == "sudo apt-get update"


def test_install_that_sudo_refuses(machine: Machine) -> None:
    """sudo wants a password: said so, still missing, exit 1."""
    machine.lacks("git")
    machine.fake("id", "echo 1000")
    machine.fake_recording("sudo", "echo 'sudo: a password is required' >&2; exit 1")
    outcome = machine.run("--install", only="git")
    assert outcome.status == 1
    assert outcome.lines[-1] == "1 thing to fix."
    assert "cannot ask for a password" in outcome.text
    assert machine.recorded() == ["sudo -n apt-get update"]


def test_install_that_brings_nothing(machine: Machine) -> None:
    """The packages came, the need is still not met: no endless rounds."""
    machine.lacks("git")
    machine.fake_recording("apt-get")
    outcome = machine.run("--install", only="git")
    assert outcome.status == 1
    assert outcome.lines[-1] == "1 thing to fix."
    assert len(machine.recorded()) == 2


def test_install_leaves_alone_what_only_the_learner_can_do(machine: Machine) -> None:
    """ulimit works in the learner's own shell only: --install does not pretend."""
    machine.fake_recording("apt-get")
    script = machine.setup / "confirm_environment"
    done = subprocess.run(
        ["sh", "-c", 'ulimit -S -n 256 && exec "$0" --install', str(script)],
        env={**machine.environment, "CONFIRM_ONLY": "open_files"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIME_LIMIT,
    )  # fmt: skip
    outcome = Outcome(done)
    outcome.must_fail(1)
    assert outcome.combined() == "ulimit -n 1024"
    assert machine.recorded() == []


@pytest.mark.parametrize(
    "release, expected",
    [
        (FEDORA, "dnf install -y git"),
        (ARCH, "pacman -S --needed --noconfirm git"),
    ],
)
def test_install_elsewhere(machine: Machine, release: str, expected: str) -> None:
    """The other package managers, without a question either."""
    machine.is_system(release)
    machine.lacks("git")
    machine.fake_recording(expected.split()[0], GETS_GIT)
    outcome = machine.run("--install", only="git")
    assert outcome.lines[-1] == SUCCESS
    assert machine.recorded() == [expected]


# --- --report -------------------------------------------------------------------------


def test_report_holds_versions_and_nothing_personal(machine: Machine) -> None:
    """System, tools and libraries; no user, no host, no home, no path."""
    home = machine.folder / "home_of_jane"
    home.mkdir()
    machine.environment["PYTHON"] = str(home / "python3")
    (home / "python3").symlink_to(shutil.which("python3", path="/usr/bin") or "/none")
    outcome = machine.run(
        "--report", HOME=str(home), USER="jane", LOGNAME="jane", HOSTNAME="janes-laptop"
    )
    assert outcome.status == 0
    report = dict(re.split(r"  +", line, maxsplit=1) for line in outcome.lines[1:-1])
    assert report["system"] == "Test Linux 1"
    assert report["WSL"] == "no"
    assert re.match(r"(gcc|clang) \d+\.\d+", report["compiler"])
    for need in ("libuv", "libcurl", "llhttp", "python", "pytest"):
        assert re.match(r"\d+\.\d+", report[need])
    for secret in ("jane", str(machine.folder), "/"):
        assert secret not in outcome.text


def test_report_tells_what_fails(machine: Machine) -> None:
    """A failure is in the report, without its message."""
    machine.lacks("git")
    machine.compiles("libuv", "echo 1.30.0")
    outcome = machine.run("--report", only="git libuv")
    report = dict(re.split(r"  +", line, maxsplit=1) for line in outcome.lines[1:-1])
    assert report["git"] == "FAIL"
    assert report["libuv"] == "FAIL (found 1.30.0)"
    assert report["to fix"] == "2"


# --- find_python ----------------------------------------------------------------------

# The candidates in DESIGN's order: a name, and where this test's copy looks for it.
CANDIDATES = [
    "mine/python",
    "workshop/.venv/bin/python3",
    "virtual/bin/python3",
    "usr/bin/python3",
    "bin/python3",
    "homebrew/bin/python3",
    "local/bin/python3",
]


@pytest.mark.parametrize("works", CANDIDATES)
def test_find_python_tries_in_order(machine: Machine, works: str) -> None:
    """Each is tried in turn, and none behind the first that works."""
    folder = machine.folder
    machine.moves("find_python", "/usr/bin/", f"{folder}/usr/bin/")
    machine.moves("find_python", "/opt/homebrew/", f"{folder}/homebrew/")
    machine.moves("find_python", "/usr/local/", f"{folder}/local/")
    for name in CANDIDATES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        status = 0 if name == works else 1
        path.write_text(f'#!/bin/sh\necho {name} >>"$RECORD"\nexit {status}\n')
        path.chmod(0o755)
    found = find_python(machine, PYTHON=f"{folder}/mine/python",
                        VIRTUAL_ENV=f"{folder}/virtual")  # fmt: skip
    assert found.stdout == f"{folder}/{works}\n"
    assert found.stderr == ""
    assert found.returncode == 0
    assert machine.recorded() == CANDIDATES[: CANDIDATES.index(works) + 1]


def test_find_python_finds_none(machine: Machine) -> None:
    """One line on stderr, nothing on stdout, exit 1."""
    machine.moves("find_python", "/usr/bin/", "/nowhere/")
    machine.moves("find_python", "/opt/homebrew/", "/nowhere/")
    machine.moves("find_python", "/usr/local/", "/nowhere/")
    machine.lacks("python3")
    found = find_python(machine)
    assert found.stdout == ""
    assert len(found.stderr.splitlines()) == 1
    assert "pytest" in found.stderr
    assert found.returncode == 1


@pytest.mark.parametrize("version, works", [("6.2.5", False), ("7.0.0", True)])
def test_find_python_wants_pytest_7(machine: Machine, version: str, works: bool) -> None:
    """The real Python, with a pytest that is made up."""
    module = machine.folder / "modules" / "pytest.py"
    module.parent.mkdir()
    module.write_text(f'__version__ = "{version}"\n')
    found = find_python(machine, PYTHONPATH=str(module.parent))
    assert (found.returncode == 0) == works
    without = find_python(machine, "--any", PYTHONPATH=str(module.parent))
    assert without.returncode == 0


def find_python(
    machine: Machine, *options: str, **more: str
) -> subprocess.CompletedProcess[str]:
    """Runs this machine's copy of find_python."""
    return subprocess.run(
        [str(machine.setup / "find_python"), *options],
        env={**machine.environment, **more}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, timeout=TIME_LIMIT,
    )  # fmt: skip
