"""The outside world itself: HTTP, holds, counts, lifetime, control, program."""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import harness.world
from harness.layout import ROOT
from harness.tests.client import GET, Client, call, fetch, get
from harness.timeouts import scaled
from harness.world import World, WorldError, WorldTimeout
from harness.world import limits
from harness.world.__main__ import parse_arguments
from harness.world.limits import BODY_MAX, HEAD_MAX, PAGE_MAX
from harness.world.rules import Rulebook


def record_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The targets of finished requests, in the order in which they finish."""
    ended: list[str] = []
    finish = world.sites.finish

    def recording(visit: Any) -> None:
        if not visit.over:
            ended.append(visit.request.target)
        finish(visit)

    monkeypatch.setattr(world.sites, "finish", recording)
    return ended


# HTTP.


@pytest.mark.parametrize("target", ["/?bytes=3", "http://w/?bytes=3", "http://w?bytes=3"])
def test_target_may_be_a_whole_url(world: World, target: str) -> None:
    assert len(get(world.sites, target)[2]) == 3


def test_connection_is_used_again(world: World) -> None:
    with Client(world.sites) as client:
        for _ in range(3):
            assert client.get("/delay/0").answer()[0] == 200
    get(world.sites, "/delay/0")
    assert [r.connection for r in world.sites.requests] == [0, 0, 0, 1]
    assert [r.arrival for r in world.sites.requests] == [0, 1, 2, 3]


def test_pipelined_requests_are_answered_in_turn(world: World) -> None:
    hold = world.sites.hold("/delay/*")
    with Client(world.sites) as client:
        client.send("".join(GET.format(f"/delay/0?bytes={n}") for n in (1, 2, 3)))
        for size in (1, 2, 3):
            hold.wait_for(1)
            assert world.sites.in_flight == 1
            assert hold.held[size - 1].query == {"bytes": str(size)}
            hold.release_next()
            assert len(client.answer()[2]) == size


@pytest.mark.parametrize(
    "head, closes",
    [
        ("GET / HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n", True),
        ("GET / HTTP/1.0\r\n\r\n", True),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", False),
        ("GET / HTTP/1.1\r\nHost: w\r\n\r\n", False),
    ],
)
def test_connection_closes_when_asked(world: World, head: str, closes: bool) -> None:
    with Client(world.sites) as client:
        status, headers, _ = client.send(head).answer()
        assert status == 200
        assert (headers.get("connection") == "close") == closes
        if closes:
            assert client.rest() == b""
        else:
            assert client.get("/").answer()[0] == 200


MALFORMED = {
    "no version": ("GET /\r\n\r\n", 400),
    "not HTTP": ("hello\r\n\r\n", 400),
    "HTTPS": (b"\x16\x03\x01\x02\x00\x01\x00", 400),
    "two spaces": ("GET  / HTTP/1.1\r\nHost: w\r\n\r\n", 400),
    "bad method": ("G(T / HTTP/1.1\r\nHost: w\r\n\r\n", 400),
    "bad target": ("GET path HTTP/1.1\r\nHost: w\r\n\r\n", 400),
    "target in 8 bits": (b"GET /\xff HTTP/1.1\r\nHost: w\r\n\r\n", 400),
    "HTTP/2.0": ("GET / HTTP/2.0\r\nHost: w\r\n\r\n", 505),
    "no Host": ("GET / HTTP/1.1\r\n\r\n", 400),
    "two Hosts": ("GET / HTTP/1.1\r\nHost: w\r\nhost: x\r\n\r\n", 400),
    "bare LF": ("GET / HTTP/1.1\nHost: w\n\n", 400),
    "bare LF in a header": ("GET / HTTP/1.1\r\nHost: w\nA: b\r\n\r\n", 400),
    "bare CR": ("GET / HTTP/1.1\r\nHost: w\rA: b\r\n\r\n", 400),
    "NUL": ("GET / HTTP/1.1\r\nHost: w\0\r\n\r\n", 400),
    "space before colon": ("GET / HTTP/1.1\r\nHost : w\r\n\r\n", 400),
    "folded header": ("GET / HTTP/1.1\r\nHost: w\r\nA: b\r\n c\r\n\r\n", 400),
    "header without colon": ("GET / HTTP/1.1\r\nHost: w\r\nA\r\n\r\n", 400),
    "length -1": ("GET / HTTP/1.1\r\nHost: w\r\nContent-Length: -1\r\n\r\n", 400),
    "two lengths": (
        "GET / HTTP/1.1\r\nHost: w\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
        400,
    ),
    "length and chunked": (
        "GET / HTTP/1.1\r\nHost: w\r\nContent-Length: 0\r\n"
        "Transfer-Encoding: chunked\r\n\r\n",
        400,
    ),
    "chunked in 1.0": ("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    "other coding": (
        "GET / HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: gzip\r\n\r\n",
        501,
    ),
    "bad chunk size": (
        "GET / HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        400,
    ),
    "bad chunk end": (
        "GET / HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc",
        400,
    ),
    "other Expect": ("GET / HTTP/1.1\r\nHost: w\r\nExpect: tea\r\n\r\n", 417),
    "long head": ("GET / HTTP/1.1\r\nHost: w\r\nA: " + "b" * HEAD_MAX, 431),
    "long body": (
        f"GET / HTTP/1.1\r\nHost: w\r\nContent-Length: {BODY_MAX + 1}\r\n\r\n"
        + "b" * BODY_MAX,
        413,
    ),
    "long chunked body": (
        f"GET / HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n"
        f"{BODY_MAX:x}\r\n{'b' * BODY_MAX}\r\n1\r\n",
        413,
    ),
    "long chunk line": (
        "GET / HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "1" * HEAD_MAX,
        400,
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_request_is_refused_and_not_counted(world: World, case: str) -> None:
    data, expected = MALFORMED[case]
    with Client(world.sites) as client:
        status, headers, _ = client.send(data).answer()
        assert (status, headers["connection"]) == (expected, "close")
        assert client.rest() == b""
    assert world.sites.counts.arrived == 0
    assert get(world.sites, "/")[0] == 200


@pytest.mark.parametrize(
    "data", ["GET / HT", "GET / HTTP/1.1\r\nHost: w\r\nContent-Length: 5\r\n\r\nab"]
)
def test_request_that_ends_early_is_400(world: World, data: str) -> None:
    with Client(world.sites) as client:
        client.send(data).socket.shutdown(socket.SHUT_WR)
        assert client.answer()[0] == 400


BODIES = {
    "length": "Content-Length: 11\r\n\r\nhello world",
    "chunked": "Transfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nTrailer: x\r\n\r\n",
}


@pytest.mark.parametrize("kind", BODIES)
def test_body_comes_through_in_single_bytes(world: World, kind: str) -> None:
    data = "\r\nPOST /delay/0?a=b HTTP/1.1\r\nHost: w\r\nX-Two: 1\r\nx-two: 2\r\n"
    data += BODIES[kind]
    with Client(world.sites) as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in data.encode():
            client.send(bytes([byte]))
        assert client.answer()[0] == 405
        assert client.get("/").answer()[0] == 200  # and nothing of it is left over
    request = world.sites.requests[0]
    assert (request.method, request.path) == ("POST", "/delay/0")
    assert request.query == {"a": "b"}
    assert (request.headers["x-TWO"], request.body) == ("1, 2", b"hello world")


def test_client_that_expects_100_continue_gets_it(world: World) -> None:
    with Client(world.sites) as client:
        client.send(
            "POST / HTTP/1.1\r\nHost: w\r\nContent-Length: 2\r\n"
            "Expect: 100-continue\r\n\r\n"
        )
        assert client.answer()[0] == 100
        assert client.send("ok").answer()[0] == 405
    assert world.sites.requests[0].body == b"ok"


def test_largest_body_is_taken(world: World) -> None:
    with Client(world.sites) as client:
        client.send(f"POST / HTTP/1.1\r\nHost: w\r\nContent-Length: {BODY_MAX}\r\n\r\n")
        assert client.send(b"b" * BODY_MAX).answer()[0] == 405
    assert len(world.sites.requests[0].body) == BODY_MAX


def test_log_has_a_maximum(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.world.rules.LOG_MAX", 3)
    with Client(world.sites) as client:
        for _ in range(5):
            client.get("/").answer()
    assert [r.arrival for r in world.sites.requests] == [2, 3, 4]
    monkeypatch.setattr("harness.world.rules.LOG_BYTES_MAX", 100)
    with Client(world.sites) as client:
        client.send("POST / HTTP/1.1\r\nHost: w\r\nContent-Length: 90\r\n\r\n")
        client.send("b" * 90).answer()
    assert world.sites.requests == []
    assert world.sites.counts.arrived == 6


# Holds.


def test_rendezvous(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = record_ends(world, monkeypatch)
    hold = world.sites.hold("/delay/*")
    clients = [Client(world.sites) for _ in range(4)]
    for number, client in enumerate(clients):
        client.get(f"/delay/6{number}")  # too long, would it not be held
        hold.wait_for(number + 1)
    assert world.sites.in_flight == 4
    assert {n: r.path for n, r in hold.held.items()} == {
        n: f"/delay/6{n}" for n in range(4)
    }
    assert hold.release(order=[3, 1, 0, 2]) == [3, 1, 0, 2]
    assert hold.held == {}
    world.sites.wait_for(finished=4, in_flight=0)
    assert ended == ["/delay/63", "/delay/61", "/delay/60", "/delay/62"]
    for client in clients:
        client.answer()
        client.close()
    hold.lift()
    get(world.sites, "/delay/0")
    counts = world.sites.counts
    assert (counts.arrived, counts.most_in_flight, counts.abandoned) == (5, 4, 0)


def test_being_held_takes_the_place_of_the_delay(world: World) -> None:
    hold = world.sites.hold("/delay/60")
    with Client(world.sites) as client:
        client.get("/delay/60")
        hold.wait_for(1)
        hold.release_all()
        assert client.answer()[0] == 200


def test_200_released_in_reverse(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = record_ends(world, monkeypatch)
    hold = world.sites.hold("*")
    clients = [Client(world.sites).get(f"/delay/0?bytes={n}") for n in range(200)]
    hold.wait_for(200)
    targets = [r.target for r in hold.held.values()]
    assert sorted(targets) == sorted(f"/delay/0?bytes={n}" for n in range(200))
    hold.release(reversed(range(200)))
    for size, client in enumerate(clients):
        assert len(client.answer()[2]) == size
        client.close()
    assert ended == targets[::-1]
    assert world.sites.counts.most_in_flight == 200


def test_release_by_path_and_one_by_one(world: World) -> None:
    hold = world.sites.hold("*")
    with Client(world.sites) as a, Client(world.sites) as b, Client(world.sites) as c:
        a.get("/python-org?bytes=1")
        hold.wait_for(1)
        b.get("/curl-se")
        hold.wait_for(2)
        c.get("/python-org?bytes=3")
        hold.wait_for(3)
        assert hold.release("/python-org?bytes=3") == [2]
        assert len(c.answer()[2]) == 3
        assert hold.release_next() == [0]
        assert len(a.answer()[2]) == 1
        assert world.sites.in_flight == 1
        assert hold.release(["/curl-se"]) == [1]
        assert b.answer()[0] == 200


def test_release_of_what_is_not_held_releases_nobody(world: World) -> None:
    hold = world.sites.hold("*")
    with Client(world.sites) as client:
        client.get("/curl-se")
        hold.wait_for(1)
        for order in ([0, 1], [0, 0], ["/curl-se", "/curl-se"], [7], ["/python-org"]):
            with pytest.raises(WorldError, match="is not held"):
                hold.release(order)
        for count in (2, -1):
            with pytest.raises(WorldError, match="held 0: GET /curl-se"):
                hold.release_next(count)
        assert list(hold.held) == [0]


def test_hold_goes_on_until_lifted(world: World) -> None:
    with Client(world.sites) as client:
        with world.sites.hold("/delay/*") as hold:
            client.get("/delay/60")
            hold.wait_for(1)
            hold.release_all()
            client.answer()
            client.get("/delay/60")
            hold.wait_for(1)
            assert list(hold.held) == [1]
        assert client.answer()[0] == 200
        assert client.get("/delay/0").answer()[0] == 200
    assert world.sites.rules == []


def test_hold_of_the_first_few(world: World) -> None:
    hold = world.sites.hold("*", times=1)
    with Client(world.sites) as first:
        first.get("/delay/0")
        hold.wait_for(1)
        assert get(world.sites, "/delay/0")[0] == 200
        assert (hold.taken, list(hold.held)) == (1, [0])


def test_pattern_matches_path_or_path_and_query_and_newest_wins(world: World) -> None:
    old = world.sites.hold("/delay/*")
    new = world.sites.hold("/delay/*?bytes=5")
    dot = world.sites.hold("/d.lay/0")
    exact = world.sites.hold("/curl-se")
    with Client(world.sites) as a, Client(world.sites) as b, Client(world.sites) as c:
        a.get("/delay/0?bytes=5")
        new.wait_for(1)
        b.get("/delay/0?bytes=6")
        old.wait_for(1)
        c.get("/curl-se?bytes=7")
        exact.wait_for(1)
        assert (len(new.held), len(old.held), len(dot.held)) == (1, 1, 0)
    assert get(world.sites, "/")[0] == 200


@pytest.mark.parametrize("pattern, times", [("delay", None), ("", None), ("/*", 0)])
def test_bad_rule_is_refused(world: World, pattern: str, times: int | None) -> None:
    with pytest.raises(WorldError):
        world.sites.hold(pattern, times=times)
    assert world.sites.rules == []


def test_rules_have_a_maximum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.world.rules.RULES_MAX", 2)
    book = Rulebook("book")
    book.hold("/1"), book.hold("/2")
    with pytest.raises(WorldError, match="2 rules are in force"):
        book.hold("/3")


def test_waiting_in_vain_says_what_was_seen(world: World) -> None:
    hold = world.sites.hold("/delay/*")
    with Client(world.sites) as client:
        client.get("/delay/9")
        hold.wait_for(1)
        get(world.sites, "/elsewhere")
        world.sites.wait_for(finished=1)
        with pytest.raises(WorldTimeout) as failure:
            hold.wait_for(4, limit=0)
        assert str(failure.value).splitlines() == [
            'waited 0 s for 4 held, saw 1: hold on "/delay/*"',
            "  held 0: GET /delay/9 (connection 0)",
            "sites: 2 arrived, 1 in flight (most: 2), 1 finished, 0 abandoned",
            "  arrived 0: GET /delay/9 (connection 0)",
            "  arrived 1: GET /elsewhere (connection 1)",
        ]
        with pytest.raises(WorldTimeout, match="for 2 finished, 1 in flight, saw sites"):
            world.sites.wait_for(finished=2, in_flight=1, limit=0)
        with pytest.raises(WorldTimeout, match="for 1 finished, 0 in flight, saw sites"):
            world.sites.wait_for(finished=1, in_flight=0, limit=0)
    with pytest.raises(WorldError, match="there is no count 'done'"):
        world.sites.wait_for(done=1)


def test_limits_are_scaled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKSHOP_TIMEOUT_SCALE", "0.001")
    with pytest.raises(WorldTimeout, match="waited 0.01 s for 1 held"):
        world.sites.hold("*").wait_for(1)


@pytest.mark.parametrize("how", ["close", "reset"])
def test_client_that_goes_away_while_held(world: World, how: str) -> None:
    hold = world.sites.hold("/delay/*")
    with Client(world.sites) as stays:
        goes = Client(world.sites).get("/delay/0")
        hold.wait_for(1)
        stays.get("/delay/0")
        hold.wait_for(2)
        getattr(goes, how)()
        world.sites.wait_for(abandoned=1)
        assert list(hold.held) == [1]
        hold.release_all()
        assert stays.answer()[0] == 200
    counts = world.sites.counts
    assert (counts.arrived, counts.finished, counts.in_flight) == (2, 1, 0)


def test_client_that_goes_away_before_a_slow_page(world: World) -> None:
    client = Client(world.sites).get("/delay/60")
    world.sites.wait_for(in_flight=1)
    client.close()
    world.sites.wait_for(abandoned=1, in_flight=0)
    assert world.sites.counts.finished == 0


def test_client_that_goes_away_in_the_middle_of_a_page(world: World) -> None:
    client = Client(world.sites).get(f"/delay/0?bytes={PAGE_MAX}")
    client.read(100)
    assert world.sites.in_flight == 1  # the kernel does not hold 8 MiB for it
    client.close()
    world.sites.wait_for(abandoned=1, in_flight=0)


# The world.


def test_reset_releases_and_starts_again(world: World) -> None:
    hold = world.sites.hold("/delay/60")
    stall = world.sites.fault("/delay/0", "stall")
    with Client(world.sites) as held, Client(world.sites) as stalled:
        held.get("/delay/60")
        hold.wait_for(1)
        stalled.get("/delay/0")
        stall.wait_for(1)
        world.reset()
        assert (held.answer()[0], stalled.answer()[0]) == (200, 200)
        assert held.get("/delay/0").answer()[0] == 200
    assert world.sites.rules == []
    assert [(r.path, r.arrival) for r in world.sites.requests] == [("/delay/0", 0)]
    counts = world.sites.counts
    assert (counts.arrived, counts.finished, counts.most_in_flight) == (1, 1, 1)
    assert (counts.in_flight, counts.abandoned) == (0, 0)


def test_stop_with_requests_held_stalled_and_delayed() -> None:
    world = World()
    world.start()
    hold = world.sites.hold("/python-org")
    stall = world.sites.fault("/curl-se", "stall")
    paths = ["/python-org", "/delay/60"]
    clients = [Client(world.sites).get(path) for path in paths]
    hold.wait_for(1)
    clients.append(Client(world.sites))  # idle
    world.sites.wait_for(in_flight=2)
    with world.sites.hold("/curl-se") as gate:
        clients.append(Client(world.sites).get("/curl-se"))
        gate.wait_for(1)
    stall.wait_for(1)
    world.stop()
    for client in clients:
        assert client.rest() == b""
        client.close()
    hold.release_all()  # nobody is there any more, and nobody minds
    world.reset()
    world.stop()
    with pytest.raises(ConnectionRefusedError):
        Client(world.sites)


def test_stop_ends_those_who_wait() -> None:
    failures: list[Exception] = []

    def wait() -> None:
        try:
            world.sites.wait_for(arrived=1)
        except WorldError as error:
            failures.append(error)

    with World() as world:
        waiter = threading.Thread(target=wait)
        waiter.start()
    waiter.join(scaled(10))
    assert len(failures) == 1
    assert "stopped" in str(failures[0]) and not isinstance(failures[0], WorldTimeout)


def test_taken_port_is_an_error_and_frees_the_rest(world: World) -> None:
    taken = world.sites.port
    with pytest.raises(WorldError, match=f"sites cannot listen on .* port {taken}: "):
        World(port=taken).start()
    with pytest.raises(WorldError, match=r": [^(:]*$"):  # one reason, told once
        World(port=taken).start()


def test_refused_url_refuses_until_the_world_stops(world: World) -> None:
    url = world.refused_url
    port = int(url.rpartition(":")[2])
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=scaled(10))
    with pytest.raises(OSError, match="in use"), socket.socket() as other:
        other.bind(("127.0.0.1", port))  # nobody can begin to listen there
    assert world.refused_url == url


def test_environment_says_where_the_services_are(world: World) -> None:
    assert world.environment == {
        "SITES_URL": world.sites.url,
        "RATES_URL": world.rates.url,
        "ORDERS_URL": world.orders.url,
        "JOKES_URL": world.jokes.url,
        "TELEPHONY_URL": world.telephony.url,
    }


def test_fixture_gives_a_world_without_delays(world: World) -> None:
    assert (world.orders.delay, world.orders.counts.arrived) == (0, 0)
    assert world.telephony.ring_seconds == world.telephony.speak_seconds_per_word == 0


def test_mistake_in_a_service_is_500_and_told(
    world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("harness.world.sites.page", None)
    assert get(world.sites, "/")[0] == 500
    assert "TypeError" in capfd.readouterr().err


def test_open_file_limit_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    def set_limit(_: int, wanted: tuple[int, int]) -> None:
        asked.append(wanted)
        if wanted[0] > 10240:
            raise ValueError("not so many")

    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 99999))
    monkeypatch.setattr(resource, "setrlimit", set_limit)
    limits.raise_open_file_limit()
    assert asked == [(99999, 99999), (10240, 99999)]


# The control interface.


def test_control_holds_and_releases(world: World) -> None:
    told = (world.sites, world.rates, world.orders, world.jokes, world.telephony)
    services = {s.name: s.url for s in told}
    assert call(world, "GET", "/services") == (200, services)
    status, rule = call(world, "POST", "/sites/holds", {"pattern": "/delay/*"})
    assert (status, rule["times"], rule["taken"], rule["held"]) == (201, None, 0, [])
    path = f"/sites/rules/{rule['id']}"
    clients = [Client(world.sites).get("/delay/60?n=x") for _ in range(4)]
    status, rule = call(world, "GET", f"{path}/wait?count=4&limit=10")
    assert (status, [r["number"] for r in rule["held"]]) == (200, [0, 1, 2, 3])
    assert rule["held"][0]["query"] == {"n": "x"}
    release = f"{path}/release"
    assert call(world, "POST", release, {"order": [2, 0]}) == (200, {"released": [2, 0]})
    assert call(world, "POST", release, {"count": 1}) == (200, {"released": [1]})
    status, counts = call(world, "GET", "/sites/counts/wait?finished=3")
    assert (status, counts["in_flight"], counts["most_in_flight"]) == (200, 1, 4)
    assert call(world, "POST", release) == (200, {"released": [3]})
    for client in clients:
        assert client.answer()[0] == 200
        client.close()
    status, log = call(world, "GET", "/sites/requests")
    assert (status, [r["arrival"] for r in log]) == (200, [0, 1, 2, 3])
    assert (log[0]["method"], log[0]["headers"]) == ("GET", {"Host": "world"})


def test_control_and_test_see_the_same_rules(world: World) -> None:
    hold = world.sites.hold("/delay/*")
    body = {"pattern": "*", "name": "status", "times": 1, "options": {"code": 418}}
    status, fault = call(world, "POST", "/sites/faults", body)
    assert (status, fault["fault"], fault["options"]) == (201, "status", {"code": 418})
    assert [rule.id for rule in world.sites.rules] == [hold.id, fault["id"]]
    assert get(world.sites, "/")[0] == 418
    status, rules = call(world, "GET", "/sites/rules")
    assert [(r["pattern"], r["taken"]) for r in rules] == [("/delay/*", 0), ("*", 1)]
    assert call(world, "DELETE", f"/sites/rules/{hold.id}") == (200, {})
    assert hold.lifted
    assert call(world, "POST", "/sites/reset") == (200, {})
    assert (world.sites.rules, world.sites.counts.arrived) == ([], 0)
    world.sites.hold("*")
    assert call(world, "POST", "/reset") == (200, {})
    assert world.sites.rules == []


def test_control_wait_past_its_limit(world: World) -> None:
    hold = world.sites.hold("*")
    status, error = call(world, "GET", f"/sites/rules/{hold.id}/wait?count=1&limit=0")
    assert status == 504
    assert error["error"].startswith('waited 0 s for 1 held, saw 0: hold on "*"')
    status, error = call(world, "GET", "/sites/counts/wait?finished=1&limit=0.01")
    assert (status, "for 1 finished" in error["error"]) == (504, True)


@pytest.mark.parametrize(
    "method, path, body, expected, message",
    [
        ("GET", "/nobody/counts", None, 404, "there is no service 'nobody'"),
        ("GET", "/control/counts", None, 404, "there is no service 'control'"),
        ("GET", "/sites/rules/99", None, 404, "sites has no rule 99"),
        ("GET", "/sites/rules/x", None, 404, "sites has no rule x"),
        ("DELETE", "/sites/counts", None, 405, "takes GET"),
        ("POST", "/sites/holds", None, 400, "pattern is missing"),
        ("POST", "/sites/holds", [], 400, "a JSON object"),
        ("POST", "/sites/holds", {"pattern": 1}, 400, "pattern is of the wrong type"),
        ("POST", "/sites/holds", {"pattern": "x"}, 400, "a pattern begins with"),
        ("POST", "/sites/holds", {"pattern": "*", "tim": 1}, 400, "unknown field 'tim'"),
        ("POST", "/sites/faults", {"pattern": "*"}, 400, "name is missing"),
        ("POST", "/sites/faults", {"pattern": "*", "name": "x"}, 400, "no fault 'x'"),
        (
            "POST",
            "/sites/faults",
            {"pattern": "*", "name": "reset", "options": {"times": 1}},
            400,
            "times is not an option",
        ),
        ("GET", "/sites/counts/wait?done=1", None, 400, "there is no count 'done'"),
        ("GET", "/sites/counts/wait?limit=x", None, 400, "limit is a number"),
        ("GET", "/sites/rules/1/wait", None, 400, "say for how many"),
        ("GET", "/sites/rules/1/wait?count=x", None, 400, "count is a whole number"),
        ("POST", "/sites/rules/1/release", {"order": [1.5]}, 400, "numbers and paths"),
        ("POST", "/sites/rules/1/release", {"order": [7]}, 400, "7 is not held"),
        ("POST", "/sites/rules/1/release", {"count": 1}, 400, "1 to release"),
        ("POST", "/sites/rules/1/release", {"count": 1, "order": []}, 400, "not both"),
    ],
)
def test_control_says_what_is_wrong(
    world: World, method: str, path: str, body: Any, expected: int, message: str
) -> None:
    world.sites.hold("/held")  # rule 1
    status, error = call(world, method, path, body)
    assert (status, message in error["error"]) == (expected, True), error


def test_control_refuses_what_is_not_json(world: World) -> None:
    with Client(world.control) as client:
        client.send("POST /sites/holds HTTP/1.1\r\nHost: w\r\nContent-Length: 1\r\n\r\n{")
        status, headers, body = client.answer()
    assert (status, headers["content-type"]) == (400, "application/json")
    assert json.loads(body) == {"error": "the body is not JSON"}


def test_control_manual_lists_every_route(world: World) -> None:
    manual = get(world.control, "/")[2].decode()
    assert manual.strip() == harness.world.__doc__.strip()
    lines = [line.split() for line in manual.splitlines()]
    documented = {(words[0], words[1]) for words in lines if len(words) > 1}
    for method, pattern in world.control.routes:
        path = pattern.replace("{service}", "S").replace("{number}", "ID")
        assert (method, path) in documented


# The program.


class Program:
    """`python3 -m harness.world` as a process."""

    def __init__(
        self,
        *arguments: str,
        files: int | None = None,
        run: tuple[str, ...] = ("-m", "harness.world"),
        **environment: str,
    ) -> None:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        self.process = subprocess.Popen(
            [sys.executable, *run, *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,  # so that end() has all that ports() has not read
            preexec_fn=files
            and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))),
        )

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def ports(self) -> dict[str, int]:
        """The ports it prints, by service."""
        ports = {}
        for name in ("sites", "control", "rates", "orders", "jokes", "telephony"):
            line = self.process.stdout.readline().decode()
            start = f"{name} listening on http://127.0.0.1:"
            assert line.startswith(start)
            ports[name] = int(line[len(start) :])
        signs = self.process.stdout.readline().decode()
        assert signs == f"telephony signs, public key {World().telephony.public_key}\n"
        return ports

    def telephone_line(self) -> str:
        """The next line that a telephone prints."""
        line = b""
        while not (line.startswith(b"+") and line.endswith(b"\n")):
            line = b"" if line.endswith(b"\n") else line
            ready, _, _ = select.select([self.process.stdout], [], [], scaled(20))
            assert ready, f"no line of a telephone comes, after {line!r}"
            byte = self.process.stdout.read(1)
            assert byte, f"it has ended, after {line!r}"
            line += byte
        return line.decode()

    def end(self) -> tuple[int, str, str]:
        """Wait for its end: exit status, the rest of stdout, stderr."""
        out, err = self.process.communicate(timeout=scaled(20))
        return self.process.returncode, out.decode(), err.decode()


class Remote:
    """A service of a Program, for Client and call()."""

    def __init__(self, port: int) -> None:
        self.host, self.port = "127.0.0.1", port
        self.control = self


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_program_serves_until_told_to_end(number: int) -> None:
    with Program("--port", "0") as program:
        ports = program.ports()
        with Client(Remote(ports["sites"])) as client:
            assert client.get("/delay/0").answer()[0] == 200
            client.get("/delay/60")
            control = Remote(ports["control"])
            assert call(control, "GET", "/sites/counts/wait?in_flight=1")[0] == 200
            program.process.send_signal(number)
            code, out, err = program.end()
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "",
        "Type this first in the terminal where you run the programs:",
        *(
            f"export {name.upper()}_URL=http://127.0.0.1:{ports[name]}"
            for name in ("sites", "rates", "orders", "jokes", "telephony")
        ),
    ]


def test_program_at_its_usual_ports_has_nothing_to_type() -> None:
    assert parse_arguments([]).port == 8100
    code = "import sys, harness.world.__main__ as m; m.DEFAULT_PORT = 0; sys.exit(m.main([]))"
    with Program(run=("-c", code)) as program:
        program.ports()
        program.process.send_signal(signal.SIGTERM)
        assert program.end() == (0, "", "")


def test_program_prints_what_the_telephones_do() -> None:
    with Program("--port", "0", PYTHONIOENCODING="ascii") as program:
        ports = program.ports()
        phone, control = Remote(ports["telephony"]), Remote(ports["control"])

        def command(path: str, **fields: str) -> Any:
            headers = {"Authorization": "Bearer k"}
            answer, body = fetch(phone, "POST", path, json.dumps(fields), **headers)
            assert answer.status == 200, body
            return json.loads(body)["data"]

        call(control, "POST", "/steps/holds", {"pattern": "*"})
        numbers = {"from": "+15550100", "to": "+15550101"}
        answer = command("/v2/calls", connection_id="7", **numbers)
        assert program.telephone_line() == "+15550101 rings\n"
        assert call(control, "GET", "/steps/rules/1/wait?count=1")[0] == 200
        call(control, "POST", "/steps/rules/1/release")
        assert program.telephone_line() == "+15550101 answers\n"
        actions = f"/v2/calls/{answer['call_control_id']}/actions"
        command(f"{actions}/speak", payload="Gr\xfc\xdfe", voice="male")
        assert program.telephone_line() == '+15550101 hears: "Gr\\xfc\\xdfe"\n'
        command(f"{actions}/hangup")
        program.process.send_signal(signal.SIGTERM)
        assert program.end() == (0, "+15550101 is hung up on\n", "")


def test_program_says_when_a_port_is_taken(world: World) -> None:
    port = world.sites.port
    with Program("--port", str(port)) as program:
        code, out, err = program.end()
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith(f"world: sites cannot listen on 127.0.0.1 port {port}: ")
    assert err.endswith("For other ports: make world PORT=9100 (PORT=0: any free)\n")


def test_make_world_ends_when_told_to_and_leaves_nothing() -> None:
    with Program(run=("-m", "harness", "world"), PORT="0") as program:
        sites = Remote(program.ports()["sites"])
        program.process.send_signal(signal.SIGTERM)
        assert program.end()[0] == 0
    with pytest.raises(ConnectionRefusedError):
        Client(sites)


def test_make_world_takes_its_port_from_the_command_line(world: World) -> None:
    make_world = ("-m", "harness", "world")
    port = str(world.sites.port)
    with Program(run=make_world, PORT=port) as program:
        code, out, err = program.end()
    assert (code, out, f"port {port}: Address already in use" in err) == (1, "", True)
    with Program(run=make_world, PORT="x") as program:
        assert program.end() == (2, "", "PORT: 'x' is not a number from 0 to 65500\n")


@pytest.mark.parametrize(
    "arguments", [["--port", "x"], ["--port", "-1"], ["--port", "65501"], ["more"]]
)
def test_program_refuses_bad_usage(arguments: list[str]) -> None:
    with Program(*arguments) as program:
        code, out, err = program.end()
    assert (code, out) == (2, "")
    assert err.startswith("usage: python3 -m harness.world")


def test_chosen_port_is_the_first_of_consecutive_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    world = World(port=8080)
    for service in world.services:
        bind = service.bind
        monkeypatch.setattr(
            service,
            "bind",
            lambda host, port, bind=bind: (asked.append(port), bind(host, 0)),
        )
    with world:
        assert asked == [8080, 8081, 8082, 8083, 8084, 8085]


def test_1000_held_at_once_with_few_files_and_little_memory() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if 0 < hard < 1100:
        pytest.skip(f"the system allows only {hard} open files")
    limits.raise_open_file_limit()  # for the thousand clients
    with Program("--port", "0", files=200) as program:
        ports = program.ports()
        sites, control = Remote(ports["sites"]), Remote(ports["control"])
        call(control, "POST", "/sites/holds", {"pattern": "*"})
        clients = [Client(sites).get("/delay/0?bytes=1000") for _ in range(1000)]
        status, rule = call(control, "GET", "/sites/rules/1/wait?count=1000&limit=10")
        assert (status, len(rule["held"])) == (200, 1000)
        order = list(range(999, -1, -1))
        released = call(control, "POST", "/sites/rules/1/release", {"order": order})
        assert released == (200, {"released": order})
        for client in clients:
            assert len(client.answer()[2]) == 1000
        for client in clients:
            client.close()
        status, counts = call(control, "GET", "/sites/counts/wait?finished=1000")
        assert (status, counts["most_in_flight"], counts["abandoned"]) == (200, 1000, 0)
        memory = Path(f"/proc/{program.process.pid}/status")
        if memory.exists():
            lines = dict(l.split(":", 1) for l in memory.read_text().splitlines())
            assert int(lines["VmHWM"].split()[0]) < 64 * 1024  # kB, at its peak
