"""lib/pause, cancelled by pause_lab at chosen moments."""

from __future__ import annotations

import os
import subprocess

import pytest

from harness.build import make
from harness.layout import ROOT
from harness.timeouts import scaled

LAB = f"{os.environ.get('BUILD_DIR', 'build')}/harness/labs/pause_lab"


@pytest.fixture(scope="module", autouse=True)
def _lab() -> None:
    built = make(LAB)
    assert built.returncode == 0, built.stderr


@pytest.mark.parametrize(
    "when, lines",
    [
        ("never", ["over: 0"]),
        ("early", ["cancelled", "over: ECANCELED"]),
        ("late", ["cancelled", "over: ECANCELED"]),
        ("twice", ["cancelled", "cancelled", "over: ECANCELED"]),
    ],
)
def test_who_cancels_is_told_so(when: str, lines: list[str]) -> None:
    """Exactly once, and with UV_ECANCELED, also when the time was up already."""
    done = subprocess.run(
        [ROOT / LAB, when],
        capture_output=True,
        text=True,
        timeout=scaled(60),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == lines
