"""python3 -m harness.tests.filling 1.1 1.2,1.3 ...: fills gaps as the reference does, and
judges their stage after each argument. Prints the states of its gaps then, a line of JSON.

For copies of the repository only: it writes into the learner's files.
"""
from __future__ import annotations

import json
import sys

from harness.commands.stage import judge_stage
from harness.layout import ROOT
from harness.settings import read
from harness.tests.repository import Copy


def main() -> None:
    """Fills and judges, argument by argument."""
    for numbers in sys.argv[1:]:
        Copy(ROOT).fill_with_reference(*numbers.split(","))
        judged = judge_stage(read(numbers.split(".")[0]))
        print(json.dumps({one.gap.number: one.state for one in judged.gaps}), flush=True)


if __name__ == "__main__":
    main()
