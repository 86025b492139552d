"""Starts the built programs and watches them: separate processes, driven by their command
line, their standard input and their output."""

from __future__ import annotations

import collections
import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Callable, Iterator, Mapping, Pattern, Sequence

from harness import sanitizer
from harness.explain import Failure, started
from harness.layout import ROOT, Line, show
from harness.timeouts import scaled

# Seconds after which a program counts as hung. It decides nothing else.
HANG_SECONDS = 10.0
# More output than this is taken for endless. A longer line is cut in pieces.
MAX_OUTPUT_LINES = 20_000
MAX_OUTPUT_BYTES = 8 * 1024 * 1024
MAX_LINE_BYTES = 64 * 1024
MAX_ARGUMENTS_SHOWN = 20
# The outside world is on this machine, whatever proxy a person has to the real one.
WITHOUT_PROXY = dict.fromkeys(("no_proxy", "NO_PROXY"), "127.0.0.1,localhost")

_TODO = re.compile(r"^TODO (\d+\.\d+) is not written yet", re.MULTILINE)


# A learner waits for the verdict: after one hang a session is not patient any more, and
# after some of them it runs no more tests.
HANG_SECONDS_AFTER_ONE = 3.0
HANGS_ARE_ENOUGH = 3
_hung: list[Process] = []


def patience() -> float:
    """Seconds after which a program counts as hung, scaled."""
    return scaled(HANG_SECONDS_AFTER_ONE if _hung else HANG_SECONDS)


def how_many_hung() -> int:
    """How many programs of this session have hung. One that came to an unwritten gap does not
    count: that is no mistake."""
    return len([one for one in _hung if not one.unwritten])


def enough_hung() -> bool:
    """Whether so many have that what is wrong is known."""
    return how_many_hung() >= HANGS_ARE_ENOUGH


def _few(arguments: Sequence[str]) -> Sequence[str]:
    """The arguments as a person wants to read them: of very many, the first ones."""
    if len(arguments) <= MAX_ARGUMENTS_SHOWN:
        return arguments
    return [*arguments[:3], "...", f"({len(arguments)} arguments)"]


class Process:
    """A program that was started. `finish` or `kill` ends it; the plugin kills the rest."""

    def __init__(
        self,
        path: Path,
        arguments: tuple[str, ...],
        *,
        prefer: str,
        environment: Mapping[str, str],
        wrapper: tuple[str, ...] = (),
    ) -> None:
        self.did = " ".join(["ran", show(path), *_few(arguments)])
        self.program = f"{path.parent.name}/{path.name}"  # as the Makefile lists it
        self.stdout: list[Line] = []
        self.stderr_lines: list[str] = []
        self.exit: int | None = None
        self.hung = False
        self.endless = False
        self._prefer = prefer
        self._changed = threading.Condition()
        self._open_pipes = 2
        self._bytes_read = 0
        self._started_at = time.monotonic()
        self._process = subprocess.Popen(
            [*wrapper, str(path), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env={
                **os.environ,
                "UV_THREADPOOL_SIZE": "4",  # whatever the person's own is
                **WITHOUT_PROXY,
                **sanitizer.environment(),
                **environment,
            },
            start_new_session=True,
        )
        self._readers = [
            threading.Thread(target=self._read, args=(pipe,), daemon=True)
            for pipe in (self._process.stdout, self._process.stderr)
        ]
        for reader in self._readers:
            reader.start()
        started.append(self)

    def _read(self, pipe) -> None:
        while True:
            raw = pipe.readline(MAX_LINE_BYTES)
            with self._changed:
                if not raw:
                    self._open_pipes -= 1
                    self._changed.notify_all()
                    return
                text = raw.decode("utf-8", "replace").rstrip("\n")
                if pipe is self._process.stderr:
                    self.stderr_lines.append(text)
                else:
                    at = time.monotonic() - self._started_at
                    self.stdout.append(Line(text, at))
                self._bytes_read += len(raw)
                lines = len(self.stdout) + len(self.stderr_lines)
                if lines > MAX_OUTPUT_LINES or self._bytes_read > MAX_OUTPUT_BYTES:
                    self.endless = True
                    self._kill_group()
                self._changed.notify_all()

    # --- What it printed ---------------------------------------------------------------

    @property
    def lines(self) -> list[str]:
        """The lines of standard output so far."""
        return [line.text for line in self.stdout]

    @property
    def running(self) -> bool:
        """Whether it may still print something."""
        return self._open_pipes > 0

    @property
    def stderr(self) -> str:
        """Standard error so far."""
        return "\n".join(self.stderr_lines)

    @property
    def complaints(self) -> list[str]:
        """The lines of standard error so far, but for those of unwritten gaps."""
        return [x for x in self.stderr_lines if x.strip() and not _TODO.match(x)]

    @property
    def unwritten(self) -> list[str]:
        """The gaps that the program said are not written yet."""
        return _TODO.findall(self.stderr)

    @property
    def report(self) -> sanitizer.Report | None:
        """The sanitizer's report, if there was one."""
        return sanitizer.translate(self.stderr, root=ROOT, prefer=self._prefer)

    @property
    def end(self) -> str:
        """How it ended, and what it said last; once it has ended."""
        how = f"it ended with exit status {self.exit}"
        if self.exit < 0:
            how = f"it was ended by {signal.Signals(-self.exit).name}"
        return f"{how}; {self._last_words()}"

    # --- Driving it --------------------------------------------------------------------

    def wait_for(self, pattern: str, *, count: int = 1, after: int = 0) -> list[int]:
        """Waits for `count` lines of standard output that match, from line `after` on.

        Returns their indices. A Failure when they have not come before the program ends, or
        before it counts as hung.
        """
        regex: Pattern[str] = re.compile(pattern)
        deadline = time.monotonic() + patience()
        found: list[int] = []
        with self._changed:
            while True:
                end = len(self.stdout)
                fresh = range(after, end)
                found += [i for i in fresh if regex.search(self.stdout[i].text)]
                after = max(after, end)
                if len(found) >= count:
                    return found[:count]
                left = deadline - time.monotonic()
                if self._open_pipes == 0 or left <= 0:
                    break
                self._changed.wait(left)
        ended = self._open_pipes == 0
        if not ended:
            self.hung = True
            _hung.append(self)
            self._kill_group()
        self._raise_report()
        raise Failure(
            saw=f"{'it ended' if ended else 'nothing more came'} after "
            f"{len(found)} of {count} such lines; {self._last_words()}",
            expected=f"a line like: {regex.pattern.strip('^$')}",
        )

    def wait_until(self, condition: Callable[[], bool]) -> bool:
        """Waits for what the program does elsewhere: its requests reach the world, say.

        False when `condition` has not come true before the program ended, or counts as hung;
        a Failure when it crashed.
        """
        deadline = time.monotonic() + patience()
        while True:
            over = not self.running or time.monotonic() >= deadline
            if condition():
                return True
            if over:
                break
            time.sleep(0.002)
        if self.running:
            _hung.append(self)
        self._raise_report()
        return False

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Holds it still meanwhile: what happens around it then is there all at once."""
        self._signal_group(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal_group(signal.SIGCONT)

    def send(self, line: str) -> None:
        """Writes a line to the program's standard input."""
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended; what it printed says why

    def ask_to_end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Sends it the signal at which servers stop in order. `finish` waits for the end."""
        self._signal_group(number)

    def finish(self) -> Process:
        """Closes standard input and waits for the end.

        A Failure when it hangs, crashes, or uses memory it must not use. A leak, a loop that
        was not closed and a nonzero exit are for the tests that ask: see `expect_clean`.
        """
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        deadline = time.monotonic() + patience()
        with self._changed:
            self._changed.wait_for(lambda: self._open_pipes == 0, patience())
            self.hung = self.hung or self._open_pipes > 0
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.hung = True
        self.kill()
        if self.endless:
            raise Failure(
                saw=f"it printed on and on, and was ended; {self._last_words()}",
                expected="it ends by itself: a loop ends when no handle is active any more",
            )
        if self.hung:
            limit = patience()
            _hung.append(self)
            raise Failure(
                saw=f"it was still running after {limit:.0f} seconds and was "
                f"ended; {self._last_words()}",
                expected="it ends by itself: a loop ends when no handle is active any more",
            )
        self._raise_report()
        if self.exit < 0:
            raise Failure(saw=self.end, expected="it ends by itself")
        return self

    def until(self, pattern: str, *, count: int = 1) -> Process:
        """Lets it run until `count` lines match, or until it ends; then ends it.

        What it would have done later is not looked at, so a mistake there does not show.
        A Failure when it crashed before the line came.
        """
        try:
            self.wait_for(pattern, count=count)
        except Failure as failure:
            if failure.report is not None:
                raise
        self.kill()
        return self

    def _raise_report(self) -> None:
        """A Failure when the sanitizer reported anything but a leak."""
        report = self.report
        if report is not None and report.kind not in ("leak", "leak-check-refused"):
            raise Failure(
                saw=report.sentence,
                expected="no failed assertion"
                if "assertion" in report.kind
                else "no error in using memory",
                report=report,
            )

    def kill(self) -> None:
        """Ends the program, if it has not ended, and all that it has started."""
        self._kill_group()
        if self.exit is None:
            self.exit = self._process.wait()
        for reader in self._readers:
            reader.join(patience())
        if any(reader.is_alive() for reader in self._readers):
            return  # something that left the group holds the output: closing would wait for it
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            try:
                pipe.close()
            except BrokenPipeError:
                pass

    def _kill_group(self) -> None:
        """The group lives on after the program, as long as one of its children does."""
        self._signal_group(signal.SIGKILL)

    def _signal_group(self, number: signal.Signals) -> None:
        if self.exit is None:
            try:
                os.killpg(self._process.pid, number)
            except (
                ProcessLookupError,
                PermissionError,
            ):  # macOS says the latter of zombies
                pass

    def _last_words(self) -> str:
        words = self.complaints[-2:] or self.lines[-1:]
        words = [word if len(word) < 200 else word[:200] + " ..." for word in words]
        return f"it said last: {' / '.join(words)}" if words else "it had printed nothing"

    # --- Checks --------------------------------------------------------------------------

    def expect_clean(self) -> Process:
        """Holds it to a clean end: exit 0, the loop closed, nothing leaked."""
        self.expect_closed()
        if self.exit != 0:
            raise Failure(
                saw=f"exit status {self.exit}; {self._last_words()}",
                expected="exit status 0",
            )
        return self

    def expect_closed(self) -> Process:
        """Holds it to that but for the exit status: the loop closed, nothing leaked."""
        self._expect_loop_closed()
        report = self.report
        if report is not None and "uv_loop_init" in report.raw:
            raise Failure(
                saw="the loop itself was never closed: what uv_loop_init() allocated leaked",
                expected="the loop closed at the end",
                report=report,
            )
        if report is not None:
            raise Failure(saw=report.sentence, expected="nothing leaked", report=report)
        return self

    def _expect_loop_closed(self) -> None:
        still_open = [x for x in self.stderr_lines if x.startswith("still open: ")]
        waiting = [line for line in still_open if "closing (run" in line]
        if not still_open:
            return
        if len(waiting) == len(still_open):
            raise Failure(
                saw=f"uv_close() was called for {_handles(len(waiting))}, but no close "
                "callback has come, and so the loop could not be closed",
                expected="the loop is run once more after uv_close(): the callbacks come then",
            )
        counted = collections.Counter(
            line.replace("still open: ", "") for line in still_open if line not in waiting
        )
        raise Failure(
            saw="the loop could not be closed, a handle was forgotten: "
            + "; ".join(
                what if count == 1 else f"{count} x {what}"
                for what, count in counted.items()
            ),
            expected="every handle closed with uv_close(), and its close callback come, "
            "before the loop is closed",
        )


def _handles(count: int) -> str:
    return "one handle" if count == 1 else f"{count} handles"


class Program:
    """A built program. `run` runs it to its end; `start` leaves it running."""

    def __init__(self, path: Path, *, prefer: str, wrapper: tuple[str, ...] = ()) -> None:
        self.path = path
        self._prefer = prefer
        self._wrapper = wrapper

    def start(self, *arguments: str, **environment: str) -> Process:
        """Starts it with these arguments, and these variables in its environment."""
        if not self.path.exists():
            raise Failure(
                did=f"looked for {show(self.path)}",
                saw="it was not built",
                expected="a program that compiles; the compiler's message is above",
            )
        return Process(
            self.path,
            arguments,
            prefer=self._prefer,
            environment=environment,
            wrapper=self._wrapper,
        )

    def run(self, *arguments: str, **environment: str) -> Process:
        """Starts it and waits for its end; see Process.finish for what it raises."""
        return self.start(*arguments, **environment).finish()

    def run_once(self, *arguments: str, until: str, count: int = 1) -> Process:
        """As `start(...).until(...)`, but tests that look at the same run share it."""
        key = (self.path, arguments, until, count)
        if key not in _shared:
            process = self.start(*arguments)
            try:
                _shared[key] = (process, process.until(until, count=count))
            except Failure as failure:
                process.kill()
                _shared[key] = (process, failure)
        process, result = _shared[key]
        if process not in started:
            started.append(process)
        if isinstance(result, Failure):
            raise result
        return process


# The runs of run_once, by path and arguments: a test session judges one build.
_shared: dict[tuple, tuple] = {}
