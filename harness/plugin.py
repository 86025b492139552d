"""The pytest plugin: builds the programs, hands them to the tests, and notes the outcomes.

    python3 -m pytest stage1_event_loop                     judges the learner's programs
    python3 -m pytest stage1_event_loop --impl=solutions    judges the reference

`make stage1` runs the same and tells the result by gap (harness/verdict.py).
"""

from __future__ import annotations

import builtins
import itertools
import json
import os
import re
import signal
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Iterator

import pytest

from harness import exercise, explain, gaps, running, timeouts
from harness.build import BuildError, NoCompiler, build_stage
from harness.explain import Failure
from harness.gaps import Gap, order
from harness.layout import STAGES, Stage
from harness.queue import OtherTests, Queue
from harness.running import Program
from harness.verdict import Outcome, Sources

if TYPE_CHECKING:
    from harness.sanitizer import Frame
    from harness.serving import Server
    from harness.world import World

JUDGED = pytest.StashKey["set[str | None]"]()  # the gaps of which a test was begun
HUNG = pytest.StashKey["set[str | None]"]()  # those of which one has hung


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the workshop."""
    group = parser.getgroup("workshop")
    group.addoption("--impl", choices=("learner", "solutions"), default="learner")
    group.addoption("--overlay", help="a folder of files to lay over the reference")
    group.addoption("--no-build", action="store_true", help="the programs are built")
    group.addoption("--outcomes", help="a file for the outcomes, as JSON")
    group.addoption("--on-each", help="overlays, as JSON: run every test on each of them")
    group.addoption(
        "--results", help="a file for [overlay, why it failed or null], as JSON"
    )
    group.addoption("--gap", action="append", help="only the tests that judge this gap")
    group.addoption("--tests", help="only these tests, as JSON: test_x.py::test_y[z]")
    group.addoption(
        "--queue", help="a folder: share the tests with others, harness.queue"
    )
    group.addoption("--sample", action="store_true", help="only some tests: see sample()")
    group.addoption(
        "--started", help="a file for the programs that were started, as JSON"
    )
    group.addoption(
        "--whole", action="store_true", help="what only `make prove` has time for"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Makes the mark known, and TODO(); looks at the time limits' scale."""
    try:
        timeouts.scale()
    except timeouts.BadScale as error:
        raise pytest.UsageError(str(error)) from None
    config.addinivalue_line(
        "markers", "gap(number, needs, rests_on): the gap that a test judges"
    )
    config.addinivalue_line(
        "markers",
        "reference: the test judges what is given, on the finished reference only",
    )
    config.workshop_outcomes = []
    config.workshop_results = []
    config.workshop_started = set()
    builtins.TODO = exercise.TODO  # known everywhere, as the Makefile makes it known in C
    _end_in_order()


def _end_in_order() -> None:
    """Who ends the session ends the programs that it tests, too: they are in groups of their
    own, and would go on alone. A signal that is ignored (nohup) stays so."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)  # as Ctrl-C does


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Which tests run, see the options and marks above, and in which order; and the programs
    that they need."""
    on_reference = _sources(config) == Sources("solutions")
    chosen = [i for i in items if on_reference or not i.get_closest_marker("reference")]
    gaps_wanted, tests = (config.getoption(name) for name in ("--gap", "--tests"))
    if gaps_wanted:
        chosen = [item for item in chosen if _gap_of(item) in gaps_wanted]
    if tests:
        wanted = set(json.loads(tests))
        chosen = [item for item in chosen if name_of(item) in wanted]
    if config.getoption("--sample"):
        chosen = sample(chosen)
    chosen.sort(key=_how_many_rest_on(chosen))
    if config.getoption("--queue"):  # what takes longest must not come last
        chosen.sort(key=lambda item: not _judges_an_exercise(item))
    config.hook.pytest_deselected(items=[i for i in items if i not in chosen])
    items[:] = chosen
    if config.getoption("--no-build") or config.getoption("collectonly"):
        return
    for one in {stage_of(item) for item in items} - {None}:
        try:
            build_stage(one, config.getoption("--impl"))
        except (BuildError, NoCompiler) as error:
            raise pytest.UsageError(str(error)) from None


def sample(items: list[pytest.Item]) -> list[pytest.Item]:
    """For what is slow and looks at how programs run, not at what they do: of each file the
    first test of each gap (and of what is given), the last, and one between; of a table's
    rows the first.

    Tests that learners write are not among them: they run on programs that are wrong.
    """
    groups: dict[tuple, dict[str, pytest.Item]] = {}
    for item in items:
        if not _judges_an_exercise(item):
            group = groups.setdefault((item.path, _gap_of(item)), {})
            group.setdefault(getattr(item, "originalname", item.name), item)
    chosen = set()
    for rows in map(list, map(dict.values, groups.values())):
        chosen |= {rows[0], rows[len(rows) // 2], rows[-1]}
    return [item for item in items if item in chosen]


def _judges_an_exercise(item: pytest.Item) -> bool:
    return "judge_exercise" in item.fixturenames


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """With --queue: runs those of the tests that no other session has taken."""
    folder = session.config.getoption("--queue")
    if not folder or session.config.getoption("collectonly") or session.testsfailed:
        return None
    queue = Queue(Path(folder), [item.nodeid for item in session.items])
    try:
        place = queue.take()
    except OtherTests as error:
        raise pytest.UsageError(str(error)) from None
    while place is not None:
        following = queue.take()  # pytest wants to know which fixtures to keep
        upcoming = None if following is None else session.items[following]
        item = session.items[place]
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=upcoming)
        place = following
    return True


def stage_of(item: pytest.Item) -> Stage | None:
    """The stage in whose folder a test stands: learner's, reference's or overlay's."""
    folders = [parent.name for parent in item.path.parents]
    return next((one for one in STAGES if one.folder in folders), None)


def name_of(item: pytest.Item) -> str:
    """How an outcome calls its test."""
    return f"{item.path.name}::{item.name}"


def _gap_of(item: pytest.Item) -> str | None:
    mark = item.get_closest_marker("gap")
    return mark.args[0] if mark else None


def _rests_on(item: pytest.Item, mark: pytest.Mark) -> tuple[str, ...]:
    """What the mark says, or else RESTS_ON of the test's file; never the test's own gap."""
    named = mark.kwargs.get("rests_on")
    if named is None:
        named = getattr(item.module, "RESTS_ON", ())
    return tuple(number for number in named if number != mark.args[0])


def _how_many_rest_on(items: list[pytest.Item]) -> Callable[[pytest.Item], tuple]:
    """For sorting: of two gaps the one that more tests rest on (or else need) is judged first,
    so that it has had its say when too many programs hang."""
    resting: Counter[str] = Counter()
    needing: Counter[str] = Counter()
    for item in items:
        mark = item.get_closest_marker("gap")
        if mark:
            resting.update(_rests_on(item, mark))
            needing.update(mark.kwargs.get("needs", ()))
    return lambda item: (-resting[_gap_of(item)], -needing[_gap_of(item)])


def pytest_runtest_setup(item: pytest.Item) -> None:
    """When one mistake makes every program hang, not every test need show it: of each gap
    one has its say, unless it needs one that has hung already."""
    judged = item.config.stash.setdefault(JUDGED, set())
    mark = item.get_closest_marker("gap")
    if mark and running.enough_hung():
        needs = set(mark.kwargs.get("needs", ()))
        if mark.args[0] in judged or needs & item.config.stash.setdefault(HUNG, set()):
            pytest.skip("not run: too many programs had hung before")
    judged.add(_gap_of(item))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Notes of which gap a program has hung."""
    before = running.how_many_hung()
    yield
    if running.how_many_hung() > before:
        item.config.stash.setdefault(HUNG, set()).add(_gap_of(item))


def _sources(config: pytest.Config) -> Sources:
    return Sources(config.getoption("--impl"), config.getoption("--overlay"))


@pytest.fixture(autouse=True)
def _processes(request: pytest.FixtureRequest) -> Iterator[None]:
    """No program outlives its test; and what valgrind says of one fails it, even if killed."""
    explain.started.clear()
    yield
    for process in explain.started:
        process.kill()
        request.config.workshop_started.add(process.program)
    for process in explain.started:
        said = [line for line in getattr(process, "stderr_lines", []) if _VALGRIND(line)]
        if said:
            pytest.fail(
                "\n".join([f"{process.did}, under valgrind:", *said]), pytrace=False
            )


_VALGRIND = re.compile(r"==\d+== ").match


class Programs:
    """`program("sleep_gather")` is the built program of the test's stage."""

    def __init__(self, stage: Stage, sources: Sources) -> None:
        self.stage = stage
        self.sources = sources

    def __call__(self, name: str) -> Program:
        """The program of that name. It need not have been built: starting it says so."""
        return Program(
            self.sources.built(self.stage) / name,
            prefer=self.sources.frame_prefix(self.stage),
            wrapper=tuple(os.environ.get("WORKSHOP_WRAPPER", "").split()),
        )


@pytest.fixture
def program(request: pytest.FixtureRequest) -> Programs:
    """The programs under test: program(NAME).run(ARGUMENT, ...)."""
    sources = _sources(request.config)
    if hasattr(request, "param"):
        sources = Sources("solutions", request.param or None)
    return Programs(stage_of(request.node), sources)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """With --on-each, every test that wants a program runs on each overlay."""
    overlays = metafunc.config.getoption("--on-each")
    if overlays and "program" in metafunc.fixturenames:
        metafunc.parametrize("program", json.loads(overlays), indirect=True)


@pytest.fixture
def serve(program: Programs) -> Callable[..., Server]:
    """serve(NAME, ARGUMENT..., VARIABLE=VALUE...) starts a server program."""
    from harness.serving import Server  # here, so that only its users pay for it

    return lambda name, *arguments, **environment: Server(
        program(name).start(*arguments, **environment)
    )


@pytest.fixture
def world() -> Iterator[World]:
    """An outside world of the test's own, where nothing takes time: holds do that.

    A program finds it by its environment: program(NAME).run(..., **world.environment).
    """
    from harness.world import World  # here, so that only its users pay for it

    with World() as outside:
        outside.orders.delay = 0
        outside.telephony.ring_seconds = 0
        outside.telephony.speak_seconds_per_word = 0
        yield outside


@pytest.fixture
def judge_exercise(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """judge_exercise(FILE, GAP) judges the test that a learner wrote; see harness.exercise."""
    stage, sources = stage_of(request.node), _sources(request.config)
    return lambda name, number: exercise.judge(stage, sources.file(stage, name), number)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """Tells a failure in its four parts, and notes the outcome of every test of a gap."""
    result = yield
    report = result.get_result()
    _note_result(item, call, report)
    mark = item.get_closest_marker("gap")
    if mark is None or (call.when != "call" and report.passed):
        return
    error = call.excinfo.value if call.excinfo else None
    outcome = _outcome(item, mark, report, error)
    if isinstance(error, Failure):
        report.longrepr = outcome.text(colour=False)
    item.config.workshop_outcomes.append(outcome)


def _note_result(item: pytest.Item, call: pytest.CallInfo, report) -> None:
    if call.when == "call" or report.failed:
        overlay = getattr(item, "callspec", None) and item.callspec.params.get(
            "program", ""
        )
        words = str(call.excinfo.value) if report.failed else None
        item.config.workshop_results.append([overlay or "", words])


def _outcome(item, mark, report, error: BaseException | None) -> Outcome:
    sources, stage = _sources(item.config), stage_of(item)
    number, needs = mark.args[0], tuple(mark.kwargs.get("needs", ()))
    for process in explain.started if error is not None else []:
        process.kill()  # so that all that it has said was read
    unwritten = [gap for process in explain.started for gap in process.unwritten]
    outcome = Outcome(
        test=name_of(item),
        about=(item.function.__doc__ or item.name).strip().splitlines()[0],
        gap=number,
        needs=needs,
        kind="passed",
        rests_on=_rests_on(item, mark),
        programs=tuple(sorted({process.program for process in explain.started})),
        unwritten=tuple(dict.fromkeys(unwritten)),
    )
    if report.skipped:
        outcome.kind, outcome.saw = "skipped", str(report.longrepr[2])
        return outcome
    if error is None:
        return outcome
    outcome.kind = "wrong"
    outcome.reported = any(getattr(p, "report", True) for p in explain.started)
    if isinstance(error, Failure):
        outcome.did, outcome.saw = error.did, error.saw
        outcome.expected, outcome.picture = error.expected, error.picture
    else:
        outcome.did = explain.did_last()
        outcome.saw = str(report.longrepr)
        outcome.expected = f"{outcome.about} (the test itself failed; see above)"
    if number in unwritten:
        outcome.kind = "unwritten"
    elif set(unwritten) & set(needs):
        outcome.kind = "waits"
    outcome.blamed, line = _blame(error, stage, sources)
    if not outcome.blamed:
        outcome.blamed = number
        if outcome.kind == "wrong":
            _excuse(outcome, stage)
    outcome.look = sources.look(outcome.blamed, line)
    return outcome


def _excuse(outcome: Outcome, stage: Stage) -> None:
    """A learner's own earlier stage is used as a whole: what it lacks is to blame."""
    for number in outcome.unwritten:
        if not number.startswith(f"{stage.number}."):
            outcome.blamed = number
            outcome.saw = f"TODO {number} is not written yet; {outcome.saw}"
            return


def _blame(
    error: BaseException | None, stage: Stage, sources: Sources
) -> tuple[str, int]:
    """A crash happens in every test; the gap that it names, and the line, are at fault.

    What called uv_run() is not, nor is where leaked memory was allocated. It may be a gap of
    an earlier stage, if the learner's own files of that one are used.

    The innermost line of a gap is at fault, but for one: a module calls back the program,
    and each stage those above it. When the crash is in what is called back, and all gaps
    there come later, the caller has only told it.
    """
    report = getattr(error, "report", None)
    if report is None or report.kind == "leak":
        return "", 0
    inside_the_loop = itertools.takewhile(lambda f: f.function != "uv_run", report.frames)
    above: tuple[int, ...] = ()  # whose gap is lower than this only called back
    for frame in inside_the_loop:
        gap, lowest = _gap_of_frame(frame, stage, sources)
        if gap is not None and order(gap.number) >= above:
            return gap.number, frame.line
        above = max(above, lowest)
    gap, _ = _gap_of_frame(report.freed, stage, sources)
    return (gap.number, report.freed.line) if gap else ("", 0)


def _gap_of_frame(
    frame: Frame | None, stage: Stage, sources: Sources
) -> tuple[Gap | None, tuple[int, ...]]:
    """The gap of a line of a stack, if it is in one; and below which a gap only calls it back:
    in a program's own file its first gap, and if it has none any gap; else the stage; () in
    a module without gaps."""
    if frame is None or not frame.line:
        return None, ()
    for one in STAGES:
        if frame.file.startswith(sources.frame_prefix(one)) or (
            one == stage and one.folder in frame.file
        ):
            path = sources.file(one, Path(frame.file).name)
            known = gaps.gaps_in(one, path.name)
            lowest: tuple[int, ...] = (int(one.number),) if known else ()
            if f"{one.folder}/{path.stem}" in {p.program for p in explain.started}:
                own = [order(gap.number) for gap in known]
                lowest = min(own, default=(int(one.number) + 1,))
            return gaps.gap_at(one.number, path, frame.line) if known else None, lowest
    return None, ()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Writes the outcomes for those who judge by gap, the results for an exercise, and which
    programs were started."""
    outcomes, results, started = (
        session.config.getoption(name)
        for name in ("--outcomes", "--results", "--started")
    )
    if outcomes:
        rows = [outcome.as_dict() for outcome in session.config.workshop_outcomes]
        Path(outcomes).write_text(json.dumps(rows), encoding="utf-8")
    if results:
        Path(results).write_text(
            json.dumps(session.config.workshop_results), encoding="utf-8"
        )
    if started:
        rows = sorted(session.config.workshop_started)
        Path(started).write_text(json.dumps(rows), encoding="utf-8")


def pytest_report_header(config: pytest.Config) -> str:
    """Says whose programs are judged."""
    return f"workshop: the programs of {config.getoption('--impl')}"
