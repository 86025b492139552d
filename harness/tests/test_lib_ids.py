"""lib/'s telephone numbers, UUIDs, and sets of ids: text_lab and id_set_lab ask them."""

from __future__ import annotations

import os
import random
import re
import subprocess
import uuid

import pytest

from harness import sanitizer
from harness.build import make
from harness.layout import ROOT
from harness.timeouts import scaled

LABS = f"{os.environ.get('BUILD_DIR', 'build')}/harness/labs"
SEED = 2026  # the same random questions in every run


@pytest.fixture(scope="module", autouse=True)
def labs() -> None:
    """Both are built."""
    for lab in ("text_lab", "id_set_lab"):
        built = make(f"{LABS}/{lab}")
        assert built.returncode == 0, built.stderr


def ask(lab: str, questions: list[str], *arguments: str) -> list[str]:
    """The answers to all questions, of one run."""
    done = subprocess.run(
        [ROOT / LABS / lab, *arguments],
        input="".join(f"{one}\n" for one in questions),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **sanitizer.environment()},
        timeout=scaled(60),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    answers = done.stdout.splitlines()
    assert len(answers) == len(questions)
    return answers


# Telephone numbers.

VALID = ["+1234567", "+15555550101", "+123456789012345", "+9999999"]
INVALID = ["", "+", "+123456", "+1234567890123456", "+01234567", "15555550101"]
INVALID += ["+1 555 555 0101", "+1-555-555-0101", "+1(555)5550101", "++15555550101"]
INVALID += [
    "+15555550101 ",
    " +15555550101",
    "+1555555010a",
    "+15555550101+",
    "+-1555555",
]
INVALID += ["0015555550101", "+1555555\\x0a0101", "+15555550101\\x0a", "+１5555550101"]


def test_which_are_numbers() -> None:
    assert ask("text_lab", [f"phone\t{one}" for one in VALID]) == ["yes"] * len(VALID)
    questions = [f"phone\t{one}" for one in INVALID if one]
    assert ask("text_lab", questions) == ["no"] * len(questions)


def test_numbers_like_the_regular_expression() -> None:
    chance = random.Random(SEED)
    texts = {
        "+" * chance.randint(0, 2)
        + "".join(
            chance.choices("01259 a", [9, 9, 9, 9, 9, 1, 1], k=chance.randint(1, 18))
        )
        for _ in range(3000)
    }
    wanted = {
        one: "yes" if re.fullmatch(r"\+[1-9][0-9]{6,14}", one) else "no" for one in texts
    }
    answers = ask("text_lab", [f"phone\t{one}" for one in texts])
    assert dict(zip(texts, answers)) == wanted
    assert len(set(wanted.values())) == 2


def test_a_number_is_masked() -> None:
    masked = {
        "+15550100": "+15***00",
        "+15555550101": "+15***01",
        "+123456789012345": "+12***45",
        "+1234567": "+12***67",
        "5550100": "***",  # none: perhaps somebody's, mistyped
        "+155501": "***",
        "+1 555 555 0101": "***",
        "x" * 100: "***",
    }
    answers = ask("text_lab", [f"mask\t{one}" for one in masked])
    assert dict(zip(masked, answers)) == masked


# UUIDs.


def test_uuids_are_random() -> None:
    """Of version 4; and every bit of the others is set in some and not in others."""
    (answer,) = ask("text_lab", ["uuid\t2000"])
    found = answer.split(" ")
    assert len(set(found)) == 2000
    assert all(str(uuid.UUID(one)) == one for one in found)
    assert all(
        uuid.UUID(one).version == 4 and uuid.UUID(one).variant == uuid.RFC_4122
        for one in found
    )
    numbers = [uuid.UUID(one).int for one in found]
    for bit in range(128):
        share = sum(number >> bit & 1 for number in numbers) / len(numbers)
        fixed = 62 <= bit < 64 or 76 <= bit < 80
        assert share in (0, 1) if fixed else 0.4 < share < 0.6, bit


# Sets of ids.


class Model:
    """What an id_set does, in Python: a dictionary keeps the order of arrival."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.ids: dict[str, None] = {}

    def ask(self, what: str, one: str) -> str:
        """The answer to a question."""
        known = one in self.ids
        if what == "has":
            return "yes" if known else "no"
        if what == "remove":
            self.ids.pop(one, None)
            return "ok"
        if what == "count":
            return str(len(self.ids))
        if not known:
            if len(self.ids) == self.most:
                del self.ids[next(iter(self.ids))]
            self.ids[one] = None
        return "known" if known else "new"


@pytest.mark.parametrize("most", [1, 2, 3, 10, 1000])
def test_a_set_like_the_model(most: int) -> None:
    chance = random.Random(SEED + most)
    model, questions, wanted = Model(most), [], []
    for _ in range(5000):
        what = chance.choices(["add", "has", "remove", "count"], [6, 4, 2, 1])[0]
        one = f"id-{chance.randint(0, 2 * most)}"
        questions.append(what if what == "count" else f"{what} {one}")
        wanted.append(model.ask(what, one))
    assert ask("id_set_lab", questions, str(most)) == wanted


def test_a_set_forgets_the_oldest() -> None:
    questions = ["add a", "add b", "add c", "has a", "has b", "add b", "add d", "has b"]
    wanted = ["new", "new", "new", "no", "yes", "known", "new", "no"]
    assert ask("id_set_lab", questions, "2") == wanted


def test_a_set_of_ids_of_every_kind() -> None:
    ids = ["", "a", "A", "aa", "x" * 255, "x" * 254, "\N{FIRE}", "\xe9", "a b"]
    questions = [f"{what} {one}" for what in ("has", "add", "has", "add") for one in ids]
    wanted = [a for a in ("no", "new", "yes", "known") for _ in ids]
    assert ask("id_set_lab", questions, "100") == wanted


def test_a_hundred_thousand_ids() -> None:
    """A webhook's worth; a set that walks through all of them would take minutes."""
    questions = [f"add {n:08}" for n in range(100_000)] * 2
    wanted = ["new"] * 100_000 + ["known"] * 100_000
    assert ask("id_set_lab", questions, "100000") == wanted
