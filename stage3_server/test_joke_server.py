"""Gap 3.7: joke_server.c, whose handler answers later. And what server_program.c, which is
given, does around every server."""

from __future__ import annotations

import datetime
import html
import os
import select
import signal
import socket
from html.parser import HTMLParser

import pytest

from harness import expect, gap
from harness.running import patience
from harness.serving import Server

# Each test runs over these, too.
RESTS_ON = ["3.8", "3.12", "3.13", "3.15"]
SERVES = ["3.1", "3.2", "3.3", "3.4", "3.5"]
OUR_JOKES = "lib/jokes.c"
NEVER = ("--timeout", "3600")  # who waits so long waits for the test
SOON = ("--timeout", "0.05")
BLOCKED = "Did the handler wait for the answer to the first one?"


def start(program, world, *arguments, **environment):
    """Starts joke_server on a free port; it is listening then."""
    environment = {**world.environment, **environment}
    process = program("joke_server").start("--port", "0", *arguments, **environment)
    return Server(process)


def joke_of(answer):
    """The joke in an answer of GET /joke."""
    expect(
        answer.status == 200 and answer.type == "application/json",
        saw=str(answer),
        expected='200, application/json: {"joke":"..."}',
    )
    expect(
        list(answer.json) == ["joke"] and isinstance(answer.json["joke"], str),
        saw=str(answer),
        expected='{"joke":"..."}, and nothing else',
    )
    return answer.json["joke"]


def our_jokes():
    """Those that are always there, as they stand in the source."""
    with open(OUR_JOKES, encoding="ascii") as source:
        table = source.read().partition("jokes[] = {")[2].partition("};")[0]
    return [line.strip().rstrip(",").strip('"') for line in table.strip().splitlines()]


def expect_one_of_ours(answer, remark=""):
    """The joke is one of those that are always there."""
    joke = joke_of(answer)
    expect(
        joke in our_jokes(),
        saw=f"the joke was: {joke!r}. {remark}",
        expected=f"one of our own jokes ({OUR_JOKES}): the service had none to tell",
    )


# --- 3.7: a handler that answers later -------------------------------------------------------


@gap("3.7", needs=SERVES)
def test_a_joke_of_the_service(program, world):
    """The joke is the service's; each client has another one."""
    server = start(program, world)
    jokes = [joke_of(server.get("/joke")) for _ in range(3)]
    expect(
        jokes == world.jokes.jokes[:3], saw=f"{jokes}", expected="the service's, in turn"
    )
    request = world.jokes.requests[0]
    asked = (request.method, request.target, request.headers.get("Accept"))
    expect(
        asked == ("GET", "/", "application/json") and request.headers.get("User-Agent"),
        saw=f"the service was asked: {asked}",
        expected="GET /, with Accept: application/json and a User-Agent",
    )
    server.stop().expect_clean()


@gap("3.7", needs=SERVES)
def test_two_clients_at_once(program, world):
    """The second client's joke is asked for while the first still waits."""
    hold = world.jokes.hold("/")
    server = start(program, world, *NEVER)
    first = server.ask("/joke")
    server.wait_for_requests(hold, 1)
    second = server.ask("/joke")
    server.wait_for_requests(hold, 2, BLOCKED)
    hold.release(1)
    expect(
        joke_of(second.answer()) == world.jokes.jokes[0],
        saw="the second client had another joke than the one that came for it",
        expected="each client has the answer to its own request",
    )
    hold.release(0)
    expect(
        joke_of(first.answer()) == world.jokes.jokes[1],
        saw="the first client had another joke than the one that came for it",
        expected="each client has the answer to its own request",
    )
    server.stop().expect_clean()


@gap("3.7", needs=SERVES)
def test_others_are_served_meanwhile(program, world):
    """What needs no service is answered while a joke is on its way."""
    hold = world.jokes.hold("/")
    server = start(program, world, *NEVER)
    waiting = server.ask("/joke")
    server.wait_for_requests(hold, 1)
    answer = server.get("/health")
    expect(
        answer.status == 200 and answer.json == {"status": "OK"},
        saw=str(answer),
        expected='{"status":"OK"}, while another client waits for its joke',
    )
    hold.release_all()
    joke_of(waiting.answer())
    server.stop().expect_clean()


@gap("3.7", needs=SERVES)
def test_a_hundred_clients_at_once(program, world):
    """A hundred requests are on their way together, on one thread."""
    hold = world.jokes.hold("/")
    server = start(program, world, *NEVER)
    waiting = [server.ask("/joke") for _ in range(100)]
    server.wait_for_requests(hold, 100)
    hold.release_all()
    jokes = [joke_of(one.answer()) for one in waiting]
    expect(
        sorted(jokes) == sorted(world.jokes.jokes * 5),
        saw=f"{len(set(jokes))} different jokes",
        expected="each of the service's 20 jokes five times",
    )
    server.stop().expect_clean()


@gap("3.7", needs=SERVES)
def test_too_many_clients_have_our_own_jokes(program, world):
    """Who would have to wait for long has one of our own at once."""
    hold = world.jokes.hold("/")
    server = start(program, world, *NEVER)
    waiting = [server.ask("/joke") for _ in range(201)]
    server.wait_for_requests(hold, 100)
    answered, _, _ = select.select(waiting, [], [], patience())
    expect(
        len(answered) == 1,
        saw=f"of 201 clients {len(answered)} had a joke, although the service kept silent",
        expected="one: a hundred wait for the service, and a hundred in the queue",
    )
    expect_one_of_ours(answered[0].answer())
    hold.lift()
    for one in waiting:
        if one not in answered:
            joke_of(one.answer())
    server.stop().expect_clean()


@gap("3.7", needs=SERVES)
def test_a_client_that_goes_away(program, world):
    """Its request to the service is given up, and the others' are not."""
    hold = world.jokes.hold("/")
    server = start(program, world, *NEVER)
    stays = server.ask("/joke")
    server.wait_for_requests(hold, 1)
    goes = server.ask("/joke")
    server.wait_for_requests(hold, 2)
    goes.close()
    gone = server.process.wait_until(lambda: world.jokes.counts.abandoned == 1)
    expect(
        gone,
        saw="a client has gone away, and its request to the service goes on",
        expected="http_on_gone() tells, and http_cancel() ends the request",
    )
    hold.lift()
    joke_of(stays.answer())
    counts = world.jokes.counts
    expect(counts.finished == 1, saw=f"{counts}", expected="the other client's goes on")
    server.stop().expect_clean()


FAULTS = [
    ("status 500", {"name": "status", "code": 500}),
    ("status 404", {"name": "status", "code": 404}),
    ("a status of success, but no joke", {"name": "status", "code": 204}),
    ("a joke with status 503", {"name": "body", "text": '{"joke":"x"}', "code": 503}),
    ("a redirect", {"name": "status", "code": 302}),
    ("a reset", {"name": "reset"}),
    ("a reset in the answer", {"name": "reset", "body": 10}),
    ("half an answer", {"name": "close", "body": 10}),
    ("no HTTP", {"name": "garbage"}),
    ("broken gzip", {"name": "bad_gzip"}),
    ("an endless answer", {"name": "huge"}),
    ("an endless answer in chunks", {"name": "huge", "chunked": True}),
    ("HTML", {"name": "not_json"}),
    ("nothing", {"name": "body", "text": ""}),
    ("a list", {"name": "body", "text": '["x"]'}),
    ("no joke", {"name": "body", "text": '{"id":"1","status":200}'}),
    ("a number", {"name": "body", "text": '{"joke":1}'}),
    ("null", {"name": "body", "text": '{"joke":null}'}),
    ("an empty joke", {"name": "body", "text": '{"joke":""}'}),
    ("a blank joke", {"name": "body", "text": '{"joke":" \\n\\t "}'}),
    ("no UTF-8", {"name": "body", "text": '{"joke":"\ud800"}'}),
]


@gap("3.7", needs=SERVES)
def test_a_failing_service(program, world):
    """Whatever the service does, there is a joke: then it is one of our own."""
    server = start(program, world, *NEVER)
    for what, fault in FAULTS:
        world.jokes.fault("/", **fault, times=1)
        # A connection that was used before may be used again, and breaks: curl asks anew.
        while_broken = world.jokes.fault("/", **fault)
        expect_one_of_ours(server.get("/joke"), f"The service had: {what}")
        while_broken.lift()
    server.stop().expect_clean()


@gap("3.7", needs=SERVES)
def test_a_service_that_is_not_there(program, world):
    """Nobody listens where the service was; or the URL is none."""
    for url in [world.refused_url, "no URL at all"]:
        server = start(program, world, JOKES_URL=url)
        answers = [server.get("/joke") for _ in range(2)]
        for answer in answers:
            expect_one_of_ours(answer, f"JOKES_URL was {url}")
        jokes = [joke_of(answer) for answer in answers]
        expect(jokes[0] != jokes[1], saw=f"twice {jokes[0]}", expected="another one")
        server.stop().expect_clean()


@gap("3.7", needs=SERVES)
@pytest.mark.parametrize("fault", [None, {"name": "stall", "body": 10}])
def test_a_service_that_keeps_silent(program, world, fault):
    """An answer that does not come in time is not waited for."""
    world.jokes.fault("/", **fault) if fault else world.jokes.hold("/")
    server = start(program, world, *SOON)
    expect_one_of_ours(server.get("/joke"))
    server.stop().expect_clean()


@gap("3.7", needs=SERVES)
def test_it_waits_as_long_as_it_is_told(program, world):
    """The time limit is that of --timeout: one server waits for hours, one gives up soon."""
    hold = world.jokes.hold("/")
    patient = start(program, world, *NEVER)
    waiting = patient.ask("/joke")
    patient.wait_for_requests(hold, 1)
    hasty = start(program, world, *SOON)
    expect_one_of_ours(hasty.get("/joke"))
    hold.lift()
    joke = joke_of(waiting.answer())
    expect(
        joke in world.jokes.jokes,
        saw="--timeout 3600 had given up before --timeout 0.05 did",
        expected="program.timeout_ms is the time limit of the request",
    )
    hasty.stop().expect_clean()
    patient.stop().expect_clean()


@gap("3.7", needs=[*SERVES, "3.15"])
def test_stopped_while_jokes_are_on_their_way(program, world):
    """A signal: who waits is answered. A second signal: nobody waits any more."""
    hold = world.jokes.hold("/")
    server = start(program, world, *NEVER)
    waiting = server.ask("/joke")
    server.wait_for_requests(hold, 1)
    server.process.ask_to_end()
    server.process.wait_for("^stopping")
    hold.lift()
    joke_of(waiting.answer())
    server.process.finish().expect_clean()

    hold = world.jokes.hold("/")
    server = start(program, world, *NEVER)
    waiting = server.ask("/joke")
    server.wait_for_requests(hold, 1)
    server.process.ask_to_end()
    server.process.wait_for("^stopping")
    server.stop().expect_clean()
    world.jokes.wait_for(abandoned=1, in_flight=0)
    waiting.close()


@gap("3.7", needs=SERVES)
def test_it_is_told_as_the_client_likes_it(program, world):
    """JSON, unless text is liked more."""
    server = start(program, world)
    wishes = {
        "": "application/json",
        "*/*": "application/json",
        "application/json": "application/json",
        "image/png": "application/json",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": "application/json",
        "text/plain": "text/plain",
        "text/*": "text/plain",
        "text/plain, application/json;q=0.5": "text/plain",
        "text/plain;q=0.5, application/json": "application/json",
    }
    for number, (accept, wanted) in enumerate(wishes.items()):
        answer = server.get("/joke", **({"Accept": accept} if accept else {}))
        joke = world.jokes.jokes[number]
        body = joke + "\n" if wanted == "text/plain" else {"joke": joke}
        expect(
            answer.type == wanted
            and (answer.text if wanted == "text/plain" else answer.json) == body,
            saw=f"Accept: {accept or '(none)'}: {answer}",
            expected=f"{wanted}: {body!r}",
        )
        expect(
            answer.headers["Vary"] == "Accept" and answer.headers["Cache-Control"],
            saw=f"{answer.headers}",
            expected="Vary: Accept, and a Cache-Control: the next joke is another",
        )
    server.stop().expect_clean()


# --- The page (given: no gap) ----------------------------------------------------------------


class Page(HTMLParser):
    """What a browser would find in the page."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.joke, self.links = [], None, []
        self._in_joke = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Notes the tag, where it leads, and whether the joke begins."""
        attributes = dict(attrs)
        self.tags.append(tag)
        self.links += [attributes[n] for n in ("href", "src") if n in attributes]
        if attributes.get("id") == "joke":
            self._in_joke, self.joke = True, ""

    def handle_endtag(self, tag):
        """The joke ends with its paragraph."""
        self._in_joke = self._in_joke and tag != "p"

    def handle_data(self, data):
        """The joke's words."""
        if self._in_joke:
            self.joke += data


NASTY = (
    "</p><script>alert(1)</script> &amp; <img src=x onerror='alert(\"2\")'> é \U0001F525"
)


@pytest.mark.reference
@pytest.mark.parametrize("joke", ["A dull one.", NASTY, html.escape(NASTY)])
def test_the_page_shows_the_joke(program, world, joke):
    """The joke stands in it as it is, whatever it is; and the page needs nobody else."""
    world.jokes.jokes = [joke]
    server = start(program, world)
    answer = server.get("/")
    page = Page(answer.text)
    assert (answer.status, answer.type) == (200, "text/html")
    assert page.joke == joke
    assert not {"script", "img", "iframe", "style"} & set(page.tags)
    assert "viewport" in answer.text and 'lang="en"' in answer.text
    assert all(link.startswith(("/", "data:")) for link in page.links)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    server.stop().expect_clean()


@pytest.mark.reference
def test_the_page_has_its_style(program, world):
    """The one thing that it loads is there, and loads nothing more."""
    server = start(program, world)
    (path,) = [x for x in Page(server.get("/").text).links if x.endswith(".css")]
    answer = server.get(path)
    assert (answer.status, answer.type) == (200, "text/css")
    assert "url(" not in answer.text and "@import" not in answer.text
    server.stop().expect_clean()


@pytest.mark.reference
def test_the_page_without_the_service(program, world):
    """Then the joke is one of our own."""
    server = start(program, world, JOKES_URL=world.refused_url)
    assert Page(server.get("/").text).joke in our_jokes()
    server.stop().expect_clean()


@pytest.mark.reference
def test_who_serves(program, world):
    """GET /info: the machine, since when, for how long, and the date."""
    before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    server = start(program, world)
    info = server.get("/info").json
    after = datetime.datetime.now(datetime.timezone.utc)
    assert list(info) == ["host", "started", "uptime", "date"]
    started, date = (
        datetime.datetime.strptime(info[name], "%Y-%m-%dT%H:%M:%SZ").replace(
            tzinfo=datetime.timezone.utc
        )
        for name in ("started", "date")
    )
    assert info["host"] == os.uname().nodename
    assert before <= started <= date <= after
    assert type(info["uptime"]) is int
    assert 0 <= info["uptime"] <= (after - before).total_seconds()
    server.stop().expect_clean()


# --- Every server program (given: no gap) ----------------------------------------------------

SERVERS = ["joke_server", "currency_server", "orders_server"]


@pytest.mark.reference
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("name", SERVERS)
def test_it_ends_in_order(program, name, number):
    """A signal ends it, with exit status 0 and nothing left behind."""
    server = Server(program(name).start("--port", "0"))
    run = server.stop(number).expect_clean()
    assert len(run.lines) == 2 and run.lines[1].startswith("stopping")
    assert run.stderr == ""


@pytest.mark.reference
def test_a_port_that_is_taken(program):
    """One line says so, and names --port; exit status 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = program("joke_server").run("--port", str(port))
    assert (run.exit, run.lines) == (1, [])
    assert len(run.stderr_lines) == 1
    assert run.stderr_lines[0].startswith(f"joke_server: port {port} is taken; --port N ")


@pytest.mark.reference
def test_an_address_that_is_not_here(program):
    """One line says which; exit status 1."""
    run = program("joke_server").run("--host", "192.0.2.1", "--port", "0")
    assert (run.exit, run.lines) == (1, [])
    assert len(run.stderr_lines) == 1
    assert "192.0.2.1" in run.stderr_lines[0]


@pytest.mark.reference
def test_an_ipv6_address_stands_in_brackets(program):
    """So that the line has a URL to click on."""
    if not socket.has_ipv6:
        pytest.skip("there is no IPv6 here")
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("there is no IPv6 here")
    server = Server(program("joke_server").start("--host", "::1", "--port", "0"))
    assert server.process.lines == [f"listening on http://[::1]:{server.port}"]
    assert server.get("/health").status == 200
    server.stop().expect_clean()


@pytest.mark.reference
@pytest.mark.parametrize(
    "arguments, words",
    [
        ("8080", "there is nothing to do with: 8080"),
        ("--fast", "--fast: no such option"),
        ("--port", "--port: its value is missing"),
        ("--port 65536", "--port takes a number from 0 to 65535: 65536"),
        ("--port -1", "--port takes a number from 0 to 65535: -1"),
        ("--port http", "--port takes a number from 0 to 65535: http"),
        ("--host localhost", "--host takes an address, in numbers: localhost"),
        ("--host 1.2.3", "--host takes an address, in numbers: 1.2.3"),
        ("--host :::", "--host takes an address, in numbers: :::"),
        ("--timeout 0", "--timeout takes seconds, above 0, at most 3600: 0"),
        ("--timeout soon", "--timeout takes seconds, above 0, at most 3600: soon"),
    ],
)
def test_a_bad_command_line_is_refused(program, arguments, words):
    """One line, the usage, and exit 2."""
    run = program("joke_server").run(*arguments.split())
    assert (run.exit, run.lines) == (2, [])
    assert run.stderr_lines[0] == words
    assert run.stderr_lines[1].startswith("usage: joke_server ")


@pytest.mark.reference
@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_the_help_says_what_is_served(program, name, option):
    """The options, and every route."""
    run = program(name).run(option).expect_clean()
    text = "\n".join(run.lines)
    assert run.lines[0].startswith(f"usage: {name} ")
    assert all(
        word in text for word in ("--host ADDRESS", "--port N", "--timeout", "8080")
    )
    assert "  GET  /" in text
