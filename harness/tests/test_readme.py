"""What the READMEs show of programs and files is what these are.

The commands that a stage's README quotes are run on the reference, in the order in which they
stand there, in a world where nothing takes long. Every line that it shows as output must be
among theirs, whatever the numbers in it.
"""

from __future__ import annotations

import contextlib
import re
import shlex
from pathlib import Path
from typing import Iterator

import pytest

from harness.build import build_stage, programs_of
from harness.layout import ROOT, STAGES, Stage
from harness.running import Program
from harness.verdict import Sources
from harness.world import World
from harness.world.sites import SITES
from harness.world.world import DEFAULT_HOST, DEFAULT_PORT

SHOWN_BY_OTHERS = (
    r"^TODO \d",  # an unfilled gap says it
    r"[|│┴+]",  # a timeline's picture
    r"^ +0(\.0)? .* s$|^\d.* s of work in ",  # its axis, and its last line
    r"^\$ |^\.\.\.$|^0$",  # a command, something left out, an exit status
    r"^Stage \d|^gap \d|^  \d+\.\d+ ",  # a verdict
    r"^  (did|saw|expected|look at) |^            ",  # its four parts
)


def shape(line: str) -> str:
    """A line without its numbers, and without the space that fills them up."""
    return re.sub(r" *\d+(\.\d+)?", "#", line.rstrip())


Command = tuple[str, ...]


def quoted_commands(stage: Stage, text: str) -> list[Command]:
    """The command lines of the stage's programs that a text shows or quotes, and each bare."""
    names = [name.split("/")[1] for name in programs_of(stage)]
    found = [(name,) for name in names if not name.endswith("_lab")]
    for quoted in re.findall(r"^\$ .*$|`[^`\n]+`", text, re.MULTILINE):
        command = re.sub(r"^\$ (\w+=\S+ )*", "", quoted).strip("`")
        words = shlex.split(re.split("[;|&] ", command)[0])
        words[:1] = [Path(word).name for word in words[:1]]
        is_whole = "--internet" not in words and not any("..." in word for word in words)
        if words and words[0] in names and is_whole:
            found.append(tuple(words))
    return found


def quicker(command: Command, pages: Path) -> Command:
    """The command as it is run here: nobody waits seven seconds, or keeps the pages."""
    name, *arguments = command
    if name == "sleep_gather":
        arguments = [str(float(seconds) / 100) for seconds in arguments or "7231"]
    if name == "fetch_sites":
        arguments = ["-o", str(pages), *arguments]
    return (name, *arguments)


@contextlib.contextmanager
def world_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[World | None]:
    """A world in which nothing takes long, if the stage has one."""
    if not stage.world:
        yield None
        return
    for index, site in enumerate(SITES):
        monkeypatch.setitem(SITES, site, index / 100)
    with World() as world:
        world.orders.delay = 0
        for name, url in world.environment.items():
            monkeypatch.setenv(name, url)
        yield world


def printed_shapes(
    commands: list[Command], stage: Stage, world: World | None
) -> set[str]:
    """The shapes of all lines that the commands print, one run after the other."""
    services = world.services if world else []
    shapes = {shape(f"{one.name} listening on {one.url}") for one in services}
    for name, *arguments in commands:
        for port, one in enumerate(services, start=DEFAULT_PORT):
            shown = f"http://{DEFAULT_HOST}:{port}"
            arguments = [word.replace(shown, one.url) for word in arguments]
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


def shapes_without_world(
    stage: Stage, world: World, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> set[str]:
    """The shapes of what the programs say when nobody listens."""
    for name in world.environment:
        monkeypatch.setenv(name, world.refused_url)
    bare = [quicker(one, pages) for one in quoted_commands(stage, "")]
    return printed_shapes(bare, stage, None)


# From stage 3 on the programs are servers: see test_readme_servers.py.
WITHOUT_CLIENTS = STAGES[:2]


@pytest.mark.parametrize("stage", WITHOUT_CLIENTS, ids=lambda stage: stage.folder)
def test_shown_output_is_printed(stage, tmp_path, monkeypatch):
    text = stage.readme.read_text(encoding="utf-8").replace("\\\n", " ")
    blocks = re.findall(r"^```text\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.strip()]
    lines = [
        x for x in lines if not any(re.search(other, x) for other in SHOWN_BY_OTHERS)
    ]
    assert len(lines) > 20
    build_stage(stage, "solutions")
    commands = [quicker(one, tmp_path) for one in quoted_commands(stage, text)]
    with world_for(stage, monkeypatch) as world:
        printed = printed_shapes(list(dict.fromkeys(commands)), stage, world)
        if world:
            printed |= shapes_without_world(stage, world, tmp_path, monkeypatch)
    assert [line for line in lines if shape(line) not in printed] == []


def test_the_gap_in_the_readme_is_in_a_skeleton():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"^```c\n(    /\* TODO .*?)^```", readme, re.MULTILINE | re.DOTALL)
    skeletons = [path.read_text() for stage in STAGES for path in stage.path.glob("*.c")]
    assert block and any(block[1] in text for text in skeletons)
