"""dial_a_joke: what is given in it. Its configuration, its routes, its form, its calls."""

from __future__ import annotations

import html
import json
import os
import re
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

from harness import expect
from harness.joke_line import (
    FORM,
    KEY,
    NOT_HIS_OWN,
    JokeLine,
    configuration,
    post,
    post_form,
    post_json,
    soon,
)
from harness.serving import request

pytestmark = pytest.mark.reference
NUMBER = "+15550100123"
MASKED = "+15***23"
MARKUP = "<script>alert('1')</script>\"&"


@pytest.fixture
def line(serve, world, tmp_path):
    """A JokeLine."""
    world.telephony.ring_seconds = world.telephony.speak_seconds_per_word = 0
    return JokeLine(serve, world, tmp_path)


# --- The configuration --------------------------------------------------------------------


@pytest.fixture
def refused(program, world, tmp_path):
    """refused(KEY=VALUE...) runs the program with a configuration that it must refuse;
    returns its only line."""

    def run(text=None, environment=None, **changes):
        path = tmp_path / "config.json"
        path.write_text(
            json.dumps(configuration(world, **changes)) if text is None else text
        )
        environment = {**NOT_HIS_OWN, **(environment or {})}
        done = program("dial_a_joke").run("-c", str(path), **environment)
        assert (done.exit, done.lines) == (2, [])
        (line,) = done.stderr_lines
        start = f"dial_a_joke: {path}: "
        assert line.startswith(start)
        assert KEY not in line
        return line[len(start) :]

    return run


REQUIRED = [
    "src_number",
    "telnyx_api_key",
    "telnyx_connection_id",
    "telnyx_api_url",
    "templates_dir",
    "jokes_external_api_url",
]


@pytest.mark.parametrize("key", REQUIRED)
def test_a_key_that_is_missing_is_named(refused, key):
    """Of those that must be there."""
    assert refused(**{key: None}) == f"{key}: it is missing"


@pytest.mark.parametrize(
    "http, said",
    [
        (None, "http.host: it is missing"),
        ({"host": "127.0.0.1"}, "http.port: it is missing"),
        (
            {"host": "localhost", "port": 0},
            "http.host: it is to be an address, in numbers",
        ),
        ("127.0.0.1", "http: it is to be an object"),
        ({"host": "::1", "port": "80"}, "http.port: it is to be a whole number"),
        ({"host": "::1", "port": 1.5}, "http.port: it is to be a whole number"),
        ({"host": "::1", "port": -1}, "http.port: it is to be a number from 0 to 65535"),
        (
            {"host": "::1", "port": 65536},
            "http.port: it is to be a number from 0 to 65535",
        ),
        ({"host": "::1", "port": 1, "tls": 1}, "http.tls: there is no such key"),
    ],
)
def test_where_to_listen(refused, http, said):
    """The keys in the object."""
    assert refused(http=http) == said


URL = "it is to be a URL, http:// or https://"


@pytest.mark.parametrize(
    "key, value, said",
    [
        (
            "src_number",
            "0123",
            "it is to be a telephone number as E.164 writes it, +15550100",
        ),
        ("src_number", 15550100, "it is to be a string"),
        ("telnyx_api_key", "", "it is to be printable, and not empty"),
        ("telnyx_api_key", f"{KEY}\r\nX: y", "it is to be printable, and not empty"),
        ("telnyx_api_key", [KEY], "it is to be a string"),
        ("telnyx_connection_id", "", "it is to be printable, and not empty"),
        ("telnyx_connection_id", "7\x7f", "it is to be printable, and not empty"),
        ("telnyx_api_url", "api.telnyx.com", URL),
        ("telnyx_api_url", "http:///", URL),
        ("telnyx_public_key", "x", "it is to be the base64 of 32 bytes"),
        ("webhook_url", "/webhook", URL),
        ("templates_dir", "", "it is empty"),
        ("jokes_external_api_url", "file:///etc/passwd", URL),
        ("database", 1, "it is to be a string"),
        ("telnyx_api_kez", KEY, "there is no such key"),
        ("http.port", 80, "there is no such key"),
        ("a\nb\x1b[2J", 1, "there is no such key"),
    ],
)
def test_a_key_that_is_wrong_is_named(refused, key, value, said):
    """In one line, and its value is not shown."""
    shown = "".join(c if c.isprintable() else "?" for c in key)
    assert refused(**{key: value}) == f"{shown}: {said}"


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "line 1, column 0: it is not JSON"),
        (f'{{"telnyx_api_key": {KEY}}}', "line 1, column 22: it is not JSON"),
        (f'{{"a": "{KEY}",\n"a": 1}}', "line 2, column 3: a key stands there twice"),
        (f'["{KEY}"]', "it is not a JSON object"),
        (" " * 100_000, "it is too long"),
    ],
)
def test_a_file_that_is_no_configuration(refused, text, said):
    """Nothing of it is shown."""
    assert refused(text) == said


def test_no_file(program, tmp_path):
    """Which one it is, and why it cannot be read."""
    os.mkfifo(tmp_path / "pipe")  # nobody writes to it
    for path, why in (
        (tmp_path / "x", "no such file or directory"),
        (tmp_path, "this is no file"),
        (tmp_path / "pipe", "this is no file"),
    ):
        done = program("dial_a_joke").run("-c", str(path))
        assert done.stderr_lines == [f"dial_a_joke: {path}: {why}"]
        assert done.exit == 2


def test_the_environment_wins(line, world):
    """Then a secret need not be in a file; an empty variable counts as none."""
    world.telephony.key = "another"
    line.configure(telnyx_api_key=None)
    server = line.start(TELNYX_API_KEY="another")
    line.book(server, NUMBER, 1)
    world.telephony.wait(lambda: world.telephony.calls[0].state == "ended")
    said = server.stop().expect_clean()
    assert "another" not in "".join(said.lines + said.stderr_lines)


def test_a_public_key_does_not_do_anything_yet(line, world):
    """Who has set it must not think that webhooks are verified."""
    line.configure(telnyx_public_key=world.telephony.public_key)
    said = line.start().stop().expect_clean()
    assert "not verified" in said.lines[0]


def test_a_variable_that_is_wrong_is_named(refused):
    """By its own name."""
    said = refused(environment={"SRC_NUMBER": "1"})
    assert said.startswith("src_number: ")


def test_the_template_must_be_there(program, world, tmp_path):
    """And be one."""
    path = tmp_path / "config.json"
    path.write_text(json.dumps(configuration(world, templates_dir="pages")))
    page = tmp_path / "pages" / "index.html"
    for text, why in (
        (None, "no such file or directory"),
        ("\n{{#calls}}", "line 2: calls: a part is not closed"),
        ("{{a}}\n\n{{b", "line 3: no name between {{ and }}"),
        ("{{#a}}{{/b}}", "line 1: b: this part is not the one that is open"),
    ):
        if text is not None:
            page.parent.mkdir(exist_ok=True)
            page.write_text(text)
        done = program("dial_a_joke").run("-c", str(path), **NOT_HIS_OWN)
        assert done.stderr_lines == [f"dial_a_joke: {page}: {why}"]
        assert done.exit == 1


def test_the_help(program):
    """It says how it is configured, and what it serves."""
    lines = program("dial_a_joke").run("--help").expect_clean().lines
    for wanted in (
        "usage: dial_a_joke [OPTION]...",
        "  -c, --config FILE  read the configuration there (default: config.dev.json)",
        "  --port N           on that port (default: as the configuration says; "
        "0: any free one)",
        "  POST /webhook",
    ):
        assert wanted in lines
    done = program("dial_a_joke").run("-c")
    assert (done.exit, done.stderr_lines[0]) == (2, "-c: its value is missing")


def test_the_configuration_of_the_workshop(program, tmp_path):
    """Everything that is in it is understood: it is only the template that is not there."""
    with open("stage4_background_tasks/config.dev.json", encoding="ascii") as file:
        (tmp_path / "config.dev.json").write_text(file.read())
    done = program("dial_a_joke").run(
        "-c", str(tmp_path / "config.dev.json"), **NOT_HIS_OWN
    )
    (said,) = done.stderr_lines
    assert said.endswith("templates/index.html: no such file or directory")


# --- The page -----------------------------------------------------------------------------


class Page(HTMLParser):
    """A page, read: the fields' values, what is said beside them, the calls."""

    def __init__(self, text):
        super().__init__()
        self.values, self.problems, self.calls = {}, {}, []
        self._at = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        if tag != "b":  # which stands in a time
            self._at = None
        if tag == "input":
            self.values[has["name"]] = has["value"]
        elif has.get("class") == "problem":
            self._at = (self.problems, has["id"].partition("-")[0])
        elif tag == "li":
            self.calls.append({"state": has["data-state"]})
        elif self.calls and tag in ("time", "span"):
            name = has.get("class", tag).partition(" ")[0]
            self._at = (self.calls[-1], {"state": "says"}.get(name, name))

    def handle_data(self, data):
        if self._at:
            where, name = self._at
            where[name] = where.get(name, "") + data

    def handle_endtag(self, tag):
        if tag != "b":
            self._at = None


def test_the_page(line):
    """A form with a time that will do, no calls; and nothing from anywhere else."""
    server = line.start()
    answer = server.get("/")
    assert (answer.status, answer.headers["Content-Type"]) == (
        200,
        "text/html; charset=utf-8",
    )
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    page = Page(answer.text)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", page.values["date"])
    assert re.fullmatch(r"\d\d:\d\d", page.values["time"])
    assert page.values["number"] == "" and page.problems == {} and page.calls == []
    assert not re.search(r"(src|href|action)=\"(?!/)", answer.text)
    assert "{{" not in answer.text and " on" + "click" not in answer.text
    assert server.get("/", "HEAD").headers["Content-Length"] == str(len(answer.body))
    server.stop().expect_clean()


@pytest.mark.parametrize(
    "path, media_type",
    [
        ("/static/page.css", "text/css; charset=utf-8"),
        ("/static/page.js", "text/javascript; charset=utf-8"),
        ("/static/dial.svg", "image/svg+xml"),
    ],
)
def test_what_the_page_loads(line, path, media_type):
    """Each file that it names is there."""
    server = line.start()
    assert f'"{path}"' in server.get("/").text
    answer = server.get(path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, media_type)
    server.stop().expect_clean()


@pytest.mark.parametrize(
    "path", ["/static/../index.html", "/static/%2e%2e/index.html", "/static/x", "/x"]
)
def test_what_is_not_there(line, path):
    """Nothing but what is in the folder for it."""
    server = line.start()
    assert server.get(path).status in (400, 404)
    server.stop().expect_clean()


def test_whether_it_is_well(line):
    """And who serves, since when."""
    server = line.start()
    assert server.get("/health").json == {"status": "OK"}
    assert set(server.get("/info").json) == {"host", "started", "uptime", "date"}
    answer = server.get("/calls", "DELETE")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    server.stop().expect_clean()


# --- The form -----------------------------------------------------------------------------


def test_a_call_is_promised(line):
    """The browser is sent to the page, where the call is, with its number masked."""
    server = line.start()
    date, time = soon(3600)
    answer = post_form(server, date=date, time=time, number=NUMBER)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    at = f"{date}T{time}Z"
    call = {
        "id": 1,
        "at": at,
        "number": MASKED,
        "state": "scheduled",
        "says": "scheduled",
    }
    listed = line.calls(server)
    assert set(listed) == {"now", "coming", "over", "more"}
    assert listed["coming"] == [{**call, "reason": None}]
    assert (listed["over"], listed["more"]) == ([], 0)
    page = server.get("/")
    (shown,) = Page(page.text).calls
    hours = time[:-3] if time.endswith(":00") else time
    assert shown["time"] == f"{date} {hours} UTC"
    assert (shown["number"], shown["state"]) == (MASKED, "scheduled")
    assert NUMBER not in page.text
    said = server.stop().expect_clean()
    assert f"call 1: promised to {MASKED} for {at}" in said.lines
    assert NUMBER not in "".join(said.lines + said.stderr_lines)


def test_a_program_gets_json(line):
    """It asks with JSON, or says that it likes that more."""
    server = line.start()
    date, time = soon(3600)
    form = {"date": date, "time": time, "number": NUMBER}
    answer = post_json(server, form)
    assert (answer.status, answer.type) == (303, "application/json")
    assert (answer.json["id"], answer.json["number"]) == (1, MASKED)
    body = urlencode(form).encode()
    answer = post(server, "/", body, Content_Type=FORM, Accept="application/json")
    assert (answer.status, answer.json["id"]) == (303, 2)
    server.stop().expect_clean()


WRONG = {"date": "2026-02-30", "time": "25:00", "number": "5550100"}


def test_a_person_is_told_what_is_wrong(line):
    """The form again: what was typed stands in it, and beside it what is wrong."""
    server = line.start()
    answer = post_form(server, **WRONG)
    assert (answer.status, answer.type) == (422, "text/html")
    page = Page(answer.text)
    assert page.values == WRONG
    assert set(page.problems) == set(WRONG)
    assert line.calls(server)["coming"] == []
    server.stop().expect_clean()


def test_a_program_is_told_what_is_wrong(line):
    """The same, as JSON."""
    server = line.start()
    told = Page(post_form(server, **WRONG).text).problems
    answer = post_json(server, WRONG)
    assert (answer.status, answer.type) == (422, "application/json")
    message = "The call cannot be scheduled like this."
    error = {"status": 422, "message": message, "fields": told}
    assert answer.json == {"error": error}
    for value in ({}, {"date": 1, "time": None, "number": [NUMBER]}):
        assert set(post_json(server, value).json["error"]["fields"]) == set(WRONG)
    server.stop().expect_clean()


@pytest.mark.parametrize(
    "body, media_type, status",
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json; charset=utf-8", 400),
        (b'{"date":"a","date":"b"}', "application/json", 400),
        (b"hello", "text/plain", 415),
        (b"hello", "application/jsonx", 415),
        (b"%zz=1", FORM, 422),
        (b"number=%00", FORM, 422),
        (b"a" * 1_100_000, FORM, 413),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_form(line, body, media_type, status):
    """It says so, and goes on."""
    server = line.start()
    answer = post(server, "/", body, Content_Type=media_type, Accept="*/*")
    assert answer.status == status
    assert server.get("/health").status == 200
    server.stop().expect_clean()


def test_no_type_at_all(line):
    """Nobody knows what it is."""
    server = line.start()
    assert post(server, "/", b"date=1").status == 415
    server.stop().expect_clean()


@pytest.mark.parametrize("field", ["date", "time", "number"])
def test_markup_stays_text(line, field):
    """What was typed comes back as it was, and does nothing."""
    server = line.start()
    answer = post_form(server, **{**WRONG, field: MARKUP})
    assert (answer.status, Page(answer.text).values[field]) == (422, MARKUP)
    assert "<script>alert" not in answer.text
    assert html.escape(MARKUP) in answer.text.replace("&#39;", "&#x27;")
    server.stop().expect_clean()


def test_a_form_of_100_kilobytes(line):
    """It is wrong, and does not come back."""
    server = line.start()
    fields = {"date": "9" * 50_000, "time": "<" * 50_000, "number": "+" + "1" * 50_000}
    answer = post_form(server, **fields)
    assert answer.status == 422
    assert len(answer.body) < 10_000
    page = Page(answer.text)
    assert page.values == {"date": "", "time": "", "number": ""}
    assert set(page.problems) == set(fields)
    server.stop().expect_clean()


def test_what_is_not_text_does_not_come_back(line):
    """A page is UTF-8 to its end."""
    server = line.start()
    body = b"date=%ff%fe&time=" + b"\xc3\x28" + b"&number=%e2%98%8e"
    answer = post(server, "/", body, Content_Type=FORM)
    assert answer.status == 422
    values = Page(answer.body.decode("utf-8")).values
    assert values == {"date": "", "time": "", "number": "\N{BLACK TELEPHONE}"}
    server.stop().expect_clean()


# --- Pages of others (CORS) ---------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/calls", "/health", "/info"])
def test_pages_of_others_may_ask(line, path):
    """A browser asks before, and gets the answer that it needs."""
    server = line.start()
    asked = {"Origin": "https://example.com", "Access_Control_Request_Method": "POST"}
    answer = server.get(path, "OPTIONS", **asked)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST"
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type"
    assert server.get(path).headers["Access-Control-Allow-Origin"] == "*"
    assert post_json(server, {}).headers["Access-Control-Allow-Origin"] == "*"
    server.stop().expect_clean()


def test_nobodys_page_may_play_the_network(line):
    """The webhook is for the network, which is no browser."""
    server = line.start()
    answer = server.get("/webhook", "OPTIONS")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    assert answer.headers["Access-Control-Allow-Origin"] is None
    server.stop().expect_clean()


# --- Calls --------------------------------------------------------------------------------


def test_a_call(line, world):
    """From the form to the end: what the network sees, and what the page shows."""
    phone = world.telephony
    world.jokes.jokes = ["A dull one."]
    rings = phone.steps.hold("*/ring")
    speaks = phone.steps.hold("*/speak")
    server = line.start()
    assert line.book(server, NUMBER, 1).status == 303

    def shown():
        listed = line.calls(server)
        return [call["state"] for call in listed["coming"] + listed["over"]]

    def until(state):
        came = server.process.wait_until(lambda: shown() == [state])
        expect(came, saw=f"{shown()}", expected=state)

    rings.wait_for(1)
    until("ringing")
    rings.release_all()
    speaks.wait_for(1)
    until("speaking")
    speaks.release_all()
    until("done")
    (call,) = phone.calls
    assert (call.to, call.from_, call.said) == (NUMBER, "+15550100100", ["A dull one."])
    assert (call.hangup_cause, call.hangup_source) == ("normal_clearing", "caller")
    assert phone.dialled[NUMBER] == 1
    assert {r.headers["Authorization"] for r in phone.requests} == {f"Bearer {KEY}"}
    (over,) = line.calls(server)["over"]
    assert (over["says"], over["number"]) == ("joke told", MASKED)
    said = server.stop().expect_clean()
    assert f"call 1: dialling {MASKED}" in said.lines and "call 1: done" in said.lines
    everything = "".join(said.lines + said.stderr_lines)
    assert NUMBER not in everything and KEY not in everything


@pytest.mark.parametrize("manner", ["busy", "rejects", "unreachable"])
def test_a_call_that_nobody_takes(line, world, manner):
    """It says why, and nobody is called again."""
    phone = world.telephony
    phone.person(NUMBER, manner)
    server = line.start()
    line.book(server, NUMBER, 1)
    assert server.process.wait_until(lambda: line.calls(server)["over"])
    (call,) = line.calls(server)["over"]
    assert call["state"] == "failed"
    assert call["reason"] and call["says"] == call["reason"]
    assert call["reason"] in Page(server.get("/").text).calls[0]["says"]
    assert phone.dialled[NUMBER] == 1
    server.stop().expect_clean()


def test_calls_in_order_of_time(line):
    """Not in the order in which they came; those of one time as they came."""
    server = line.start()
    for seconds, number in ((300, 1), (100, 2), (200, 3), (100, 4)):
        date, _ = soon(0)
        assert line.book(server, f"+1555010000{number}", 3600 + seconds).status == 303
    listed = [call["id"] for call in line.calls(server)["coming"]]
    times = [call["at"] for call in line.calls(server)["coming"]]
    assert times == sorted(times) and set(listed) == {1, 2, 3, 4}
    assert (listed[-2:], set(listed[:2])) == ([3, 1], {2, 4})
    assert len(Page(server.get("/").text).calls) == 4
    server.stop().expect_clean()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"data":{"event_type":"call.answered"}}']
)
def test_what_is_no_event(line, body):
    """400, whatever else may happen later."""
    server = line.start()
    with server.client() as client:
        client.send(
            request("POST", "/webhook", {"Content-Length": str(len(body))}) + body
        )
        answer = client.answer()
    assert (answer.status, answer.json["error"]["status"]) == (400, 400)
    server.stop().expect_clean()
