"""Gap 4.8: call_form.c. What somebody has typed, looked at."""

from __future__ import annotations

import re

import pytest

from harness import expect, gap

NOW = "2026-11-20T12:00:00Z"
RIGHT = {"date": "2026-11-20", "time": "12:30", "number": "+15550100"}
# Nobody is there at home, and no file of time zones is needed: five hours behind UTC, ten
# before it.
ZONES = ["UTC0", "WEST5", "EAST-10"]


@pytest.fixture
def check(program):
    """check(FIELD=TEXT, ..., now=, TZ=) looks at the right form with these changes (None: the
    field is not there); returns what it says of which field, or the time at "right"."""

    def checked(now=NOW, TZ="UTC0", **changes):
        fields = {**RIGHT, **changes}
        typed = [f"{name}={text}" for name, text in fields.items() if text is not None]
        done = program("form_lab").run(now, *typed, TZ=TZ)
        lines = [re.match(r"(\w+): (.*)", line) for line in done.lines]
        said = {match[1]: match[2] for match in lines if match}
        expect(
            len(said) == len(lines) > 0 and done.exit == (0 if "right" in said else 1),
            saw="\n".join(done.lines),
            expected="a line for each field that is wrong, or the time",
        )
        return said

    return checked


def expect_right(said, at, remark=""):
    """The form is right, and names this time."""
    expect(said == {"right": at}, saw=f"{said}. {remark}", expected=f"it is right: {at}")


def expect_wrong(said, *fields, remark=""):
    """Of these fields, and of no others, it says what is wrong."""
    expect(
        sorted(said) == sorted(fields),
        saw=f"it found {' and '.join(said)}: {said}. {remark}".rstrip(),
        expected=f"a problem with {' and '.join(fields)}",
    )


# --- What is right ------------------------------------------------------------------------


@gap("4.8")
def test_a_form_that_is_right(check):
    """A date, a time, a number: the call can be scheduled."""
    expect_right(check(), "2026-11-20T12:30:00Z")


@gap("4.8")
@pytest.mark.parametrize(
    "changes, at",
    [
        ({"time": "12:00:01"}, "2026-11-20T12:00:01Z"),
        ({"date": "2027-01-01", "time": "00:00"}, "2027-01-01T00:00:00Z"),
        ({"date": "2028-02-29"}, "2028-02-29T12:30:00Z"),
        ({"date": "9999-12-31", "time": "23:59:59"}, "9999-12-31T23:59:59Z"),
    ],
)
def test_dates_and_times_that_there_are(check, changes, at):
    """With seconds, in a leap year, in the far future."""
    expect_right(check(**changes), at)


@gap("4.8")
@pytest.mark.parametrize("number", ["+1555010", "+155501000000123", "+35315550100"])
def test_numbers_that_there_are(check, number):
    """Seven to fifteen digits."""
    expect_right(check(number=number), "2026-11-20T12:30:00Z")


@gap("4.8")
@pytest.mark.parametrize("zone", ZONES)
def test_times_are_utc(check, zone):
    """Wherever the server stands, and whatever its clock shows: the same time."""
    remark = "Is a time of the server's own zone taken for one in UTC, or the other way?"
    said = check(TZ=zone)
    expect(
        said == {"right": "2026-11-20T12:30:00Z"},
        saw=f"with TZ={zone} in the environment: {said}. {remark}",
        expected="12:30 is 12:30 UTC: it is right: 2026-11-20T12:30:00Z",
    )


# --- What is wrong ------------------------------------------------------------------------


@gap("4.8")
@pytest.mark.parametrize(
    "changes",
    [
        {"time": "11:59:59"},
        {"time": "12:00"},
        {"date": "2026-11-19"},
        {"date": "1999-12-31", "time": "23:59"},
    ],
)
def test_the_past(check, changes):
    """Nobody can be called in the past; nor at the moment that is just passing."""
    said = check(**changes)
    expect_wrong(said, "time", remark=f"It was {NOW}, and it is typed: {changes}.")


@gap("4.8")
@pytest.mark.parametrize(
    "date",
    [
        "2026-02-30",
        "2027-02-29",
        "2026-11-31",
        "2026-13-01",
        "2026-00-10",
        "10000-01-01",
        "20261121",
        "2026-11-21x",
        "2026-11-21 ",
        " 2026-11-21",
        "21.11.2026",
        "tomorrow",
        "",
        None,
    ],
)
def test_dates_that_there_are_not(check, date):
    """The thirtieth of February, the year 10000, and what is no date at all."""
    expect_wrong(check(date=date), "date", remark=f"The date was {date!r}.")


@gap("4.8")
@pytest.mark.parametrize(
    "time",
    ["24:00", "12:60", "12:30:60", "1230", "12:30x", "12:30 PM", "+1:30", "", None],
)
def test_times_that_there_are_not(check, time):
    """Sixty minutes, or what is no time at all."""
    expect_wrong(check(time=time), "time", remark=f"The time was {time!r}.")


@gap("4.8")
@pytest.mark.parametrize(
    "number",
    [
        "15550100",
        "+05550100",
        "+155501",
        "+1555010000001234",
        "+1 555 0100",
        "+1-555-0100",
        "(+1)5550100",
        " +15550100",
        "+15550100 ",
        "+15550100x",
        "0015550100",
        "+",
        "",
        None,
    ],
)
def test_numbers_that_there_are_not(check, number):
    """As E.164 writes them, and in no other way: who repairs one may call a stranger."""
    expect_wrong(check(number=number), "number", remark=f"The number was {number!r}.")


@gap("4.8")
def test_all_problems_at_once(check):
    """Who is told of one mistake after another gives up."""
    remark = "Is the rest looked at when one is wrong?"
    for changes in (
        {"date": "x", "time": "x", "number": "x"},
        {"date": "x", "number": "x"},
        {"time": "x", "number": "x"},
        {"date": "x", "time": "x"},
    ):
        expect_wrong(check(**changes), *changes, remark=remark)
    said = check(time="11:00", number="x")
    expect_wrong(said, "time", "number", remark=remark)


@gap("4.8")
def test_each_problem_is_told_in_words(check):
    """What is wrong with a date is not said of a number."""
    said = check(date="x", time="x", number="x")
    past = check(date="2020-01-01")
    seen = (said.get("date"), said.get("time"), said.get("number"), past.get("time"))
    wanted = ("no such date", "no such time", "country's code", "has passed")
    expect(
        all(one is not None and word in one for one, word in zip(seen, wanted)),
        saw=f"{seen}",
        expected=f"sentences with {wanted}",
    )
