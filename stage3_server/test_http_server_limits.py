"""More about gaps 3.3, 3.4, 3.8, 3.12, 3.13 and 3.15: what is easily forgotten."""

from __future__ import annotations

import pytest

from harness import expect, gap
from harness.serving import request

ACCEPTS = ["3.1", "3.2"]
ANSWERS = [*ACCEPTS, "3.3", "3.4", "3.5"]
KEEPS = [*ANSWERS, "3.6"]
# Each test runs over these, too.
RESTS_ON = ["3.4", "3.6", "3.8", "3.12", "3.13", "3.15"]
# These would do without keeping connections: so 3.6 is no excuse.
WITHOUT_3_6 = [number for number in RESTS_ON if number != "3.6"]
LARGE = 20_000_000  # bytes: more than the kernel holds for one connection
MAX_UNDER_WAY = 32  # of http_connection.h


@pytest.fixture
def lab(serve):
    """lab(ARGUMENT...) starts a server."""
    return lambda *arguments: serve("server_lab", *arguments)


@gap("3.3", needs=["3.1", "3.2", "3.4", "3.5"])
def test_nothing_after_the_last_request(lab):
    """Who says that this is his last request has no other one."""
    server = lab()
    with server.client() as client:
        last = request("GET", "/json", {"Connection": "close"})
        client.send(last + request("GET", "/late/x"))
        status = client.answer().status
        client.is_closed()
    server.turn()
    expect(status == 200, saw=f"{status}", expected="200")
    expect(
        "late x: waits" not in server.process.lines,
        saw="a request after the connection's last was handed to its handler",
        expected="nothing is taken any more once connection->last is true",
    )


@gap("3.3", needs=["3.1", "3.2", "3.4", "3.5"], rests_on=WITHOUT_3_6)
def test_so_many_requests_are_under_way(lab):
    """Who sends more at once has to wait for an answer."""
    server = lab()

    def count():
        return server.process.lines.count("late x: waits")

    with server.client() as client:
        client.send(request("GET", "/late/x") * (MAX_UNDER_WAY + 8))
        server.process.wait_until(lambda: count() >= MAX_UNDER_WAY)
        server.turn()
        seen = count()
    expect(
        seen == MAX_UNDER_WAY,
        saw=f"{seen} requests of one connection are under way at once",
        expected=f"at most MAX_UNDER_WAY, {MAX_UNDER_WAY}",
    )


@gap("3.4", needs=[*ACCEPTS, "3.3"])
def test_who_has_get_has_head(lab):
    """A route for GET answers HEAD, too."""
    server = lab()
    with server.client() as client:
        client.send(request("HEAD", "/late/a"))
        server.process.wait_until(
            lambda: bool(server.process.lines[1:]) or client.has_answer()
        )
    expect(
        "late a: waits" in server.process.lines,
        saw="HEAD /late/a was not handed to the handler of GET",
        expected="it is: does route_has_method() compare the methods?",
    )


@gap("3.8", needs=ANSWERS)
def test_a_large_answer_and_then_the_end(lab):
    """The connection is closed when all was sent, not before."""
    with lab().client(receive_buffer=4096) as client:
        answer = client.get(f"/bytes/{LARGE}", Connection="close")
    count = len(answer.body)
    expect(count == LARGE, saw=f"{count} bytes", expected=f"{LARGE} bytes")


@gap("3.12", needs=ANSWERS, rests_on=WITHOUT_3_6)
def test_continue_is_sent_at_once(lab):
    """What is known of the first answer is sent before the rest, and once."""
    server = lab()
    with server.client() as client, server.client() as other:
        client.send(request("GET", "/late/a") + request("GET", "/bytes/3"))
        server.wait_for("^late a: waits$")
        server.turn()
        other.get("/release/a")
        first = client.answer().text
        expect(first == "late a", saw=f"the first answer: {first}", expected="late a")
    with server.client() as client:
        head, body = request("POST", "/echo", {"Expect": "100-continue"}, b"one"), b"one"
        client.send(head[: -len(body)])
        seen = [client.answer().status]
        client.send(body)
        seen.append(client.answer().status)
    expect(
        seen == [100, 200],
        saw=f"a client that waits for 100 Continue was told: {seen}",
        expected="[100, 200]: buffer_clear() what was appended",
    )


def be_slow(server):
    """A client that does not read for a while: so the gap is reached, right or not."""
    with server.client(receive_buffer=4096) as slow:
        slow.send(request("GET", f"/bytes/{LARGE}"))
        slow.takes(1)
        server.turn()
        slow.answer()


def expect_written(server):
    """When it has ended, all that it had said is known."""
    server.stop()
    expect(
        "3.13" not in server.process.unwritten,
        saw="a client that does not read is read from",
        expected="it is not, while the others are",
    )


@gap("3.13", needs=[*ANSWERS, "3.8"])
def test_who_goes_is_noticed(lab):
    """While a handler works its client may go: the connection is read, to notice."""
    server = lab()
    be_slow(server)
    with server.client() as client:
        client.send(request("GET", "/late/a"))
        server.wait_for("^late a: waits$")
    gone = server.process.wait_until(
        lambda: "late a: the client has gone" in server.process.lines
    )
    expect(
        gone,
        saw="a client has gone while its handler waited, and nobody noticed",
        expected="the connection is read, unless something waits to be sent or taken",
    )
    expect_written(server)


@gap("3.13", needs=[*KEEPS, "3.8", "3.12"])
def test_what_waits_is_not_lost(lab):
    """While what has come must wait, no more is read."""
    server = lab()
    more = 4000  # requests: some 200,000 bytes
    be_slow(server)
    with server.client() as client, server.client() as other:
        client.send(request("GET", "/late/x") * MAX_UNDER_WAY)
        server.process.wait_until(
            lambda: server.process.lines.count("late x: waits") == MAX_UNDER_WAY
        )
        client.send(request("GET", "/bytes/1") * more)
        server.turn()
        for _ in range(MAX_UNDER_WAY):
            other.get("/release/x")
        seen = [client.answer().text for _ in range(MAX_UNDER_WAY + more)]
    good = seen == ["late x"] * MAX_UNDER_WAY + ["x"] * more
    expect(good, saw="other answers", expected=f"{len(seen)} answers, in order")
    expect_written(server)


@gap("3.15", needs=[*ANSWERS, "3.8"])
def test_who_has_read_all_is_closed(lab):
    """When the last answer was sent nobody keeps the connection open."""
    server = lab()
    with server.client(receive_buffer=4096) as client:
        client.send(request("GET", f"/bytes/{LARGE}"))
        client.takes(1)
        server.process.ask_to_end()
        server.wait_for("^stopping$")
        count = len(client.answer().body)
        expect(count == LARGE, saw=f"{count} bytes", expected=f"{LARGE} bytes")
        expect(
            client.is_closed(),
            saw="all was read, the server is stopping, and the connection stays open",
            expected="it is closed when everything was sent",
        )
    server.process.finish().expect_clean()
