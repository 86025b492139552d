"""Talking to server programs, and what is told when they do not answer. The servers are
scripts of a few lines each."""

from __future__ import annotations

import sys
import textwrap
import types

import pytest

from harness import running
from harness.explain import Failure
from harness.running import Program
from harness.serving import Server, request

REPORT = """\
==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x60200 at pc 0x1 bp 0x2 sp 0x3
READ of size 1 at 0x60200 thread T0
    #0 0x1 in main lib/memory.c:1
"""
SENTENCE = "main (lib/memory.c:1)"

# What every server begins with. As libuv's do, it notes the signal, and sees to it later.
BEGIN = f"""
import os, signal, socket, sys, time
REPORT = {REPORT!r}
HALF = b"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\n12"
asked = []
signal.signal(signal.SIGTERM, lambda *_: asked.append(1))
listening = socket.create_server(("127.0.0.1", 0))
print("listening on http://127.0.0.1:%d" % listening.getsockname()[1], flush=True)
def reset_at_close(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1] + [0] * 7))
def wait_for_signal():
    while not asked: time.sleep(0.001)
def live():
    wait_for_signal()
    print("stopping", flush=True)
    time.sleep(1000)
def crash():
    sys.stderr.write(REPORT)
    sys.exit(99)
def accept():
    connection, _ = listening.accept()
    return connection
"""


@pytest.fixture(autouse=True)
def no_hang_so_far(monkeypatch):
    """One hang makes the rest of a session less patient; each test here is one of its own."""
    monkeypatch.setattr(running, "_hung", [])


@pytest.fixture
def serve(tmp_path):
    """serve(PYTHON) is a Server of these lines."""

    def made(text: str) -> Server:
        path = tmp_path / "server"
        path.write_text(f"#!{sys.executable} -SE\n" + BEGIN + textwrap.dedent(text))
        path.chmod(0o755)
        return Server(Program(path, prefer="").start())

    return made


def failure_of(action) -> Failure:
    """The Failure that an action raises."""
    with pytest.raises(Failure) as raised:
        action()
    return raised.value


DEATHS = [
    ("crash()", SENTENCE),
    ("os.kill(os.getpid(), signal.SIGSEGV)", "it was ended by SIGSEGV; it said last: "),
    (
        "print('oh', flush=True); os._exit(3)",
        "it ended with exit status 3; it said last: oh",
    ),
    ("os._exit(0)", "it ended with exit status 0; it said last: listening"),
]


# --- A server that dies -----------------------------------------------------------------


@pytest.mark.parametrize("death, saw", DEATHS)
@pytest.mark.parametrize(
    "before",
    [
        "connection = accept()",
        "connection = accept(); connection.recv(9999)",
        "connection = accept(); connection.recv(9999); connection.close()",
        "connection = accept(); connection.recv(9999); connection.send(HALF)",
    ],
)
def test_what_a_server_died_of_is_told(serve, before, death, saw):
    """Not that the connection was closed, or reset."""
    server = serve(f"{before}\n{death}")
    failure = failure_of(lambda: server.get("/"))
    assert saw in failure.saw
    assert (failure.report is not None) == (saw == SENTENCE)


def test_what_it_died_of_while_its_requests_were_waited_for_is_told(serve):
    """Whose connection is gone seems to have an answer."""
    server = serve("accept().close()\nwait_for_signal()\ncrash()")
    server.ask("/")
    hold = types.SimpleNamespace(held=[])  # nothing ever comes to the service behind it
    failure = failure_of(lambda: server.wait_for_requests(hold, 1))
    assert SENTENCE in failure.saw and failure.report


def test_it_is_waited_for_while_it_dies(serve):
    """The connection is closed long before the report is there."""
    server = serve(
        """
        accept().close()
        for line in REPORT.splitlines(True):
            sys.stderr.write(line)
            sys.stderr.flush()
            wait_for_signal()
        sys.exit(99)
        """
    )
    failure = failure_of(lambda: server.get("/"))
    assert SENTENCE in failure.saw and failure.report


@pytest.mark.parametrize("death, saw", DEATHS)
def test_who_refuses_since_it_died(serve, death, saw):
    """It was alive when it said that it listens."""
    server = serve(death)
    assert server.process.wait_until(lambda: not server.process.running)
    assert saw in failure_of(server.client).saw


def test_who_died_when_it_was_asked_to_stop(serve):
    """A mistake in the way it stops is one, too."""
    server = serve(
        """
        connection = accept()
        wait_for_signal()
        print("stopping", flush=True)
        connection.close()
        crash()
        """
    )
    client = server.ask("/")
    server.process.ask_to_end()
    server.wait_for("^stopping")
    assert SENTENCE in failure_of(client.answer).saw


# --- A server that is well --------------------------------------------------------------


@pytest.mark.parametrize(
    "does, saw, expected",
    [
        ("", "the server closed the connection", r"an answer, up to b'\r\n\r\n'"),
        (
            "c.send(HALF)",
            "the server closed the connection",
            "3 more bytes of the body",
        ),
        (
            "c.send(HALF[:5])",
            "the server closed the connection, after b'HTTP/'",
            r"an answer, up to b'\r\n\r\n'",
        ),
        (
            "reset_at_close(c)",
            "the connection was reset",
            r"an answer, up to b'\r\n\r\n'",
        ),
    ],
)
def test_who_only_closed_the_connection(serve, does, saw, expected):
    """It lives: so that is all there is to tell. Others that wait there do not matter."""
    server = serve(
        f"other = accept(); c = accept(); c.recv(9999)\n{does}\nc.close()\nlive()"
    )
    with server.client():
        failure = failure_of(lambda: server.get("/path"))
    assert (failure.saw, failure.expected) == (saw, expected)
    assert failure.report is None
    assert failure.did.endswith("/server, and asked: GET /path")


def test_who_refuses_although_it_lives(serve):
    """It has said that it listens."""
    server = serve("listening.close(); print('closed', flush=True); live()")
    server.wait_for("closed")
    failure = failure_of(server.client)
    assert failure.saw == "it says that it listens, and refuses who connects"


def test_who_says_nothing(serve, monkeypatch):
    """Time is over: it was not looked at, and lives."""
    server = serve("c = accept(); live()")
    client = server.ask("/")
    client.socket.settimeout(0.05)
    assert failure_of(client.answer).saw == "nothing more came"
    assert server.process.running


# --- Answers ----------------------------------------------------------------------------


def answers(*texts: str) -> str:
    """A server's lines: it answers with these, and closes."""
    data = "".join(texts).encode()
    return f"c = accept(); c.recv(9999); c.send({data!r}); c.close(); live()"


def test_answers_come_one_by_one(serve):
    """With a length, in chunks, without a body, and up to the end."""
    server = serve(
        answers(
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\nX-One:  a b \r\n\r\nabc",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 70\r\n\r\n",
            "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\nA\r\n",
            "0123456789\r\n0\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\nContent-Type: a/b; c=d\r\n\r\nthe rest",
        )
    )
    with server.client() as client:
        client.send(request("GET", "/"))
        assert client.answer().status == 100
        one = client.answer()
        assert (one.status, one.words, one.body) == (200, "OK", b"abc")
        assert one.headers["X-ONE"] == "a b" and one.headers["X-Two"] is None
        assert (client.answer().status, client.answer().body) == (304, b"de0123456789")
        last = client.answer()
        assert (last.words, last.type, last.text) == ("Not Found", "a/b", "the rest")
        assert str(last) == "404, a/b: the rest"
        assert client.is_closed()


def test_a_body_that_comes_after_its_head(serve):
    """Nothing of it is there when the head has been read; it ends with the connection."""
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    server = serve(
        f"c = accept(); c.send({head!r}); c.recv(1); c.send(b'the rest'); c.close(); live()"
    )
    with server.client() as client:
        assert client.takes(len(head)) == head
        client.send(b"x")
        assert client.answer().body == b"the rest"


@pytest.mark.parametrize(
    "text, saw",
    [
        ("Hello\r\n\r\n", "its answer begins with 'Hello'"),
        ("HTTP/1.1 OK\r\n\r\n", "its answer begins with 'HTTP/1.1 OK'"),
        ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "a length of 'x'"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "a length of 'x'"),
        ("HTTP/1.1 200 OK\r\n", "the server closed the connection, after b'HTTP/1.1 2"),
    ],
)
def test_answers_that_are_none(serve, text, saw):
    """What is wrong with it is told."""
    assert failure_of(lambda: serve(answers(text)).get("/")).saw.startswith(saw)


def test_what_is_sent(serve):
    """Bytes as they are; and what a request is made of."""
    assert request("GET", "/") == b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    assert request("PUT", "/a", {"Host": "x", "A_B": "c"}, b"body") == (
        b"PUT /a HTTP/1.1\r\nHost: x\r\nA-B: c\r\nContent-Length: 4\r\n\r\nbody"
    )
    server = serve(
        "c = accept(); print(c.recv(9, socket.MSG_WAITALL), flush=True); live()"
    )
    with server.client() as client:
        client.send(b"\0\xff\r", b"\n", b"GET /")
        server.wait_for(r"^b'\\x00\\xff\\r\\nGET /'$")
