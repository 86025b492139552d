"""make world: the outside world, for a class without internet."""

from __future__ import annotations

import subprocess
import sys

from harness.layout import ROOT


def main(arguments: list[str]) -> int:
    """world. Runs until Ctrl-C; the exit code is the world's own."""
    return subprocess.call([sys.executable, "-m", "harness.world"], cwd=ROOT)
