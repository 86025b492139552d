"""The server: what is given. Answers in pieces, files, other protocols, failures."""

from __future__ import annotations

import os
import resource

import pytest

from harness import expect, gap
from harness.serving import request

GREEN = ["3.1", "3.2", "3.3", "3.4", "3.5", "3.6"]
# Each test runs over these, too.
RESTS_ON = ["3.4", "3.6", "3.8", "3.12", "3.13", "3.15"]
LARGE = 20_000_000  # bytes: more than the kernel holds for one connection


@pytest.fixture
def lab(serve):
    """lab(ARGUMENT...) starts a server."""
    return lambda *arguments: serve("server_lab", *arguments)


def pieces(count: int) -> str:
    """What /pieces/{count} says."""
    return "".join(f"piece {n}\n" for n in range(1, count + 1))


# --- Pieces ------------------------------------------------------------------------------


@pytest.mark.reference
def test_pieces_without_a_length(lab):
    """In chunks; and the connection goes on."""
    with lab().client() as client:
        for _ in range(2):
            answer = client.get("/pieces/3")
            assert answer.headers["transfer-encoding"] == "chunked"
            assert "content-length" not in answer.headers
            assert (answer.status, answer.text) == (200, pieces(3))
        assert client.get("/pieces/0").text == ""


@pytest.mark.reference
def test_pieces_with_a_length(lab):
    """As any other answer."""
    with lab().client() as client:
        text = pieces(3)
        answer = client.get(f"/pieces/3?length={len(text)}")
        assert answer.headers["content-length"] == str(len(text))
        assert "transfer-encoding" not in answer.headers
        assert answer.text == text
        assert client.get("/pieces/3?length=10").text == text[:10]


@pytest.mark.reference
def test_pieces_for_an_old_client(lab):
    """HTTP/1.0 knows no chunks: the answer ends with the connection."""
    with lab().client() as client:
        client.send(b"GET /pieces/3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        answer = client.answer()
        assert "transfer-encoding" not in answer.headers
        assert (answer.headers["connection"], answer.text) == ("close", pieces(3))


@pytest.mark.reference
@pytest.mark.parametrize("query", ["?abort=1", "?length=1000", "?length=1000&abort=1"])
def test_pieces_that_do_not_come_to_their_end(lab, query):
    """The client can tell: the connection ends before the answer does."""
    server = lab()
    with server.client() as client:
        client.send(request("GET", f"/pieces/2{query}"))
        seen = client.rest()
    assert seen.startswith(b"HTTP/1.1 200 OK\r\n")
    assert seen.endswith(b"piece 2\n") or seen.endswith(b"piece 2\n\r\n")
    server.stop().expect_clean()


@pytest.mark.reference
def test_an_abort_spares_the_answers_before(lab):
    """They are sent; then the connection is closed."""
    server = lab()
    with server.client() as client:
        client.send(request("GET", "/late/a") + request("GET", "/pieces/1?abort=2"))
        server.wait_for("^late a: waits$")
        server.turn()
        server.get("/release/a")
        assert client.answer().text == "late a"
        seen = client.rest()
    assert seen.startswith(b"HTTP/1.1 200 OK\r\n") and not seen.endswith(b"0\r\n\r\n")
    server.stop().expect_clean()


@pytest.mark.reference
def test_pieces_for_head(lab):
    """Only the head; no piece is made."""
    server = lab()
    with server.client() as client:
        client.send(request("HEAD", "/pieces/3"))
        assert client.answer(head=True).headers["transfer-encoding"] == "chunked"
        client.send(request("HEAD", "/pieces/3?length=7"))
        assert client.answer(head=True).headers["content-length"] == "7"
        assert client.get("/bytes/2").text == "xx"
    assert "piece 1" not in server.process.lines


@pytest.mark.reference
def test_no_piece_before_the_last_one_was_taken(lab):
    """A client that does not read has the server make a few pieces, not all of them."""
    count, size = 200, 1_000_000
    server = lab()

    def made():
        return sum(line.startswith("piece ") for line in server.process.lines)

    with server.client(receive_buffer=4096) as slow:
        slow.send(request("GET", f"/pieces/{count}?size={size}"))
        slow.takes(1)
        server.wait_for("^piece ")
        server.turn()
        server.turn()
        assert 1 <= made() < count
        assert len(slow.answer().body) == count * size
        assert made() == count
    server.stop().expect_clean()


@pytest.mark.reference
def test_pieces_for_two_at_once(lab):
    """An answer of many pieces does not keep the others waiting; a gone client ends it."""
    server = lab()
    with server.client() as long, server.client() as other:
        long.send(request("GET", "/pieces/1000000?size=1000"))
        long.takes(1)
        assert other.get("/pieces/2").text == pieces(2)
    server.wait_for("^pieces: the client has gone$")
    server.stop().expect_clean()


@pytest.mark.reference
def test_pieces_behind_one_that_waits(lab):
    """They wait for their turn, too."""
    server = lab()
    with server.client() as client, server.client() as other:
        client.send(request("GET", "/late/a") + request("GET", "/pieces/2"))
        client.send(request("GET", "/bytes/1"))
        server.wait_for("^late a: waits$")
        server.turn()
        assert not client.has_answer()
        assert "piece 1" not in server.process.lines
        other.get("/release/a")
        assert [client.answer().text for _ in range(3)] == ["late a", pieces(2), "x"]


@pytest.mark.reference
def test_stopped_between_two_pieces(lab):
    """The answer is finished; then the connection is closed."""
    server = lab()
    with server.client(receive_buffer=4096) as client:
        client.send(request("GET", "/pieces/40?size=1000000"))
        client.takes(1)
        server.process.ask_to_end()
        server.wait_for("^stopping$")
        assert len(client.answer().body) == 40_000_000
        assert client.is_closed()
    server.process.finish().expect_clean()


@pytest.mark.reference
def test_stopped_at_once_between_two_pieces(lab):
    """The handler is told that nobody waits any more."""
    server = lab()
    with server.client(receive_buffer=4096) as client:
        client.send(request("GET", "/pieces/40?size=1000000"))
        client.takes(1)
        server.process.ask_to_end()
        server.wait_for("^stopping$")
        server.stop().expect_clean()
    assert "pieces: the client has gone" in server.process.lines


# --- Files -------------------------------------------------------------------------------

OUTSIDE = "outside.txt"


@pytest.fixture
def folder(tmp_path):
    """A folder of files, with others around it that nobody may have."""
    inside = tmp_path / "www"
    (inside / "css").mkdir(parents=True)
    (tmp_path / "www-private").mkdir()
    (tmp_path / OUTSIDE).write_text("nobody may read this")
    (tmp_path / "www-private" / "key.txt").write_text("nor this")
    (inside / "index.html").write_text("<!DOCTYPE html>\n")
    (inside / "css" / "a..b.css").write_text("p { color: red }\n")
    (inside / "ü b.txt").write_text("Grüße\n")
    (inside / ".well-known").write_text("yes\n")
    (inside / "empty.json").write_text("")
    (inside / "large.bin").write_bytes(bytes(range(256)) * (LARGE // 256))
    (inside / "link.txt").symlink_to(tmp_path / OUTSIDE)
    (inside / "up").symlink_to(tmp_path)
    os.mkfifo(inside / "pipe")
    return inside


FILES = {
    "": ("text/html; charset=utf-8", "<!DOCTYPE html>\n"),
    "index.html": ("text/html; charset=utf-8", "<!DOCTYPE html>\n"),
    "css/a..b.css": ("text/css; charset=utf-8", "p { color: red }\n"),
    "%C3%BC%20b.txt": ("text/plain; charset=utf-8", "Grüße\n"),
    ".well-known": ("application/octet-stream", "yes\n"),
    "empty.json": ("application/json", ""),
}


@gap("3.16", needs=GREEN)
def test_files_of_a_folder(lab, folder):
    """Each with its type and its length."""
    with lab(f"folder={folder}").client() as client:
        for path, (media, text) in FILES.items():
            answer = client.get(f"/files/{path}")
            seen = (answer.status, answer.headers["content-type"], answer.text)
            expect(
                seen == (200, media, text),
                did=f"GET /files/{path}",
                saw=f"{path}: {answer.status} {answer.text[:60]!r}",
                expected=f"200 {text!r}: it is a file of the folder",
            )


ESCAPES = [
    "../outside.txt",
    "%2e%2e/outside.txt",
    "..%2Foutside.txt",
    "css/../../outside.txt",
    "css/%2E./%2e%2e/outside.txt",
    "../www-private/key.txt",
    "../www/index.html",
    "./index.html",
    "css//a..b.css",
    "//etc/passwd",
    "%2Fetc%2Fpasswd",
]


@gap("3.16", needs=GREEN)
def test_no_way_up(lab, folder):
    """Neither above the folder nor through it back into it."""
    server = lab(f"folder={folder}")
    with server.client() as client:
        seen = client.get("/files/index.html").status
        expect(seen == 200, did="GET /files/index.html", saw=f"{seen}", expected="200")
        for path in ESCAPES:
            answer = client.get(f"/files/{path}")
            expect(
                answer.status == 404,
                did=f"GET /files/{path}",
                saw=f"{path}: {answer.status} {answer.text[:60]!r}",
                expected='404: ".." and "." are no names of files',
            )


@gap("3.16", needs=GREEN)
def test_no_way_through_a_link(lab, folder):
    """A symbolic link may lead anywhere."""
    with lab(f"folder={folder}").client() as client:
        seen = client.get("/files/index.html").status
        expect(seen == 200, did="GET /files/index.html", saw=f"{seen}", expected="200")
        for path in ("link.txt", f"up/{OUTSIDE}", "up/www/index.html"):
            answer = client.get(f"/files/{path}")
            expect(
                answer.status == 404,
                did=f"GET /files/{path}",
                saw=f"{path}: {answer.status} {answer.text[:60]!r}",
                expected="404: a symbolic link is not followed (O_NOFOLLOW)",
            )


@pytest.mark.reference
@pytest.mark.parametrize(
    "path", ["none.txt", "css", "css/", "index.html/", "pipe", "x" * 300, "css/none/x"]
)
def test_what_is_no_file(lab, folder, path):
    """404."""
    with lab(f"folder={folder}").client() as client:
        assert client.get(f"/files/{path}").status == 404


@pytest.mark.reference
def test_a_file_that_the_client_has(lab, folder):
    """304 and no body, unless it has changed."""
    with lab(f"folder={folder}").client() as client:
        modified = client.get("/files/index.html").headers["last-modified"]
        answer = client.get("/files/index.html", If_Modified_Since=modified)
        assert (answer.status, answer.headers["last-modified"]) == (304, modified)
        assert "content-length" not in answer.headers
        os.utime(folder / "index.html", (1, 1))
        answer = client.get("/files/index.html", If_Modified_Since=modified)
        assert answer.text == FILES["index.html"][1]
        assert answer.headers["last-modified"] == "Thu, 01 Jan 1970 00:00:01 GMT"
        client.send(request("HEAD", "/files/css/a..b.css"))
        assert client.answer(head=True).headers["content-length"] == "17"


@pytest.mark.reference
def test_a_large_file(lab, folder):
    """Whole for those who read it; those who go away leave nothing behind."""
    server = lab(f"folder={folder}")
    with server.client(receive_buffer=4096) as gone, server.client() as client:
        gone.send(request("GET", "/files/large.bin"))
        gone.takes(1)
        body = client.get("/files/large.bin").body
        assert body == (folder / "large.bin").read_bytes()
    server.stop().expect_clean()


@pytest.mark.reference
def test_a_file_that_becomes_shorter(lab, folder):
    """What was promised cannot be sent: the connection ends before the answer does."""
    server = lab(f"folder={folder}")
    with server.client(receive_buffer=4096) as client:
        client.send(request("GET", "/files/large.bin"))
        client.takes(1)
        os.truncate(folder / "large.bin", 1)
        assert 1 + len(client.rest()) < LARGE
    server.stop().expect_clean()


@gap("3.16", needs=GREEN)
def test_no_descriptor_is_lost(lab, folder):
    """Whatever becomes of them, files are closed: the server goes on with few of them."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (48, limit[1]))
    try:
        server = lab(f"folder={folder}")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)
    paths = ["css/a..b.css", "none.txt", "css", "link.txt", "../x", "css/n/x"]
    with server.client() as client:
        for path in paths * 12:
            client.get(f"/files/{path}")
        answer = client.get("/files/index.html")
    expect(
        answer.status == 200,
        did="GET /files/..., 72 times, in a program that may have 48 files open at once",
        saw=str(answer.status),
        expected="200 again: what was opened is closed",
    )


# --- Another protocol --------------------------------------------------------------------

SHOUT = {"Connection": "keep-alive, Upgrade", "Upgrade": "hush, Shout"}


@pytest.mark.reference
def test_upgrade(lab):
    """The connection goes on in the other protocol, with what had come already."""
    server = lab()
    with server.client() as client:
        client.send(request("GET", "/shout", SHOUT) + b"hello", b", world")
        answer = client.answer()
        assert (answer.status, answer.headers["upgrade"]) == (101, "shout")
        assert answer.headers["connection"] == "Upgrade"
        assert client.takes(12) == b"HELLO, WORLD"
        server.process.ask_to_end()
    server.process.finish().expect_clean()


@pytest.mark.reference
def test_upgrade_byte_by_byte(lab):
    """However it comes."""
    with lab().client() as client:
        data = request("GET", "/shout", SHOUT) + b"abc"
        client.send(*[data[i : i + 1] for i in range(len(data))])
        assert client.answer().status == 101
        assert client.takes(3) == b"ABC"


@pytest.mark.reference
def test_an_upgrade_by_who_wants_to_close(lab):
    """Connection: close is about HTTP, which ends here: nothing that has come is lost."""
    with lab().client() as client:
        headers = {**SHOUT, "Connection": "close, Upgrade"}
        client.send(request("GET", "/shout", headers) + b"early")
        assert client.answer().status == 101
        assert client.takes(5) == b"EARLY"


@pytest.mark.reference
def test_an_upgrade_behind_the_last_answer(lab):
    """An answer that ends with the connection leaves nothing to go on with."""
    server = lab()
    with server.client() as client:
        old = b"GET /pieces/2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
        client.send(old + request("GET", "/shout", SHOUT))
        assert client.answer().text == pieces(2)
    server.stop().expect_clean()


@pytest.mark.reference
def test_many_upgrades_that_are_not_granted(lab):
    """One after the other, however many have come at once."""
    other = {"Connection": "Upgrade", "Upgrade": "whisper"}
    count = 1500
    with lab().client() as client:
        client.send(request("GET", "/shout", other) * count)
        assert {client.answer().status for _ in range(count)} == {426}


@pytest.mark.reference
def test_an_upgrade_that_is_not_granted(lab):
    """Then what follows is HTTP, as before."""
    other = {"Connection": "Upgrade", "Upgrade": "whisper"}
    with lab().client() as client:
        client.send(request("GET", "/shout", other) + request("GET", "/bytes/2"))
        answer = client.answer()
        assert (answer.status, answer.headers["upgrade"]) == (426, "shout")
        assert "Upgrade" in answer.headers.get_all("connection")  # RFC 9110, 7.8
        assert client.answer().text == "xx"
        client.send(request("GET", "/bytes/3", SHOUT) * 2 + request("GET", "/bytes/1"))
        assert [client.answer().text for _ in range(3)] == ["xxx", "xxx", "x"]
        assert client.get("/shout").status == 426


@pytest.mark.reference
def test_an_upgrade_behind_one_that_waits(lab):
    """It has to wait, too, and so has what follows it."""
    server = lab()
    with server.client() as client:
        client.send(request("GET", "/late/a") + request("GET", "/shout", SHOUT) + b"abc")
        server.wait_for("^late a: waits$")
        server.turn()
        assert "shout: begins" not in server.process.lines
        server.get("/release/a")
        assert client.answer().text == "late a"
        assert client.answer().status == 101
        assert client.takes(3) == b"ABC"


@pytest.mark.reference
def test_an_upgrade_that_is_answered_later(lab):
    """Nothing behind it is taken meanwhile."""
    server = lab()
    with server.client() as client:
        client.send(request("GET", "/late/a", SHOUT) + request("GET", "/late/b"))
        server.wait_for("^late a: waits$")
        server.turn()
        assert "late b: waits" not in server.process.lines
        server.get("/release/a")
        assert client.answer().text == "late a"
        server.wait_for("^late b: waits$")
    server.wait_for("^late b: the client has gone$")
    server.stop().expect_clean()


# --- Failures and small things -----------------------------------------------------------


@pytest.mark.reference
@pytest.mark.parametrize("error, status", [(105, 503), (110, 504), (5, 500), (2, 500)])
def test_a_handler_that_fails(lab, error, status):
    """The client is told that it failed; the program is told why."""
    server = lab()
    with server.client() as client:
        answer = client.get(f"/fail/{error}")
        words = {500: "Internal Server Error", 503: "Service Unavailable"}
        message = words.get(status, "Gateway Timeout")
        assert answer.json == {"error": {"status": status, "message": message}}
        assert client.get("/json").status == 200
    server.wait_for(f"^/fail/{error} has failed: E")


@pytest.mark.reference
def test_json_that_could_not_be_made(lab):
    """Is a failure like any other."""
    server = lab()
    with server.client() as client:
        assert client.get("/fail/nothing").status == 500
    server.wait_for("^/fail/nothing has failed: EINVAL$")


@pytest.mark.reference
def test_an_answer_without_a_body(lab):
    """204 has neither a body nor a length (RFC 9110, 8.6), and no header was smuggled in."""
    server = lab()
    with server.client() as client:
        client.send(request("GET", "/empty") + request("GET", "/bytes/1"))
        answer = client.answer()
        assert answer.status == 204
        assert set(answer.headers) == {"Date", "Connection"}
        assert client.answer().text == "x"
    assert "a header with a line end was added" not in server.process.lines


@pytest.mark.reference
def test_allow_names_each_method_once(lab):
    """Several routes may have the same path."""
    with lab().client() as client:
        client.send(request("DELETE", "/files/index.html"))
        answer = client.answer()
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.reference
def test_only_an_empty_line(lab):
    """It is no request: it is not answered, and a server that stops does not wait for it."""
    server = lab("idle=60", "head=60")
    with server.client() as client:
        client.send(b"\r\n")
        assert client.is_closed()
    server = lab()
    with server.client() as client:
        client.send(request("GET", "/json"), b"\r\n")
        assert client.answer().status == 200
        server.turn()
        server.process.ask_to_end()
        assert client.is_closed()
    server.process.finish().expect_clean()


@pytest.mark.reference
def test_nothing_is_taken_after_the_last_answer(lab):
    """A server that stops has said "close": what comes then is not worked for."""
    server = lab()
    with server.client() as client, server.client() as other:
        client.send(request("GET", "/late/a"))
        server.wait_for("^late a: waits$")
        other.send(request("GET", "/release/a")[:-1])
        server.turn()
        server.process.ask_to_end()
        server.wait_for("^stopping$")
        other.send(b"\n")
        assert client.answer().headers["connection"] == "close"
        client.send(request("GET", "/late/b"))
    server.process.finish().expect_clean()
    assert "late b: waits" not in server.process.lines


@pytest.mark.reference
def test_a_stop_is_not_put_off_for_ever(lab):
    """Not by a client that has always begun his next request when the last is answered."""
    server = lab()
    paths = ["/late/a", "/late/b", "/late/c"]
    first, second, third = (request("GET", path) for path in paths)
    releases = [request("GET", f"/release/{name}") for name in "ab"]
    with server.client() as client, server.client() as one, server.client() as other:
        client.send(first + second[:-5])
        server.wait_for("^late a: waits$")
        one.send(releases[0][:-5])
        other.send(releases[1][:-5])
        server.turn()
        server.process.ask_to_end()
        server.wait_for("^stopping$")
        client.send(second[-5:] + third[:-5])
        server.wait_for("^late b: waits$")
        one.send(releases[0][-5:])
        assert client.answer().text == "late a"
        other.send(releases[1][-5:])
        answer = client.answer()
        assert (answer.text, answer.headers["connection"]) == ("late b", "close")
        assert client.is_closed()
    server.process.finish().expect_clean()
