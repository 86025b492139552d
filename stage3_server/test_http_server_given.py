"""The server: what is given. Limits, time limits, what is refused, who goes away."""

from __future__ import annotations

import contextlib
import itertools
import resource

import pytest

from harness.serving import request

pytestmark = pytest.mark.reference
LARGE = 20_000_000  # bytes: more than the kernel holds for one connection


@pytest.fixture
def lab(serve):
    """lab(ARGUMENT...) starts a server."""
    return lambda *arguments: serve("server_lab", *arguments)


# --- Limits ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "limit, data, status",
    [
        ("max_target=20", request("GET", "/echo?q=" + "x" * 12), 200),
        ("max_target=20", request("GET", "/echo?q=" + "x" * 13), 414),
        ("max_headers=3", request("GET", "/json", {"A": "1", "B": "2"}), 200),
        ("max_headers=3", request("GET", "/json", {"A": "1", "B": "2", "C": "3"}), 431),
        ("max_head=100", request("GET", "/json", {"A": "x" * 200}), 431),
        ("max_body=5", request("POST", "/echo", body=b"12345"), 200),
        ("max_body=5", request("POST", "/echo", body=b"123456"), 413),
    ],
)
def test_limits(lab, limit, data, status):
    """At the limit it is taken; beyond it has a status of its own, and the end."""
    with lab(limit).client() as client:
        client.send(data)
        answer = client.answer()
        assert answer.status == status
        if status != 200:
            assert answer.headers["connection"] == "close"
            assert answer.json["error"]["status"] == status
            assert client.is_closed()


def test_too_long_a_body_in_chunks(lab):
    """Nobody says before how long it will be."""
    head = request("POST", "/echo", {"Transfer-Encoding": "chunked"})
    with lab("max_body=10").client() as client:
        client.send(head, b"5\r\n12345\r\n5\r\n67890\r\n0\r\n\r\n")
        assert client.answer().json["body"] == "1234567890"
        client.send(head, b"5\r\n12345\r\n6\r\n678901\r\n0\r\n\r\n")
        assert client.answer().status == 413


def test_who_is_refused_can_read_why(lab):
    """He is still sending when he is refused: the answer is not lost in a reset."""
    server = lab("max_body=5")
    with server.client() as client:
        client.send(request("POST", "/echo", body=b"x" * 300_000))
        assert client.answer().status == 413
        assert client.is_closed()
    server.stop().expect_clean()


def test_more_connections_than_allowed(lab):
    """Who comes when there are too many waits until one of them has gone."""
    server = lab("connections=2")
    first, second = server.client(), server.client()
    assert first.get("/json").status == second.get("/json").status == 200
    with server.client() as third:
        third.send(request("GET", "/json"))
        for _ in range(3):
            second.get("/json")
        assert not third.has_answer()
        first.close()
        assert third.answer().status == 200
    second.close()
    server.stop().expect_clean()


@pytest.mark.parametrize("path", ["/bytes/%zz", "/bytes/%", "/bytes/%00"])
def test_a_malformed_path(lab, path):
    """400, before anybody looks for its route."""
    with lab().client() as client:
        assert client.get(path).status == 400


# --- Time --------------------------------------------------------------------------------


def test_who_is_idle_is_closed(lab):
    """Without a word: there is no request to answer."""
    with lab("idle=60").client() as client:
        assert client.get("/json").status == 200
        assert client.is_closed()


@pytest.mark.parametrize(
    "limit, begun",
    [
        ("head=60", b"G"),
        ("head=60", request("GET", "/json")[:-1]),
        ("body=60", request("POST", "/echo", body=b"1234")[:-1]),
    ],
)
def test_a_request_that_does_not_go_on(lab, limit, begun):
    """408, and the end."""
    with lab(limit).client() as client:
        client.send(begun)
        answer = client.answer()
        assert (answer.status, answer.headers["connection"]) == (408, "close")
        assert client.is_closed()


@pytest.mark.parametrize("limit", ["head=200", "body=200"])
def test_a_request_that_drips(lab, limit):
    """Its time is that of the whole head, and of the whole body, not from byte to byte."""
    data = request("POST", "/echo", body=b"x" * 1000)
    begun = data.index(b"x" * 1000) if limit.startswith("body") else 1
    with lab(limit).client() as client:
        client.send(data[:begun])
        for byte in itertools.cycle([data[begun : begun + 1]]):
            if client.comes(0.02):  # seconds: more often than any limit from byte to byte
                break
            client.send(byte)
        assert client.answer().status == 408


def test_the_time_to_read_begins_when_he_stops(lab):
    """Who has read for long may pause as who has just come. The clocks here are connections
    that the server closes after a twentieth of that time."""
    server = lab("write=2000", "idle=100")
    with server.client(receive_buffer=65536) as client:
        client.send(request("GET", "/pieces/1000000?size=100000"))
        for _ in range(25):
            for _ in range(40):
                assert client.socket.recv(65536)
            with server.client() as clock:
                assert clock.is_closed()
        assert client.socket.recv(65536)


def test_who_reads_nothing(lab):
    """The connection is closed, and what was not read is thrown away."""
    server = lab("write=60")
    with server.client(receive_buffer=4096) as client:
        client.send(request("GET", f"/bytes/{LARGE}"))
        client.takes(1)
        with contextlib.suppress(ConnectionError):
            while True:  # until the connection is reset: each request here takes a while
                client.socket.sendall(b"G")
                server.turn()
    server.stop().expect_clean()


def test_a_handler_that_waits_has_no_limit(lab):
    """The limits are for the client's doings, not for the handler's."""
    server = lab("idle=40", "head=40", "body=40", "write=40")
    with server.client() as client, server.client() as watch:
        client.send(request("GET", "/late/a"))
        server.wait_for("^late a: waits$")
        assert watch.is_closed()  # it was idle: so that time is over
        with server.client() as other:
            other.get("/release/a")
        assert client.answer().text == "late a"


# --- What comes and goes -----------------------------------------------------------------


def test_continue(lab):
    """Who asks before he sends is told to go on; or that it is too much."""
    expect = {"Expect": "100-continue"}
    with lab("max_body=5").client() as client:
        data = request("POST", "/echo", expect, b"12345")
        client.send(data[:-5])
        assert client.answer().status == 100
        client.send(data[-5:])
        assert client.answer().json["body"] == "12345"
        client.send(request("POST", "/echo", expect, b"123456")[:-6])
        assert client.answer().status == 413


def test_a_client_that_goes(lab):
    """The handler that still works for it is told."""
    server = lab()
    with server.client() as client:
        client.send(request("GET", "/late/a") + request("GET", "/late/b"))
        server.wait_for("^late b: waits$")
    server.wait_for("^late a: the client has gone$")
    server.wait_for("^late b: the client has gone$")
    server.stop().expect_clean()


def test_stopped_twice(lab):
    """The second time nobody is waited for."""
    server = lab()
    with server.client() as client, server.client(receive_buffer=4096) as reader:
        client.send(request("GET", "/late/a"))
        reader.send(request("GET", f"/bytes/{LARGE}"))
        reader.takes(1)
        server.wait_for("^late a: waits$")
        server.process.ask_to_end()
        server.wait_for("^stopping$")
        server.stop().expect_clean()
    assert "late a: the client has gone" in server.process.lines


def test_more_requests_at_once_than_are_taken(lab):
    """The others wait, and their answers come in order."""
    server = lab()
    sizes = list(range(500))
    with server.client() as client, server.client() as other:
        client.send(request("GET", "/late/a"))
        client.send(b"".join(request("GET", f"/bytes/{n}") for n in sizes))
        server.wait_for("^late a: waits$")
        server.turn()
        assert not client.has_answer()
        other.get("/release/a")
        assert client.answer().text == "late a"
        assert [len(client.answer().body) for _ in sizes] == sizes
    server.stop().expect_clean()


def test_a_client_that_goes_with_more_to_say(lab):
    """He is told from one who waits, also when more has come than is taken at once."""
    server = lab()
    with server.client() as client:
        client.send(request("GET", "/late/a") * 33)
        server.process.wait_until(
            lambda: server.process.lines.count("late a: waits") == 32
        )
    gone = "late a: the client has gone"
    server.process.wait_until(lambda: server.process.lines.count(gone) == 32)
    server.stop().expect_clean()
    assert server.process.lines.count(gone) == 32


def test_the_last_request_that_is_taken_comes_in_time(lab):
    """It has come whole while there was room for its beginning: it is not late."""
    server = lab("head=60", "body=60")
    with server.client() as client:
        client.send(request("GET", "/late/a") * 31 + request("POST", "/echo", body=b"hi"))
        server.process.wait_until(
            lambda: server.process.lines.count("late a: waits") == 31
        )
        for _ in range(2):
            with server.client() as clock:
                clock.send(b"G")
                assert clock.answer().status == 408  # so the time is over
        for _ in range(31):
            server.get("/release/a")
        assert [client.answer().text for _ in range(31)] == ["late a"] * 31
        assert client.answer().json["body"] == "hi"


def test_who_asks_for_much_at_once(lab):
    """Answers do not pile up: when there are many bytes of them, the next request waits."""
    server = lab()
    with server.client(receive_buffer=4096) as client:
        client.send(request("GET", "/bytes/1000000") * 30 + request("GET", "/late/a"))
        client.takes(1)
        server.turn()
        assert "late a: waits" not in server.process.lines
        assert [len(client.answer().body) for _ in range(30)] == [1_000_000] * 30
        server.wait_for("^late a: waits$")
        server.get("/release/a")
        assert client.answer().text == "late a"
    server.stop().expect_clean()


def test_two_clients_piece_by_piece(lab):
    """Their requests come mixed, and each has its own answer."""
    server = lab()
    texts = [b"one" * 50, b"two" * 70]
    clients = [server.client() for _ in texts]
    requests = [request("POST", "/echo", body=text) for text in texts]
    for i in range(max(map(len, requests))):
        for client, data in zip(clients, requests):
            client.send(data[i : i + 1])
    for client, text in zip(clients, texts):
        assert client.answer().json["body"] == text.decode()
        client.close()


def test_what_a_handler_is_told(lab):
    """Headers in whatever case; a query and a form decoded once; JSON without doubles."""
    with lab().client() as client:
        seen = client.get("/echo?q=a%2Bb%2526+c").json
        assert (seen["query"], seen["host"]) == ("a+b%26 c", "127.0.0.1")
        form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        client.send(request("POST", "/echo", form, b"p=1&q=%C3%BC+%26"))
        assert client.answer().json["form"] == "ü &"
        client.send(request("POST", "/echo", body=b'{"a": [1, 2]}'))
        assert client.answer().json["json"] == {"a": [1, 2]}
        client.send(request("POST", "/echo", body=b'{"a": 1, "a": 2}'))
        assert client.answer().json["json"] is None
        client.send(request("PUT", "/echo/a%2Fb/and/c"))
        assert client.answer().json["target"] == "/echo/a%2Fb/and/c"


def test_an_escaped_slash_ends_no_segment(lab):
    """Decoded it looks like the rest of the pattern, and is another path all the same."""
    with lab().client() as client:
        client.send(request("PUT", "/echo/a/and%2F%7Btwo%7D"))
        assert client.answer().status == 404


def test_ten_thousand_idle_connections(lab):
    """They are held, and others are served meanwhile."""
    count = 10_000
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limits[1] != resource.RLIM_INFINITY and limits[1] < count + 100:
        pytest.skip(f"only {limits[1]} open files are allowed here: ulimit -Hn 20000")
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
    try:
        server = lab()
        with contextlib.ExitStack() as stack:
            idle = [stack.enter_context(server.client()) for _ in range(count)]
            server.turn()
            for one in (idle[0], idle[-1]):
                assert one.get("/json").status == 200
        server.stop().expect_clean()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_wrong_command_line(program):
    """Is told on stderr, with exit 2."""
    run = program("server_lab").run("max_body=many")
    assert run.exit == 2
    assert run.stderr_lines[0] == "not known, or no number: max_body=many"


def test_refused_behind_one_that_waits(lab):
    """The second request's time is over while the first still waits: 408, but later."""
    server = lab("head=60")
    with server.client() as client, server.client() as other:
        client.send(request("GET", "/late/a"), b"GET /js")
        server.wait_for("^late a: waits$")
        other.send(b"G")
        assert other.answer().status == 408  # so the time is over, and over again
        with server.client() as third:
            third.send(b"G")
            assert third.answer().status == 408
        server.get("/release/a")
        assert client.answer().text == "late a"
        assert client.answer().status == 408
        assert client.is_closed()
    server.stop().expect_clean()


def test_all_requests_of_a_connection_are_finished(lab):
    """The server stops after the last of those that are under way, not after the first."""
    server = lab()
    with server.client() as client, server.client() as other:
        client.send(request("GET", "/late/a") + request("GET", "/late/b"))
        release = request("GET", "/release/a") + request("GET", "/release/b")
        other.send(release[:-5])
        server.wait_for("^late b: waits$")
        server.turn()
        server.process.ask_to_end()
        server.wait_for("^stopping$")
        other.send(release[-5:])
        assert [client.answer().text for _ in range(2)] == ["late a", "late b"]
    server.process.finish().expect_clean()


def test_stopped_while_the_last_answer_is_sent(lab):
    """It was answered before: the connection is closed all the same, when it is sent."""
    server = lab()
    with server.client(receive_buffer=4096) as client, server.client() as other:
        client.send(request("GET", f"/bytes/{LARGE}") + request("GET", "/bytes/3"))
        client.takes(1)
        server.turn()
        server.process.ask_to_end()
        server.wait_for("^stopping$")
        assert [len(client.answer().body) for _ in range(2)] == [LARGE, 3]
        assert client.is_closed()
        other.close()
    server.process.finish().expect_clean()
