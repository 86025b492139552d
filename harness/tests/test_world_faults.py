"""The faults of the outside world, seen from the other end of the connection."""

from __future__ import annotations

import gzip
import http.client
import itertools
import socket
import zlib
from typing import Any, Optional

import pytest

from harness.tests.client import Client, fetch, get
from harness.world import FAULTS, World, WorldError
from harness.world.limits import PAGE_MAX
from harness.world.service import Exchange

LAST = "GET /delay/0 HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n"


def raw_answer(world: World) -> bytes:
    """All bytes that come for a request on a connection of its own."""
    with Client(world.sites) as client:
        return client.send(LAST).rest()


def parts(answer: bytes) -> tuple[bytes, bytes]:
    """Head and body."""
    end = answer.index(b"\r\n\r\n") + 4
    return answer[:end], answer[end:]


def place(answer: bytes, options: dict[str, int]) -> int:
    """Where a fault with these options cuts the answer."""
    head, _ = parts(answer)
    return len(head) + options["body"] if "body" in options else options.get("after", 0)


def record_writes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bool, bool]]:
    """Of each write its bytes, whether it goes out at once, and whether it is the last."""
    writes: list[tuple[int, bool, bool]] = []
    send = Exchange.send

    async def recording(self: Exchange, data: bytes, last: bool = False) -> None:
        raw = self._connection.writer.get_extra_info("socket")
        at_once = raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        writes.append((len(data), at_once, last))
        await send(self, data, last)

    monkeypatch.setattr(Exchange, "send", recording)
    return writes


CUTS = [{}, {"after": 20}, {"body": 0}, {"body": 7}]

# Faults.


def test_fault_status_for_the_first_two(world: World) -> None:
    fault = world.sites.fault("/delay/*", "status", code=503, times=2)
    with Client(world.sites) as client:
        statuses = [client.get("/delay/0").answer()[0] for _ in range(3)]
    assert (statuses, fault.taken) == ([503, 503, 200], 2)
    assert world.sites.counts.finished == 3


def test_fault_does_not_wait_for_the_delay(world: World) -> None:
    world.sites.fault("/delay/*", "status")
    assert get(world.sites, "/delay/60")[0] == 500


def test_fault_reset(world: World) -> None:
    world.sites.fault("/delay/*", "reset")
    hold = world.sites.hold("/delay/*")
    with Client(world.sites) as client:
        client.get("/delay/0")
        hold.wait_for(1)
        hold.release_all()
        with pytest.raises(ConnectionResetError):
            client.rest()
    counts = world.sites.counts
    assert (counts.finished, counts.abandoned, counts.in_flight) == (1, 0, 0)


@pytest.mark.parametrize("options", CUTS[1:])
def test_fault_reset_after_a_part(world: World, options: dict[str, int]) -> None:
    whole = raw_answer(world)
    world.sites.fault("/delay/*", "reset", **options)
    with Client(world.sites) as client:
        client.send(LAST)
        cut = place(whole, options)
        assert client.read(cut) == whole[:cut]
        with pytest.raises(ConnectionResetError):
            client.rest()
    assert world.sites.counts.abandoned == 0


@pytest.mark.parametrize("options", CUTS)
def test_fault_close(world: World, options: dict[str, int]) -> None:
    whole = raw_answer(world)
    world.sites.fault("/delay/*", "close", **options)
    with Client(world.sites) as client:
        assert client.get("/delay/0").rest() == whole[: place(whole, options)]


@pytest.mark.parametrize("name", ["reset", "close"])
def test_faults_that_end_it_do_not_wait_for_the_delay(world: World, name: str) -> None:
    world.sites.fault("/delay/*", name)
    with Client(world.sites) as client:
        client.get("/delay/60")
        world.sites.wait_for(finished=1)


@pytest.mark.parametrize("options", CUTS)
def test_fault_stall(world: World, options: dict[str, int]) -> None:
    whole = raw_answer(world)
    cut = place(whole, options)
    fault = world.sites.fault("/delay/*", "stall", **options)
    with Client(world.sites) as client:
        client.send(LAST)
        fault.wait_for(1)
        assert client.read(cut) == whole[:cut]
        assert client.is_silent()  # it stalls after all was sent: no more is coming
        assert world.sites.in_flight == 1
        fault.release_all()
        assert client.rest() == whole[cut:]


def test_client_that_gives_up_a_stalled_answer(world: World) -> None:
    fault = world.sites.fault("/delay/*", "stall", body=3)
    client = Client(world.sites).get("/delay/0")
    fault.wait_for(1)
    client.close()
    world.sites.wait_for(abandoned=1, in_flight=0)
    assert fault.held == {}


def test_stall_that_is_lifted_before_it_begins(world: World) -> None:
    stall = world.sites.fault("/delay/*", "stall")
    hold = world.sites.hold("/delay/*")
    with Client(world.sites) as client:
        client.get("/delay/0")
        hold.wait_for(1)
        stall.lift()
        hold.release_all()
        assert client.answer()[0] == 200


def test_fault_slow_headers(world: World) -> None:
    head, body = parts(raw_answer(world))
    fault = world.sites.fault("/delay/*", "slow_headers")
    with Client(world.sites) as client:
        client.send(LAST)
        for line in head.splitlines(keepends=True):
            fault.wait_for(1)
            assert client.read(len(line)) == line
            assert client.is_silent()
            fault.release_all()
        assert client.rest() == body
    world.sites.wait_for(finished=1, abandoned=0)


def test_fault_slow_headers_that_is_lifted_goes_on(world: World) -> None:
    fault = world.sites.fault("/delay/*", "slow_headers")
    with Client(world.sites) as client:
        client.get("/delay/0")
        fault.wait_for(1)
        fault.lift()
        assert client.answer()[0] == 200


def test_fault_byte_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = raw_answer(world)
    writes = record_writes(monkeypatch)
    world.sites.fault("/delay/*", "byte_at_a_time")
    assert raw_answer(world) == whole
    assert writes == [(1, True, n == len(whole)) for n in range(1, len(whole) + 1)]


@pytest.mark.parametrize("sizes", [None, [1], [5, 70_000]])
@pytest.mark.parametrize("length", [0, 1, 3000])
def test_fault_chunked(world: World, sizes: list[int] | None, length: int) -> None:
    plain = get(world.sites, f"/delay/0?bytes={length}")[2]
    world.sites.fault("*", "chunked", **({} if sizes is None else {"sizes": sizes}))
    answer, body = fetch(world.sites, "GET", f"/delay/0?bytes={length}")
    assert (answer.headers["Transfer-Encoding"], body) == ("chunked", plain)
    assert answer.headers["Content-Length"] is None
    with Client(world.sites) as client:
        client.send(LAST.replace("/delay/0", f"/delay/0?bytes={length}"))
        rest = parts(client.rest())[1]
    for size in itertools.cycle(sizes or [1, 7, 3, 64, 2, 1000]):
        size = min(size, len(plain))
        chunk = b"%x\r\n%b\r\n" % (size, plain[:size])
        assert rest.startswith(chunk)
        rest, plain = rest[len(chunk) :], plain[size:]
        if size == 0:
            break
    assert rest == b""


@pytest.mark.parametrize("size", [1, 65_536, 200_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_fault_huge(
    world: World, monkeypatch: pytest.MonkeyPatch, size: int, chunked: bool
) -> None:
    writes = record_writes(monkeypatch)
    world.sites.fault("*", "huge", size=size, chunked=chunked)
    answer, body = fetch(world.sites, "GET", "/")
    assert (answer.status, body) == (200, b" " * size)
    length = (None, "chunked") if chunked else (str(size), None)
    headers = answer.headers
    assert (headers["Content-Length"], headers["Transfer-Encoding"]) == length
    assert max(length for length, _, _ in writes) < 66_000
    assert [n for n, (_, _, last) in enumerate(writes, 1) if last] == [len(writes)]


def test_fault_huge_is_endless_and_can_be_given_up(world: World) -> None:
    world.sites.fault("*", "huge")
    with Client(world.sites) as client:
        status, headers, _ = client.get("/").answer(head_only=True)
        assert (status, headers["content-length"]) == (200, str(2**40))
        assert client.read(10**7) == b" " * 10**7
        assert world.sites.in_flight == 1
    world.sites.wait_for(abandoned=1, in_flight=0)


@pytest.mark.parametrize("name", ["byte_at_a_time", "chunked", "huge"])
def test_connection_goes_on_after_a_right_answer(world: World, name: str) -> None:
    world.sites.fault("*", name, times=1)
    with Client(world.sites) as client:
        client.send("HEAD /delay/0 HTTP/1.1\r\nHost: w\r\n\r\n")
        assert client.answer(head_only=True)[0] == 200
        assert client.is_silent()
        assert client.get("/delay/0").answer()[0] == 200
    assert world.sites.counts.finished == 2


def test_fault_wrong_length_too_large(world: World) -> None:
    head, body = parts(raw_answer(world))
    world.sites.fault("/delay/*", "wrong_length", by=3)
    with pytest.raises(http.client.IncompleteRead) as failure:
        fetch(world.sites, "GET", "/delay/0")
    assert (failure.value.partial, failure.value.expected) == (body, 3)
    told = b"Content-Length: %d\r\n"
    wrong = head.replace(told % len(body), told % (len(body) + 3))
    assert raw_answer(world) == wrong + body


def test_fault_wrong_length_too_small(world: World) -> None:
    body = get(world.sites, "/delay/0")[2]
    world.sites.fault("/delay/*", "wrong_length", by=-5, times=1)
    with Client(world.sites) as client:
        assert client.get("/delay/0").answer()[2] == body[:-5]
        assert client.read(5) == body[-5:]
        assert client.get("/delay/0").answer()[2] == body
    world.sites.fault("/delay/*", "wrong_length", by=-(10**9))
    assert get(world.sites, "/delay/0")[1]["content-length"] == "0"


@pytest.mark.parametrize("count", [None, 0, 1, 1000])
def test_fault_garbage(world: World, count: int | None) -> None:
    world.sites.fault("*", "garbage", **({} if count is None else {"count": count}))
    noise = raw_answer(world)
    assert len(noise) == (100 if count is None else count)
    assert b"HTTP" not in noise
    with pytest.raises((http.client.BadStatusLine, http.client.RemoteDisconnected)):
        fetch(world.sites, "GET", "/")


def test_fault_body(world: World) -> None:
    world.rates.fault("*", "body", text='{"rates": {"USD": "\xe9"}}')
    answer, body = fetch(world.rates, "GET", "/latest")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert body.decode() == '{"rates": {"USD": "\xe9"}}'
    world.rates.fault("*", "body", text="\ud800", content_type="x/y; z=1", code=201)
    answer, body = fetch(world.rates, "GET", "/latest")
    assert (answer.status, answer.headers["Content-Type"]) == (201, "x/y; z=1")
    assert body == b"\xed\xa0\x80"


def test_fault_not_json(world: World) -> None:
    world.orders.fault("*", "not_json")
    answer, body = fetch(world.orders, "GET", "/")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert body.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize(
    "truncated, error", [(False, zlib.error), (True, EOFError)], ids=["bad", "truncated"]
)
@pytest.mark.parametrize("length", [0, 1, 100_000])
def test_fault_bad_gzip(
    world: World, truncated: bool, error: type[Exception], length: int
) -> None:
    world.sites.fault("*", "bad_gzip", truncated=truncated)
    answer, body = fetch(world.sites, "GET", f"/delay/0?bytes={length}")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) == len(body)
    with pytest.raises(error):
        gzip.decompress(body)


@pytest.mark.parametrize("code", [None, 502])
def test_fault_lose_answer(
    world: World, monkeypatch: pytest.MonkeyPatch, code: Optional[int]
) -> None:
    asked: list[str] = []
    respond = Exchange.respond

    async def recording(self: Exchange) -> Any:
        asked.append(self.request.path)
        return await respond(self)

    monkeypatch.setattr(Exchange, "respond", recording)
    world.rates.fault("*", "lose_answer", **({} if code is None else {"code": code}))
    with Client(world.rates) as client:
        client.get("/latest")
        if code is None:
            assert client.rest() == b""
        else:
            status, _, body = client.answer()
            assert (status, b"the answer was lost" in body) == (code, True)
    assert asked == ["/latest"]  # it was done, all the same


FAULTS_THAT_END = sorted(set(FAULTS) - {"stall", "slow_headers", "huge"})


@pytest.mark.parametrize("name", FAULTS_THAT_END)
def test_whoever_has_seen_the_end_finds_it_counted(world: World, name: str) -> None:
    world.sites.fault("*", name)
    try:
        raw_answer(world)
    except ConnectionResetError:
        assert name == "reset"
    assert (world.sites.counts.finished, world.sites.counts.abandoned) == (1, 0)


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("nonsense", {}, "there is no fault 'nonsense'; there are: status, reset, stall"),
        ("status", {"kode": 1}, "its options are: code; not: kode"),
        ("not_json", {"code": 1}, "its options are: none; not: code"),
        ("status", {"code": 99}, "code is from 200 to 599"),
        ("status", {"code": "503"}, "code is from 200 to 599"),
        ("reset", {"after": "1"}, "reset: after is a number of bytes"),
        ("reset", {"body": -1}, "reset: body is a number of bytes"),
        ("close", {"after": -1}, "close: after is a number of bytes"),
        ("lose_answer", {"code": 99}, "lose_answer: code is from 200 to 599"),
        ("stall", {"after": -1}, "stall: after is a number of bytes"),
        ("stall", {"body": True}, "stall: body is a number of bytes"),
        ("chunked", {"sizes": []}, "sizes is a list of numbers of bytes"),
        ("chunked", {"sizes": [1, 0]}, "each at least 1"),
        ("chunked", {"sizes": 3}, "sizes is a list"),
        ("huge", {"size": 0}, "size is a number of bytes, at least 1"),
        ("huge", {"chunked": 1}, "chunked is true or false"),
        ("wrong_length", {"by": 0}, "by is a number other than 0"),
        ("wrong_length", {"by": 1.5}, "by is a number other than 0"),
        ("garbage", {"count": PAGE_MAX + 1}, "count is a number of bytes, at most"),
        ("garbage", {"count": -1}, "count is a number of bytes, at most"),
        ("body", {"text": 1}, "text is a string"),
        ("body", {"content_type": "a\r\nb"}, "content_type is a line of ASCII"),
        ("body", {"content_type": None}, "content_type is a line of ASCII"),
        ("body", {"code": 100}, "code is from 200 to 599"),
        ("bad_gzip", {"truncated": 1}, "truncated is true or false"),
    ],
)
def test_bad_fault_is_refused(
    world: World, name: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(WorldError, match=message):
        world.sites.fault("*", name, **options)
    assert world.sites.rules == []


def test_every_fault_is_explained() -> None:
    assert all(function.__doc__ for function in FAULTS.values())
