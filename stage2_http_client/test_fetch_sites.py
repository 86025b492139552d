"""Gaps 2.1 to 2.6: fetch_sites, from outside. The sites are the world's, and it answers when a
test says so: what is under way at once is counted, and no clock decides."""

from __future__ import annotations

import contextlib
import re
import resource
import time

import pytest

from harness import expect, gap
from harness.world.sites import SITES, page

# What fetch_sites stands on: the client, and curl on the loop.
RESTS_ON = ["2.7", "2.8", "2.9", "2.10", "2.11", "2.16", "2.17"]

OK = "/status/200"  # a page that comes at once


@pytest.fixture
def fetch(program, world, tmp_path):
    """fetch(PATH OR URL, ...) starts fetch_sites on these pages, into tmp_path."""

    def start(*pages, options=()):
        urls = [f"{world.sites.url}{p}" if p.startswith("/") else p for p in pages]
        arguments = [*options, "-o", str(tmp_path), *urls]
        return program("fetch_sites").start(*arguments, **world.environment)

    return start


def asked(world):
    """The paths, with their queries, that the world was asked for."""
    return [request.target for request in world.sites.requests]


def expect_asked(world, count):
    """So many requests have reached the world, and so gap 2.1 has done its part."""
    seen = len(asked(world))
    expect(seen == count, saw=f"{seen} requests", expected=f"{count} requests")


def names_in(folder):
    """The names of the files in a folder, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())


def said(run):
    """What it said on stderr."""
    return " / ".join(run.complaints) or "nothing"


def ok_page(size):
    """The page of /status/200?bytes=SIZE."""
    return page("Status 200", "", size)


def times_told(run):
    """The milliseconds of each site's line, by the name of its file."""
    lines = (re.match(r" *(\d+) ms  (\S+) \(\d+ bytes\)$", line) for line in run.lines)
    return {match[2]: int(match[1]) for match in lines if match}


def sum_told(run):
    """The two numbers of the last line; none when it is not there."""
    last = run.lines[-1] if run.lines else ""
    match = re.fullmatch(r"(\d+) ms in all; one after another (\d+) ms", last)
    return (int(match[1]), int(match[2])) if match else ()


def last_line(run):
    """What it printed last, for a message."""
    return run.lines[-1] if run.lines else "nothing was printed"


# --- 2.1: a request for each site --------------------------------------------------------


@gap("2.1")
def test_four_sites_are_asked_at_once(fetch, world):
    """Nobody is answered until all four have been asked: the requests wait side by side."""
    hold = world.sites.hold("*")
    process = fetch()
    at_once = process.wait_until(lambda: len(hold.held) == 4)
    paths = asked(world)
    if not at_once and len(paths) == 1:
        hold.release_all()
        process.wait_until(lambda: len(asked(world)) > 1)
    expect(
        at_once,
        saw=why_not_at_once(paths, asked(world)),
        expected="four requests under way at once: site_request() only starts one",
    )
    wanted = sorted(f"/{site}" for site in SITES)
    expect(
        sorted(paths) == wanted,
        saw=f"asked for {', '.join(sorted(paths))}. "
        + ("It is always the same site: " if len(set(paths)) == 1 else "")
        + "whose URL is the request's? site->url is the site's own",
        expected=f"{', '.join(wanted)}: each once",
    )


def why_not_at_once(paths, later):
    """What kept the four from being under way at once; `later`: after the first answer."""
    if not paths:
        return (
            "no request has reached the world. Was http_start() called? Whoever returns 0 "
            "without it says that a request is under way, and nothing ever ends it"
        )
    if len(paths) > 1:
        return f"only {len(paths)} of 4 were under way at once: {', '.join(paths)}"
    if len(later) > 1:
        return (
            "the second site was asked only when the first had been answered: one after "
            "another. The start waits for the answer (curl_easy_perform() does that, and so "
            "does running the loop in there) instead of returning"
        )
    return "only the first site was ever asked: a request is started for each one"


@gap("2.1")
def test_redirects_are_followed(fetch, world):
    """A site that has moved is followed to where it is now, up to five times."""
    fetch("/redirect/5").finish()
    paths = asked(world)
    expect(
        paths == [f"/redirect/{n}" for n in (5, 4, 3, 2, 1, 0)],
        saw=f"asked for {', '.join(paths) or 'nothing'}: "
        + ("the redirect was not followed" if len(paths) == 1 else "not to the end")
        + ". http_client.h: max_redirects",
        expected="/redirect/5, then /redirect/4 and so on, to /redirect/0",
    )


@gap("2.1", needs=["2.3"])
def test_a_large_page_is_allowed(fetch, world):
    """A page may have up to MAX_PAGE bytes, not only the client's default of 1 MiB."""
    run = fetch(f"{OK}?bytes={2**23}").finish()
    expect_asked(world, 1)
    expect(
        world.sites.counts.finished == 1 and "too long" not in run.stderr,
        saw="a page of 8 MiB was not read to its end: was max_body given (http_client.h)? "
        f"{run.stderr}",
        expected="8 MiB are no more than MAX_PAGE",
    )


@gap("2.1")
def test_a_request_that_cannot_start_is_told(fetch):
    """http_start() refuses what is no HTTP URL; what it says is returned."""
    run = fetch("ftp://127.0.0.1/").finish()
    told = "fetch_sites: ftp://127.0.0.1/: not an HTTP URL"
    expect(
        run.complaints[:1] == [told],
        saw=f"{(run.complaints or run.lines or ['nothing'])[0]}. Is what http_start() says "
        "returned? Only if it is 0 does site_on_done come",
        expected=told,
    )


# --- 2.2: count it down ------------------------------------------------------------------


@gap("2.2", needs=["2.1"])
def test_the_last_site_ends_it(fetch, world):
    """When the last site was reported, all of it is summed up."""
    run = fetch(*["/status/404"] * 3).until("of 3 sites saved")
    expect_asked(world, 3)
    expect(
        any("of 3 sites saved" in line for line in run.lines),
        saw="all three sites have ended, but nobody counted them down: "
        + (run.complaints or ["app_on_gathered() was not called"])[-1],
        expected="each site is reported with gather_report(), also one that has failed",
    )


@gap("2.2", needs=["2.1"], rests_on=[*RESTS_ON, "2.4"])
def test_a_failed_site_is_not_a_saved_one(fetch, world):
    """A site is reported with how it ended: an error is not a success."""
    run = fetch(f"{world.refused_url}/", "/status/404").finish()
    expect_asked(world, 1)
    expect(
        "0 of 2 sites saved" in run.lines and run.exit == 1,
        saw=f"one site refused, one answered 404, and then: {counted(run)}, exit {run.exit}. "
        "An error counted as success: is it reported with its status?",
        expected="0 of 2 sites saved, exit 1",
    )


@gap("2.2", needs=["2.1", "2.3", "2.4"])
@pytest.mark.parametrize("good, bad", [(2, 0), (1, 1)], ids=["all", "some"])
def test_saved_sites_are_counted(fetch, good, bad):
    """Saved sites are counted, and only when all of them are is the exit status 0."""
    run = fetch(*[OK] * good, *["/status/404"] * bad).finish()
    expected = f"{good} of 2 sites saved"
    expect(
        expected in run.lines and run.exit == (1 if bad else 0),
        saw=f"{good} good pages, {bad} bad: {counted(run)}, exit {run.exit}",
        expected=f"{expected}, exit {1 if bad else 0}",
    )


def counted(run):
    """The line that counts the saved sites."""
    lines = [line for line in run.lines if line.endswith(" sites saved")]
    return lines[0] if lines else "they were never counted"


# --- 2.3: write the piece ----------------------------------------------------------------


@gap("2.3", needs=["2.1"])
def test_every_piece_is_written(fetch, world, tmp_path):
    """A page that comes in two pieces: both are in its file, before anybody keeps that."""
    stall = world.sites.fault(OK, "stall", body=100)
    process = fetch(f"{OK}?bytes=300")
    file = None
    if process.wait_until(lambda: names_in(tmp_path)):
        with contextlib.suppress(FileNotFoundError):  # it may be thrown away already
            file = next(tmp_path.iterdir()).open("rb")
    stall.lift()
    process.finish()
    with file or contextlib.nullcontext():
        content = file.read() if file else b""
    expect(
        content == ok_page(300),
        saw=difference(content, ok_page(300))
        + (". That is the first piece only" if len(content) == 100 else "")
        + (". The second is where the first was" if len(content) == 200 else "")
        + (". Was site_on_body given to http_start() (gap 2.1)?" if not content else ""),
        expected="300 bytes: 100 first, the other 200 later",
    )


PIECES = {
    "single bytes": ("byte_at_a_time", {}, f"{OK}?bytes=3000", ok_page(3000)),
    "odd chunks": ("chunked", {}, f"{OK}?bytes=3000", ok_page(3000)),
    "gzip": (None, {}, "/gzip?bytes=3000", page("gzip", "", 3000)),
    "8 MiB": (None, {}, f"{OK}?bytes={2**23}", ok_page(2**23)),
    "zero bytes": ("body", {"text": "one\0two\0three"}, OK, b"one\0two\0three"),
}


@gap("2.3", needs=["2.1", "2.4"])
@pytest.mark.parametrize("how", PIECES)
def test_a_page_is_saved_as_it_is(fetch, world, tmp_path, how):
    """However a page comes, its file has its bytes: in order, all of them, nothing else."""
    fault, options, path, expected = PIECES[how]
    if fault:
        world.sites.fault("*", fault, **options)
    run = fetch(path).finish()
    content = content_of(tmp_path / ("gzip.html" if how == "gzip" else "status-200.html"))
    expect(
        content == expected,
        saw=f"{how}: {difference(content, expected)}{hint_at(how, content)}; {said(run)}",
        expected=f"the {len(expected)} bytes that came",
    )


def hint_at(how, content):
    """What a difference tells, if it does."""
    if how == "zero bytes" and content is not None and b"\0" not in content:
        return ". A page is no string: zero bytes do not end it. Use length, not strlen()"
    return ""


@gap("2.3", needs=["2.1", "2.4", "2.5"])
def test_the_bytes_are_counted(fetch, world):
    """The bytes of all of a site's pieces are counted, for its line."""
    sizes = {200: 3000, 201: 70, 202: 20000}
    world.sites.fault("*", "chunked")
    run = fetch(*[f"/status/{n}?bytes={size}" for n, size in sizes.items()]).finish()
    for number, size in sizes.items():
        expected = f" ms  status-{number}.html ({size} bytes)"
        told = [line for line in run.lines if f" status-{number}.html " in line]
        expect(
            [line for line in told if line.endswith(expected)],
            saw=f"{told[0] if told else 'the site has no line'}. Is the length of each "
            "piece added to site->bytes?",
            expected=f"...{expected}",
        )


@gap("2.3", needs=["2.1", "2.4"])
def test_a_full_disk_ends_the_request(fetch, tmp_path):
    """What cannot be written is no page: the error is returned, and ends the request."""
    with file_size_limit(64 * 1024):
        process = fetch(f"{OK}?bytes={1024 * 1024}")
    run = process.finish()
    left = names_in(tmp_path)
    expect(
        not left and "file too large" in run.stderr,
        saw=f"no file can have more than 64 KiB here, and the page has 1 MiB. In the folder: "
        f"{', '.join(left) or 'nothing'}; on stderr: {said(run)}. Is what "
        "page_file_write() says returned?",
        expected="no file, and the line: fetch_sites: URL: file too large",
    )


@contextlib.contextmanager
def file_size_limit(size):
    """What is started meanwhile can make no larger file: the disk is as good as full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def content_of(path):
    """A file's bytes; None when it is not there."""
    return path.read_bytes() if path.exists() else None


def difference(content, expected):
    """What is the matter with a file's content, for a message."""
    if content is None or content == expected:
        return "there is no such file" if content is None else ""
    same = next(
        (i for i, (a, b) in enumerate(zip(content, expected)) if a != b),
        min(len(content), len(expected)),
    )
    return f"the file has {len(content)} bytes of {len(expected)}; the first {same} are right"


# --- 2.4: whole or not at all ------------------------------------------------------------


@gap("2.4", needs=["2.1"])
def test_an_empty_page_is_a_page(fetch, tmp_path):
    """A page of no bytes is whole, too: it is kept."""
    run = fetch(f"{OK}?bytes=0").finish()
    expect(
        content_of(tmp_path / "status-200.html") == b"" and len(names_in(tmp_path)) == 1,
        saw=f"in the folder: {', '.join(names_in(tmp_path)) or 'nothing'}; {said(run)}. Was "
        "the page thrown away? status 0 means that it is whole",
        expected="status-200.html, and nothing else",
    )


@gap("2.4", needs=["2.1", "2.3"])
def test_a_new_page_takes_the_place_of_the_old(fetch, tmp_path):
    """A page that is whole gets its name, also when there is an older one."""
    (tmp_path / "status-200.html").write_text("the old page\n" * 1000)
    fetch(f"{OK}?bytes=300").finish()
    content = content_of(tmp_path / "status-200.html")
    expect(
        content == ok_page(300),
        saw="the old page is still there: was the new one thrown away?"
        if content and content.startswith(b"the old page")
        else difference(content, ok_page(300)),
        expected="the new page, whole",
    )
    nothing_left(tmp_path, ["status-200.html"])


CUT = {
    "reset": ("reset", {"body": 100}),
    "closed too early": ("close", {"body": 100}),
    "shorter than it says": ("wrong_length", {"by": 1}),
}


@gap("2.4", needs=["2.1"])
@pytest.mark.parametrize("how", CUT)
def test_half_a_page_leaves_no_file(fetch, world, tmp_path, how):
    """A page that breaks off in the middle is thrown away; the older one stays."""
    fault, options = CUT[how]
    world.sites.fault(OK, fault, **options)
    (tmp_path / "status-200.html").write_text("the old page\n")
    fetch(f"{OK}?bytes=300").finish()
    expect_asked(world, 1)
    content = content_of(tmp_path / "status-200.html")
    expect(
        content == b"the old page\n",
        saw=f"{how}: the half file was left: {len(content)} bytes in status-200.html. Is the "
        "page kept although the request has failed?"
        if content
        else "the old page is gone",
        expected="the half page is thrown away with page_file_discard()",
    )
    nothing_left(tmp_path, ["status-200.html"])


NO_PAGE = {
    "refused": (None, {}, ""),
    "reset": ("reset", {}, ""),  # how that is called is libcurl's affair
    "closed": ("close", {}, ""),
    "closed inside the head": ("close", {"after": 20}, ""),
    "garbage": ("garbage", {}, ""),
    "bad gzip": ("bad_gzip", {}, ""),
    "404": ("status", {"code": 404}, "the server answered 404"),
    "500": ("status", {"code": 500}, "the server answered 500"),
    "a redirect to nowhere": ("status", {"code": 302}, "the server answered 302"),
    "redirects without end": (None, {}, ""),
}


@gap("2.4", needs=["2.1"])
@pytest.mark.parametrize("how", NO_PAGE)
def test_what_is_no_page_is_told_and_leaves_no_file(fetch, world, tmp_path, how):
    """A site that gives no page has one line on stderr that says why, and no file."""
    fault, options, word = NO_PAGE[how]
    url = f"{world.sites.url}{OK}"
    if fault:
        world.sites.fault(OK, fault, **options)
    elif how == "refused":
        url = f"{world.refused_url}/"
    else:
        url = f"{world.sites.url}/redirect-loop"
    run = fetch(url).finish()
    nothing_left(tmp_path, [])
    lines = run.complaints
    expect(
        len(lines) == 1
        and lines[0].startswith(f"fetch_sites: {url}: ")
        and word in lines[0],
        saw=f"{how}: on stderr: {said(run)}"
        + (f"; on stdout: {run.lines[0]}. " if times_told(run) else ". ")
        + "Does what is thrown away still return its status?",
        expected=f"one line: fetch_sites: {url}: {word or 'what has failed'}",
    )


@gap("2.4", needs=["2.1", "2.3"])
def test_the_others_are_saved(fetch, world, tmp_path):
    """Sites that fail do not keep the others from being saved."""
    world.sites.fault("/echo", "reset", body=1)
    bad = ["/echo", "/status/404", f"{world.refused_url}/", "ftp://127.0.0.1/"]
    fetch(bad[0], "/gzip", *bad[1:3], "/redirect/2", bad[3], f"{OK}?bytes=3000").finish()
    nothing_left(tmp_path, ["gzip.html", "redirect-2.html", "status-200.html"])
    content = content_of(tmp_path / "status-200.html")
    expect(
        content == ok_page(3000),
        saw=difference(content, ok_page(3000)),
        expected="the page, whole",
    )


@gap("2.4", needs=["2.1"])
def test_a_page_that_cannot_get_its_name_is_an_error(fetch, tmp_path):
    """page_file_keep() may fail, and says so: here a folder has the page's name."""
    (tmp_path / "status-200.html").mkdir()
    run = fetch(f"{OK}?bytes=0").finish()
    expect(
        "directory" in run.stderr,
        saw=f"the page could not be kept, and on stderr is: {said(run)}. Is "
        "what page_file_keep() says returned?",
        expected="the line: fetch_sites: URL: illegal operation on a directory",
    )
    nothing_left(tmp_path, ["status-200.html"])


def nothing_left(folder, wanted):
    """Holds a folder to these files: no half ones, and no hidden ones."""
    left = [name for name in names_in(folder) if name not in wanted]
    missing = [name for name in wanted if name not in names_in(folder)]
    expect(
        not left,
        saw=f"left in the folder: {', '.join(left)}. "
        "A half file? page_file_discard() removes it",
        expected=f"nothing but {', '.join(wanted) or 'an empty folder'}",
    )
    expect(
        not missing,
        saw=f"not in the folder: {', '.join(missing)}",
        expected=", ".join(wanted),
    )


@gap("2.4", needs=["2.1", "2.2", "2.3"])
def test_two_hundred_sites_end_clean(fetch, tmp_path):
    """More sites than are fetched at once: all are saved, and nothing is left open."""
    fetch(*[OK] * 200).finish().expect_clean()
    files = len(names_in(tmp_path))
    expect(files == 200, saw=f"{files} files", expected="200 files")


@pytest.mark.reference
def test_a_thousand_sites_at_once(fetch, world, tmp_path):
    """A thousand requests, and nobody is answered until all have come; then the last is first,
    and all are saved."""
    hold = world.sites.hold("*")
    process = fetch(*[f"/echo?n={n}" for n in range(1000)], options=["-c", "1000"])
    at_once = process.wait_until(lambda: world.sites.in_flight == 1000)
    expect(
        at_once,
        saw=f"{world.sites.counts.most_in_flight} at once at most",
        expected="a thousand requests under way at once",
    )
    hold.release(sorted(hold.held, reverse=True))  # the last one first
    process.finish().expect_clean()
    wrong = [n for n in range(1000) if f'n={n}"' not in echo(tmp_path, n)]
    expect(
        not wrong,
        saw=f"{len(wrong)} pages are not in their site's file, or not whole",
        expected="1000 files, each with its site's page",
    )


def echo(folder, index):
    """The text of the page of the world's /echo?n=INDEX."""
    suffix = f"-{index + 1}" if index else ""
    content = content_of(folder / f"echo{suffix}.html")
    return content.decode() if content else ""


# --- 2.5: the site's time ----------------------------------------------------------------


@gap("2.5", needs=["2.1", "2.4"])
def test_each_site_has_its_line(fetch):
    """A site that was saved has a line with its time, its file and its bytes."""
    run = fetch("/gzip?bytes=0", f"{OK}?bytes=0", "/delay/0?bytes=0").finish()
    told = sorted(
        re.sub(r"^ *\d+ ms  ", "", line) for line in run.lines if " ms  " in line
    )
    wanted = [f"{name}.html (0 bytes)" for name in ("delay-0", "gzip", "status-200")]
    expect(
        told == wanted,
        saw="; ".join(told) or "no line of a site",
        expected=f"a line for each: {'; '.join(wanted)}",
    )
    expect(
        len(times_told(run)) == 3,
        saw=run.lines[0],
        expected='lines as "%6llu ms  %s (%zu bytes)\\n" makes them',
    )


@gap("2.5", needs=["2.1", "2.4"])
def test_a_sites_time_is_in_milliseconds(fetch):
    """A page that comes after 50 ms took 50 ms or more, and less than all of the run."""
    began = time.monotonic()
    run = fetch("/delay/0.05?bytes=0").finish()
    whole = (time.monotonic() - began) * 1000
    told = times_told(run).get("delay-0-05.html")
    expect(
        told is not None,
        saw=f"the site has no line of its own: {last_line(run)}",
        expected="a line like:     52 ms  delay-0-05.html (0 bytes)",
    )
    expect(
        told >= 40,
        saw=f"{told} ms, for a page that came after 50. response->times are microseconds: "
        "a thousand of them are a millisecond",
        expected="what lies between queued_us and done_us, in milliseconds",
    )
    expect(
        told <= whole,
        saw=f"{told} ms, but the program ran for {whole:.0f} ms only. "
        "response->times are microseconds: divide by 1000",
        expected="what lies between queued_us and done_us, in milliseconds",
    )


@gap("2.5", needs=["2.1", "2.2", "2.4", "2.6", "2.16"])
def test_the_wait_in_the_queue_does_not_count(fetch, world):
    """With -c 1 the second site waits in the queue, and that is not its time."""
    run = fetch(
        "/delay/0.15?bytes=0", "/delay/0.01?bytes=0", options=["-c", "1"]
    ).finish()
    expect(
        world.sites.counts.most_in_flight == 1,
        saw=f"{world.sites.counts.most_in_flight} in flight at once",
        expected="one",
    )
    added, total = sum(times_told(run).values()), (sum_told(run) or (0,))[0]
    expect(
        len(times_told(run)) == 2 and added <= total,
        saw=f"one after another they took {times_told(run)} ms, {added} in all; but the "
        f"whole took {total} ms. Does a site's time begin at 0? That counts the wait in the "
        "queue: it left that at queued_us",
        expected="times that add up to no more than the time of the whole",
    )


@gap("2.5", needs=["2.1", "2.2", "2.4", "2.6"])
def test_the_times_are_added_up(fetch):
    """The second number of the last line is the sum of the times in the lines above."""
    run = fetch("/delay/0.03?bytes=0", "/delay/0.04?bytes=0").finish()
    times, told = times_told(run), sum_told(run)
    expect(
        len(times) == 2 and told and told[1] == sum(times.values()),
        saw=f"the lines say {' + '.join(map(str, times.values()))} ms, the last line: "
        f"{last_line(run)}. Was each site's time added to site->app->sum_ms?",
        expected=f"... one after another {sum(times.values())} ms",
    )


# --- 2.6: the sum ------------------------------------------------------------------------


@gap("2.6", needs=["2.1", "2.2"])
def test_the_last_line_sums_up(fetch, world):
    """All of it took 50 ms; one after another the saved sites took 0: none was saved."""
    # The head of the page comes after its delay, and nothing more.
    world.sites.fault("/delay/*", "close", body=0)
    began = time.monotonic()
    run = fetch("/delay/0.05").finish()
    whole = (time.monotonic() - began) * 1000
    told = sum_told(run)
    expect(
        told,
        saw=last_line(run),
        expected="a last line like: 52 ms in all; one after another 0 ms",
    )
    expect(
        40 <= told[0] <= whole,
        saw=f"{last_line(run)}. The only site was closed after 50 ms, and the program ran for "
        f"{whole:.0f}. {wrong_total(told[0])}",
        expected="the time from app->began_ns to uv_hrtime(), in milliseconds",
    )
    expect(
        told[1] == 0,
        saw=f"{last_line(run)}. No site was saved: is the second number app->sum_ms?",
        expected="... one after another 0 ms",
    )


def wrong_total(total):
    """What a total tells that cannot be."""
    if total > 40:
        return "uv_hrtime() is in nanoseconds: a million of them are a millisecond"
    return (
        "Is it the sum, twice? Or are those seconds? uv_hrtime() is in nanoseconds: a "
        "million of them are a millisecond"
    )


# --- 2.16, from where a user sees it -----------------------------------------------------


@gap("2.16", needs=["2.1"])
def test_no_more_are_in_flight_than_asked_for(fetch, world):
    """fetch_sites -c 3, ten sites: three are under way at once, never more, and all get on."""
    hold = world.sites.hold("*")
    process = fetch(*[f"/status/404?n={n}" for n in range(10)], options=["-c", "3"])
    process.wait_until(lambda: len(hold.held) >= 3)
    hold.lift()
    process.finish()
    counts = world.sites.counts
    expect(
        (counts.most_in_flight, counts.arrived) == (3, 10),
        saw=f"{counts.most_in_flight} in flight at once, {counts.arrived} of 10 asked for",
        expected="3 in flight at once, and 10 asked for in the end",
    )
