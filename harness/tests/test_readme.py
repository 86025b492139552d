"""What the READMEs show of programs and files is what these are.

The commands that a stage's README quotes are run on the reference. Every line that it shows
as output must be among theirs, whatever the numbers in it.
"""

from __future__ import annotations

import re
import shlex

import pytest

from harness.build import build_stage, programs_of
from harness.layout import ROOT, STAGES, Stage
from harness.running import Program
from harness.verdict import Sources

SHOWN_BY_OTHERS = (
    r"^TODO \d",  # an unfilled gap says it
    r"[|│┴+]",  # a timeline's picture
    r"^\d.* s of work in ",  # and its last line
    r"^\$ |^\.\.\.$|^0$",  # a command, something left out, an exit status
    r"^Stage \d|^gap \d|^  \d+\.\d+ ",  # a verdict
    r"^  (did|saw|expected|look at) |^            ",  # its four parts
)


def shape(line: str) -> str:
    """A line without its numbers."""
    return re.sub(r"\d+(\.\d+)?", "#", line.rstrip())


def quoted_commands(stage: Stage, text: str) -> set[tuple[str, ...]]:
    """The command lines of the stage's programs that a text quotes, and each one bare."""
    names = [name.split("/")[1] for name in programs_of(stage)]
    found = {(name,) for name in names if not name.endswith("_lab")}
    for quoted in re.findall(r"`([^`\n]+)`", text):
        command = re.split("[;|&]", quoted)[0]
        words = [word.split("/")[-1] for word in shlex.split(command)]
        if words and words[0] in names and not any("..." in word for word in words):
            found.add(tuple(words))
    return found


def printed_shapes(stage: Stage, commands: set[tuple[str, ...]]) -> set[str]:
    shapes = set()
    for name, *arguments in sorted(commands):
        if name == "sleep_gather":  # nobody waits seven seconds
            arguments = [str(float(seconds) / 100) for seconds in arguments or "7231"]
        program = Program(Sources("solutions").built(stage) / name, prefer="")
        process = program.start(*arguments, UV_THREADPOOL_SIZE="1")
        if "--hold" in arguments:
            process.wait_for(
                "^deadline" if "--deadline" in arguments else "^part 1 is held"
            )
            process.send("")
        process.finish()
        shapes |= {shape(line) for line in [*process.lines, *process.stderr_lines]}
    return shapes


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.folder)
def test_shown_output_is_printed(stage):
    text = stage.readme.read_text(encoding="utf-8")
    blocks = re.findall(r"^```text\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.strip()]
    lines = [
        x for x in lines if not any(re.search(other, x) for other in SHOWN_BY_OTHERS)
    ]
    assert len(lines) > 20
    build_stage(stage, "solutions")
    commands = quoted_commands(
        stage, text + "\n".join(f"`{line[2:]}`" for line in shown(text))
    )
    printed = printed_shapes(stage, commands)
    assert [line for line in lines if shape(line) not in printed] == []


def shown(text: str) -> list[str]:
    """The commands in a text's blocks: lines that begin with a prompt, environment cut off."""
    prompts = re.findall(r"^\$ .*$", text, re.MULTILINE)
    return [re.sub(r"^\$ (\w+=\S+ )*", "$ ", line) for line in prompts]


def test_the_gap_in_the_readme_is_in_a_skeleton():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"^```c\n(    /\* TODO .*?)^```", readme, re.MULTILINE | re.DOTALL)
    skeletons = [path.read_text() for stage in STAGES for path in stage.path.glob("*.c")]
    assert block and any(block[1] in text for text in skeletons)
