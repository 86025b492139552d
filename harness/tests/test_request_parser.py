"""request_parser, through parse_requests: what it takes, what it refuses, and why.

Every stream is parsed at once, byte by byte, and cut in two at every position; that makes no
difference, or the program fails.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from harness.fuzz.requests import BAD, CHUNKED, END, GET, GOOD, POST, chunks, header
from harness.tests import parser
from harness.tests.parser import digest, parse, parse_streams

Report = dict[str, Any]  # what is printed of a request


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    """The program, built."""
    parser.build()


@pytest.fixture(scope="module")
def reports() -> dict[str, list[Report]]:
    """What is reported of each row of the table, by its name."""
    rows = {**{name: row[0] for name, row in GOOD.items()}}
    rows.update({name: row[0] for name, row in BAD.items()})
    assert len(rows) == len(GOOD) + len(BAD), "a name stands for two rows"
    found = parse_streams(rows.values())
    assert len(found) == len(rows)
    return dict(zip(rows, found))


def refused(report: Report, status: int, problem: str) -> bool:
    """Whether a request was refused like that."""
    return (
        report["state"] == "failed"
        and report["status"] == status
        and problem in report["problem"]
    )


def only(data: bytes, *arguments: str) -> Report:
    """The report of a stream with one request."""
    (report,) = parse(data, *arguments)
    return report


# --- One request -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", GOOD)
def test_a_good_request(reports, name):
    data, expected = GOOD[name]
    (report,) = reports[name]
    assert report["state"] == "whole", report
    expected = {"consumed": len(data), "status": 0, "problem": None, **expected}
    assert {key: report[key] for key in expected} == expected


@pytest.mark.parametrize("name", BAD)
def test_a_bad_request(reports, name):
    data, status, problem = BAD[name]
    (report,) = reports[name]
    assert refused(report, status, problem), report
    assert 0 < report["consumed"] <= len(data)
    assert not report.get("keep_alive")


@pytest.mark.parametrize(
    "data, consumed",
    [
        (b"\x16\x03\x01", 1),
        (b"GET / HTTP/1.1\r\nA: \0b", 20),
        (b"GET / HTTP/1.1\rA", 16),
        (b"GET / HTTP/1.1\r\nA\r\n\r\n", 19),
        (b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 17),
        (CHUNKED + b"1\r\nxyz!", len(CHUNKED) + 7),
    ],
)
def test_a_refusal_does_not_wait_for_the_end(data, consumed):
    """It comes with the byte that is wrong, or at the end of the line that is."""
    report = only(data)
    assert (report["state"], report["consumed"]) == ("failed", consumed)


@pytest.mark.parametrize(
    "data, state",
    [
        (b"\r\n", "idle"),
        (b"\r\n\r", "idle"),
        (b"G", "head"),
        (GET, "head"),
        (GET + b"\r", "head"),
        (POST + b"Content-Length: 2\r\n\r\n", "body"),
        (POST + b"Content-Length: 2\r\n\r\nx", "body"),
        (CHUNKED + b"1\r\nx\r\n0\r\n", "body"),
        (CHUNKED + b"1\r\nx\r\n0\r\nA: b\r\n\r", "body"),
    ],
)
def test_half_a_request(data, state):
    """All that there is has been taken."""
    report = only(data)
    assert (report["state"], report["consumed"]) == (state, len(data))


def test_nothing_at_all():
    assert only(b"")["state"] == "idle"


def test_it_stops_when_the_head_is_whole():
    """Where a body follows, and nowhere else: `head` is what had been taken by then."""
    with_body = GOOD["a body"][0]
    assert only(with_body)["head"] == len(with_body) - len(b"hello")
    assert only(CHUNKED + b"0\r\n\r\n")["head"] == len(CHUNKED)
    assert only(GET + END)["head"] == 0


def test_the_body_is_kept():
    body = bytes(range(256)) * 3
    whole = POST + b"Content-Length: 768\r\n\r\n" + body
    in_chunks = CHUNKED + b"".join(
        b"%x\r\n%s\r\n" % (len(part), part)
        for part in (body[:1], body[1:300], body[300:])
    )
    for data in (whole, in_chunks + b"0\r\n\r\n"):
        report = only(data)
        assert (report["body"], report["digest"]) == (768, digest(body))


# --- Limits ----------------------------------------------------------------------------------

# Its name: the option, the largest request that is taken, and what is one above it: bytes,
# status, problem.
LIMITS = {
    "target": ("--max-target=4", b"GET /abc HTTP/1.1\r\nHost: a\r\n\r\n",
               b"GET /abcd HTTP/1.1\r\nHost: a\r\n\r\n", 414, "target"),
    "a whole URL": ("--max-target=10", b"GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n",
                    b"GET http://a/bc HTTP/1.1\r\nHost: a\r\n\r\n", 414, "target"),
    "head": ("--max-head=32", GET + b"A:b\r\n\r\n",
             GET + b"A:bc\r\n\r\n", 431, "request line and the headers"),
    "empty lines do not count": ("--max-head=27", END + GET + END,
                                 END + GET + b"A:" + END, 431, "headers"),
    "a line that does not end": ("--max-head=32", GET + b"A:b\r\n\r\n",
                                 GET + b"A" * 8, 431, "headers"),
    "a target that does not end": ("--max-head=32", GET + b"A:b\r\n\r\n",
                                   b"GET /" + b"a" * 28, 431, "headers"),
    "headers": ("--max-headers=2", header(b"A: b"), header(b"A: b\r\nC: d"), 431, "too many"),
    "no headers": ("--max-headers=0", b"GET / HTTP/1.0\r\n\r\n", GET + END, 431, "too many"),
    "body": ("--max-body=2", POST + b"Content-Length: 2\r\n\r\nhi",
             POST + b"Content-Length: 3\r\n\r\n", 413, "body"),
    "no body": ("--max-body=0", CHUNKED + b"0\r\n\r\n", CHUNKED + b"1\r\n", 413, "body"),
    "a chunk": ("--max-body=2", chunks(b"2\r\nhi\r\n0\r\n\r\n"),
                chunks(b"3\r\n"), 413, "body"),
    "chunks": ("--max-body=2", chunks(b"1\r\nh\r\n1\r\ni\r\n0\r\n\r\n"),
               chunks(b"1\r\nh\r\n2\r\n"), 413, "body"),
    "trailers": ("--max-head=64", chunks(b"0\r\nA:b\r\n\r\n"),
                 chunks(b"0\r\nA:bc\r\n\r\n"), 431, "trailers"),
    "extensions": ("--max-head=61", chunks(b"0;a\r\n\r\n"),
                   chunks(b"0;ab\r\n\r\n"), 431, "trailers"),
    "extensions in all": ("--max-head=63", chunks(b"1;a\r\nx\r\n0;a\r\n\r\n"),
                          chunks(b"1;a\r\nx\r\n0;abcd\r\n\r\n"), 431, "extensions"),
    "an extension that does not end": ("--max-head=63", chunks(b"0;a\r\n\r\n"),
                                       chunks(b"0;" + b"a" * 40), 431, "extensions"),
}  # fmt: skip


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit(name):
    """What is just within it is taken, what is one above it is refused."""
    option, within, above, status, problem = LIMITS[name]
    report = only(within, option)
    assert (report["state"], report["consumed"]) == ("whole", len(within)), report
    assert refused(only(above, option), status, problem), only(above, option)


def test_a_target_without_end_is_too_long_a_target():
    """Also when the head's limit is what stops it."""
    report = only(b"GET /" + b"a" * 100, "--max-head=50", "--max-target=40")
    assert refused(report, 414, "target") and report["consumed"] == 51


def test_a_body_too_long_is_refused_before_it_comes():
    data = POST + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    report = only(data + b"abc", "--max-body=2")
    assert refused(report, 413, "body") and report["consumed"] == len(data)
    assert (report["method"], report["target"]) == ("POST", "/x")


# --- Several requests ------------------------------------------------------------------------


def test_requests_that_follow_one_another():
    """Each is taken alone, to its last byte; nothing of one is left in the next."""
    names = [name for name in GOOD if not GOOD[name][1].get("wants_upgrade")]
    stream = b"".join(GOOD[name][0] for name in names)
    # At every position it would take long.
    for cut in ("0", "1", "2", "3", "7", "64", "1000"):
        text = parser.run(stream, f"--cut={cut}")
        found = parser.lines(text)
        assert len(found) == len(names)
        for name, report in zip(names, found):
            data, expected = GOOD[name]
            expected = {"state": "whole", "consumed": len(data), **expected}
            assert {key: report[key] for key in expected} == expected, name


def test_nothing_comes_after_a_refusal():
    found = parse(GET + END + b"BREW / HTTP/1.1\r\n" + GET + END)
    assert [report["state"] for report in found] == ["whole", "failed"]


def test_what_follows_an_upgrade_is_left():
    upgrade = GOOD["an upgrade"][0]
    report = only(upgrade + b"\x81\x00")
    assert (report["state"], report["consumed"]) == ("whole", len(upgrade))


# --- At random -------------------------------------------------------------------------------

TOKEN = "!#$%&'*+-.^_`|~" + "abcxyzABCXYZ059"
VISIBLE = "".join(map(chr, range(0x21, 0x7F)))
RESERVED = {
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "expect",
}


class Model:
    """A valid request made at random, and what is to be reported of it."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        method = rng.choice(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
        target = "/" + self._word(VISIBLE.replace("#", "").replace("%", ""), 0, 20)
        target += rng.choice(["", "", "%20", "?%ff"])
        self.newer = rng.random() < 0.8
        self.headers = [[self._name(), self._value()] for _ in range(rng.randrange(5))]
        self.body = rng.randbytes(rng.randrange(40))
        self.kept = self.newer
        framed = self._frame()
        self._add_connection()
        host = self._word("abc.-09", 1, 9)
        if self.newer or rng.random() < 0.5:
            self._add(self._case("Host"), host)
        else:
            host = None
        version = "1.1" if self.newer else "1.0"
        head = f"{method} {target} HTTP/{version}\r\n" + "".join(
            f"{name}:{self._space()}{value}{self._space()}\r\n"
            for name, value in self.headers
        )
        empty = b"\r\n" * rng.choice([0, 0, 0, 1, 2])
        self.data = empty + head.encode("latin-1") + END + framed
        self.report = {
            "state": "whole", "status": 0, "problem": None, "method": method,
            "target": target, "host": host, "headers": self.headers,
            "keep_alive": self.kept, "wants_continue": False, "wants_upgrade": False,
            "has_body": self.has_body, "body": len(self.body),
            "digest": digest(self.body), "consumed": len(self.data),
            "head": len(self.data) - len(framed) if framed else 0,
        }  # fmt: skip

    def _word(self, letters: str, least: int, most: int) -> str:
        return "".join(self.rng.choices(letters, k=self.rng.randint(least, most)))

    def _name(self) -> str:
        name = self._word(TOKEN, 1, 12)
        return name if name.lower() not in RESERVED else "x"

    def _value(self) -> str:
        return self._word(VISIBLE + " \t\x80\xff", 0, 20).strip(" \t")

    def _space(self) -> str:
        return self.rng.choice(["", " ", " ", "\t", "  \t"])

    def _case(self, name: str) -> str:
        return "".join(self.rng.choice([c.lower(), c.upper()]) for c in name)

    def _add(self, name: str, value: str) -> None:
        self.headers.insert(self.rng.randint(0, len(self.headers)), [name, value])

    def _add_connection(self) -> None:
        option = self.rng.choice(["", "close", "keep-alive"])
        if option:
            self.kept = option == "keep-alive"
            self._add(self._case("Connection"), self._case(option))

    def _frame(self) -> bytes:
        """Adds the headers that tell how long the body is; returns what is sent of it."""
        way = self.rng.choice(["none", "length", "chunks" if self.newer else "length"])
        self.has_body = way != "none"
        if way == "none":
            self.body = b""
        if way == "length":
            self._add(self._case("Content-Length"), str(len(self.body)))
        if way != "chunks":
            return self.body
        self._add(self._case("Transfer-Encoding"), self._case("chunked"))
        sent, rest = b"", self.body
        while rest:
            part, rest = self._split(rest)
            sent += b"%s%s\r\n%s\r\n" % (self._size(len(part)), self._extension(), part)
        trailers = b"".join(
            f"{self._name()}: {self._value()}\r\n".encode("latin-1")
            for _ in range(self.rng.randrange(3))
        )
        return sent + b"0\r\n" + trailers + END

    def _split(self, rest: bytes) -> tuple[bytes, bytes]:
        length = self.rng.randint(1, len(rest))
        return rest[:length], rest[length:]

    def _size(self, length: int) -> bytes:
        zeros = "0" * self.rng.randrange(3)
        return (zeros + self._case(f"{length:x}")).encode()

    def _extension(self) -> bytes:
        return self.rng.choice([b"", b"", b";a", b";a=b", b';a="b; c"', b';a="\\"";b'])


def test_requests_made_at_random():
    """What a model says of each request is what is reported, however it is cut."""
    rng = random.Random(20230911)
    models = [Model(rng) for _ in range(400)]
    found = parse_streams(model.data for model in models)
    assert len(found) == len(models)
    for model, (report,) in zip(models, found):
        assert report == model.report, model.data


def test_streams_made_at_random():
    rng = random.Random(11092023)
    for _ in range(20):
        models = [Model(rng) for _ in range(rng.randint(2, 6))]
        found = parse(b"".join(model.data for model in models))
        assert found == [model.report for model in models]


def test_one_changed_byte_never_matters_how_it_is_cut():
    """Whatever becomes of the request: the program compares all cuts, and fails if one of
    them makes a difference."""
    rng = random.Random(91)
    streams = []
    for data in [row[0] for row in GOOD.values()]:
        for _ in range(8):
            at = rng.randrange(len(data))
            byte = bytes([rng.choice([0, 9, 10, 13, 32, 58, 59, rng.randrange(256)])])
            streams.append(data[:at] + byte + data[at + 1 :])
    assert len(parse_streams(streams)) == len(streams)


# --- The program -----------------------------------------------------------------------------


def test_a_stream_without_its_length_is_not_parsed():
    """So that a mistake of these tests is not taken for a stream that is right."""
    with pytest.raises(AssertionError, match="no length before a stream"):
        parser.run(b"99\nGET", "--streams")


@pytest.mark.parametrize(
    "option", ["--cut=x", "--cut", "--max-body=-1", "--nothing", "x"]
)
def test_a_wrong_command_line(option):
    with pytest.raises(AssertionError, match="usage: parse_requests"):
        parser.run(b"", option)
