"""Gaps 2.7 to 2.11: curl_loop.c, driven by the script player curl_lab.

What is asked for begins with http://; nosuch:// is a transfer that curl ends at its first
step, without a socket: so the gaps can be judged one by one.
"""

from __future__ import annotations

import pytest

from harness import Failure, expect, gap

# What a transfer needs from its beginning to its end.
TRANSFER = ["2.7", "2.8", "2.9"]
NOTHING = "nosuch://nowhere"


def lab(program, *script, until="^closed"):
    """Plays a script, and looks no further than to the line `until`; returns its lines."""
    return program("curl_lab").start(*script).until(until).lines


def line_like(lines, begin):
    """The first line that begins so; or that there is none."""
    return next((x for x in lines if x.startswith(begin)), f"no line: {begin} ...")


def ends(lines):
    """How the transfers ended: "0 is done: status 200", ..."""
    return sorted(x.removeprefix("transfer ") for x in lines if " is done: " in x)


def expect_ends(lines, *expected, mistake=""):
    """These transfers have ended so, in any order, and no others."""
    seen = ends(lines)
    expect(
        seen == list(expected),
        saw=("; ".join(seen) or "no transfer was reported as done")
        + (f". {mistake}" if mistake else ""),
        expected="; ".join(expected),
    )


def expect_removed_early(lines):
    """Transfer 0 was removed when it had begun."""
    seen = [x.removeprefix("transfer 0 ") for x in lines if x.startswith("transfer")]
    wanted = ["is added", "opens a socket", "is removed"]
    expect(seen == wanted, saw="; ".join(seen), expected="; ".join(wanted))


def expect_closed(run):
    """`closed` comes once, from the loop; and nothing is left."""
    returned, closed = "curl_loop_close returned", "closed"
    told = [line for line in run.lines if line in (returned, closed)]
    expect(
        told == [returned, closed],
        saw=(
            "on_closed was called inside curl_loop_close(), before that had returned"
            if told == [closed, returned]
            else f"{told.count(closed)} times: closed; {' / '.join(run.complaints)}"
        ),
        expected="curl_loop_close returned; and later, from the loop, once: closed",
    )
    run.expect_clean()


# --- 2.7: the timer ------------------------------------------------------------------------


@gap("2.7")
def test_a_transfer_begins(program, world):
    """curl asks for a timer of 0 ms, and when that is due the transfer begins."""
    url = world.sites.url + "/delay/0"
    lines = lab(program, url, until="opens a socket|nothing left")
    expect(
        "transfer 0 opens a socket" in lines,
        saw="the transfer was added, but it has not begun: curl asked for a timer of 0 ms, "
        "and was not called when it was due. Is curl called inside curl_on_timer() already? "
        "It does nothing there",
        expected="transfer 0 opens a socket",
    )


@gap("2.7")
def test_a_timer_that_is_not_wanted_stops(program):
    """curl says -1 when it wants no timer any more."""
    lines = lab(program, NOTHING, "timer", "remove=0", "timer", "close")
    seen = [line for line in lines if line.startswith("curl's timer")]
    expect(
        seen == ["curl's timer is due now", "curl's timer is stopped"],
        saw=f"{'; '.join(seen)}. First curl wanted to be called in 0 ms; then its only "
        "transfer was removed, and it said -1",
        expected="curl's timer is due now; curl's timer is stopped",
    )


@gap("2.7", needs=["2.8"])
def test_a_timer_waits_for_its_time(program, world):
    """A timer of many milliseconds is due later, not at once."""
    world.sites.hold("/delay/*")
    url = world.sites.url + "/delay/1"
    script = ["limit=3600000", url, "turn", "timer"]
    lines = lab(program, *script, until="^curl's timer")
    seen = [line for line in lines if line.startswith("curl's timer")]
    expect(
        seen == ["curl's timer is due later"],
        saw=(
            seen[0] if seen else "curl is called again and again, and the turn never ends"
        )
        + ", although the next thing that curl waits for is a limit of an hour",
        expected="curl's timer is due later: after the milliseconds that curl has named",
    )


@gap("2.7", needs=["2.8", "2.9"])
def test_a_limit_ends_a_transfer(program, world):
    """Nothing comes, and when its time is over the transfer ends."""
    world.sites.hold("/delay/*")
    lines = lab(program, "limit=50", world.sites.url + "/delay/1", until=" is done: ")
    expect_ends(
        lines,
        "0 is done: curl's error 28",
        mistake="Its time was over, and only the timer can tell curl so",
    )


# --- 2.8: the sockets ----------------------------------------------------------------------


@gap("2.8", needs=["2.7"])
def test_the_answer_is_read(program, world):
    """While curl waits for the answer, it waits until there is something to read."""
    # In two parts: one may be read by luck, when some timer of curl's is due.
    stall = world.sites.fault("/delay/*", "stall", body=100)
    process = program("curl_lab").start(world.sites.url + "/delay/0?bytes=500")
    arrived = process.wait_until(lambda: stall.held)
    for part in ("receives 100 bytes", "receives 400 bytes"):
        try:
            process.wait_for(part)
        except Failure as failure:
            if failure.report:
                raise
            raise Failure(
                saw="the request has arrived, but its answer was not read: curl waits to be "
                "able to read (CURL_POLL_IN)"
                if arrived
                else "the request has not arrived",
                expected=f"transfer 0 {part}",
            ) from None
        stall.release_all()


@gap("2.8", needs=["2.7"])
def test_a_long_request_is_sent(program, world):
    """While curl sends, it waits until it can write, and goes on piece by piece."""
    script = ["fill=500000", world.sites.url + "/status/200"]
    lines = lab(program, *script, until="receives")
    expect(
        " receives " in " ".join(lines),
        saw="the request of 500000 bytes has not arrived: curl waits to be able to write "
        "(CURL_POLL_OUT)",
        expected="all of it arrives, and is answered",
    )


@gap("2.8", needs=["2.7"])
def test_a_long_answer_is_read_to_its_end(program, world):
    """A socket is watched as long as curl wants it, not only for one event."""
    url = world.sites.url + "/delay/0?bytes=300000"
    process = program("curl_lab").start(url)
    received, lines = 0, 0
    while received < 300000:
        try:
            (line,) = process.wait_for("receives", after=lines)
        except Failure as failure:
            if failure.report:
                raise
            raise Failure(
                saw=f"{received} bytes of 300000, and then nothing more was read",
                expected="transfer 0 receives 300000 bytes, in as many pieces as it takes",
            ) from None
        received += int(process.lines[line].split(" ")[3])
        lines = line + 1


@gap("2.8", needs=["2.7", "2.9"])
def test_the_loop_rests_while_nothing_happens(program, world):
    """As long as nothing comes and no timer is due, the loop does not turn."""
    world.sites.hold("/delay/*")
    script = ["limit=100", world.sites.url + "/delay/1", "wait=0", "turns"]
    lines = lab(program, *script, until="^the loop has turned")
    expect_ends(lines, "0 is done: curl's error 28")
    turned = line_like(lines, "the loop has turned").split(" ")
    turns = int(turned[4]) if turned[4].isdigit() else 0
    expect(
        0 < turns < 50,
        saw=f"the loop has turned {turns} times in 100 ms in which nothing happened: is a "
        "socket watched for what curl does not wait for? One can nearly always be written to",
        expected="a few turns: to begin, to send, and to end",
    )


@gap("2.8", needs=["2.7", "2.9"])
def test_a_refused_connection_is_an_error(program, world):
    """Where nobody listens, the transfer ends with curl's error 7."""
    lines = lab(program, world.refused_url, until=" is done: |nothing left")
    expect_ends(lines, "0 is done: curl's error 7")


@gap("2.8", needs=["2.7", "2.9"])
def test_what_came_before_a_reset_is_read(program, world):
    """A connection that was reset is read to its end first, and then it is an error."""
    hold = world.sites.hold("/*")
    world.sites.fault("/*", "reset", body=50000)
    process = program("curl_lab").start(world.sites.url + "/?bytes=100000")
    expect(
        process.wait_until(lambda: hold.held),
        saw="no request has arrived",
        expected="one, which can be reset",
    )
    with process.stopped():  # so that all of it is there when it looks again
        hold.release_all()
        world.sites.wait_for(finished=1)
    lines = process.until(" is done: ").lines
    received = sum(int(x.split(" ")[3]) for x in lines if " receives " in x)
    expect(
        received == 50000,
        saw=f"{received} of the 50000 bytes that came before the reset were read",
        expected="50000 bytes, and then curl's error 56",
    )
    expect_ends(lines, "0 is done: curl's error 56")


# --- 2.9: the end of a transfer ------------------------------------------------------------


@gap("2.9", needs=["2.7"])
def test_an_end_is_reported(program):
    """A transfer that has ended is reported, with what curl says of it."""
    lines = lab(program, NOTHING)
    expect_ends(
        lines,
        "0 is done: curl's error 1",
        mistake="It has ended, with the error CURLE_UNSUPPORTED_PROTOCOL",
    )


@gap("2.9", needs=["2.7"])
def test_all_ends_are_reported(program):
    """Of all that have ended at once each is reported, once, the last one too."""
    lines = lab(program, *[NOTHING] * 5)
    expect(
        ends(lines) == [f"{i} is done: curl's error 1" for i in range(5)],
        saw=f"{len(ends(lines))} of 5 transfers, which ended at once, were reported: "
        + "; ".join(ends(lines)),
        expected="each of the five is reported once: ask until curl has no message any more",
    )


@gap("2.9", needs=["2.7", "2.8"])
def test_a_success_is_reported(program, world):
    """The answer is whole: that is CURLE_OK, whatever its status."""
    urls = [world.sites.url + path for path in ("/delay/0", "/status/404")]
    lines = lab(program, *urls, "wait=0", "wait=1", "close")
    expect_ends(lines, "0 is done: status 200", "1 is done: status 404")


@gap("2.9", needs=["2.7", "2.8"])
def test_time_runs_out_when_nothing_runs_any_more(program, world):
    """Transfers that end by the timer are reported, though none runs any more after them."""
    world.sites.hold("/delay/*")
    urls = [world.sites.url + f"/delay/{i}" for i in range(1, 4)]
    lines = lab(program, "limit=50", *urls, "wait=0", "wait=1", "wait=2", "close")
    expect_ends(
        lines,
        *(f"{i} is done: curl's error 28" for i in range(3)),
        mistake="Three have run out of time, and after that nothing runs any more",
    )


@gap("2.9", needs=["2.7"])
def test_a_transfer_may_be_added_again_at_its_end(program):
    """Once it is reported curl has let go of it, so that it can begin anew right there."""
    lines = lab(program, "on-done=0", "again=0", NOTHING)
    expect(
        "transfer 0 is refused" not in lines,
        saw="transfer 0 was refused when it was added again: curl still had it",
        expected="it is taken out of curl before it is reported",
    )
    expect_ends(lines, *["0 is done: curl's error 1"] * 2)


@gap("2.9", needs=["2.7"])
@pytest.mark.parametrize("step", ["free=0", "remove=1"])
def test_what_ends_may_free_itself_and_remove_others(program, step):
    """At its end a transfer may be freed; and another one, which has ended too, removed."""
    lines = lab(program, "on-done=0", step, NOTHING, NOTHING)
    others = ["1 is done: curl's error 1"] if step == "free=0" else []
    expect_ends(lines, "0 is done: curl's error 1", *others)


# --- 2.10: a socket that is not wanted any more --------------------------------------------


@gap("2.10", needs=TRANSFER)
def test_the_loop_ends_when_all_have_ended(program, world):
    """A connection that is only kept is not watched, and does not keep the loop alive."""
    url = world.sites.url + "/delay/0"
    lines = lab(program, url, url, url, until="nothing left")
    expect_ends(lines, *(f"{i} is done: status 200" for i in range(3)))
    expect(
        "the loop has nothing left to wait for" in lines,
        saw="all transfers have ended, but the loop still waits for something: is a socket "
        "still watched?",
        expected="the loop has nothing left to wait for",
    )


@gap("2.10", needs=TRANSFER)
def test_a_number_comes_again(program, world):
    """The system gives the number of a closed socket to the next one: each is watched anew."""
    world.sites.fault("/delay/*", "close", body=100000)
    url = world.sites.url + "/delay/0"
    count = 4
    steps = [step for i in range(count) for step in (url, f"wait={i}")]
    lines = lab(program, *steps, until="nothing left")
    expect_ends(
        lines,
        *[f"{i} is done: status 200" for i in range(count)],
        mistake="Each had a connection of its own, with the number of the one before",
    )
    opened = sum("opens a socket" in line for line in lines)
    expect(opened == count, saw=f"{opened} sockets", expected=f"{count}: see the fault")


@gap("2.10", needs=[*TRANSFER, "2.11"])
def test_nothing_is_left_of_the_sockets(program, world):
    """Every handle is closed, and its memory freed, after its close callback."""
    url = world.sites.url + "/delay/0"
    run = program("curl_lab").run(url, url, "wait=0", "wait=1", url, "wait=2")
    expect_ends(run.lines, *(f"{i} is done: status 200" for i in range(3)))
    run.expect_clean()


@gap("2.10", needs=["2.7", "2.8", "2.11"])
def test_a_transfer_that_runs_can_be_removed(program, world):
    """Its socket is let go of, at once, and the transfer does not end."""
    world.sites.hold("/delay/*")
    run = program("curl_lab").run(world.sites.url + "/delay/1", "turn", "remove=0")
    expect_removed_early(run.lines)
    run.expect_clean()


@gap("2.10", needs=[*TRANSFER, "2.11"])
def test_it_closes_the_connections_that_were_kept(program, world):
    """curl has kept connections, to use them again; they are closed now."""
    url = world.sites.url + "/delay/0"
    run = program("curl_lab").run(url, url, "wait=0", "wait=1", "close")
    expect_ends(run.lines, *(f"{i} is done: status 200" for i in range(2)))
    expect_closed(run)


@gap("2.10", needs=["2.7", "2.8", "2.11"])
def test_it_closes_while_a_timer_is_set(program, world):
    """A transfer has only just begun when all is removed and closed."""
    world.sites.hold("/delay/*")
    script = ["limit=3600000", world.sites.url + "/delay/1", "turn", "close"]
    run = program("curl_lab").run(*script)
    expect_removed_early(run.lines)
    expect_closed(run)


# --- 2.11: the end of all ------------------------------------------------------------------


@gap("2.11")
@pytest.mark.parametrize("script", [[], [NOTHING, "close"]], ids=["idle", "timer set"])
def test_it_closes_when_nothing_ever_ran(program, script):
    """There are no sockets yet, only curl and the timer."""
    expect_closed(program("curl_lab").run(*script))


@pytest.mark.parametrize(
    "script", [["fly"], ["wait=9"], ["limit=-1"], ["limit="], ["remove"], ["on-done=0x"]]
)
def test_a_bad_script_is_refused(program, script):
    """A wrong command line is told on stderr, with exit 2."""
    run = program("curl_lab").run(*script)
    assert run.exit == 2
    assert run.stderr_lines[-1].startswith("usage: curl_lab")
