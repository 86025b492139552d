"""lib/'s functions about texts: dates, percent-encoding, media types, jokes.

text_lab asks them: a line for each question. Where Python's library does the same, it is the
model, for many random texts.
"""

from __future__ import annotations

import datetime
import email.utils
import os
import random
import re
import subprocess
from typing import Callable, Iterable
from urllib.parse import parse_qsl, quote, quote_plus, unquote_to_bytes, urlencode

import pytest

from harness.build import make
from harness.layout import ROOT
from harness.timeouts import scaled

LAB = f"{os.environ.get('BUILD_DIR', 'build')}/harness/labs/text_lab"
SEED = 2026  # the same random texts in every run
UTC = datetime.timezone.utc

Ask = Callable[..., "list[str]"]


@pytest.fixture(scope="module")
def ask() -> Ask:
    """ask([("date", 0), ...]) is the list of the answers; bytes are escaped."""
    built = make(LAB)
    assert built.returncode == 0, built.stderr
    return ask_lab


def ask_lab(questions: Iterable[tuple[object, ...]], **environment: str) -> list[str]:
    """Run text_lab once for all questions."""
    lines = ["\t".join(map(word, question)) + "\n" for question in questions]
    done = subprocess.run(
        [ROOT / LAB],
        input="".join(lines),
        capture_output=True,
        encoding="ascii",
        env={**os.environ, **environment},
        timeout=scaled(60),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    answers = done.stdout.splitlines()
    assert len(answers) == len(lines)
    return answers


def word(value: object) -> str:
    """A word of a question."""
    return escaped(value) if isinstance(value, bytes) else str(value)


def escaped(text: bytes) -> str:
    """As text_lab prints it: whatever is no letter or digit as \\xHH."""
    return "".join(
        chr(c) if chr(c).isascii() and chr(c).isalnum() else f"\\x{c:02x}" for c in text
    )


def answers_to(ask: Ask, what: str, table: Iterable[object]) -> dict[object, str]:
    """The answer to each question of one word."""
    words = list(table)
    return dict(zip(words, ask((what, word) for word in words)))


def test_question_that_is_none_ends_the_program(ask: Ask) -> None:
    for line in ("", "nonsense", "nonsense\tx", "nonsense\tx\ty", "date", "dates\t1"):
        done = subprocess.run(
            [ROOT / LAB],
            input=f"{line}\n",
            capture_output=True,
            text=True,
            timeout=scaled(60),
            check=False,
        )
        assert (done.returncode, done.stderr) == (
            2,
            "usage: text_lab < QUESTIONS\n",
        ), line


# Built-in jokes.


def test_built_in_jokes(ask: Ask) -> None:
    jokes = ask(("joke", number) for number in range(100))
    count = len(set(jokes))
    assert count >= 10
    assert jokes == [jokes[number % count] for number in range(100)]
    assert all(joke and joke.isprintable() for joke in jokes)
    assert ask([("joke", 2**32 - 1)])[0] in jokes


# Dates.

FIRST = -62135596800  # 0001-01-01 00:00:00
LAST = 253402300799  # 9999-12-31 23:59:59
DATES = {
    1795270545: "Sat, 21 Nov 2026 14:15:45 GMT",
    784111777: "Sun, 06 Nov 1994 08:49:37 GMT",  # the RFC's own
    0: "Thu, 01 Jan 1970 00:00:00 GMT",
    -1: "Wed, 31 Dec 1969 23:59:59 GMT",
    951782400: "Tue, 29 Feb 2000 00:00:00 GMT",
    2147483647: "Tue, 19 Jan 2038 03:14:07 GMT",
    2147483648: "Tue, 19 Jan 2038 03:14:08 GMT",
    4107542400: "Mon, 01 Mar 2100 00:00:00 GMT",  # the day after February 28th
    FIRST: "Mon, 01 Jan 0001 00:00:00 GMT",
    LAST: "Fri, 31 Dec 9999 23:59:59 GMT",
    FIRST - 1: "none",
    LAST + 1: "none",
    2**63 - 1: "none",
    -(2**63): "none",
}


def test_dates(ask: Ask) -> None:
    assert answers_to(ask, "date", DATES) == DATES
    assert ask([("date", 0)]) == [DATES[0]]  # nothing is kept yet, not even for 0


def test_dates_like_pythons(ask: Ask) -> None:
    chance = random.Random(SEED)
    seconds = [chance.randint(FIRST, LAST) for _ in range(2000)]
    days = [86400 * chance.randint(-1000, 40_000) for _ in range(2000)]
    seconds += [day + near for day in days for near in (-1, 0, 1)]
    epoch = datetime.datetime(1970, 1, 1, tzinfo=UTC)
    times = {second: epoch + datetime.timedelta(seconds=second) for second in seconds}
    wanted = {
        second: email.utils.format_datetime(time, usegmt=True)
        for second, time in times.items()
    }
    assert answers_to(ask, "date", wanted) == wanted


@pytest.mark.parametrize("zone", ["XYZ-9", "ABC+11:30", "EST5EDT,M3.2.0,M11.1.0"])
def test_date_is_in_gmt_and_in_english(ask: Ask, zone: str) -> None:
    answers = ask((("date", second) for second in DATES), TZ=zone, LC_ALL=a_locale())
    assert answers == list(DATES.values())


def a_locale() -> str:
    """Another locale than C, if there is one."""
    done = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False)
    others = [name for name in done.stdout.split() if not re.match("C|POSIX|en", name)]
    return others[0] if others else "C"


def test_date_is_made_once_a_second(ask: Ask) -> None:
    pairs = {(5, 5): "kept", (5, 6): "made", (6, 5): "made", (0, 0): "kept"}
    assert dict(zip(pairs, ask(("dates", *pair) for pair in pairs))) == pairs


def test_date_that_cannot_be_said_is_not_taken_for_another(ask: Ask) -> None:
    answers = ask(("date", second) for second in (7, LAST + 1, LAST + 1, 7, 0, LAST + 1))
    seven = "Thu, 01 Jan 1970 00:00:07 GMT"
    assert answers == [seven, "none", "none", seven, DATES[0], "none"]


# Percent-encoding.

DECODED = {
    b"": b"",
    b"plain": b"plain",
    b"%41": b"A",
    b"%4a%4A%aF": b"JJ\xaf",
    b"a%2Fb": b"a/b",
    b"%2541": b"%41",  # once
    b"%25": b"%",
    b"%C3%A9": "\xe9".encode(),
    b"%ff%FE%01%7f": b"\xff\xfe\x01\x7f",
    b"\xc3\xa9 \t\r\n": "\xe9 \t\r\n".encode(),  # not escaped: as it is
    b"a%0d%0ab": b"a\r\nb",
    b"=&?#": b"=&?#",
}
MALFORMED = [b"%", b"a%", b"%4", b"%4%", b"%%41", b"%zz", b"%4g", b"%g4", b"% 41", b"%+1"]
MALFORMED += [
    b"%-1",
    b"%0x",
    b"%u0041",
    b"%00",
    b"a%00b",
    b"\0",
    b"a\0b",
    b"%41%",
    b"%4\xc1",
]
MALFORMED += [
    b"%/0",
    b"%:0",
    b"%@0",
    b"%G0",
    b"%`0",
    b"%0/",
    b"%0:",
    b"%0@",
    b"%0G",
    b"%0`",
]


def test_decoding(ask: Ask) -> None:
    wanted = {text: escaped(decoded) for text, decoded in DECODED.items()}
    assert answers_to(ask, "decode", wanted) == wanted
    assert answers_to(ask, "decode-form", wanted) == wanted


@pytest.mark.parametrize("what", ["decode", "decode-form"])
def test_malformed_escapes_are_refused(ask: Ask, what: str) -> None:
    wanted = dict.fromkeys(MALFORMED, "!EINVAL")
    assert answers_to(ask, what, wanted) == wanted


def test_plus_is_a_space_only_when_asked(ask: Ask) -> None:
    answers = ask([("decode", b"a+b%2B"), ("decode-form", b"a+b%2B+")])
    assert answers == [escaped(b"a+b+"), escaped(b"a b+ ")]


def test_every_escape(ask: Ask) -> None:
    """Each two bytes of those from / to h, and a few more, as unquote_to_bytes has them."""
    near = [*range(ord("/"), ord("h") + 1), 1, 9, 32, 43, 45, 127, 128, 0xE1, 255]
    texts = [b"%%%c%c" % (a, b) for a in near for b in near]
    texts.remove(b"%00")
    wanted = {}
    for text in texts:
        decoded = unquote_to_bytes(text)
        wanted[text] = escaped(decoded) if decoded != text else "!EINVAL"
    assert answers_to(ask, "decode", wanted) == wanted


def test_decoding_undoes_quoting(ask: Ask) -> None:
    chance = random.Random(SEED)
    plain, form = {}, {}
    for _ in range(2000):
        text = bytes(chance.choices(range(1, 256), k=chance.randint(0, 40)))
        safe = "".join(chance.choices("/+=&?:@!$'()*,;", k=3))
        plain[quote(text, safe=safe).encode()] = escaped(text)
        form[quote_plus(text).encode()] = escaped(text)
    assert answers_to(ask, "decode", plain) == plain
    assert answers_to(ask, "decode-form", form) == form


def test_room_for_what_is_decoded(ask: Ask) -> None:
    wanted = {
        (0, b""): "!ENOBUFS",
        (1, b""): "",
        (2, b"abc"): "!ENOBUFS",
        (3, b"abc"): "!ENOBUFS",
        (4, b"abc"): "abc",
        (1, b"%41"): "!ENOBUFS",
        (2, b"%41"): "A",
        (3, b"%41b%43"): "!ENOBUFS",
        (4, b"%41b%43"): "AbC",
    }
    assert dict(zip(wanted, ask(("decode-into", *one) for one in wanted))) == wanted


# Pairs.

PAIRS = {
    b"": [],
    b"&": [],
    b"&&&": [],
    b"a=b": [(b"a", b"b")],
    b"a=b&c=d": [(b"a", b"b"), (b"c", b"d")],
    b"a=b&c=d&": [(b"a", b"b"), (b"c", b"d")],
    b"&a=b&&c=d": [(b"a", b"b"), (b"c", b"d")],
    b"a": [(b"a", b"")],
    b"a=": [(b"a", b"")],
    b"%41": [(b"A", b"")],
    b"%41&%42&c=d": [(b"A", b""), (b"B", b""), (b"c", b"d")],
    b"=": [(b"", b"")],
    b"=b": [(b"", b"b")],
    b"a&=&b": [(b"a", b""), (b"", b""), (b"b", b"")],
    b"a=b=c": [(b"a", b"b=c")],
    b"a==": [(b"a", b"=")],
    b"a=1&a=2": [(b"a", b"1"), (b"a", b"2")],
    b"a%3Db=c%26d": [(b"a=b", b"c&d")],
    b"a%253D=%2526": [(b"a%3D", b"%26")],  # once
    b"a+b=c+%2B": [(b"a b", b"c +")],
    b"a;b=c;d": [(b"a;b", b"c;d")],
    b"name=caf%C3%A9": [(b"name", "caf\xe9".encode())],
    b"%=1": ["!EINVAL"],
    b"a=%": ["!EINVAL"],
    b"a=1&b=%4&c=3": [(b"a", b"1"), "!EINVAL", (b"c", b"3")],  # & ends the escape
    b"a%00b=1&c=%00&d=1": ["!EINVAL", "!EINVAL", (b"d", b"1")],
    b"a\0=1&b=2": ["!EINVAL", (b"b", b"2")],
}


def shown(pairs: Iterable[object]) -> str:
    """Pairs, and errors, as text_lab prints them."""
    return "&".join(
        one if isinstance(one, str) else "=".join(map(escaped, one)) for one in pairs
    )


def test_pairs(ask: Ask) -> None:
    wanted = {text: shown(pairs) for text, pairs in PAIRS.items()}
    assert answers_to(ask, "pairs", wanted) == wanted


def test_pairs_like_pythons(ask: Ask) -> None:
    chance = random.Random(SEED)
    pieces = [
        "a",
        "b",
        "=",
        "&",
        "+",
        "%41",
        "%26",
        "%3d",
        "%25",
        "%C3%A9",
        ";",
        "?",
        "/",
    ]
    wanted = {}
    for _ in range(5000):
        text = "".join(chance.choices(pieces, k=chance.randint(0, 12)))
        pairs = parse_qsl(text, keep_blank_values=True, encoding="latin-1")
        wanted[text.encode()] = shown(
            [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]
        )
    assert answers_to(ask, "pairs", wanted) == wanted


def test_pairs_undo_urlencode(ask: Ask) -> None:
    chance = random.Random(SEED)
    wanted = {}
    for _ in range(1000):
        pairs = [
            tuple(
                bytes(chance.choices(range(1, 256), k=chance.randint(0, 9))) for _ in "ab"
            )
            for _ in range(chance.randint(0, 5))
        ]
        wanted[urlencode(pairs).encode()] = shown(pairs)
    assert answers_to(ask, "pairs", wanted) == wanted


# Media types.

OTHER = "application/octet-stream"
TYPES = {
    "index.html": "text/html; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "chat.js": "text/javascript; charset=utf-8",
    "robots.txt": "text/plain; charset=utf-8",
    "rates.json": "application/json",
    "logo.svg": "image/svg+xml",
    "logo.png": "image/png",
    "favicon.ico": "image/vnd.microsoft.icon",
    "INDEX.HTML": "text/html; charset=utf-8",
    "a.Js": "text/javascript; charset=utf-8",
    "/static/a.b/page.html": "text/html; charset=utf-8",
    "chat.min.js": "text/javascript; charset=utf-8",
    "page.html.gz": OTHER,
    "page.htm": OTHER,
    "page.htmlx": OTHER,
    "page.xhtml": OTHER,
    "html": OTHER,
    "xhtml": OTHER,
    "page.": OTHER,
    "": OTHER,
    ".": OTHER,
    ".html": OTHER,
    "/static/.html": OTHER,
    "/static.html/page": OTHER,
    "page.html/": OTHER,
    "page.html ": OTHER,
}


def test_types_by_a_files_name(ask: Ask) -> None:
    assert answers_to(ask, "type", TYPES) == TYPES


# What a client accepts: the qualities of application/json and of text/html.

ACCEPT = {
    "*/*": (1000, 1000),
    "application/json": (1000, 0),
    "Application/JSON": (1000, 0),
    "text/html": (0, 1000),
    "text/*": (0, 1000),
    "application/*": (1000, 0),
    "text/plain": (0, 0),
    "image/*": (0, 0),
    "application/json, text/html": (1000, 1000),
    "application/json,text/html;q=0.9": (1000, 900),
    "text/html;q=0.9 , application/json": (1000, 900),
    "application/json;q=0.5, text/html;q=0.25": (500, 250),
    "application/json;q=0.001, text/html;q=0": (1, 0),
    "text/html, */*;q=0.1": (100, 1000),
    "*/*;q=0.1, text/html": (100, 1000),
    "text/html;q=0.3, */*": (1000, 300),
    "application/*;q=0.2, application/json;q=0.8, */*": (800, 1000),
    "application/json;q=0, */*": (0, 1000),
    "text/*;q=0.3, text/html;q=0.7, text/html;level=1, */*;q=0.5": (500, 700),
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": (800, 1000),
    "application/json, text/plain, */*": (1000, 1000),
    "application/json;q=0.2, application/json;q=0.6, application/json;q=0.4": (600, 0),
    "application/json-seq, application/jso, xapplication/json": (0, 0),
    "application/problem+json": (0, 0),
    # Parameters.
    "application/json;version=1": (0, 0),
    "application/json;version=1, application/json;q=0.3": (300, 0),
    "application/json; charset=utf-8": (1000, 0),
    'application/json;charset="UTF-8" ;q=0.5': (500, 0),
    "application/json;charset=utf-8;q=0.3, application/json": (300, 0),
    "application/json;charset=latin-1": (0, 0),
    "*/*;charset=utf-8;q=0.4, application/*;q=0.1": (100, 400),
    "application/json;q=0.5;x=1": (0, 0),
    "application/json;x=1;q=0.5": (0, 0),
    "application/json;Q=0.5": (500, 0),
    "application/json;;q=0.5;": (500, 0),
    "application/json ; q=0.5": (500, 0),
    'text/html;x="a,b;q=0\\"", application/json': (1000, 0),
    # Qualities.
    "application/json;q=0": (0, 0),
    "application/json;q=0.": (0, 0),
    "application/json;q=0.000": (0, 0),
    "application/json;q=0.999": (999, 0),
    "application/json;q=1": (1000, 0),
    "application/json;q=1.": (1000, 0),
    "application/json;q=1.000": (1000, 0),
    # Lists.
    "": (1000, 1000),
    " ": (1000, 1000),
    ",": (1000, 1000),
    ", ,application/json,,": (1000, 0),
    "\tapplication/json\t,\ttext/html;q=0.1\t": (1000, 100),
}
UNREADABLE = ["json", "application/", "/json", "application", "*", "*/json", "/"]
UNREADABLE += ["application /json", "application/ json", "application/json text/html"]
UNREADABLE += [
    f"application/json;q={q}" for q in ("", "2", "-1", "1.001", "0.1234", ".5")
]
UNREADABLE += [
    f"application/json;q={q}" for q in ("0,5.", "01", "0.x", "1e0", '"1"', "0 .5")
]
UNREADABLE += [f"application/json;{p}" for p in ("q", "q =1", "q= 1", "=1", "x", "x=")]
UNREADABLE += [
    "application/json;q=1;q=1",
    'application/json;x="a',
    'application/json;x="\\',
]
UNREADABLE += [
    'application/json;x="a"b',
    "application/json;x=\x01",
    'application/json;x="\x7f"',
]
UNREADABLE += [
    "application/json, text/html;q=0, oops",
    "(application/json)",
    "a/b/c",
    "\xe9/a",
]


def qualities(ask: Ask, headers: Iterable[str]) -> dict[str, tuple[int, int]]:
    """The qualities of JSON and of HTML; that `json` says the same is asserted."""
    headers = list(headers)
    sent = [header.encode("latin-1") for header in headers]
    json = ask(("quality", header, "application/json") for header in sent)
    html = ask(("quality", header, "text/html") for header in sent)
    found = {h: (int(a), int(b)) for h, a, b in zip(headers, json, html)}
    prefers = {h: answer == "yes" for h, answer in zip(headers, ask_json(ask, sent))}
    assert prefers == {header: a > b for header, (a, b) in found.items()}
    return found


def ask_json(ask: Ask, headers: Iterable[bytes]) -> list[str]:
    """Whether JSON is preferred, for each header."""
    answers = ask(("json", header) for header in headers)
    assert set(answers) <= {"yes", "no"}
    return answers


def test_what_a_client_accepts(ask: Ask) -> None:
    assert qualities(ask, ACCEPT) == ACCEPT


def test_who_says_nothing_accepts_everything(ask: Ask) -> None:
    assert ask([("json",), ("json", "")]) == ["no", "no"]


def test_malformed_accept_is_as_everything(ask: Ask) -> None:
    assert qualities(ask, UNREADABLE) == dict.fromkeys(UNREADABLE, (1000, 1000))


TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
QUOTED = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*"'
PARAMETER = rf"({TOKEN})=({TOKEN}|{QUOTED})"
RANGE = rf"({TOKEN}/{TOKEN})((?:[ \t]*;[ \t]*(?:{PARAMETER})?)*)"
LIST = rf"[ \t]*(?:{RANGE})?[ \t]*(?:,[ \t]*(?:{RANGE})?[ \t]*)*"


def modelled(header: str, wanted: str) -> int:
    """The quality, from the grammar of RFC 9110 as regular expressions."""
    if not re.fullmatch(LIST, header):
        return 1000
    matches = []
    ranges = re.findall(RANGE, header)
    for name, parameters, *_ in ranges:
        given = [(k.lower(), v) for k, v in re.findall(PARAMETER, parameters)]
        weights = [v for k, v in given if k == "q"] or ["1"]
        if re.match(r"\*/(?!\*$)", name) or len(weights) > 1:
            return 1000
        if not re.fullmatch(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?", weights[0]):
            return 1000
        others = [(k, v.strip('"').lower()) for k, v in given if k != "q"]
        levels = ["*/*", wanted.split("/")[0] + "/*", wanted]
        if name.lower() in levels and set(others) <= {("charset", "utf-8")}:
            quality = round(float(weights[0]) * 1000)
            matches.append((levels.index(name.lower()), len(others) > 0, quality))
    return max(matches, default=(0, 0, 0))[2] if ranges else 1000


def test_model_of_accept() -> None:
    """The model knows the table, too."""
    for header, (json, html) in ACCEPT.items():
        assert modelled(header, "application/json") == json, header
        assert modelled(header, "text/html") == html, header
    assert [h for h in UNREADABLE if modelled(h, "text/html") != 1000] == []


def test_accept_like_the_grammar(ask: Ask) -> None:
    chance = random.Random(SEED)
    names = [
        "application/json",
        "text/html",
        "application/*",
        "text/*",
        "*/*",
        "text/plain",
    ]
    names += ["TEXT/HTML", "image/png"]
    marks = [
        "",
        "",
        "",
        ";q=0",
        ";q=1",
        ";q=0.5",
        "; q=0.25",
        " ;Q=0.125",
        ";charset=utf-8",
    ]
    marks += [";level=1", ";charset=UTF-8;q=0.3", ";", ';x="a,;b"', ";q=0.75;x=y"]
    bad = [";q=2", ";q", "/", " x", '"', ";q=0.1;q=0.1", "=", "*"]
    headers = set()
    for _ in range(5000):
        ranges = [
            chance.choice(names) + chance.choice(marks if chance.random() < 0.97 else bad)
            for _ in range(chance.randint(0, 5))
        ]
        headers.add(chance.choice([",", ", ", " ,\t", ",,"]).join(ranges))
    wanted = {
        header: (modelled(header, "application/json"), modelled(header, "text/html"))
        for header in headers
    }
    assert len(set(wanted.values())) > 20
    assert qualities(ask, headers) == wanted
