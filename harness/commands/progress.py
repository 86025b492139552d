"""make progress: the whole map, stages and gaps, with their colours and how far each one is.

Nothing is written down about a learner: the tests are run again where a file has changed. What
they said last is kept in the build folder, under the fingerprint of the files they judged.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
from contextlib import redirect_stdout
from dataclasses import replace

from harness import verdict
from harness.commands.stage import judge_stage
from harness.layout import ROOT, STAGES, Stage
from harness.settings import Settings, read
from harness.verdict import DONE, Outcome, Sources, StageVerdict, paint


def main(arguments: list[str]) -> int:
    """progress. 0 always: it informs, it does not judge."""
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    settings = replace(read(), gap="", junit="")
    done = total = 0
    for stage in STAGES:
        judged = _verdict(replace(settings, stage=stage))
        title = f"Stage {stage.number}: {stage.title}"
        if judged is None:
            print(f"{title}\n  does not compile: make stage{stage.number} tells where\n")
            continue
        states = [one.state == DONE for one in judged.gaps]
        done, total = done + sum(states), total + len(states)
        print(f"{paint(title, '1', colour)}  {_bar(states)}  {sum(states)} of {len(states)}")
        print(verdict.table(judged, colour=colour))
        print()
    print(f"{done} of {total} gaps are done.")
    return 0


def _bar(states: list[bool]) -> str:
    return "[" + "".join("#" if state else "." for state in states) + "]"


def _verdict(settings: Settings) -> StageVerdict | None:
    """The verdict on a stage, from the tests or from what they said of the same files."""
    stage, implementation = settings.stage, settings.implementation
    cache = ROOT / settings.build_dir / "verdicts" / f"{implementation}_{stage.folder}.json"
    print_ = fingerprint(stage, implementation)
    try:
        known = json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    if known.get("fingerprint") == print_:
        outcomes = [Outcome(**row) for row in known["outcomes"]]
        return verdict.judge(stage, outcomes, Sources(implementation))
    outcomes = []
    with redirect_stdout(io.StringIO()):
        judged = judge_stage(settings, outcomes)
    if judged is not None:
        cache.parent.mkdir(parents=True, exist_ok=True)
        rows = [outcome.as_dict() for outcome in outcomes]
        cache.write_text(json.dumps({"fingerprint": print_, "outcomes": rows}))
    return judged


def fingerprint(stage: Stage, implementation: str) -> str:
    """Changes when a file does on which the verdict depends."""
    digest = hashlib.sha256(implementation.encode())
    folders = [stage.path, ROOT / "lib", ROOT / "harness", ROOT / "solutions"]
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.exists() else []:
            if path.suffix in (".c", ".h", ".py"):
                digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()
