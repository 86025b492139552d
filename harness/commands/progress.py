"""make progress: the whole map, stages and gaps, with their colours and how far each one is.

Nothing is written down about a learner: the tests of every stage are run.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import redirect_stdout
from dataclasses import replace

from harness import gaps, verdict
from harness.commands.stage import judge_stage
from harness.layout import STAGES
from harness.settings import Settings, read
from harness.verdict import DONE, StageVerdict, paint


def main(arguments: list[str]) -> int:
    """progress. 0 always: it informs, it does not judge."""
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    settings = replace(read(), gap="", junit="")
    done = total = 0
    nexts: list[str] = []
    for stage in STAGES:
        title = f"Stage {stage.number}: {stage.title}"
        if gaps.handed_out_filled(stage):
            print(f"{title}\n  handed out filled in: its gaps cannot be told apart\n")
            continue
        judged = _verdict(replace(settings, stage=stage))
        if judged is None:
            print(f"{title}\n  does not compile: make stage{stage.number} tells where\n")
            total += len(gaps.all_gaps(stage.number))
            continue
        states = [one.state == DONE for one in judged.gaps]
        done, total = done + sum(states), total + len(states)
        print(
            f"{paint(title, '1', colour)}  {_bar(states)}  {sum(states)} of {len(states)}"
        )
        print(verdict.table(judged, colour=colour))
        if not all(states):
            nexts.append(verdict.advice(judged, "red", learner=True))
        print()
    print(f"{done} of {total} gaps are done.")
    if nexts:
        print(nexts[0])
    return 0


def _bar(states: list[bool]) -> str:
    return "[" + "".join("#" if state else "." for state in states) + "]"


def _verdict(settings: Settings) -> StageVerdict | None:
    """The verdict on a stage; None when it does not compile."""
    with redirect_stdout(io.StringIO()):
        return judge_stage(settings)
