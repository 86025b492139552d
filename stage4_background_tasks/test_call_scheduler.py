"""Gaps 4.15 and 4.16: what was promised is dialled, each call once, whatever happens.

scheduler_lab plays; the tests set its clock, kill it, and start it again on the same file.
"""

from __future__ import annotations

import contextlib
import random
import re
import shutil
import sqlite3
import stat
from dataclasses import dataclass

import pytest

from harness import expect, gap
from harness.running import Program

RESTS_ON = ["4.6", "4.7", "4.15"]  # the queue, and the store

SURE_MS = 60_000  # CALL_SCHEDULER_SURE_MS
MAX = 100_000  # CALL_SCHEDULER_MAX
KEPT = 1000  # CALL_SCHEDULER_KEPT
NOON = 1_795_176_000_000  # on the clock, when nothing else is said
NUMBERS = [f"+1555010{i:04}" for i in range(10_000)]


@dataclass(frozen=True)
class Call:
    """A line `call` of a list, or `due`."""

    id: int
    at: int
    number: str
    command_id: str
    state: str = "due"
    claimed: int = 0
    why: str = ""


class Lab:
    """A scheduler_lab that runs on a store."""

    def __init__(self, program, store, clock=NOON):
        self.process = program.start(str(store), str(clock))
        self.read = 0  # so many lines were looked at by `next`

    def send(self, *commands):
        """Several commands, which arrive together."""
        self.process.send("\n".join(commands))
        return self

    def next(self, pattern, count=1):
        """Waits for so many more lines like that; returns them."""
        found = self.process.wait_for(pattern, count=count, after=self.read)
        self.read = found[-1] + 1
        return [self.process.lines[i] for i in found]

    def add(self, *times, numbers=NUMBERS):
        """Has calls promised for these times; waits until they are."""
        self.send(*(f"add {at} {number}" for at, number in zip(times, numbers)))
        _expect_promised(self.next("^(promised|refused) ", len(times)))
        return self

    def list(self, count=""):
        """All calls that it knows, or the first and the last so many, by their ids."""
        begin = self.read
        self.send(f"list {count}".strip()).next("^listed$")
        lines = self.process.lines[begin : self.read]
        calls = [one for one in map(call_of, lines) if one and one.state != "due"]
        if not count:
            calls.sort(key=lambda one: (one.at, one.id))
        return {one.id: one for one in calls}

    @property
    def due(self):
        """The calls that were told to be due so far."""
        calls = map(call_of, self.process.lines)
        return [one for one in calls if one and one.state == "due"]

    def due_until(self, at):
        """All that is due at the time `at`, when it is that on the clock: adds one for then,
        and all that are due earlier come before that."""
        self.send(f"add {at} +15559999")
        _expect_promised(self.next(r"^(promised|refused) .* \+15559999$"))
        self.next(r"^due .* \+15559999 ")
        return [one for one in self.due if one.number != "+15559999"]

    def kill(self):
        """kill -9. What it has printed before is kept."""
        self.process.kill()
        return self

    def close(self):
        """Ends it in order."""
        self.send("close").process.finish().expect_clean()
        return self


def _expect_promised(answers):
    refused = [line for line in answers if line.startswith("refused ")]
    expect(not refused, saw="; ".join(refused[:3]), expected="promised ...")


def call_of(line):
    """What a line tells of a call; None: nothing."""
    match = re.match(r"(call|due) (\d+) (-?\d+) (\S+) (\S+) ?(\S*) ?(\d*) ?(.*)$", line)
    if not match:
        return None
    kind, number, at, *rest = match.groups()
    state = rest[2] if kind == "call" else "due"
    claimed = int(rest[3] or 0)
    return Call(int(number), int(at), rest[0], rest[1], state, claimed, rest[4])


@pytest.fixture
def lab(program, tmp_path):
    """lab(clock) starts a scheduler_lab on a file of the test's own."""
    return lambda clock=NOON: Lab(program("scheduler_lab"), tmp_path / "calls.db", clock)


@pytest.fixture
def kept(tmp_path):
    """kept() reads the file of `lab`, which does not run, as it is: by id, the calls.

    Not through scheduler_lab, which does something about what it finds (4.16)."""
    return lambda: _read_store(tmp_path)


def _read_store(folder):
    copy = folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for path in folder.glob("calls.db*"):
        shutil.copy(path, copy)
    members = "id, at_ms, number, command_id, state, claimed_ms, reason"
    with contextlib.closing(sqlite3.connect(copy / "calls.db")) as db:
        rows = db.execute(f"select {members} from calls order by id").fetchall()
    return {row[0]: Call(*row) for row in rows}


def limited(program, blocks):
    """scheduler_lab on a disk that is nearly full: no file may have more blocks, of 512
    bytes each; some shells take 1024."""
    own = program("scheduler_lab")
    wrapper = ("sh", "-c", f'ulimit -f {blocks}; exec "$0" "$@"')
    return Program(own.path, prefer=own._prefer, wrapper=wrapper)


def states(calls):
    """How many calls are in which state: "2 scheduled, 1 dialling"; "none"."""
    names = [one.state for one in calls]
    counted = [f"{names.count(name)} {name}" for name in dict.fromkeys(names)]
    return ", ".join(counted) or "none"


def expect_states(calls, wanted, why):
    """So many calls are in these states."""
    seen = states(calls.values())
    expect(seen == wanted, saw=f"calls in the store: {seen}. {why}", expected=wanted)


# --- 4.15: what is told as kept is kept ----------------------------------------------------


@gap("4.15")
def test_what_is_promised_is_kept(lab, kept):
    """Killed right after a promise, it has the call when it is started again."""
    lab().add(NOON + 5000, NOON + 6000, NOON + 7000).kill()
    why = "Three calls were promised, and the program was killed at once"
    expect_states(kept(), "3 scheduled", why)


@gap("4.15")
def test_what_is_claimed_is_kept(lab, kept):
    """Killed right after a call was due, it knows that this one was claimed."""
    first = lab().add(NOON, NOON + 5000)
    first.next("^due 1 ")
    first.kill()
    why = (
        "One of the two was due, and may have been dialled, when the program was killed. "
        "Who finds it scheduled after the restart dials it twice"
    )
    calls = kept()
    expect_states(calls, "1 dialling, 1 scheduled", why)
    expect(
        calls[1].claimed == NOON,
        saw=f"it was claimed when it was {NOON} on the clock; kept is {calls[1].claimed}",
        expected=f"{NOON}: after a crash it matters how long ago that was",
    )


@gap("4.15")
def test_a_call_is_claimed_only_once(lab):
    """Whoever wants to claim it again is told that it was claimed."""
    one = lab().add(NOON + 5000, NOON + 5000)
    one.send("claim 1", "claim 1", "claim 2").next("claimed .*2$")
    one.send("claim 1").next("claimed .*1$")
    seen = [line for line in one.process.lines if "claimed" in line]
    again = "not claimed EALREADY 1"
    expect(
        seen == ["claimed 1", again, "claimed 2", again],
        saw="; ".join(seen)
        + ". Call 1 was to be claimed three times: who claims it dials it",
        expected=f"claimed 1; {again}; claimed 2; {again}",
    )


@gap("4.15")
def test_a_claimed_call_is_not_claimed_after_a_restart(lab):
    """The condition is in the store, not in the program."""
    first = lab().add(NOON + 5000)
    first.send("claim 1").next("claimed 1")
    first.kill()
    second = lab(NOON + 2 * SURE_MS)
    second.send("claim 1").next("claimed .*1$")
    expect(
        "not claimed EALREADY 1" in second.process.lines,
        saw="the call was claimed, the program killed, and then it was claimed again",
        expected="not claimed EALREADY 1",
    )


@gap("4.15")
def test_the_list_is_as_before(lab):
    """A restart forgets nothing of what has not been dialled."""
    first = lab().add(*(NOON + 5000 + i % 7 for i in range(50)))
    before = first.list()
    first.kill()
    expect(
        lab().list() == before,
        saw="the list is another one after the restart",
        expected="the same calls: time, number, command id and state",
    )


@gap("4.15")
def test_what_cannot_be_done_does_no_harm_to_others(lab, kept):
    """In the same batch one job is not possible, and the others are kept."""
    first = lab().add(NOON + 5000)
    first.send(
        f"add {NOON + 6000} +15550111",
        "claim 99",
        f"add {NOON + 7000} +15550112",
        "claim 1",
        "claim 1",
    ).next("claimed .*1$", 2)
    seen = [line for line in first.process.lines if "claimed" in line]
    expect(
        seen == ["not claimed EALREADY 99", "claimed 1", "not claimed EALREADY 1"],
        saw="; ".join(seen) + ". There is no call 99, and call 1 was to be claimed twice",
        expected="not claimed EALREADY 99; claimed 1; not claimed EALREADY 1",
    )
    first.kill()
    why = "Two more were promised, beside claims of which one was possible"
    expect_states(kept(), "1 dialling, 2 scheduled", why)


@gap("4.15")
def test_a_full_disk_is_told_and_nothing_lost(kept, program, tmp_path):
    """What is refused is not kept, and what is promised is, when the disk takes no more."""
    one = Lab(limited(program, 200), tmp_path / "calls.db")
    adds = [f"add {NOON + 5000 + i} {NUMBERS[i]}" for i in range(3000)]
    for begin in range(0, len(adds), 20):
        one.send(*adds[begin : begin + 20]).next("^(promised|refused) ", 20)
    lines = one.process.lines
    promised = {x.split()[-1] for x in lines if x.startswith("promised ")}
    refused = {x.split()[-1] for x in lines if x.startswith("refused ")}
    one.kill()
    there = {call.number for call in kept().values()}
    seen = f"{len(promised)} calls were promised, {len(refused)} refused"
    expect(
        there == promised,
        saw=f"{seen}; {len(promised - there)} promised ones were lost, and "
        f"{len(refused & there)} of those that were refused are kept",
        expected="after the restart what was promised is there, and nothing that was refused",
    )
    expect(
        promised and refused,
        saw=f"{seen}; the disk took some, and then no more",
        expected="some are promised, some refused",
    )


# --- 4.16: after a restart -----------------------------------------------------------------


def expect_due(one, clock, *wanted, why):
    """When it is `clock`, these calls were due, in this order, each once."""
    seen = [call.id for call in one.due_until(clock)]
    names = ", ".join(map(str, seen)) or "none"
    expect(
        seen == [*wanted],
        saw=f"after the restart due, in this order: {names}. {why}",
        expected=f"due: {', '.join(map(str, wanted)) or 'none'}",
    )


@gap("4.16", needs=["4.15"])
def test_what_was_promised_is_due_after_a_restart(lab):
    """It was killed, and is started again before the time has come."""
    lab().add(NOON + 9000, NOON + 5000).kill()
    again = lab(NOON + 5000)
    why = "Promised for 9 and for 5 seconds later; killed; started again 5 seconds later"
    expect_due(again, NOON + 5000, 2, why=why)


@gap("4.16", needs=["4.15"])
def test_what_is_to_come_waits_after_a_restart(lab):
    """A call whose time has not come after the restart is due when it has."""
    lab().add(NOON + 9000, NOON + 3000).kill()
    again = lab(NOON + 100)
    expect_due(again, NOON + 100, why="The first one is for 3 seconds after the promise")
    again.send(f"clock {NOON + 9000}")
    why = "Promised for 9 and for 3 seconds later, and now it is 9 seconds later"
    expect_due(again, NOON + 9000, 2, 1, why=why)


@gap("4.16", needs=["4.15"])
def test_killed_at_any_moment(lab, tmp_path):
    """Two dozen times it is killed, in the middle of promises and of calls that are due."""
    chance = random.Random(2026)
    for moment in range(24):
        _remove_store(tmp_path)
        killed = _play_and_kill(lab, chance)
        clock = NOON + 1000
        again = lab(clock)
        again.due_until(clock)
        _expect_each_once(killed, again, f"Killed for the {moment + 1}th time")
        expect(
            again.list() and not again.close().process.complaints,
            saw="it complains after the restart",
            expected="nothing on stderr",
        )


def _remove_store(folder):
    for path in folder.glob("calls.db*"):
        path.unlink()


def _play_and_kill(lab, chance):
    """A lab that promises hundreds or thousands of calls, half of them for now, and is
    killed meanwhile."""
    count = chance.choice([300, 300, 3000])
    one = lab().send(f"answer {chance.choice(['done', 'ringing', 'failed'])}")
    times = [NOON + chance.choice([0, 0, 900, 1000]) for _ in range(count)]
    adds = [f"add {at} {number}" for at, number in zip(times, NUMBERS)]
    while adds:
        size = chance.choice([1, 7, 50, count])
        one.send(*adds[:size])
        del adds[:size]
    one.next("^(promised|due|refused) ", chance.randint(1, count * 7 // 6))
    return one.kill()


def _expect_each_once(killed, again, when):
    """Promised before the kill: due before or after it; twice only with one command id."""
    before = {one.id: one for one in killed.due}
    after = [one for one in again.due if one.number != "+15559999"]
    promised = [x.split() for x in killed.process.lines if x.startswith("promised ")]
    _expect_promised([x for x in killed.process.lines if x.startswith("refused ")])
    lost = {int(x[1]) for x in promised} - {*before} - {one.id for one in after}
    expect(
        not lost,
        saw=f"{when}. Of {len(promised)} promised calls {len(lost)} were never due",
        expected="each that was promised is due, before the kill or after it",
    )
    twice = len(after) - len({one.id for one in after})
    expect(
        not twice and len(before) == len(killed.due),
        saw=f"{when}. {twice} calls were due twice in one run",
        expected="in one run each call is due once",
    )
    renamed = [one.id for one in after if one.id in before and one != before[one.id]]
    expect(
        not renamed,
        saw=f"{when}. {len(renamed)} calls were due before and after it, with another "
        "command id, number or time",
        expected="a call that may have been dialled is dialled again under its command id",
    )
    wrong = [
        x for x in promised if any(a.id == int(x[1]) and a.number != x[3] for a in after)
    ]
    expect(not wrong, saw=f"{when}. {wrong}: another number", expected="its own number")


@gap("4.16", needs=["4.15"])
def test_what_has_passed_is_due_at_once(lab):
    """Its time has passed while the program was not running: it is dialled late."""
    lab().add(NOON + 5000, NOON + 1000, NOON + 5000).kill()
    clock = NOON + 24 * 3600 * 1000
    why = "All three were for yesterday, when the program was not running"
    expect_due(lab(clock), clock, 2, 1, 3, why=why)


@gap("4.16", needs=["4.15"])
def test_a_claimed_call_is_due_again(lab):
    """Claimed a moment before the crash: the network ignores what it knows already."""
    first = lab().add(NOON)
    first.next("^due 1 ")
    (before,) = first.kill().due
    clock = NOON + SURE_MS - 1
    again = lab(clock)
    why = "It was claimed less than 60 seconds ago; if it was dialled, it is ignored"
    expect_due(again, clock, 1, why=why)
    after = again.due[0]
    expect(
        after.command_id == before.command_id,
        saw=f"the command id was {before.command_id}, and after the restart it is "
        f"{after.command_id}: to the network that is another call",
        expected="the same command id",
    )


@gap("4.16", needs=["4.15"])
@pytest.mark.parametrize("later", [SURE_MS, 24 * 3600 * 1000])
def test_a_call_claimed_long_ago_is_unsure(lab, later):
    """The network does not know its command id any more: it is not dialled."""
    first = lab().add(NOON)
    first.next("^due 1 ")
    first.kill()
    clock = NOON + later
    again = lab(clock)
    why = f"It was claimed {later // 1000} seconds ago, and perhaps dialled"
    expect_due(again, clock, why=why)
    state = again.list()[1].state
    expect(
        state == "unsure",
        saw=f"it is {state}. {why}",
        expected="it is unsure, and the list says so",
    )
    again.close()
    expect_states(lab(clock).list(), "1 unsure, 1 dialling", "It was unsure before")


@gap("4.16", needs=["4.15"])
def test_a_second_crash_does_not_begin_anew(lab):
    """The network counts from the first time that it was asked, not from the last."""
    first = lab().add(NOON)
    first.next("^due 1 ")
    first.kill()
    second = lab(NOON + 40_000)
    expect_due(second, NOON + 40_000, 1, why="It was claimed 40 seconds ago")
    second.kill()
    why = (
        "It was claimed 70 seconds ago, and dialled again 30 seconds ago, after a crash: the "
        "network may count from the first time"
    )
    expect_due(lab(NOON + 70_000), NOON + 70_000, why=why)


# --- What is given -------------------------------------------------------------------------


@pytest.mark.reference
def test_a_command_that_is_none_is_refused(program):
    """A bad command, or a bad command line, is told on stderr, with exit 2."""
    for arguments in ([], ["memory", "x"], ["memory", "1", "2"]):
        run = program("scheduler_lab").run(*arguments)
        assert run.exit == 2 and "usage: scheduler_lab" in run.stderr
    process = program("scheduler_lab").start("memory")
    process.send("nonsense")
    assert process.wait_until(lambda: not process.running)
    assert "not a command: nonsense" in process.stderr


@pytest.fixture(params=["memory", "file"])
def any_lab(request, program, tmp_path):
    """any_lab(clock) starts a scheduler_lab on each kind of store."""
    store = "memory" if request.param == "memory" else tmp_path / "calls.db"
    return lambda clock=NOON: Lab(program("scheduler_lab"), store, clock)


@pytest.mark.reference
def test_each_is_due_at_its_time(any_lab):
    """In order of time, equal times in order of arrival."""
    one = any_lab().add(NOON + 2000, NOON, NOON + 1000, NOON, NOON + 1000)
    assert [call.id for call in one.due_until(NOON)] == [2, 4]
    one.send(f"clock {NOON + 2000}")
    assert [call.id for call in one.due_until(NOON + 2000)] == [2, 4, 3, 5, 1]
    ids = [call.command_id for call in one.due]
    assert len(set(ids)) == len(ids)
    one.close()


@pytest.mark.reference
def test_states_never_go_back(any_lab):
    """What comes late is ignored, and so is what only the scheduler says."""
    one = any_lab().add(NOON, NOON + 5000)
    one.next("^due 1 ")
    steps = {
        "update 1 answered": "answered",
        "update 1 ringing": "answered",
        "update 1 dialling": "answered",
        "update 1 scheduled": "answered",
        "update 1 unsure": "answered",
        "update 1 failed busy, or not there": "failed",
        "update 1 speaking": "failed",
        "update 2 done": "failed",  # it was not due
        "update 99 done": "failed",
        "update 0 done": "failed",
    }
    for step, state in steps.items():
        one.send(step)
        assert one.list()[1].state == state, step
    assert (one.list()[1].why, one.list()[2].state) == ("busy, or not there", "scheduled")
    one.send("update 1 done", "update 1 failed busy")  # it is known that it was told
    assert (one.list()[1].state, one.list()[1].why) == ("done", "")
    one.close()


@pytest.mark.reference
def test_what_has_become_of_calls_is_kept(lab):
    """The state, and why it has failed, outlive the program."""
    one = lab().add(*[NOON] * 4)
    one.next("^due ", 4)
    one.send(
        "update 1 ringing", "update 2 failed busy", "update 3 ringing", "update 3 done"
    )
    before = one.list()
    one.close()
    assert lab().list() == before
    assert [x.state for x in before.values()] == ["ringing", "failed", "done", "dialling"]


@pytest.mark.reference
def test_what_went_on_too_long_has_failed(lab):
    """Nobody has told a call's end: some hours later it is over all the same."""
    one = lab().add(NOON, NOON)
    one.next("^due ", 2)
    one.send("update 1 answered").close()
    assert lab(NOON + 3_600_000).close().process.lines == ["closed"]
    last = lab(NOON + 5 * 3_600_000).list()
    assert (last[1].state, last[1].why) == ("failed", "its end was not told")
    assert last[2].state == "unsure"


@pytest.mark.reference
def test_no_more_are_claimed_than_are_dialled_at_once(any_lab, kept, tmp_path):
    """The others stand in line, scheduled, in order; the next is due when one is dialled."""
    one = any_lab().send("limit 2").add(*[NOON] * 6)
    one.next("^due 2 ")
    assert [call.id for call in one.due] == [1, 2]
    assert states(one.list().values()) == "2 dialling, 4 scheduled"
    one.send("update 2 ringing").next("^due 3 ")
    one.send("update 2 answered", "update 3 failed busy").next("^due 4 ")
    one.send("update 1 unsure").next("^due 5 ")
    listed = one.list()
    assert [listed[i].state for i in (1, 2, 3, 4, 5, 6)] == [
        *("unsure", "answered", "failed", "dialling", "dialling", "scheduled")
    ]
    one.kill()
    if (tmp_path / "calls.db").exists():
        assert kept()[6].state == "scheduled"


@pytest.mark.reference
def test_a_claim_that_fails_keeps_no_place(any_lab):
    """Somebody else has claimed the first call: the second one is due all the same."""
    one = any_lab().send("limit 1").add(NOON + 1000, NOON + 1000, NOON + 1000)
    one.send("claim 1", f"clock {NOON + 1000}").next("^due 2 ")
    one.send("update 2 done").next("^due 3 ")
    one.close()


@pytest.mark.reference
def test_those_in_line_wait_for_the_next_start(lab):
    """A stop comes while one is dialled: nothing else is due when that is over."""
    one = lab().send("limit 1").add(NOON, NOON)
    one.next("^due 1 ")
    one.send("stop", "update 1 done", "close").process.finish().expect_clean()
    assert [call.id for call in one.due] == [1]
    assert [call.id for call in lab().due_until(NOON)] == [2]


@pytest.mark.reference
def test_a_call_that_was_not_dialled_is_put_back(any_lab):
    """It is due again, some seconds later, and meanwhile scheduled; others take its place."""
    one = any_lab().send("limit 1").add(NOON, NOON)
    one.next("^due 1 ")
    one.send("update 1 scheduled").next("^due 2 ")
    assert one.list()[1].state == "scheduled"
    one.send("update 2 done", "answer done", f"clock {NOON + 4999}")
    assert [call.id for call in one.due_until(NOON + 4999)] == [1, 2]
    one.send(f"clock {NOON + 5000}").next("^due 1 ")
    assert [call.id for call in one.due_until(NOON + 5000)] == [1, 2, 1]
    one.close()


@pytest.mark.reference
def test_what_is_put_back_after_a_stop_is_due_after_the_next_start(lab):
    """However long that takes: it was not dialled."""
    one = lab().add(NOON)
    one.next("^due 1 ")
    one.send("stop", "update 1 scheduled", "close").process.finish().expect_clean()
    later = NOON + 2 * SURE_MS
    assert [call.id for call in lab(later).due_until(later)] == [1]


@pytest.mark.reference
def test_what_was_perhaps_dialled_before_a_crash_is_not_put_back(lab):
    """Now it was not dialled; but before the crash? It is due again, as long as that is
    safe."""
    first = lab().add(NOON)
    first.next("^due 1 ")
    first.kill()
    again = lab(NOON + 10_000)
    again.next("^due 1 ")
    again.send("update 1 scheduled")
    assert again.list()[1].state == "dialling"
    again.send(f"clock {NOON + 15_000}").next("^due 1 ")
    again.send(f"clock {NOON + SURE_MS - 1}", "update 1 scheduled")
    assert again.list()[1].state == "unsure"
    again.close()


@pytest.mark.reference
def test_what_is_told_of_another_call_of_that_id_is_no_news(any_lab):
    """A call of another store had the same id, and its network tells its end late."""
    one = any_lab().add(NOON)
    one.next("^due ")
    own = one.due[0].command_id
    one.send(f"told {own[:-1]}x 1 failed").next("^no news of 1$")
    one.send(f"told {own} 1 failed").next("^news of 1$")
    one.send(f"told {own} 1 speaking").next("^no news of 1$")
    one.close()


@pytest.mark.reference
@pytest.mark.parametrize("count", [1, 7, 100, 400, 1000])
def test_the_first_and_the_latest(any_lab, count):
    """Those to come in order of time, equal times in order of arrival; those that are over
    the other way."""
    chance = random.Random(count)
    past = [NOON - chance.randrange(50) for _ in range(300)]
    coming = [NOON + 1 + chance.randrange(50) for _ in range(300)]
    one = any_lab().send("answer done").add(*past)
    one.next("^due ", 300)
    one.add(*coming)
    first = sorted((at, id) for id, at in enumerate(coming, 301))[:count]
    latest = sorted(((at, id) for id, at in enumerate(past, 1)), reverse=True)[:count]
    assert [(call.at, call.id) for call in one.list(count).values()] == first + latest
    one.close()


@pytest.mark.reference
def test_a_store_that_was_away_for_a_moment(lab, tmp_path):
    """What could not be kept is neither promised nor claimed; when the file is back the call
    is claimed, and due."""
    path, aside = tmp_path / "calls.db", tmp_path / "aside"
    one = lab().add(NOON + 1000)
    path.rename(aside)
    one.send(f"add {NOON + 2000} +15550177", f"clock {NOON + 1000}")
    one.next("^refused EIO ")
    one.next("^trouble EIO claim a call")
    aside.rename(path)
    one.send(f"clock {NOON + 10_000}").next("^due 1 ")
    assert [*one.list()] == [1]
    one.close()
    assert [*lab(NOON + 10_000).list()] == [1]


@pytest.mark.reference
def test_what_is_told_of_an_unsure_call_is_news(lab):
    """It was dialled after all."""
    one = lab().add(NOON)
    one.next("^due ")
    one.kill()
    later = lab(NOON + 2 * SURE_MS)
    assert later.list()[1].state == "unsure"
    later.send("update 1 answered", "update 1 done")
    assert later.list()[1].state == "done"
    later.close()


@pytest.mark.reference
def test_a_clock_that_was_set_back_makes_unsure(lab):
    """Nobody knows how long ago it was claimed."""
    one = lab().add(NOON)
    one.next("^due ")
    one.kill()
    assert lab(NOON - 1000).list()[1].state == "unsure"


@pytest.mark.reference
def test_a_clock_that_jumps(any_lab):
    """Forward: what is due then is due. Back: what is to come waits."""
    one = any_lab().add(NOON + 3_600_000, NOON + 7_200_000)
    one.send(f"clock {NOON + 3_600_000}").next("^due 1 ")
    one.send(f"clock {NOON}")
    assert [call.id for call in one.due_until(NOON)] == [1]
    one.send(f"clock {NOON + 7_200_000}").next("^due 2 ")
    one.close()


@pytest.mark.reference
def test_a_stop_leaves_what_is_to_come(lab):
    """Nothing is promised or due after a stop; after the next start it is."""
    one = lab().add(NOON + 1000)
    one.send("stop", f"add {NOON} +15550177", f"clock {NOON + 5000}")
    assert one.next("^refused") == [f"refused ECANCELED {NOON} +15550177"]
    one.send("list", "close").process.finish().expect_clean()
    assert one.due == []
    assert [call.id for call in lab(NOON + 5000).due_until(NOON + 5000)] == [1]


@pytest.mark.reference
def test_a_stop_while_calls_are_claimed(lab, tmp_path):
    """Some were told to be due, and the others are SCHEDULED again: none is between."""
    for count in (1, 5, 40, 200):
        _remove_store(tmp_path)
        one = lab().send(f"clock {NOON}", "answer done")
        one.send(*(f"add {NOON} {number}" for number in NUMBERS[:400]))
        one.next("^promised", count)
        one.send("close").process.finish().expect_clean()
        again = lab(NOON - 1)  # a call that is DIALLING would be unsure then
        kept = again.list().values()
        again.close()
        assert {call.state for call in kept} <= {"done", "scheduled"}
        assert sum(call.state == "done" for call in kept) == len(one.due)
        last = lab().send("answer done")
        last.due_until(NOON)
        last.close()


@pytest.mark.reference
def test_two_on_one_file(lab, program, tmp_path):
    """The second one is told so; when the first one was killed, another can have it."""
    first = lab().add(NOON + 5000)
    run = program("scheduler_lab").run(str(tmp_path / "calls.db"))
    assert run.exit == 1
    assert (
        run.stderr == f"scheduler_lab: {tmp_path}/calls.db: another process has it open"
    )
    first.add(NOON + 6000)
    first.kill()
    assert len(lab().list()) == 2


@pytest.mark.reference
def test_only_the_owner_can_read_it(lab, tmp_path):
    """It holds telephone numbers: the file, and what SQLite puts beside it."""
    lab().add(NOON + 5000).kill()
    modes = {x.name: stat.S_IMODE(x.stat().st_mode) for x in tmp_path.iterdir()}
    assert modes == {"calls.db": 0o600, "calls.db-wal": 0o600}


@pytest.mark.reference
def test_a_file_that_was_there_is_hidden(lab, tmp_path):
    """Others could read it: an empty one, and one with calls and a log."""
    for promise in (1, 2):
        for path in [tmp_path / "calls.db", *tmp_path.glob("calls.db-*")]:
            path.touch()
            path.chmod(0o644)
        one = lab().add(NOON + 5000)
        assert len(one.list()) == promise
        one.kill()
        modes = {x.name: stat.S_IMODE(x.stat().st_mode) for x in tmp_path.iterdir()}
        assert modes == {"calls.db": 0o600, "calls.db-wal": 0o600}


def _sqlite(path, script):
    with sqlite3.connect(path) as db:
        db.executescript(script)
    db.close()


@pytest.mark.reference
@pytest.mark.parametrize(
    "make, problem",
    [
        (lambda path: path.write_text("these are no calls\n" * 100), "no store of calls"),
        (lambda path: path.write_text("x"), "this is no store of calls"),
        (lambda path: _sqlite(path, "create table x(y);"), "this is no store of calls"),
        (lambda path: path.mkdir(), "this is no file"),
        (lambda path: path.symlink_to(path.parent / "nowhere"), "no such file"),
    ],
)
def test_a_file_that_is_no_store(program, tmp_path, make, problem):
    """It is told, and left as it is."""
    path = tmp_path / "other"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    run = program("scheduler_lab").run(str(path))
    assert run.exit == 1
    assert run.stderr.startswith(f"scheduler_lab: {path}: ") and problem in run.stderr
    assert len(run.stderr_lines) == 1
    assert before is None or path.read_bytes() == before


@pytest.mark.reference
def test_a_store_that_is_damaged_or_too_new(lab, program, tmp_path):
    """It is told what is wrong with it."""
    path = tmp_path / "calls.db"
    lab().add(*(NOON + 5000 + i for i in range(500))).close()
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * 8192 + whole[16384:])
    run = program("scheduler_lab").run(str(path))
    assert (run.exit, run.stderr) == (1, f"scheduler_lab: {path}: it is damaged")
    path.write_bytes(whole)
    _sqlite(path, "pragma user_version = 2;")
    run = program("scheduler_lab").run(str(path))
    assert run.exit == 1
    assert "its format is version 2, and this program knows 1" in run.stderr
    _sqlite(path, "pragma user_version = 1; update calls set state = 'odd' where id = 7;")
    run = program("scheduler_lab").run(str(path))
    assert (run.exit, run.stderr) == (1, "scheduler_lab: invalid argument")


@pytest.mark.reference
def test_a_folder_that_does_not_exist(program, tmp_path):
    """It is told which."""
    for path in (tmp_path / "nowhere" / "calls.db", tmp_path / "file" / "calls.db"):
        (tmp_path / "file").write_text("")
        run = program("scheduler_lab").run(str(path))
        assert run.exit == 1
        assert run.stderr == f"scheduler_lab: {path}: its folder does not exist"


@pytest.mark.reference
def test_a_disk_that_is_full_from_the_beginning(program, tmp_path):
    """There is no room for a store."""
    run = limited(program, 1).run(str(tmp_path / "calls.db"))
    assert run.exit == 1
    assert run.stderr.startswith(f"scheduler_lab: {tmp_path}/calls.db: ")


@pytest.mark.reference
@pytest.mark.parametrize("name", ["calls.db", "calls.db-wal"])
def test_a_file_that_was_removed(lab, tmp_path, name):
    """What cannot be kept is not promised, and what cannot be claimed is not dialled."""
    one = lab().add(NOON + 1000)
    (tmp_path / name).unlink()
    one.send(f"add {NOON + 2000} +15550177", f"clock {NOON + 1000}")
    assert one.next("^refused") == [f"refused EIO {NOON + 2000} +15550177"]
    assert one.next("^trouble") == ["trouble EIO claim a call"]
    assert one.due == []
    one.close()


@pytest.mark.reference
def test_a_full_disk_dials_nothing(program, lab, tmp_path):
    """A claim that cannot be written down is tried again, and the call is not dialled."""
    lab().add(*(NOON + 1000 + i for i in range(5))).close()
    one = Lab(limited(program, 24), tmp_path / "calls.db")  # a little more than is there
    for i in range(100):
        one.send(f"add {NOON + 9_000_000} {NUMBERS[i]}").next("^(promised|refused)")
    assert one.process.lines[-1].startswith("refused ")
    one.send(f"clock {NOON + 1004}").next("^trouble E[A-Z]+ claim a call$", 5)
    assert one.due == []
    one.kill()
    assert [call.id for call in lab(NOON + 1004).due_until(NOON + 1004)] == [
        1,
        2,
        3,
        4,
        5,
    ]


@pytest.mark.reference
def test_it_does_not_grow_for_ever(any_lab, tmp_path):
    """Of the calls that are over the newest are kept; ids are not given again."""
    one = any_lab().send("answer done")
    for _ in range(3):
        one.add(*[NOON] * 500)
    one.next("^due 1500 ")
    assert [*one.list()] == [*range(501, 1501)]
    one.close()
    if not (tmp_path / "calls.db").exists():
        return
    again = any_lab()
    assert len(again.list()) == KEPT
    again.add(NOON).next("^due 1501 ")
    again.close()
    with sqlite3.connect(tmp_path / "calls.db") as db:
        (rows,) = db.execute("select count(*) from calls").fetchone()
    assert rows == KEPT + 1  # the new one is not over


@pytest.mark.reference
def test_no_more_than_a_maximum(program):
    """A hundred thousand calls may wait, and one more is refused."""
    one = Lab(program("scheduler_lab"), "memory")
    one.send(f"fill {MAX - 1} {NOON + 5000}")
    assert one.next("^filled") == [f"filled {MAX - 1}, refused 0"]
    one.send(f"fill 3 {NOON}")
    assert one.next("^filled") == [f"filled {MAX}, refused 2"]
    one.next("^due ")
    one.send("update 100000 ringing", f"fill 1 {NOON}")
    assert one.next("^filled") == [f"filled {MAX}, refused 3"]  # that one is not over
    one.send("update 100000 done", f"fill 1 {NOON + 5000}")
    assert one.next("^filled") == [f"filled {MAX + 1}, refused 3"]
    one.close()
