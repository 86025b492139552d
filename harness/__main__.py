"""python3 -m harness COMMAND: what the Makefile's commands call."""

from __future__ import annotations

import importlib
import os
import sys

from harness.gaps import GapError
from harness.build import BuildError, NoCompiler
from harness.settings import UsageError
from harness.timeouts import BadScale, scale

# Each command is a module of harness.commands with a function main(arguments) -> exit code.
COMMANDS = {
    "stage": "stage",
    "watch": "watch",
    "progress": "progress",
    "hint": "hint",
    "reveal": "files",
    "diff": "files",
    "reset": "files",
    "demo": "show",
    "timeline": "show",
    "world": "world",
    "prove": "prove",
    "flake": "flake",
    "fuzz": "fuzz",
    "check": "check",
    "bench": "bench",
    "compare": "compare",
    "lint": "lint",
    "format": "lint",
    "compile-commands": "lint",
}


def main() -> int:
    """Runs one command; a person's mistake is one line on stderr and exit 2."""
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        print(f"usage: python3 -m harness {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    module = importlib.import_module(f"harness.commands.{COMMANDS[sys.argv[1]]}")
    try:
        scale()
        return module.main(sys.argv[1:])
    except (UsageError, GapError, NoCompiler, BadScale) as error:
        print(error, file=sys.stderr)
        return 2
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
