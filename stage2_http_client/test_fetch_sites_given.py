"""What is given in fetch_sites: its command line, the names of its files, what a terminal
sees. It judges no gap, so it runs on the reference only."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess

import pytest

from harness.timeouts import scaled

pytestmark = pytest.mark.reference

OK = "/status/200"


@pytest.fixture
def fetch(program, world, tmp_path):
    """fetch(ARGUMENT, ...) runs fetch_sites to its end, with this environment, too."""

    def run(*arguments, **environment):
        places = {**world.environment, **environment}
        return program("fetch_sites").run("-o", str(tmp_path), *arguments, **places)

    return run


@pytest.fixture
def any_host(world):
    """An environment in which every http:// URL leads to the world, and is a page there."""
    world.sites.fault("*", "body", text="a page", content_type="text/html")
    return {"http_proxy": world.sites.url}


def names_in(folder):
    """The names of the files in a folder, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())


# --- The names of the files --------------------------------------------------------------

NAMES = {
    "http://www.python.org": "python-org.html",
    "http://www.python.org/about/": "python-org-about.html",
    "http://Example.COM:8080/A/b.html?x=1#y": "example-com-a-b.html",
    "http://user:secret@example.net/": "example-net.html",
    "http://example.edu/?next=http://example.gov/x": "example-edu.html",
    "http://a%40b@example.info?next=http://example.gov/x": "example-info.html",
    "http://10.1.2.3/delay/2": "delay-2.html",
    "http://10.1.2.3/": "10-1-2-3.html",
    "http://[::1]:8100/six": "six.html",
    "http://www./": "www.html",
    "http://example.org/%E2%82%AC": "example-org-e2-82-ac.html",
}


@pytest.mark.parametrize("url", NAMES)
def test_a_name_is_made_of_host_and_path(fetch, any_host, tmp_path, url):
    """A page's file is named after its URL's host and path."""
    run = fetch(url, **any_host).expect_clean()
    assert names_in(tmp_path) == [NAMES[url]]
    assert run.lines[0].endswith(f" ms  {NAMES[url]} (6 bytes)")


NASTY = [
    "http://h/..%2f..%2fetc%2fpasswd",
    "http://h/../../../../etc/passwd",
    "http://h//etc/passwd",
    "http://h/.hidden",
    "http://h/-rf",
    "http://h/%00",
    "http://h/a%0Ab",
    "http://h/..",
    "http://h/...",
    "http://h/~root",
    "http://h/$HOME;reboot",
    "http://h/\\windows\\system",
    "http://h/CON:aux",
    "http://../x",
    "http://-/x",
    "http://h?/../../x",
]


def test_no_name_escapes_the_folder(program, world, any_host, tmp_path):
    """Whatever is in a URL: its file is in DIR, and has a name without surprises."""
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    run = program("fetch_sites").run("-o", f"{inside}/", *NASTY, **any_host)
    assert run.stderr == ""
    names = names_in(inside)
    assert len(names) == len(NASTY)
    odd = [n for n in names if not re.fullmatch(r"[a-z0-9][a-z0-9-]*\.html", n)]
    assert odd == []
    assert names_in(tmp_path) == ["a"] and names_in(tmp_path / "a") == ["b"]


def test_two_urls_never_share_a_file(fetch, any_host, tmp_path):
    """URLs whose names would be the same get a number; large and small letters are one."""
    paths = ["a", "A", "a?x=1", "a?x=2", "a/", "a.html", "a-2", "a-3", "%61%", ""]
    fetch(*[f"http://h/{path}" for path in paths], **any_host).expect_clean()
    assert len(names_in(tmp_path)) == len(paths)
    assert {"h-a.html", "h-a-2.html", "h-a-6.html"} <= set(names_in(tmp_path))


def test_a_long_url_has_a_short_name(fetch, any_host, tmp_path):
    """A name fits into any file system, and long URLs that begin alike do not share it."""
    begin = "http://h/" + "long" * 1000
    fetch(f"{begin}/1", f"{begin}/2", **any_host).expect_clean()
    assert [len(name) < 120 for name in names_in(tmp_path)] == [True, True]


# --- The command line --------------------------------------------------------------------

BAD = {
    "-c 0": "-c takes a number from 1 to 10000: 0",
    "-c x": "-c takes a number from 1 to 10000: x",
    "-c 10001": "-c takes a number from 1 to 10000: 10001",
    "-c": "-c: its value is missing",
    "-o": "-o: its value is missing",
    "--ca": "--ca: its value is missing",
    "--fast": "--fast: no such option",
    "-xo": "-x: no such option",
    "--internet http://127.0.0.1/": "--internet is for when no URL is given",
    "-o /nonexistent": "-o takes a folder that is there: /nonexistent",
    "-o /dev/null": "-o takes a folder that is there: /dev/null",
}


@pytest.mark.parametrize("arguments", BAD)
def test_a_bad_command_line_is_refused(program, arguments):
    """One line and the usage on stderr, exit 2; nothing is fetched."""
    run = program("fetch_sites").run(*arguments.split())
    assert (run.exit, run.lines) == (2, [])
    assert run.stderr_lines[0] == BAD[arguments]
    assert run.stderr_lines[1].startswith("usage: fetch_sites [-o DIR]")


def test_help_is_no_error(program):
    """--help prints the usage on stdout."""
    run = program("fetch_sites").run("--help").expect_clean()
    assert run.lines[0].startswith("usage: fetch_sites [-o DIR]")
    assert run.stderr == ""


# --- What it prints ----------------------------------------------------------------------


def test_what_is_printed(fetch, world, tmp_path):
    """A line for each site, how many were saved, the sum; in a pipe nothing on stderr."""
    pages = ["/delay/0.01?bytes=70", "/gzip?bytes=3000", "/status/201?bytes=8"]
    run = fetch(*[world.sites.url + path for path in pages]).expect_clean()
    told = [re.sub(r"\d+ ms", "N ms", line.strip()) for line in run.lines]
    assert sorted(told[:3]) == [
        "N ms  delay-0-01.html (70 bytes)",
        "N ms  gzip.html (3000 bytes)",
        "N ms  status-201.html (8 bytes)",
    ]
    assert told[3:] == ["3 of 3 sites saved", "N ms in all; one after another N ms"]
    assert run.stderr == ""
    umask = os.umask(0o077)
    os.umask(umask)
    assert (tmp_path / "gzip.html").stat().st_mode & 0o777 == 0o666 & ~umask


def test_without_a_world_it_says_how_to_start_one(fetch, world):
    """Nobody listens where the four default sites are: a line for each, and what to do."""
    run = fetch(SITES_URL=world.refused_url)
    assert run.exit == 1
    assert len(run.stderr_lines) == 5
    assert "make world" in run.stderr_lines[-1] and "SITES_URL" in run.stderr_lines[-1]


def test_a_page_that_is_too_long(fetch, world, tmp_path):
    """A page with more than 256 MiB is not fetched."""
    world.sites.fault(OK, "huge")
    run = fetch(world.sites.url + OK)
    assert (run.exit, names_in(tmp_path)) == (1, [])
    assert len(run.stderr_lines) == 1 and "too long: 268435456 bytes" in run.stderr


def test_the_folder_goes_away(program, world, tmp_path):
    """A file that cannot be made is an error, told for its site."""
    folder = tmp_path / "folder"
    folder.mkdir()
    hold = world.sites.hold("*")
    url = world.sites.url + OK
    process = program("fetch_sites").start("-o", str(folder), url)
    assert process.wait_until(lambda: hold.held)
    folder.rmdir()
    hold.lift()
    run = process.finish()
    assert run.exit == 1
    assert run.stderr_lines == [f"fetch_sites: {url}: no such file or directory"]


# --- On a terminal -----------------------------------------------------------------------


class Terminal:
    """fetch_sites with a terminal for its stderr."""

    def __init__(self, program, folder, *urls):
        self.shown = b""
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [str(program("fetch_sites").path), "-o", str(folder), *urls],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=slave,
            env={**os.environ, "no_proxy": "127.0.0.1"},
        )
        os.close(slave)

    def read_until(self, wanted):
        """Reads what is shown until it ends with that; with None until the program ends."""
        while wanted is None or not self.shown.endswith(wanted):
            ready, _, _ = select.select([self._master], [], [], scaled(10))
            assert ready, f"nothing more is shown after {self.shown}"
            try:
                more = os.read(self._master, 4096)
            except OSError:  # Linux says so when the other side is closed
                more = b""
            if not more:
                assert wanted is None, f"it ended after {self.shown}"
                return
            self.shown += more

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self._master)


ERASED = b"\r\x1b[K"


def test_a_terminal_sees_how_far_it_is(program, world, tmp_path):
    """A line that says how many have ended, in place of the one before; none at the end."""
    hold = world.sites.hold("*")
    urls = [world.sites.url + path for path in ("/status/200", "/status/201")]
    with Terminal(program, tmp_path, *urls) as terminal:
        terminal.read_until(b"0 of 2 sites have ended")
        hold.wait_for(2)
        hold.release("/status/201")
        terminal.read_until(b"1 of 2 sites have ended")
        hold.release("/status/200")
        terminal.read_until(None)
        assert terminal.process.wait() == 0
    lines = [f"{n} of 2 sites have ended".encode() + ERASED for n in (0, 1)]
    assert terminal.shown == b"".join(lines)


def test_a_terminal_sees_errors_on_lines_of_their_own(program, world, tmp_path):
    """What cannot be started counts as ended; no line of progress is left."""
    urls = ["ftp://127.0.0.1/", world.sites.url + OK]
    with Terminal(program, tmp_path, *urls) as terminal:
        terminal.read_until(None)
        assert terminal.process.wait() == 1
    error = b"fetch_sites: ftp://127.0.0.1/: not an HTTP URL\r\n"
    assert terminal.shown == b"0 of 2 sites have ended" + ERASED + error
