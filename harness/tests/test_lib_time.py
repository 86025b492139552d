"""lib/utc_time, asked by time_lab; Python's datetime is the model."""

from __future__ import annotations

import datetime
import os
import random
import subprocess
import time
from typing import Iterable

import pytest

from harness.build import make
from harness.layout import ROOT
from harness.timeouts import scaled

LAB = f"{os.environ.get('BUILD_DIR', 'build')}/harness/labs/time_lab"
SEED = 2026
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
LAST_MS = 253402300799999  # 9999-12-31T23:59:59.999Z
FIRST_MS = -62135596800000  # 0001-01-01T00:00:00Z


@pytest.fixture(scope="module", autouse=True)
def _lab() -> None:
    built = make(LAB)
    assert built.returncode == 0, built.stderr


def ask(questions: Iterable[tuple[object, ...]]) -> list[str]:
    """The answers, in a time zone that is not UTC."""
    lines = ["\t".join(map(str, question)) + "\n" for question in questions]
    done = subprocess.run(
        [ROOT / LAB],
        input="".join(lines),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "TZ": "America/New_York", "LC_ALL": "C"},
        timeout=scaled(60),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    answers = done.stdout.splitlines()
    assert len(answers) == len(lines)
    return answers


def test_a_question_that_is_none_ends_the_program() -> None:
    for line in ("", "nonsense", "dates\t1"):
        done = subprocess.run(
            [ROOT / LAB], input=line + "\n", capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (2, "usage: time_lab < QUESTIONS\n")


def test_now() -> None:
    before = time.time_ns() // 1_000_000
    (now,) = ask([("now",)])
    assert before <= int(now) <= time.time_ns() // 1_000_000


DATES = {
    ("1970-01-01", "00:00"): "0",
    ("1970-01-01", "00:00:00"): "0",
    ("2026-11-20", "12:00"): "1795176000000",
    ("2026-11-20", "12:00:01"): "1795176001000",
    ("2024-02-29", "23:59:59"): "1709251199000",
    ("2000-02-29", "00:00"): "951782400000",
    ("9999-12-31", "23:59:59"): "253402300799000",
}
NONE = [("2026-02-30", "12:00"), ("2026-02-29", "12:00"), ("2100-02-29", "12:00")]
NONE += [("2026-04-31", "12:00"), ("2026-13-01", "12:00"), ("2026-00-10", "12:00")]
NONE += [("2026-01-00", "12:00"), ("2026-01-32", "12:00"), ("1969-12-31", "12:00")]
NONE += [("0000-01-01", "12:00"), ("2026-1-1", "12:00"), ("26-01-01", "12:00")]
NONE += [("2026/01/01", "12:00"), ("2026-01-01 ", "12:00"), (" 2026-01-01", "12:00")]
NONE += [("+026-01-01", "12:00"), ("2026-01-01T", "12:00"), ("", "12:00"), ("20", "1")]
NONE += [("10000-01-01", "12:00"), ("2026-01-011", "12:00"), ("2026-01-0\u0661", "12:00")]
NONE += [
    ("2026-01-01", clock)
    for clock in "24:00 12:60 12:00:60 12 12: 12:0 1:00 12:00: 12:00:0 12:00:00.5".split()
]
NONE += [("2026-01-01", clock) for clock in ("", "-1:00", "12:00 ", "12:00Z", "12.00")]


def test_dates() -> None:
    assert dict(zip(DATES, ask(("date", *one) for one in DATES))) == DATES
    assert {one: said for one, said in zip(NONE, ask(("date", *x) for x in NONE))} == (
        dict.fromkeys(NONE, "none")
    )


def test_every_day_from_1970_to_2500_and_some_that_are_none() -> None:
    questions, wanted = [], []
    for year in [*range(1970, 2501), 9996, 9999]:
        for month in range(1, 13):
            for day in (1, 15, 28, 29, 30, 31):
                questions.append(("date", f"{year}-{month:02}-{day:02}", "06:07:08"))
                try:
                    at = datetime.datetime(year, month, day, 6, 7, 8, tzinfo=UTC)
                    wanted.append(str((at - EPOCH) // datetime.timedelta(milliseconds=1)))
                except ValueError:
                    wanted.append("none")
    assert ask(questions) == wanted


TEXTS = {
    "2026-11-20T12:00:00Z": "1795176000000",
    "2026-11-20T12:00:00.999999Z": "1795176000000",
    "2025-11-23T03:30:07.876309Z": "1763868607000",
    "2026-11-20T12:00:00.Z": "none",
    "2026-11-20T12:00:00": "none",
    "2026-11-20T12:00Z": "none",
    "2026-11-20T12:00:00z": "none",
    "2026-11-20 12:00:00Z": "none",
    "2026-11-20T12:00:00+00:00": "none",
    "2026-11-20T12:00:00ZZ": "none",
    "2026-02-30T12:00:00Z": "none",
    "2026-11-20T24:00:00Z": "none",
    "2026-11-20": "none",
    "2026-11-20T": "none",
    "": "none",
}


def test_texts() -> None:
    assert dict(zip(TEXTS, ask(("read", text) for text in TEXTS))) == TEXTS


WRITTEN = {
    0: "1970-01-01T00:00:00Z",
    999: "1970-01-01T00:00:00Z",
    -1: "1969-12-31T23:59:59Z",
    -1000: "1969-12-31T23:59:59Z",
    1795176000000: "2026-11-20T12:00:00Z",
    FIRST_MS: "0001-01-01T00:00:00Z",
    FIRST_MS - 1: "0001-01-01T00:00:00Z",
    LAST_MS: "9999-12-31T23:59:59Z",
    LAST_MS + 1: "9999-12-31T23:59:59Z",
    2**63 - 1: "9999-12-31T23:59:59Z",
    -(2**63): "0001-01-01T00:00:00Z",
}


def test_written() -> None:
    assert dict(zip(WRITTEN, ask(("write", ms) for ms in WRITTEN))) == WRITTEN


def test_written_and_read_like_pythons() -> None:
    chance = random.Random(SEED)
    times = [chance.randint(0, LAST_MS) for _ in range(5000)]
    texts = ask(("write", ms) for ms in times)
    model = [EPOCH + datetime.timedelta(milliseconds=ms) for ms in times]
    assert texts == [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in model]
    assert ask(("read", text) for text in texts) == [
        str(ms // 1000 * 1000) for ms in times
    ]
