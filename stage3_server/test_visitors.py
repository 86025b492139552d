"""visitors: the demo of this stage."""

from __future__ import annotations

import pytest

from harness.layout import DEMO_ORDER

pytestmark = pytest.mark.reference


def test_all_are_served_at_once(program, world):
    """Every visitor's order is asked for before the first of them has its answer."""
    hold = world.orders.hold(f"/maestro/v1/orders/{DEMO_ORDER}")
    process = program("visitors").start("3", DEMO_ORDER, **world.environment)
    assert process.wait_until(lambda: len(hold.held) == 3)
    process.wait_for("^visitor_3 starting$")
    assert process.lines == [f"visitor_{n} starting" for n in (1, 2, 3)]
    hold.release_all()
    run = process.finish().expect_clean()
    assert sorted(run.lines[3:]) == [f"visitor_{n} finished" for n in (1, 2, 3)]


def test_who_is_not_served(program, world):
    """The failure is told, and the exit status is 1."""
    world.orders.fault("*", "status", code=500)
    run = program("visitors").run("1", DEMO_ORDER, **world.environment)
    assert run.exit == 1 and "status 502" in run.stderr


def test_a_wrong_command_line(program):
    """Is told on stderr, with exit 2."""
    run = program("visitors").run("none", DEMO_ORDER)
    assert run.exit == 2 and run.stderr == "usage: visitors COUNT ORDER_UUID"
