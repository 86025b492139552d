"""http_client's contract, driven by the script player client_lab; gaps 2.16 and 2.17.

What judges no gap holds the given modules (http_transfer, http_setup, curl_error) to
http_client.h, in the reference.
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import random
import re
import shutil
import socket
import ssl
import subprocess
import threading

import pytest

from harness import expect, gap

# What the client stands on: curl on the loop.
RESTS_ON = ["2.7", "2.8", "2.9", "2.10", "2.11"]

OK = "/status/200?bytes=100"  # a page that comes at once
OK_END = "status 200, 100 bytes"
HELD = "/delay/1?bytes=100"  # one that a test holds
CANCELLED = "ECANCELED: operation canceled"


@pytest.fixture
def lab(program, world):
    """lab(STEP, ...) starts client_lab; a step that begins with / is a page of the world."""

    def start(*script):
        steps = [world.sites.url + x if x.startswith("/") else x for x in script]
        return program("client_lab").start(*steps)

    return start


def ends(lines):
    """How the calls ended, in order: [(0, "status 200, 100 bytes"), ...]."""
    found = (re.match(r"call (\d+) is done: (.*)", line) for line in lines)
    return [(int(match[1]), match[2]) for match in found if match]


def told(lines, what):
    """What `show=WHAT` has told, by the call's number."""
    found = (re.match(rf"call (\d+) {re.escape(what)}: (.*)", line) for line in lines)
    return {int(match[1]): match[2] for match in found if match}


def refused(lines):
    """With which errors requests were refused at once, by the call's number."""
    return told(lines, "is refused")


def expect_ends(run, *wanted):
    """The calls 0, 1, ... have ended so, each once, in any order."""
    seen = ends(run.lines)
    expect(
        sorted(seen) == list(enumerate(wanted)),
        saw="; ".join(f"{i}: {end}" for i, end in seen) or "no call has ended",
        expected="; ".join(f"{i}: {end}" for i, end in enumerate(wanted)),
    )


def expect_later(run, number, returned):
    """The end of this call comes after the line `returned`: callbacks come from the loop."""
    before = run.lines[: run.lines.index(returned)]
    expect(
        number not in dict(ends(before)),
        saw=f"a callback was called inside: before {returned}",
        expected=f"first {returned}; then, from the loop, the callback",
    )


def finished(process):
    """The run to its end, and that it was a clean one."""
    return process.finish().expect_clean()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
# It comes in one read, and curl hands it on piece by piece.
MANY_PIECES = CHUNKED + b"\r\n" + b"1\r\nx\r\n" * 100 + b"0\r\n\r\n"


@contextlib.contextmanager
def server(*answers, context=None):
    """A server of the test's own: its connections get these bytes, in turn, when the head of
    their request is there, and are closed then. Gives its URL; with `context`, of TLS."""

    def serve():
        for answer in answers:
            connection = listener.accept()[0]
            with contextlib.suppress(OSError), connection:
                if context is not None:
                    connection = context.wrap_socket(connection, server_side=True)
                with connection:
                    seen = b""
                    while b"\r\n\r\n" not in seen:
                        piece = connection.recv(65536)
                        if not piece:
                            break
                        seen += piece
                    connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        scheme = "http" if context is None else "https"
        yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/"


# --- 2.16: the cap ----------------------------------------------------------------------


@gap("2.16")
def test_the_cap_is_kept_and_used(lab, world):
    """As many as the cap are in flight, never more; when one has ended the next goes."""
    cap, count = 3, 10
    hold = world.sites.hold("/delay/*")
    process = lab(f"cap={cap}", *[HELD] * count)
    for ended in range(count):
        wanted = min(cap, count - ended)
        full = process.wait_until(lambda: len(hold.held) >= wanted)
        expect(
            full,
            saw=f"{len(hold.held)} in flight while others waited; {ended} had ended",
            expected=f"{cap} in flight, the cap, as long as any wait",
        )
        hold.release_next()
    run = finished(process)
    expect_ends(run, *[OK_END] * count)
    expect_at_once(world, cap)


def expect_at_once(world, cap):
    """So many were in flight at once: as the world counted them, and by the connections that
    it took, since one that is free is used again."""
    connections = len({request.connection for request in world.sites.requests})
    most = max(connections, world.sites.counts.most_in_flight)
    expect(
        most == cap,
        saw=f"{most} in flight at once, with a cap of {cap}",
        expected=f"{cap} in flight at once",
    )


@gap("2.16")
def test_the_first_that_came_is_the_first_to_go(lab, world):
    """The queue keeps the order of the starts."""
    pages = [f"/status/200?bytes={100 + i}" for i in range(8)]
    finished(lab("cap=1", *pages))
    seen = [request.target for request in world.sites.requests]
    expect(
        seen == pages,
        saw=f"they went in this order: {', '.join(x[-3:] for x in seen)}",
        expected=f"in the order of the starts: {', '.join(x[-3:] for x in pages)}",
    )
    expect_at_once(world, 1)


@gap("2.16")
def test_a_request_that_fails_makes_room_too(lab, world):
    """However a request ends, the next one goes."""
    world.sites.fault("/headers", "reset")
    run = finished(lab("cap=1", "/headers", world.refused_url, OK, OK))
    states = [end.split(":")[0] for _, end in ends(run.lines)]
    if (
        "2.16" in run.unwritten
    ):  # without a cap there is room anyway, and by luck this order
        states = ["the cap is not kept"]
    expect(
        states == ["ECONNRESET", "ECONNREFUSED", OK_END, OK_END],
        saw="; ".join(states),
        expected=f"ECONNRESET; ECONNREFUSED; {OK_END}; {OK_END}",
    )


# --- 2.17: cancelling -------------------------------------------------------------------


def cancelled(process, hold):
    """The run to its end, in which what is held is to be cancelled. Where that is not written
    yet, the hold ends, so that nobody waits for it in vain."""
    process.wait_until(lambda: not process.running or "2.17" in process.unwritten)
    if "2.17" in process.unwritten:
        hold.lift()
    return process.finish()


@gap("2.17")
def test_cancel_before_the_first_turn(lab, world):
    """A request that was only just started ends with UV_ECANCELED, and is never sent."""
    run = lab(OK, "cancel=0").finish()
    expect_ends(run, CANCELLED)
    expect_later(run, 0, "http_cancel returned")
    sent = world.sites.counts.arrived
    expect(sent == 0, saw=f"{sent} requests were sent", expected="none was sent")
    run.expect_clean()


@gap("2.17")
def test_cancel_in_flight(lab, world):
    """The call ends with UV_ECANCELED, and its connection is closed: the server sees it."""
    hold = world.sites.hold("/delay/*")
    run = cancelled(lab(HELD, OK, "wait=1", "cancel=0"), hold)
    expect_ends(run, CANCELLED, OK_END)
    expect_later(run, 0, "http_cancel returned")
    world.sites.wait_for(arrived=2, abandoned=1)
    run.expect_clean()


@gap("2.17", needs=["2.16"])
def test_cancel_in_the_queue(lab, world):
    """One that waits for its turn is never sent, and those behind it move up."""
    run = lab("cap=1", "on-done=0", "cancel=1", OK, OK, OK).finish()
    expect_ends(run, OK_END, CANCELLED, OK_END)
    sent = world.sites.counts.arrived
    expect(sent == 2, saw=f"{sent} requests were sent", expected="2: not the cancelled")
    run.expect_clean()


@gap("2.17")
def test_cancel_makes_room(lab, world):
    """The place of a cancelled request goes to the next one that waits."""
    hold = world.sites.hold("/delay/*")
    script = ["cap=2", "on-done=1", "cancel=0", HELD, OK, HELD, OK, "wait=3", "cancel=2"]
    run = cancelled(lab(*script), hold)
    expect_ends(run, CANCELLED, OK_END, CANCELLED, OK_END)
    run.expect_clean()


@gap("2.17")
def test_cancel_inside_its_own_body_callback(lab):
    """After http_cancel() no piece of the body comes any more, and the end is as always."""
    with server(MANY_PIECES) as url:
        run = lab("stream=yes", "on-body=0", "cancel=0", url).finish()
    expect_ends(run, CANCELLED)
    expect_later(run, 0, "http_cancel returned")
    after = run.lines[run.lines.index("http_cancel returned") :]
    pieces = sum("receives" in line for line in after)
    expect(
        pieces == 0,
        saw=f"{pieces} more pieces of the body came after http_cancel(): the transfer goes on "
        "until the next turn, and was not muted",
        expected="http_body_cb does not come after http_cancel()",
    )
    run.expect_clean()


@gap("2.17")
def test_cancel_inside_a_done_callback(lab, world):
    """A call may cancel another one, or itself, while it is told of its own end."""
    hold = world.sites.hold("/delay/*")
    script = ["on-done=0", "cancel=1", OK, HELD, "wait=1", "on-done=2", "cancel=2", OK]
    run = cancelled(lab(*script), hold)
    expect_ends(run, OK_END, CANCELLED, OK_END)
    run.expect_clean()


@gap("2.17")
def test_cancel_twice_or_too_late_does_nothing(lab, world):
    """One end for each call: whoever is cancelled already, or has ended, is left alone."""
    hold = world.sites.hold("/delay/*")
    script = ["cancel=7", HELD, OK, "wait=1", "cancel=1"]  # never started; ended
    script += ["cancel=0", "cancel=0", "wait=0", "cancel=0"]
    run = cancelled(lab(*script), hold)
    expect_ends(run, CANCELLED, OK_END)
    run.expect_clean()


@gap("2.17")
def test_start_again_when_cancelled(lab):
    """The memory of a cancelled call may be used again in its callback."""
    run = lab("on-done=0", "again=0", OK, "cancel=0").finish()
    seen = ends(run.lines)
    wanted = [(0, CANCELLED), (0, OK_END)]
    expect(seen == wanted, saw=str(seen), expected=str(wanted))
    run.expect_clean()


@gap("2.17")
@pytest.mark.parametrize("when", ["before the first turn", "in a done callback"])
def test_close_cancels_all(lab, world, when):
    """Closing ends every call with UV_ECANCELED, waiting or in flight; then it is closed."""
    hold = world.sites.hold("/delay/*")
    early = when == "before the first turn"
    plan = [] if early else ["on-done=0", "close"]
    run = cancelled(lab(*plan, "cap=3", OK, *[HELD] * 4, *["close"] * early), hold)
    expect_ends(run, CANCELLED if early else OK_END, *[CANCELLED] * 4)
    expect_later(run, 4, "http_client_close returned")
    late = [end for end in ends(run.lines[run.lines.index("closed") :])]
    expect(
        run.lines.count("closed") == 1 and not late,
        saw=f"{run.lines.count('closed')} times: closed; and after it: {late}",
        expected="closed comes once, after the ends of all calls",
    )
    run.expect_clean()


@gap("2.17")
def test_close_inside_a_body_callback(lab, world):
    """The client may be closed from within curl's callback, like any function."""
    hold = world.sites.hold("/delay/*")
    with server(MANY_PIECES) as url:
        run = cancelled(lab("stream=yes", "on-body=0", "close", url, HELD), hold)
    expect_ends(run, CANCELLED, CANCELLED)
    pieces = sum("receives" in line for line in run.lines)
    expect(pieces == 1, saw=f"{pieces} pieces of the body", expected="the first one only")
    run.expect_clean()


@gap("2.17")
@pytest.mark.parametrize("seed", range(4))
def test_random_cancels_end_every_call_once(lab, seed):
    """Whenever a call is cancelled, it ends once, as cancelled or as it would have."""
    rng, count = random.Random(seed), 12
    script = [f"cap={rng.randint(1, 6)}"]
    for number in range(count):
        other = rng.randrange(count)
        script += rng.choice([[], [f"on-done={number}", f"cancel={other}"]])
        script += [rng.choice([OK, "/delay/0.001?bytes=100"])]
        script += rng.choice([[], [], [f"cancel={rng.randint(0, number)}"]])
    run = lab(*script, OK, f"cancel={count}").finish()
    seen = collections.Counter(number for number, _ in ends(run.lines))
    expect(
        seen == dict.fromkeys(range(count + 1), 1),
        saw=f"ends by call: {dict(sorted(seen.items()))}",
        expected=f"each of the {count + 1} calls ends once",
    )
    strange = {end for _, end in ends(run.lines)} - {OK_END, CANCELLED}
    expect(not strange, saw="; ".join(strange), expected=f"{OK_END}; {CANCELLED}")
    last = dict(ends(run.lines))[count]
    expect(last == CANCELLED, saw=f"{count}: {last}", expected=f"{count}: {CANCELLED}")
    run.expect_clean()


# --- The contract: starting and ending --------------------------------------------------


def test_every_call_ends_once_and_later(lab):
    """A request that was started ends once, from the loop; the client closes, once."""
    run = finished(lab(*[OK] * 3))
    expect_ends(run, *[OK_END] * 3)
    assert run.lines[:3] == [f"call {i} has started" for i in range(3)]
    assert run.lines[-3:] == [
        "the loop has nothing left to wait for",  # the idle client does not hold it
        "http_client_close returned",
        "closed",
    ]


@pytest.mark.reference
def test_a_thousand_at_once(lab, world):
    """Nobody is answered until a thousand have arrived."""
    hold = world.sites.hold("/delay/*")
    process = lab("cap=1000", *[HELD] * 1000)
    hold.wait_for(1000)
    hold.release_all()
    expect_ends(finished(process), *[OK_END] * 1000)


def test_the_queue_has_a_maximum(lab):
    """Two in flight, and three that wait; the sixth is refused, until there is room again."""
    script = ["cap=2", "queue=3", *[OK] * 6, "wait=4", OK]
    run = finished(lab(*script))
    assert refused(run.lines) == {5: "ENOBUFS"}
    assert sorted(ends(run.lines)) == [(i, OK_END) for i in (0, 1, 2, 3, 4, 6)]


def test_a_call_may_be_started_in_a_callback(lab):
    """One more, or the same again, whose memory is the caller's then; also from curl's own."""
    run = finished(lab("on-done=0", "again=0", OK, "on-done=1", OK, OK))
    assert sorted(ends(run.lines)) == [(0, OK_END)] * 2 + [(1, OK_END), (2, OK_END)]
    run = finished(lab("stream=yes", "on-body=0", OK, OK))
    expect_ends(run, *["status 200, 0 bytes"] * 2)


def test_a_closing_client_starts_nothing(lab):
    """After http_client_close() every start is refused; with nothing to end it is closed."""
    run = finished(lab("close", OK))
    assert refused(run.lines) == {0: "ECANCELED"}
    assert not ends(run.lines) and run.lines.count("closed") == 1


def test_what_has_ended_is_not_cancelled(lab):
    """Cancelling a call that has ended, or never was, does nothing."""
    run = finished(lab("cancel=1", OK, "wait=0", "cancel=0"))
    expect_ends(run, OK_END)


@pytest.mark.parametrize(
    "script", [["fly"], ["wait=9"], ["cancel="], ["again=x"], ["on-done=9", "close"]]
)
def test_a_bad_script_is_refused(program, script):
    """A wrong command line is told on stderr, with exit 2."""
    run = program("client_lab").run(*script)
    assert run.exit == 2
    assert run.stderr_lines[-1].startswith("usage: client_lab")


# --- The contract: what is asked --------------------------------------------------------


def echoed(lab, *script):
    """What the world saw of a request: method, headers (in small letters), body."""
    run = finished(lab("show=body", *script, "/echo"))
    seen = json.loads(told(run.lines, "body")[0])
    headers = {name.lower(): value for name, value in seen["headers"].items()}
    return seen["method"], headers, seen["body"]


@pytest.mark.parametrize(
    "method, body, length",
    [
        ("GET", None, None),
        ("GET", "why not", "7"),
        ("POST", "name=lobby", "10"),
        ("POST", None, "0"),
        ("PUT", "x", "1"),
        ("PUT", None, "0"),
        ("PATCH", "x", "1"),
        ("DELETE", None, None),
        ("DELETE", "x", "1"),
        ("OPTIONS", None, None),
        ("M-SEARCH", None, None),
    ],
)
def test_method_and_body(lab, method, body, length):
    """Any method, with or without a body; curl adds no Content-Type and no Expect."""
    script = [f"method={method}"] + ([f"body={body}"] if body else [])
    seen_method, headers, seen_body = echoed(lab, *script)
    assert (seen_method, seen_body) == (method, body or "")
    assert headers.get("content-length") == length
    assert not {"content-type", "expect", "transfer-encoding"} & set(headers)


def test_headers(lab):
    """They are sent as given, an empty value too; one of curl's own can be replaced."""
    own = ["X-Tenant-Id: main", "X-Empty:", "X-Spaces:  ", "content-type: text/x"]
    script = [f"header={header}" for header in own]
    _, headers, _ = echoed(lab, "method=POST", "body=x", *script, "header=Accept: a/b")
    assert headers["x-tenant-id"] == "main"
    assert headers["x-empty"] == headers["x-spaces"] == ""
    assert headers["content-type"] == "text/x"
    assert headers["accept"] == "a/b"
    assert headers["user-agent"] == "async-workshop"
    assert "gzip" in headers["accept-encoding"]


def test_head_has_no_body(lab, world):
    """HEAD brings the headers; what they say of the length is no body that is too long."""
    script = ["method=HEAD", "max=100", "show=Content-Length", "/?bytes=5000"]
    run = finished(lab(*script))
    expect_ends(run, "status 200, 0 bytes")
    assert told(run.lines, "Content-Length") == {0: "5000"}
    assert world.sites.requests[0].method == "HEAD"


def test_a_long_body_is_sent_whole(lab, world):
    """What does not fit in one write goes on when the socket can be written to again."""
    run = finished(lab("method=POST", "fill=1000000", "/status/201?bytes=100"))
    expect_ends(run, "status 201, 100 bytes")
    assert world.sites.requests[0].body == bytes(1000000)


def test_malformed_requests_are_refused(lab):
    """What is no HTTP request is refused at once, and nothing is called back."""
    urls = [
        *["ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "127.0.0.1/"],
        *[
            "http://",
            "http://a b/",
            "http://127.0.0.1:99999/",
            "http://[::1/",
            ":",
            "x/y",
        ],
        "http://127.0.0.1/\r\nX: y",
    ]
    methods = ["G T", "get", "", "A\r\nB"]
    script = [*urls, *(step for method in methods for step in (f"method={method}", OK))]
    run = finished(lab(*script))
    assert refused(run.lines) == dict.fromkeys(range(len(urls) + len(methods)), "EINVAL")
    assert not ends(run.lines)


@pytest.mark.parametrize(
    "header",
    [
        "X: a\r\nY: b",
        "X: a\nY: b",
        "X: a\r",
        "no colon",
        ": no name",
        "a b: c",
        "a : b",
        "",
    ],
)
def test_malformed_headers_are_refused(lab, header):
    """A header is one line, a name and a value: nobody can smuggle another one in."""
    run = finished(lab(f"header={header}", OK))
    assert refused(run.lines) == {0: "EINVAL"} and not ends(run.lines)


# --- The contract: the answer -----------------------------------------------------------


@pytest.mark.parametrize("stream", [[], ["stream=yes"]], ids=["kept", "in pieces"])
def test_any_status_is_an_answer(lab, stream):
    """404 and 500 are no errors, and have a body as well."""
    pages = [f"/status/{status}?bytes=70" for status in (201, 302, 404, 503)]
    run = finished(lab(*stream, *pages, "/status/204"))
    size = 0 if stream else 70
    expect_ends(
        run,
        *(f"status {status}, {size} bytes" for status in (201, 302, 404, 503)),
        "status 204, 0 bytes",
    )
    pieces = sum(", of status 404, receives 70 bytes" in line for line in run.lines)
    assert pieces == bool(stream)


def test_a_body_in_pieces(lab):
    """All pieces together are the body, and they come before the end."""
    run = finished(lab("stream=yes", "/?bytes=300000", "/gzip?bytes=300000"))
    received = collections.Counter()
    for line in run.lines:
        piece = re.match(r"call (\d), of status 200, receives (\d+) bytes", line)
        if piece:
            assert piece[1] not in dict(ends(run.lines[: run.lines.index(line)]))
            received[piece[1]] += int(piece[2])
    assert received == {"0": 300000, "1": 300000}


def test_pieces_are_not_packed(lab, world):
    """They are asked for as they are; when they are packed all the same nobody gets them."""
    world.sites.fault("/headers", "bad_gzip")
    run = finished(
        lab("show=Content-Encoding", "/gzip", "stream=yes", "/gzip", "/headers")
    )
    assert told(run.lines, "Content-Encoding") == {0: "gzip", 1: "none", 2: "gzip"}
    seen = dict(ends(run.lines))
    assert seen[1].startswith("status 200, ")
    assert seen[2] == "EPROTO: the answer is packed (gzip), unasked"
    assert not any("call 2, of status" in line for line in run.lines)


def test_a_callback_may_refuse_a_piece(lab):
    """What http_body_cb returns is how the request ends, and it does not come again."""
    with server(MANY_PIECES) as url:
        run = finished(lab("stream=refuse", url))
    assert ends(run.lines) == [(0, "ENOSPC: no space left on device")]
    assert sum("receives" in line for line in run.lines) == 1


def test_headers_of_the_answer(lab):
    """In any case of letters, without the space around; of several the first."""
    names = ["x-first", "X-SPACE", "X-Empty", "X-Fir", "X-First:", "X-Trailer", "status"]
    lines = b"X-First: a\r\nX-First: b\r\nX-Space: \t c d \t\r\nX-Empty:\r\n\r\n"
    body = b"2\r\nhi\r\n0\r\nX-Trailer: too late\r\n\r\n"
    with server(CHUNKED + lines + body) as url:
        run = finished(lab(*[f"show={name}" for name in names], url))
    seen = [told(run.lines, name)[0] for name in names]
    assert seen == ["a", "c d", "", "none", "none", "none", "none"]
    expect_ends(run, "status 200, 2 bytes")


@pytest.mark.parametrize("first", ["100 Continue", "103 Early Hints"])
def test_the_last_head_counts(lab, first):
    """What came before the answer itself is not the answer's."""
    before = f"HTTP/1.1 {first}\r\nX-Early: yes\r\n\r\n".encode()
    with server(before + HEAD + b"X-Late: yes\r\n\r\nhi") as url:
        run = finished(lab("show=X-Early", "show=X-Late", "show=body", url))
    shown = [told(run.lines, what)[0] for what in ("X-Early", "X-Late", "body")]
    assert shown == ["none", "yes", "hi"]
    expect_ends(run, "status 200, 2 bytes")


def test_an_answer_may_end_with_its_connection(lab):
    """Without a length the body ends where the connection does; HTTP/1.0 is understood."""
    with server(b"HTTP/1.0 200 OK\r\n\r\nhello") as url:
        expect_ends(finished(lab(url)), "status 200, 5 bytes")


# --- The contract: limits ---------------------------------------------------------------

TOO_LONG = (
    "EFBIG: the answer is too long: {} bytes of body are the most, 65536 of headers"
)


@pytest.mark.parametrize("stream", [[], ["stream=yes"]], ids=["kept", "in pieces"])
def test_a_body_has_a_maximum(lab, world, stream):
    """As its length says, or as it is counted, unpacked; and no more of it is handed on."""
    world.sites.fault("/redirect/0", "chunked")
    world.sites.fault("/headers", "huge", chunked=True)
    pages = ["/?bytes=5000", "/?bytes=5001", "/redirect/0?bytes=5000"]
    pages += [
        "/redirect/0?bytes=5001",
        "/gzip?bytes=5000",
        "/gzip?bytes=1000000",
        "/headers",
    ]
    run = finished(lab("max=5000", *stream, *pages))
    fits = f"status 200, {0 if stream else 5000} bytes"
    long = TOO_LONG.format(5000)
    expect_ends(run, fits, long, fits, long, fits, long, long)
    pieces = re.findall(r"receives (\d+) bytes", "\n".join(run.lines))
    assert sum(map(int, pieces)) <= 5000 * len(pages)


def test_a_body_has_a_maximum_by_default(lab):
    """It is 1 MiB."""
    run = finished(lab("/?bytes=1048576", "/?bytes=1048577"))
    expect_ends(run, "status 200, 1048576 bytes", TOO_LONG.format(1048576))


@pytest.mark.parametrize(
    "header, fits",
    [
        (b"X: " + b"a" * 60000, True),
        (b"X: " + b"a" * 70000, False),
        (b"X: " + b"a" * 200000, False),  # more than curl itself takes for a line
        (b"\r\n".join([b"X: aaaaaaaaaaaaaaaaa"] * 5000), False),
    ],
    ids=["60,000", "70,000", "200,000", "many"],
)
def test_the_headers_have_a_maximum(lab, header, fits):
    """64 KiB, in one line or many."""
    with server(HEAD + header + b"\r\n\r\nhi") as url:
        run = finished(lab(url))
    expect_ends(run, "status 200, 2 bytes" if fits else TOO_LONG.format(1048576))


def test_time_limits(lab, world):
    """A request that takes too long ends, wherever the other side has stopped."""
    world.sites.hold("/delay/1")
    world.sites.fault("/headers", "stall", body=10)
    world.sites.fault("/gzip", "slow_headers")
    run = finished(lab("timeout=100", "/delay/1", "/headers", "/gzip"))
    for number, end in ends(run.lines):
        assert re.match(r"ETIMEDOUT: .* timed out after \d+ milliseconds", end), number
    assert len(ends(run.lines)) == 3


@pytest.mark.skipif(
    not os.path.exists("/proc"), reason="how a full queue behaves is Linux's"
)
def test_connecting_has_a_time_limit_of_its_own(lab):
    """Where nobody accepts connections, connect_timeout_ms ends it."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        with contextlib.ExitStack() as stack:
            for _ in range(3):  # they fill the queue of those that wait to be accepted
                one = stack.enter_context(socket.socket())
                one.setblocking(False)
                one.connect_ex(listener.getsockname())
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            ((_, end),) = ends(finished(lab("connect=50", url)).lines)
    assert end.startswith("ETIMEDOUT: "), end
    assert "onnect" in end, end


# --- The contract: redirects ------------------------------------------------------------


def test_redirects_are_followed_only_when_asked(lab, world):
    """Otherwise they are answers."""
    run = finished(
        lab("show=url", "show=Location", "/redirect/1", "follow=2", "/redirect/2")
    )
    assert told(run.lines, "Location") == {0: "/redirect/0", 1: "none"}
    assert told(run.lines, "url") == {
        0: f"{world.sites.url}/redirect/1",
        1: f"{world.sites.url}/redirect/0",
    }
    assert dict(ends(run.lines))[0].startswith("status 302, ")
    assert dict(ends(run.lines))[1].startswith("status 200, ")


@pytest.mark.parametrize(
    "page, end",
    [
        ("/redirect/3", "ELOOP: Maximum (2) redirects followed"),
        ("/redirect-loop", "ELOOP: Maximum (2) redirects followed"),
        ("/redirect-to?url=file:///etc/passwd", 'EPROTO: Protocol "file" not supported'),
        ("/redirect-to?url=ftp://127.0.0.1/", 'EPROTO: Protocol "ftp" not supported'),
        ("/redirect-to?url=http://[", "EINVAL: The redirect target URL could not be"),
    ],
)
def test_redirects_have_limits(lab, page, end):
    """Not too many, and only to http and https."""
    run = finished(lab("follow=2", page))
    ((_, seen),) = ends(run.lines)
    assert seen.startswith(end)


@pytest.mark.parametrize("header", ["X-Api-Key: 1", "Authorization: Basic eA=="])
def test_no_secret_goes_with_a_redirect(lab, header):
    """It may lead to any host: with such a header nothing may be followed."""
    run = finished(lab(f"header={header}", OK, "follow=1", OK))
    assert refused(run.lines) == {1: "EINVAL"} and ends(run.lines) == [(0, OK_END)]
    run = finished(lab("follow=1", "header=Accept-Language: en", OK))
    expect_ends(run, OK_END)


@pytest.mark.parametrize(
    "method, follows", [("GET", "GET"), ("HEAD", "HEAD"), ("POST", "GET"), ("PUT", None)]
)
def test_the_method_of_a_redirect(lab, world, method, follows):
    """What may change something is not sent to another place by itself."""
    place = (world.sites.url + OK).encode()
    with server(b"HTTP/1.1 303 See Other\r\nLocation: %b\r\n\r\n" % place) as url:
        run = finished(lab("follow=2", f"method={method}", url))
    ((_, end),) = ends(run.lines)
    assert end.startswith("status 200, " if follows else "status 303, ")
    seen = [request.method for request in world.sites.requests]
    assert seen == ([follows] if follows else [])


# --- The contract: what can go wrong ----------------------------------------------------

FAULTS = [
    # fault, its options, what the end begins with
    ("status", {"code": 503}, "status 503, "),
    ("reset", {}, "ECONNRESET: Recv failure: Connection reset by peer"),
    ("reset", {"after": 20}, "ECONNRESET: Recv failure: Connection reset by peer"),
    ("reset", {"body": 50}, "ECONNRESET: Recv failure: Connection reset by peer"),
    ("close", {}, "EOF: Empty reply from server"),
    ("close", {"after": 20}, "EOF: the connection was closed before the answer's head"),
    ("close", {"body": 0}, "EOF: transfer closed with 1000 bytes remaining to read"),
    ("close", {"body": 50}, "EOF: transfer closed with 950 bytes remaining to read"),
    ("close", {"body": 1000}, "status 200, 1000 bytes"),
    ("wrong_length", {"by": 1}, "EOF: transfer closed with 1 bytes remaining to read"),
    ("wrong_length", {"by": -1}, "status 200, 999 bytes"),
    ("garbage", {}, "EPROTO: Received HTTP/0.9 when not allowed"),
    ("bad_gzip", {}, "EPROTO: Error while processing content unencoding"),
    ("byte_at_a_time", {}, "status 200, 1000 bytes"),
    ("chunked", {}, "status 200, 1000 bytes"),
    ("huge", {}, TOO_LONG.format(1048576)),
    ("not_json", {}, "status 200, "),
]


def test_every_fault_has_its_error(lab, world):
    """Each way to fail has one error, which names what failed."""
    pages = [f"/status/200?bytes=1000&fault={i}" for i in range(len(FAULTS))]
    for page, (name, options, _) in zip(pages, FAULTS):
        world.sites.fault(page, name, **options)
    run = finished(lab(*pages))
    seen = dict(ends(run.lines))
    wrong = [
        f"{name} {options}: {seen[i]}"
        for i, (name, options, end) in enumerate(FAULTS)
        if not seen[i].startswith(end)
    ]
    assert not wrong


@pytest.mark.parametrize(
    "answer, end",
    [
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhi",
            "EPROTO: Invalid Content-Length",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhi",
            "EPROTO: Invalid Content-Le",
        ),
        (b"HTTP/1.1 42 OK\r\n\r\n", "EPROTO: Unsupported response code"),
        (HEAD + b"no colon\r\n\r\nhi", "EPROTO: Header without colon"),
        (HEAD + b"X: a\0b\r\n\r\nhi", "EPROTO: Nul byte in header"),
        (b"HTTP/1.1 200 OK\r\nConten", "EOF: the connection was closed before"),
        (
            HEAD + b"Content-Encoding: foo\r\n\r\nhi",
            "EPROTO: Unrecognized content encoding",
        ),
    ],
)
def test_malformed_answers(lab, answer, end):
    """An answer that is no HTTP is an error, and not half an answer."""
    with server(answer) as url:
        ((_, seen),) = ends(finished(lab(url)).lines)
    assert seen.startswith(end)


def test_nobody_there(lab, world):
    """A refused connection names the place, and an unknown host the name."""
    name = "a" * 64 + ".invalid"  # too long for a name: nobody needs to be asked
    run = finished(lab(world.refused_url, f"http://{name}/"))
    port = world.refused_url.rsplit(":", 1)[1]
    seen = dict(ends(run.lines))
    assert seen[0].startswith(f"ECONNREFUSED: Failed to connect to 127.0.0.1 port {port}")
    assert seen[1] == f"EAI_NONAME: Could not resolve host: {name}"


def test_what_came_before_a_reset_counts(lab, world):
    """An answer that was whole is an answer, although the connection was reset after it."""
    hold = world.sites.hold("/*")
    world.sites.fault("/*", "reset", body=50000)
    process = lab("/?bytes=50000")
    hold.wait_for(1)
    with process.stopped():  # so that answer and reset are there when it looks again
        hold.release_all()
        world.sites.wait_for(finished=1)
    expect_ends(finished(process), "status 200, 50000 bytes")


# --- The contract: connections, and time ------------------------------------------------


def test_connections_are_used_again(lab, world):
    """One after another they share one; at once each has its own."""
    finished(lab("cap=1", OK, OK, OK))
    assert [request.connection for request in world.sites.requests] == [0, 0, 0]
    hold = world.sites.hold("/delay/*")
    process = lab(HELD, HELD, HELD)
    hold.wait_for(3)
    hold.lift()
    finished(process)
    assert sorted(r.connection for r in world.sites.requests[3:]) == [1, 2, 3]


@pytest.mark.parametrize("method, times", [("GET", 2), ("POST", 1), ("PATCH", 1)])
def test_what_is_not_idempotent_is_never_sent_twice(lab, world, method, times):
    """When a kept connection breaks curl sends the request again by itself: never a POST."""
    world.sites.fault("/echo", "reset")
    run = finished(lab(OK, "wait=0", f"method={method}", "/echo"))
    assert dict(ends(run.lines))[1].startswith("ECONNRESET: ")
    assert [request.path for request in world.sites.requests].count("/echo") == times


def test_a_connection_that_died_is_replaced(lab, world):
    """The server has closed it meanwhile, or does so now: the request is sent on a new one."""
    answer = HEAD + b"\r\nhi"
    with server(answer, answer) as url:  # it closes each without having said so
        run = finished(lab(url, "wait=0", url))
    expect_ends(run, *["status 200, 2 bytes"] * 2)
    world.sites.fault("/headers", "reset", times=1)
    run = finished(lab(OK, "wait=0", "/headers"))
    assert dict(ends(run.lines))[1].startswith("status 200, ")
    assert [request.connection for request in world.sites.requests] == [0, 0, 1]


def test_times(lab, world):
    """They come one after another; a connection used again was connected from the queue on."""
    world.sites.fault("/delay/0", "garbage")
    script = ["show=times", OK, "wait=0", OK, "wait=1", world.refused_url, "/delay/0"]
    run = finished(lab(*script))
    times = {
        i: [int(x) for x in text.split()] for i, text in told(run.lines, "times").items()
    }
    for number in (0, 1):
        assert times[number] == sorted(times[number]), times
    queued, connected, first_byte, done = times[0]
    assert 0 < connected < first_byte < done and queued < connected
    assert times[1][0] == times[1][1], times
    queued, connected, first_byte, done = times[2]
    assert connected == first_byte == 0 < queued <= done, times


# --- The contract: HTTPS ----------------------------------------------------------------


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Two certificates, each its own authority: one for 127.0.0.1, one for another host."""
    if shutil.which("openssl") is None:
        words = "openssl is missing: apt-get install openssl"
        assert os.environ.get("CI") != "true", words
        pytest.skip(words)
    folder = tmp_path_factory.mktemp("certificates")
    for name, subject in [("own", "IP:127.0.0.1"), ("other", "DNS:elsewhere.example")]:
        command = (
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        )
        command += f" -days 2 -subj /CN=test -addext subjectAltName={subject}"
        files = ["-keyout", f"{name}.key", "-out", f"{name}.pem"]
        subprocess.run([*command.split(), *files], cwd=folder, check=True, stderr=-3)
    return folder


def tls(folder, name):
    """What a server with this certificate needs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context


@pytest.mark.parametrize(
    "trusted, shown, end",
    [
        ("own", "own", "status 200, 2 bytes"),
        (None, "own", "EPROTO: SSL certificate problem: self-signed certificate"),
        ("own", "other", "EPROTO: SSL certificate problem"),
        (
            "other",
            "other",
            "EPROTO: SSL: no alternative certificate subject name matches",
        ),
        ("missing", "own", "EPROTO: error setting certificate"),
    ],
)
def test_https_is_verified(lab, certificates, monkeypatch, trusted, shown, end):
    """Only an authority that is trusted, and only for the host that was asked."""
    # The system's own certificates are many allocations: without a long stack of each.
    monkeypatch.setenv("ASAN_OPTIONS", "fast_unwind_on_malloc=1")
    trust = [f"ca={certificates / trusted}.pem"] if trusted else []
    with server(HEAD + b"\r\nhi", context=tls(certificates, shown)) as url:
        ((_, seen),) = ends(finished(lab(*trust, url)).lines)
    assert seen.startswith(end)


def test_a_redirect_stays_with_https(lab, world, certificates):
    """What began with TLS does not go on without."""
    place = (world.sites.url + OK).encode()
    answer = b"HTTP/1.1 302 Found\r\nLocation: %b\r\n\r\n" % place
    with server(answer, context=tls(certificates, "own")) as url:
        run = finished(lab(f"ca={certificates / 'own'}.pem", "follow=2", url))
    ((_, seen),) = ends(run.lines)
    assert seen.startswith('EPROTO: Protocol "http" not supported')
    assert not world.sites.requests
