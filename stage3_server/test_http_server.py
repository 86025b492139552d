"""The server, driven through server_lab: gaps 3.1 to 3.6, 3.8, 3.12, 3.13, 3.15."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from harness import Failure, expect, gap
from harness.serving import request

LISTENS = ["3.1"]
ACCEPTS = [*LISTENS, "3.2"]
READS = [*ACCEPTS, "3.3"]
ROUTES = [*READS, "3.4"]
ANSWERS = [*ROUTES, "3.5"]
KEEPS = [*ANSWERS, "3.6"]
HELLO = b'{"message":"Hello, World!"}'
# Each test runs over these, too.
RESTS_ON = ["3.4", "3.6", "3.8", "3.12", "3.13", "3.15"]
LARGE = 20_000_000  # bytes: more than the kernel holds for one connection


@pytest.fixture
def lab(serve):
    """lab(ARGUMENT...) starts a server."""
    return lambda *arguments: serve("server_lab", *arguments)


def unwritten_or(server, number, condition):
    """Waits until that gap, which comes next, is reached; or until `condition` holds."""
    return server.process.wait_until(
        lambda: number in server.process.unwritten or condition()
    )


# --- 3.1: listen -------------------------------------------------------------------------


@gap("3.1")
def test_it_listens(lab):
    """Who connects to its port is connected."""
    server = lab()
    try:
        server.client().close()
    except Failure as failure:
        if failure.report:
            raise
        saw = f"{failure.saw}: was uv_listen() called?"
        raise Failure(saw=saw, expected=failure.expected) from None


@gap("3.1")
def test_an_address_of_another_machine(program):
    """It cannot listen there, and says so."""
    process = program("joke_server").start("--host", "192.0.2.1", "--port", "0")
    process.wait_until(lambda: bool(process.lines))
    expect(
        not process.lines and "192.0.2.1" in process.stderr,
        saw=" / ".join([*process.lines, *process.complaints]),
        expected="the program says that it cannot listen there, and ends: server_bind() has "
        "failed, and that is returned",
    )


@gap("3.1")
def test_a_port_that_is_taken(lab, program):
    """Of two that want the same port, the second says why it cannot have it."""
    port = lab().url.split(":")[-1]
    run = program("server_lab").run(f"port={port}")
    expect(
        run.exit == 1 and "address already in use" in run.stderr,
        saw=f"exit status {run.exit}; {' / '.join(run.complaints or run.lines)}",
        expected="exit status 1, and on stderr: address already in use",
    )


# --- 3.2: accept -------------------------------------------------------------------------


def has_reached(server, client):
    """Whether the client's request has come to be read: something becomes of it; or the
    kernel, when the program is ended, does not tell the client that bytes were left unread.
    """
    if unwritten_or(server, "3.3", lambda: client.has_answer()):
        return True
    if client.ended:
        return False
    server.process.kill()
    return client.ends_in_order()


@gap("3.2", needs=LISTENS)
def test_a_client_is_accepted(lab):
    """What a client sends is read."""
    server = lab()
    with server.client() as client:
        client.send(request("GET", "/json"))
        expect(
            has_reached(server, client),
            saw="a client has connected and sent a request, and nobody reads it",
            expected="uv_accept(), then connection_start()",
        )


@gap("3.2", needs=ANSWERS)
def test_many_clients_at_once(lab):
    """Who comes while others are connected is served, too."""
    server = lab()
    clients = [server.client() for _ in range(20)]
    for client in clients[1:]:
        client.send(request("GET", "/json"))
        expect(
            client.answer().body == HELLO,
            saw="another answer",
            expected="an answer, while the first client says nothing",
        )
    for client in clients:
        client.close()


# --- 3.3: feed ---------------------------------------------------------------------------


@gap("3.3", needs=ACCEPTS)
def test_a_request_is_taken(lab):
    """A request that comes in one read goes on to its route."""
    server = lab()
    with server.client() as client:
        client.send(request("GET", "/json"))
        reached = unwritten_or(server, "3.4", lambda: client.has_answer())
    expect(
        reached,
        saw="the request has come, and nobody looked for its route: has the parser got it, "
        "and was exchange_advance() called?",
        expected="exchange_advance() calls exchange_dispatch() when the request is whole",
    )


def chopped(data, size):
    """The bytes in pieces of that size."""
    return [data[i : i + size] for i in range(0, len(data), size)]


@gap("3.3", needs=ACCEPTS)
def test_who_goes_is_noticed(lab):
    """A read that brings no bytes but an error: the client has gone. Then there is room for
    the next one."""
    server = lab("connections=1")
    server.client().close()
    with server.ask("/json") as other:
        expect(
            server.process.wait_until(other.has_answer),
            saw="a client has gone, nobody noticed, and his connection keeps others out",
            expected="connection_close() when count is negative",
        )
    server.stop().expect_clean()


@gap("3.3", needs=ANSWERS)
@pytest.mark.parametrize("size", [1, 2, 7, 30])
def test_a_request_in_pieces(lab, size):
    """A read is not a request: one may come in many pieces."""
    server = lab()
    with server.client() as client:
        for piece in chopped(request("PUT", "/echo/a/and/b", body=b"0123456789"), size):
            client.send(piece)
            if size > 2:  # else there would be too many
                server.turn()
        answer = client.answer()
    expect(
        answer.status == 200 and answer.json["body"] == "0123456789",
        saw=f"in pieces of {size}: {answer.status}, body: "
        f"{answer.json.get('body', answer.text[:100])!r}",
        expected="200, body: '0123456789': is the rest of a piece fed, and only the rest?",
    )


@gap("3.3", needs=[*KEEPS])
def test_several_requests_in_one_read(lab):
    """A read is not a request: one may bring several."""
    server = lab()
    with server.client() as client:
        client.send(b"".join(request("GET", f"/bytes/{n}") for n in (3, 0, 70)))
        lengths = [len(client.answer().body) for _ in range(3)]
    expect(lengths == [3, 0, 70], saw=f"{lengths}", expected="[3, 0, 70]")


@gap("3.3", needs=[*KEEPS])
def test_the_rest_of_a_read_begins_the_next_request(lab):
    """What is behind a request belongs to the next one, also when that is not whole."""
    both = request("PUT", "/echo/a/and/b", body=b"one") + request("GET", "/bytes/5")
    server = lab()
    for cut in (1, 20, 40):
        with server.client() as client:
            client.send(both[:-cut])
            first = client.answer()
            client.send(both[-cut:])
            second = client.answer()
        expect(
            first.json["body"] == "one" and second.body == b"xxxxx",
            saw=f"cut {cut} bytes before the end: {first.text[:80]}, {second.body[:80]!r}",
            expected="both answers",
        )


# --- 3.4: route --------------------------------------------------------------------------


@gap("3.4", needs=READS)
def test_a_handler_is_called(lab):
    """The handler of the route that has the path and the method is called, once."""
    server = lab()
    with server.client() as client:
        client.send(request("GET", "/late/a"))
        try:
            server.wait_for("^late a: waits$")
        except Failure as failure:
            if failure.report:
                raise
            raise Failure(
                saw="GET /late/a was not handed to its handler",
                expected="the handler of the route GET /late/{name}",
            ) from None


@gap("3.4", needs=ANSWERS)
@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/json", 200),
        ("GET", "/nowhere", 404),
        ("GET", "/", 404),
        ("GET", "/json/", 404),
        ("GET", "/json/more", 404),
        ("GET", "/bytes", 404),
        ("GET", "/bytes/", 404),
        ("POST", "/json", 405),
        ("POST", "/nowhere", 404),
        ("POST", "/echo", 200),
        ("GET", "/echo?q=1", 200),
        ("DELETE", "/echo", 405),
        ("GET", "/%6Ason", 200),
    ],
)
def test_which_status(lab, method, path, status):
    """A path that no route has is 404; one that has routes for other methods only, 405."""
    server = lab()
    with server.client() as client:
        client.send(request(method, path))
        answer = client.answer()
    expect(
        answer.status == status,
        saw=f"{method} {path}: {answer.status}",
        expected=f"{status}",
    )


@gap("3.4", needs=ANSWERS)
def test_which_methods_there_are(lab):
    """405 names the methods that there are."""
    with lab().client() as client:
        client.send(request("DELETE", "/echo"))
        answer = client.answer()
    allowed = sorted(answer.headers.get("allow", "").split(", "))
    expect(
        (answer.status, allowed) == (405, ["GET", "HEAD", "POST"]),
        saw=f"{answer.status}, Allow: {answer.headers.get('allow')}",
        expected="405, Allow: GET, HEAD, POST. Is exchange_refuse_method() called?",
    )


# --- 3.5: the answer ---------------------------------------------------------------------


def head_of(client):
    """The lines of the head of the answer that comes."""
    head = client.takes(1)
    while b"\r\n\r\n" not in head:
        head = client.takes(len(head) + 1)
    return head.decode("latin-1").split("\r\n")[:-2]


@gap("3.5", needs=ROUTES)
def test_the_head_of_an_answer(lab):
    """Status line and headers, and then the body."""
    with lab().client() as client:
        answer = client.get("/json")
    expect(
        (answer.status, answer.words) == (200, "OK"),
        saw=f"{answer.status} {answer.words}",
        expected="HTTP/1.1 200 OK",
    )
    expect(
        answer.headers.get("content-type") == "application/json",
        saw=f"Content-Type: {answer.headers.get('content-type')}",
        expected="Content-Type: application/json",
    )
    expect(
        answer.headers.get("content-length") == str(len(HELLO)) and answer.body == HELLO,
        saw=f"Content-Length: {answer.headers.get('content-length')}, body {answer.body!r}",
        expected=f"Content-Length: {len(HELLO)}, body {HELLO!r}",
    )
    date = answer.headers.get("date", "")
    expect(
        re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", date),
        saw=f"Date: {date or 'none'}",
        expected="Date: Sat, 21 Nov 2026 14:15:45 GMT, or whatever time it is",
    )


@gap("3.5", needs=ROUTES)
def test_the_words_of_a_status(lab):
    """The status and its words are the answer's own."""
    with lab().client() as client:
        answer = client.get("/bytes/many")
    expect(
        (answer.status, answer.words) == (400, "Bad Request"),
        saw=f"{answer.status} {answer.words}",
        expected="400 Bad Request",
    )


@gap("3.5", needs=ROUTES)
def test_the_length_is_in_bytes(lab):
    """A letter may be several bytes."""
    text = "Grüße, ☎"
    with lab().client() as client:
        answer = client.get(f"/echo?q={quote(text)}")
        expect(
            not client.has_answer() and answer.json.get("query") == text,
            saw=f"Content-Length: {answer.headers.get('content-length')}, then other bytes",
            expected="all bytes of the body, and no other",
        )


@gap("3.5", needs=ROUTES)
def test_nothing_has_a_length_too(lab):
    """A body of no bytes: who is not told waits for one."""
    with lab().client() as client:
        client.send(request("GET", "/bytes/0"))
        head = head_of(client)
    expect(
        "Content-Length: 0" in head,
        saw="; ".join(head),
        expected="Content-Length: 0, since the length is known",
    )


@gap("3.5", needs=ROUTES)
def test_head_has_the_same_head(lab):
    """HEAD has GET's headers, also the length, and no body."""
    server = lab()
    with server.client() as client:
        length = (
            client.ask("/bytes/70", "HEAD").answer(head=True).headers["content-length"]
        )
        expect(
            length == "70",
            saw=f"Content-Length: {length}",
            expected="Content-Length: 70, as in the answer to GET",
        )
        expect(not client.has_answer(), saw="a body, too", expected="no body")


@gap("3.5", needs=ROUTES)
def test_no_length_is_told(lab):
    """When it is not known yet, and when there is no body."""
    server = lab()
    for method, path in (("GET", "/empty"), ("HEAD", "/pieces/1")):
        with server.client() as client:
            client.send(request(method, path))
            head = head_of(client)
        expect(
            head[0].startswith("HTTP/1.1 2") and "Content-Length" not in "".join(head),
            saw=f"{method} {path}: {'; '.join(head)}",
            expected="no Content-Length when length is negative",
        )


# --- 3.6: keep or close ------------------------------------------------------------------


@gap("3.6", needs=ANSWERS)
def test_a_connection_is_kept(lab):
    """HTTP/1.1 keeps the connection for the next request."""
    with lab().client() as client:
        told = [client.get("/json").headers.get("connection") for _ in range(2)]
        expect(
            told == ["keep-alive"] * 2 and client.get("/json").status == 200,
            saw=f"Connection: {', '.join(map(str, told))}",
            expected="three answers on one connection, Connection: keep-alive",
        )


CLOSES = [
    ("HTTP/1.1", "", True),
    ("HTTP/1.1", "Connection: close\r\n", False),
    ("HTTP/1.1", "connection: CLOSE\r\n", False),
    ("HTTP/1.0", "", False),
    ("HTTP/1.0", "Connection: keep-alive\r\n", True),
]


@gap("3.6", needs=ANSWERS)
def test_who_closes(lab):
    """The client decides, by its version and its header Connection."""
    server = lab()
    for version, header, kept in CLOSES:
        with server.client() as client:
            client.send(f"GET /json {version}\r\nHost: x\r\n{header}\r\n".encode())
            answer = client.answer()
            status, told = answer.status, answer.headers.get("connection")
            if kept:
                client.send(request("GET", "/json", {"Connection": "close"}))
                client.answer()
            closed = client.is_closed()
        wanted = "keep-alive" if kept else "close"
        expect(
            (status, told, closed) == (200, wanted, True),
            saw=f"{version} {header.strip()}: {status}, Connection: {told}"
            + ("" if closed else ", and the connection stays open"),
            expected=f"200, Connection: {wanted}",
        )


@gap("3.6", needs=ANSWERS)
def test_an_answer_that_ends_with_the_connection(lab):
    """For who cannot be told its length otherwise: then `close` is true already."""
    with lab().client() as client:
        client.get("/json")
        client.send(b"GET /pieces/2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        head = head_of(client)
    expect(
        "Connection: close" in head,
        saw=f"{'; '.join(head)}: although only the end of the connection ends this answer",
        expected="Connection: close, since exchange->close was true already",
    )


@gap("3.6", needs=[*ANSWERS, "3.15"])
def test_the_last_answer_of_a_server_that_stops(lab):
    """Says that the connection is closed."""
    server = lab()
    with server.client() as client, server.client() as other:
        client.get("/json")
        client.send(request("GET", "/late/a"))
        other.send(request("GET", "/release/a")[:-1])
        server.wait_for("^late a: waits$")
        server.turn()
        server.process.ask_to_end()
        server.wait_for("^stopping$")
        other.send(b"\n")
        told = client.answer().headers.get("connection")
    expect(
        told == "close",
        saw=f"Connection: {told}, while the server is stopping",
        expected="Connection: close, since exchange_is_last()",
    )
    server.process.finish().expect_clean()


@gap("3.6", needs=ANSWERS)
def test_a_request_that_is_refused_closes(lab):
    """Behind what cannot be understood nobody knows where the next request begins."""
    with lab().client() as client:
        good = client.get("/json").status
        client.send(b"GET /json HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n")
        answer = client.answer()
        told, closed = answer.headers.get("connection"), client.is_closed()
    expect(
        (good, answer.status, told, closed) == (200, 400, "close", True),
        saw=f"{good}, then {answer.status}, Connection: {told}"
        + ("" if closed else ", not closed"),
        expected="200, then 400, Connection: close, and the connection is closed",
    )


# --- 3.8: the rest -----------------------------------------------------------------------


@gap("3.8", needs=ANSWERS)
def test_a_large_answer_comes_whole(lab):
    """What the socket does not take at once is sent when it takes more."""
    server = lab()
    with server.client(receive_buffer=4096) as client:
        answer = client.get(f"/bytes/{LARGE}")
    good = answer.body.count(b"x")
    expect(
        good == LARGE,
        saw=f"{good} of {LARGE} bytes are right",
        expected=f"all {LARGE} bytes, as they were",
    )
    server.stop().expect_clean()


@gap("3.8", needs=ANSWERS)
def test_two_large_answers_at_once(lab):
    """Each connection has its own rest: nobody else's bytes are in it."""
    server = lab()
    with server.client(receive_buffer=4096) as one, server.client() as other:
        one.send(request("GET", f"/bytes/{LARGE}"))
        one.takes(1)
        small = other.get("/json").body
        answer = one.answer()
    expect(
        small == HELLO and answer.body == b"x" * LARGE,
        saw=f"{answer.body.count(b'x')} of {LARGE} bytes are right",
        expected="each its own answer",
    )


@gap("3.8", needs=ANSWERS)
def test_a_client_that_goes_in_the_middle(lab):
    """Who has gone gets nothing more; nothing leaks."""
    server = lab()
    with server.client(receive_buffer=4096) as client:
        assert len(client.get(f"/bytes/{LARGE}").body) == LARGE
    with server.client(receive_buffer=4096) as client:
        client.send(request("GET", f"/bytes/{LARGE}"))
        client.takes(1)
    with server.client() as other:
        other.get("/json", Connection="close")
    server.stop().expect_clean()


# --- 3.12: in order ----------------------------------------------------------------------


@gap("3.12", needs=KEEPS)
def test_answers_come_in_the_order_of_the_requests(lab):
    """The second request of a connection is answered first, and waits for the first's."""
    server = lab()
    with server.client() as client, server.client() as other:
        client.send(request("GET", "/late/a") + request("GET", "/late/b"))
        server.wait_for("^late b: waits$")
        for name in "ba":
            other.get(f"/release/{name}")
        seen = [client.answer().text for _ in range(2)]
    expect(
        seen == ["late a", "late b"],
        saw=f"asked for late a, late b; answered: {', '.join(seen)}",
        expected="late a, late b, although b was ready first",
    )


@gap("3.12", needs=KEEPS)
def test_an_answer_waits_for_those_before(lab):
    """While the first has no answer, the others' are kept back; then all come at once."""
    server = lab()
    with server.client() as client, server.client() as other:
        client.send(request("GET", "/late/a") + request("GET", "/bytes/3") * 2)
        server.wait_for("^late a: waits$")
        server.turn()
        early = client.has_answer()
        expect(not early, saw="an answer before late a's", expected="none before it")
        other.get("/release/a")
        seen = [client.answer().text for _ in range(3)]
    expect(
        seen == ["late a", "xxx", "xxx"],
        saw=f"{seen}",
        expected="['late a', 'xxx', 'xxx']",
    )


# --- 3.13: back-pressure -----------------------------------------------------------------


@gap("3.13", needs=[*KEEPS, "3.8"])
def test_who_does_not_read_is_not_read_from(lab):
    """As long as a client leaves an answer unread, its next request waits outside."""
    server = lab()
    with server.client(receive_buffer=4096) as client:
        client.send(request("GET", f"/bytes/{LARGE}"))
        client.takes(1)
        client.send(request("GET", "/late/a"))
        server.turn()
        with server.client() as other:
            status = other.get("/release/a").status
        expect(
            status == 404,  # nobody waits by that name
            saw="a client has not read its answer, and its next request was read already",
            expected="uv_read_stop() as long as connection->write is there",
        )
        expect(
            len(client.answer().body) == LARGE,
            saw="not all of it",
            expected="the whole answer",
        )
        server.wait_for("^late a: waits$")


# --- 3.15: stop --------------------------------------------------------------------------


@gap("3.15", needs=ANSWERS)
def test_what_is_under_way_is_finished(lab):
    """A handler that waits when the server is told to stop may still answer."""
    server = lab()
    with server.client() as client, server.client() as other, server.client() as idle:
        idle.get("/json")
        client.send(request("GET", "/late/a"))
        release = request("GET", "/release/a")
        other.send(release[:-5])
        server.wait_for("^late a: waits$")
        server.turn()
        server.process.ask_to_end()
        server.wait_for("^stopping$")
        expect(
            idle.is_closed(),
            saw="a connection without a request stays open",
            expected="it is closed",
        )
        other.send(release[-5:])
        answer = client.answer()
        expect(
            answer.text == "late a",
            saw=answer.text,
            expected="late a",
        )
    server.process.finish().expect_clean()


@gap("3.15", needs=[*ANSWERS, "3.8"])
def test_an_answer_on_its_way_is_sent_to_its_end(lab):
    """Who still reads when the server stops gets all of it."""
    server = lab()
    with server.client(receive_buffer=4096) as client:
        client.send(request("GET", f"/bytes/{LARGE}"))
        client.takes(1)
        server.process.ask_to_end()
        server.wait_for("^stopping$")
        count = len(client.answer().body)
    expect(count == LARGE, saw=f"{count} bytes", expected=f"{LARGE} bytes")
    server.process.finish().expect_clean()
