"""The servers and clients that nobody here has written: curl, Node's fetch, wrk, Chromium.

They judge no gap, so they run on the reference only. Each is one of the instructor's tools.
"""

from __future__ import annotations

import collections
import html
import json
import os
import re
import struct
import zlib
from pathlib import Path

import pytest

from harness.running import Program
from harness.tools import run_tool, tool

pytestmark = pytest.mark.reference
LARGE = 20_000_000  # bytes: more than the kernel holds for one connection


@pytest.fixture
def lab(serve):
    """lab(ARGUMENT...) starts a server."""
    return lambda *arguments: serve("server_lab", *arguments)


# --- curl --------------------------------------------------------------------------------


def curl(*arguments):
    """What curl prints, on both; without its user's own options."""
    done = run_tool("curl", "-q", "-sS", "-o", "/dev/null", *arguments)
    return done.stdout, done.stderr


def test_curl_uses_a_connection_again(lab):
    """Also after an error, and after an answer to HEAD, which has no body to read."""
    server = lab()
    paths = ["/json", "/nowhere", "/bytes/70", "/bytes/20000000", "/json"]
    more = [word for path in paths for word in ("-o", "/dev/null", server.url + path)]
    told = "%{num_connects} %{http_code} %{size_download}\\n"
    out, _ = curl("-w", told, *more[2:])
    assert out == f"1 200 27\n0 404 46\n0 200 70\n0 200 {LARGE}\n0 200 27\n"
    out, _ = curl("-I", "-w", told, *more[2:])
    assert out == "1 200 0\n0 404 0\n0 200 0\n0 200 0\n0 200 0\n"
    server.stop().expect_clean()


def test_curl_sees_the_same_head_with_head(lab):
    """GET's headers, also the length of what is not sent."""
    server = lab()
    heads = [
        run_tool("curl", "-q", "-sS", *words, server.url + "/bytes/70").stdout
        for words in (["-I"], ["-o", "/dev/null", "-D", "-"])
    ]
    seen = [re.sub(r"^Date: .* GMT\r$", "", head, flags=re.MULTILINE) for head in heads]
    assert "Content-Length: 70\n" in heads[0].replace("\r", "")
    assert seen[0] == seen[1]
    server.stop().expect_clean()


@pytest.fixture
def upload(tmp_path):
    """A file with text for /echo, as large as a body may be."""
    path = tmp_path / "upload"
    path.write_text("0123456789abcdef" * 65536)
    return path


def echoed(server, upload, *words):
    """What /echo says of an upload with curl, and what curl has seen."""
    target, file = server.url + "/echo", f"@{upload}"
    done = run_tool("curl", "-q", "-sSv", *words, "--data-binary", file, target)
    answer = json.loads(done.stdout)
    assert answer["body"] == upload.read_text()
    return {name.lower(): value for name, value in answer["headers"]}, done.stderr


def test_curl_is_told_to_continue(lab, upload):
    """It asks before it sends much; else it would wait for a second, and send all the same."""
    server = lab()
    headers, seen = echoed(server, upload, "-H", "Expect: 100-continue")
    assert headers["content-length"] == str(upload.stat().st_size)
    assert "< HTTP/1.1 100 Continue" in seen
    assert "Done waiting for 100-continue" not in seen
    server.stop().expect_clean()


def test_curl_does_not_send_what_is_too_much(lab, upload):
    """It asks before, and is told 413."""
    server = lab("max_body=1000")
    told = ("-w", "%{http_code} %{size_upload}", "-H", "Expect: 100-continue")
    out, _ = curl(*told, "--data-binary", f"@{upload}", server.url + "/echo")
    assert out == "413 0"
    server.stop().expect_clean()


def test_curl_sends_in_chunks(lab, upload):
    """Nobody says before how much it is."""
    server = lab()
    headers, _ = echoed(server, upload, "-H", "Transfer-Encoding: chunked")
    assert headers["transfer-encoding"] == "chunked"
    assert "content-length" not in headers
    server.stop().expect_clean()


def test_curl_with_http_1_0(lab):
    """A connection for each request, unless it says that it would keep it."""
    server = lab()
    url = server.url + "/json"
    told = ("--http1.0", "-w", "%{num_connects} %{http_code} %{size_download}\\n")
    assert curl(*told, url, "-o", "/dev/null", url)[0] == "1 200 27\n1 200 27\n"
    kept = (*told, "-H", "Connection: keep-alive")
    assert curl(*kept, url, "-o", "/dev/null", url)[0] == "1 200 27\n0 200 27\n"
    server.stop().expect_clean()


# --- Node's fetch ------------------------------------------------------------------------

NODE = """
import diagnostics from "node:diagnostics_channel";

const [url] = process.argv.slice(1);
const seen = {};
let connections = 0;
diagnostics.subscribe("undici:client:connected", () => { connections += 1; });

// A connection is free again a little after its answer was read.
const ask = async (path, options) => {
  await new Promise(setImmediate);
  return fetch(url + path, options);
};
const note = async (name, answer, body) => {
  seen[name] = [answer.status, answer.headers.get("content-type"), await body];
};

let answer = await ask("/json");
await note("json", answer, answer.json());
answer = await ask("/echo", { method: "POST", body: "Grüße, ☎" });
await note("posted", answer, answer.json().then((echo) => [echo.method, echo.body]));
answer = await ask("/nowhere");
await note("missing", answer, answer.json());
answer = await ask("/bytes/20000000");
await note("large", answer, answer.text().then((text) => [text.length, /^x+$/.test(text)]));

seen.connections = connections;
const controller = new AbortController();
process.stdin.once("data", () => controller.abort());
await ask("/late/node", { signal: controller.signal }).catch((error) => {
  seen.aborted = error.name;
});
answer = await ask("/json");
await note("afterwards", answer, answer.json());
console.log(JSON.stringify(seen));
process.exit();
"""


def test_nodes_fetch(lab):
    """One connection for one request after the other. Whose answer nobody wants any more is
    told so; and others are served."""
    server = lab()
    node = Program(Path(tool("node")), prefer="")
    run = node.start("--input-type=module", "-e", NODE, server.url)
    server.wait_for("^late node: waits$")
    run.send("abort")
    server.wait_for("^late node: the client has gone$")
    seen = json.loads(run.finish().expect_clean().lines[-1])
    hello = [200, "application/json", {"message": "Hello, World!"}]
    not_found = {"error": {"status": 404, "message": "Not Found"}}
    assert seen == {
        "connections": 1,
        "json": hello,
        "posted": [200, "application/json", ["POST", "Grüße, ☎"]],
        "missing": [404, "application/json", not_found],
        "large": [200, "text/plain; charset=utf-8", [LARGE, True]],
        "aborted": "AbortError",
        "afterwards": hello,
    }
    server.stop().expect_clean()


# --- wrk ---------------------------------------------------------------------------------


def test_wrk(lab):
    """Sixty-four at once for a second: no error; and then there is room for as many others."""
    count = 64
    server = lab(f"connections={count}")
    load = ("-t1", f"-c{count}", "-d1s")
    told = run_tool("wrk", *load, server.url + "/json").stdout
    assert int(re.search(r"^ +(\d+) requests in", told, re.MULTILINE)[1]) >= count
    assert "Socket errors" not in told and "Non-2xx" not in told
    clients = [server.client() for _ in range(count)]
    assert {client.get("/json").status for client in clients} == {200}
    server.stop().expect_clean()


# --- Chromium ----------------------------------------------------------------------------

NASTY = "</p><script>console.error('1')</script> &amp; <b onclick='x()'> é \U0001F525"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
MARGIN = 16  # pixels: between what is on the page and its edges


@pytest.fixture
def browser(tmp_path):
    """browser(OPTION..., URL) opens a page; what Chromium has printed, on both."""

    def opened(*arguments):
        options = ["--headless", "--disable-gpu", "--no-first-run"]
        options += ["--disable-background-networking", "--disable-component-update"]
        options += ["--enable-logging=stderr", f"--user-data-dir={tmp_path}/profile"]
        options += ["--no-sandbox"] if os.geteuid() == 0 else []  # root has none
        done = run_tool("chromium", *options, *arguments, HOME=str(tmp_path))
        return done.stdout, done.stderr

    return opened


def complaints(log):
    """What pages have written to the console."""
    return [line for line in log.splitlines() if ":CONSOLE" in line]


def joke_server(serve, world):
    """One that has this world's jokes."""
    return serve("joke_server", "--port", "0", "--timeout", "60", **world.environment)


@pytest.mark.parametrize("joke", ["A dull one.", NASTY])
def test_the_page_in_a_browser(serve, world, browser, joke):
    """The joke is in it, as it is, and the page has nothing to complain of."""
    world.jokes.jokes = [joke]
    server = joke_server(serve, world)
    page, log = browser("--dump-dom", server.url + "/")
    assert f'<p id="joke">{html.escape(joke, quote=False)}</p>' in page
    assert complaints(log) == []
    server.stop().expect_clean()


def test_complaints_are_seen(browser):
    """Else the test above would have nothing to say."""
    _, log = browser("--dump-dom", "data:text/html,<script>console.error('oh')</script>")
    (complaint,) = complaints(log)
    assert '"oh"' in complaint


@pytest.mark.parametrize("size", SIZES)
def test_the_page_as_it_looks(serve, world, browser, tmp_path, size):
    """It is not blank, and nothing is cut off: it stands in the middle, with a margin."""
    width, height = SIZES[size]
    server = joke_server(serve, world)
    file = tmp_path / "page.png"
    options = (f"--screenshot={file}", f"--window-size={width},{height}")
    browser(*options, server.url + "/")
    rows = pixels_of(file.read_bytes())
    assert (len(rows[0]), len(rows)) == (width, height)
    colours = collections.Counter(pixel for row in rows for pixel in row)
    (background, most), *others = colours.most_common()
    assert len(others) > 10  # letters have soft edges
    assert 0.005 < 1 - most / (width * height) < 0.25
    left, top, right, bottom = edges_of(rows, background)
    assert min(left, top, width - right, height - bottom) >= MARGIN
    assert abs(top - (height - bottom)) < height / 10
    server.stop().expect_clean()


def edges_of(rows, background):
    """The smallest rectangle that has everything in it: left, top, and right, bottom, which
    are the first beyond it."""
    columns = list(zip(*rows))
    ys = [y for y, row in enumerate(rows) if set(row) != {background}]
    xs = [x for x, column in enumerate(columns) if set(column) != {background}]
    return xs[0], ys[0], xs[-1] + 1, ys[-1] + 1


def pixels_of(png):
    """The rows of a PNG's pixels, each a list of bytes objects. Eight bits a channel, and not
    interlaced: that is how Chromium writes them."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    data, at = {b"IDAT": b""}, 8
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        data[kind] = data.get(kind, b"") + png[at + 8 : at + 8 + length]
        at += length + 12
    width, height, *how = struct.unpack(">IIBBBBB", data[b"IHDR"])
    channels = {(8, 2, 0, 0, 0): 3, (8, 6, 0, 0, 0): 4}[tuple(how)]
    raw, line = zlib.decompress(data[b"IDAT"]), width * channels
    before, rows = bytes(line), []
    for start in range(0, height * (line + 1), line + 1):
        before = unfiltered(
            raw[start], raw[start + 1 : start + 1 + line], before, channels
        )
        rows.append([before[x : x + channels] for x in range(0, line, channels)])
    return rows


def unfiltered(kind, line, above, channels):
    """A line of a PNG as it was before its filter; `above` is the line above it."""
    if kind == 0:
        return line
    out = bytearray(channels) + line  # what is left of the line is zero
    above = bytes(channels) + above
    for i in range(channels, len(out)):
        left, up, corner = out[i - channels], above[i], above[i - channels]
        if kind == 4:
            near = left + up - corner
            guess = min((left, up, corner), key=lambda one: abs(near - one))
        else:
            guess = {1: left, 2: up, 3: (left + up) // 2}[kind]
        out[i] = (out[i] + guess) & 0xFF
    return bytes(out[channels:])
