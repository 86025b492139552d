"""lib/heap, played by heap_lab beside a list that Python sorts."""

from __future__ import annotations

import os
import random
import subprocess

import pytest

from harness.build import make
from harness.layout import ROOT
from harness.timeouts import scaled

LAB = f"{os.environ.get('BUILD_DIR', 'build')}/harness/labs/heap_lab"
SEED = 2026


@pytest.fixture(scope="module", autouse=True)
def _lab() -> None:
    built = make(LAB)
    assert built.returncode == 0, built.stderr


def play(steps: list[str]) -> list[str]:
    """What heap_lab prints."""
    done = subprocess.run(
        [ROOT / LAB],
        input="".join(f"{step}\n" for step in steps),
        capture_output=True,
        text=True,
        timeout=scaled(60),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_a_step_that_is_none_ends_the_program() -> None:
    for step in ("", "nonsense", "add", "add x", "remove 0", "take it"):
        done = subprocess.run(
            [ROOT / LAB], input=step + "\n", capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (2, "usage: heap_lab < STEPS\n"), step


def test_an_empty_heap() -> None:
    assert play(["first", "add 5", "take", "first", "take"]) == ["none", "0"] + 2 * [
        "none"
    ]


@pytest.mark.parametrize("count", range(1, 30))
def test_each_shape_with_each_node_removed(count: int) -> None:
    """Of every small heap each node is taken out once, and the others come in order."""
    chance = random.Random(SEED + count)
    for removed in range(count):
        keys = [chance.randint(0, count // 2) for _ in range(count)]
        steps = [f"add {key}" for key in keys] + [f"remove {removed}"] + ["take"] * count
        left = sorted((key, -i) for i, key in enumerate(keys) if i != removed)
        assert play(steps) == [str(-i) for _, i in left] + ["none"]


@pytest.mark.parametrize("spread", [1, 10, 10**18])
def test_like_a_sorted_list(spread: int) -> None:
    """20,000 random steps, with many equal keys and with none; the extremes, too."""
    chance = random.Random(SEED)
    steps, wanted, inside = [], [], {}
    added = 0
    for _ in range(20_000):
        what = chance.choices(["add", "remove", "take", "first"], [5, 1, 3, 1])[0]
        if what == "add":
            key = chance.choice(
                [-(2**63), 2**63 - 1, *[chance.randint(-spread, spread)] * 8]
            )
            steps.append(f"add {key}")
            inside[added] = key
            added += 1
        elif what == "remove" and inside:
            number = chance.choice(list(inside))
            steps.append(f"remove {number}")
            del inside[number]
        elif what in ("take", "first"):
            steps.append(what)
            first = min(inside, key=lambda i: (inside[i], -i), default=None)
            wanted.append("none" if first is None else str(first))
            if what == "take" and inside:
                del inside[first]
    assert play(steps) == wanted
