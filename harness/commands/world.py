"""make world: the outside world, for a class without internet."""

from __future__ import annotations

import argparse
import os
import sys

from harness.layout import ROOT
from harness.settings import UsageError
from harness.world.__main__ import port_number
from harness.world.world import DEFAULT_PORT


def main(arguments: list[str]) -> int:
    """world. Becomes the world, so that whatever ends this command ends it, too."""
    port = os.environ.get("PORT") or str(DEFAULT_PORT)
    try:
        port_number(port)
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"PORT: {error}") from None
    os.chdir(ROOT)
    command = [sys.executable, "-m", "harness.world", "--port", port]
    os.execv(sys.executable, command)
