"""What a README shows of servers and their clients is what these print.

Its commands run one after the other, in a world where nothing takes long, against the server
that the section is about, as it is when the section's gap has been written. What is shown is
what they print: but for the ports, the date, and what is left out (...).
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterator

import pytest

from harness.build import build_stage, programs_of
from harness.gaps import all_gaps, order
from harness.layout import STAGES, Stage
from harness.running import Process, Program
from harness.serving import Server
from harness.tools import run_tool, tool
from harness.verdict import Sources
from harness.world import World
from harness.world.world import DEFAULT_PORT
from harness.wrong_answers import build_as_far_as

SHOWN_PORT = 8080
LAB = "server_lab"
OTHERS_PROGRAMS = (
    "make",
    "cd",
)  # a verdict is judged elsewhere; where one is does not matter


STARTED = re.compile(r"(?:^|\| )\./(\w+)")  # by a command, be it the last one of a pipe


@dataclass
class Step:
    """A command that is shown, and what it prints; or, without one, what the server says."""

    command: str
    shown: list[str] = field(default_factory=list)


@dataclass
class Block:
    """What stands between two fences, and where."""

    gap: str  # of the section; "": none
    program: str  # that the section is about
    before: str  # the paragraph above it
    steps: list[Step]

    @property
    def matters(self) -> bool:
        """Whether it shows something of what is printed, or others are about what it does: it
        starts a server, or tells the world something."""
        does = rf"\./|.*:{DEFAULT_PORT + 1}/"
        return any(step.shown or re.match(does, step.command) for step in self.steps)


def blocks_of(stage: Stage) -> list[Block]:
    """The blocks of a stage's README that show how something runs."""
    names = [name.split("/")[1] for name in programs_of(stage)]
    text = stage.readme.read_text(encoding="utf-8")
    found = []
    for section in re.split(r"^(?=##)", text, flags=re.MULTILINE):
        gap = re.match(r"### (\d+\.\d+) ", section)
        files = re.findall(r"^Where: `(\w+)\.\w+`", section, re.MULTILINE)
        about = next((name for name in [*files, LAB] if name in names), "")
        fence = r"((?:[^\n]+\n)*)\n```(?:text|console)\n(.*?)^```"
        for before, inside in re.findall(fence, section, re.MULTILINE | re.DOTALL):
            steps = list(steps_of(inside))
            started = [name for step in steps for name in STARTED.findall(step.command)]
            about = started[0] if started else about  # for the section's next ones, too
            found.append(Block(gap[1] if gap else "", about, before, steps))
    return found


def steps_of(inside: str) -> Iterator[Step]:
    """The commands of a block. One that ends in a backslash, or in quotes, goes on."""
    step = Step("")
    for line in inside.splitlines():
        if line.startswith("$ "):
            if step.command or step.shown:
                yield step
            step = Step(line[2:])
        elif step.command and goes_on(step.command):
            step.command += "\n" + line
        else:
            step.shown.append(line)
    yield step


def goes_on(command: str) -> bool:
    """Whether the next line belongs to the command."""
    try:
        shlex.split(command)
    except ValueError:
        return True
    return command.endswith("\\")


def plays_script(step: Step) -> bool:
    """Whether it runs a lab that is no server: it plays its script, and ends."""
    return step.command.startswith("./") and script_of(step)[0] not in ("", LAB)


def script_of(step: Step) -> list[str]:
    """The lab, and its script; "" when the program is no lab."""
    name, *script = step.command.removeprefix("./").split()
    return [name if name.endswith("_lab") else "", *script]


# --- The servers, and what the prose says of them -----------------------------------------


class Stand:
    """The world, and a server that was started in it: what the commands talk to."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage = stage
        self.folder = folder
        self.world = World()
        self.world.start()
        self.world.orders.delay = 0
        self.world.telephony.ring_seconds = 0
        self.world.telephony.speak_seconds_per_word = 0
        self.server: Server = None
        self.runs: tuple[str, str] = ("", "")
        self.programs = folder  # where those are that a pipe ends in

    def serve(self, overlay: str, name: str, *arguments: str, **environment: str) -> None:
        """Starts another server in place of the one that there was, on a free port."""
        if self.server:
            self.server.process.kill()
        folder = Sources("solutions", overlay or None).built(self.stage)
        arguments += (
            ("port=0",) if name == LAB else ("--port", "0")
        )  # the last one counts
        self.server = Server(
            Program(folder / name, prefer="").start(
                *arguments, **{**self.world.environment, **environment}
            )
        )
        self.runs = (overlay, name)

    def close(self) -> None:
        """Ends both."""
        if self.server:
            self.server.process.kill()
        self.world.stop()

    def here(self, command: str) -> str:
        """The command with the ports and the folder that there are."""
        port = self.server.port if self.server else 0
        places = {f"127.0.0.1:{SHOWN_PORT}": f"127.0.0.1:{port}"}
        places["/tmp/"] = f"{self.folder}/"
        places[f'"127.0.0.1", {SHOWN_PORT}'] = f'"127.0.0.1", {port}'
        places["| ./"] = f"| {self.programs}/"
        for port, service in enumerate(self.world.services, start=DEFAULT_PORT):
            places[f"127.0.0.1:{port}"] = f"127.0.0.1:{service.port}"
        for shown, real in places.items():
            command = command.replace(shown, real)
        return command

    def start(self, command: str) -> Process:
        """Starts a shell's command, and leaves it running."""
        shell = Program(Path(tool("sh")), prefer="")
        return shell.start("-c", self.here(command), HOME=str(self.folder))

    def run(self, command: str) -> list[str]:
        """What a shell's command prints."""
        command = command.replace(
            "re-using", "re-*using"
        )  # as newer ones of curl write it
        done = run_tool("sh", "-c", self.here(command), HOME=str(self.folder))
        return [line.strip("\r") for line in done.stdout.splitlines()]

    def said(self) -> list[str]:
        """What the server has said, with the port that is shown."""
        process = self.server.process
        lines = [*process.lines, *process.stderr_lines]
        return [x.replace(f":{self.server.port}", f":{SHOWN_PORT}") for x in lines]


def two_wait_for_a_joke(stand: Stand) -> None:
    """Two clients have asked, and the service holds its jokes back."""
    for _ in range(2):
        stand.server.ask("/joke")
    stand.world.jokes.wait_for(in_flight=2)


def the_world_is_gone(stand: Stand) -> None:
    """Where the services were nobody listens."""
    overlay, name = stand.runs
    nowhere = dict.fromkeys(stand.world.environment, stand.world.refused_url)
    stand.serve(overlay, name, **nowhere)


def a_client_gives_up(stand: Stand) -> None:
    """Of an order its packages are on their way, and nobody wants them any more."""
    stand.world.orders.reset()
    hold = stand.world.orders.hold("*/items")
    client = stand.server.ask("/orders/efb77dcf-d83c-4935-81ac-7be5f37e6cdc/items")
    stand.server.wait_for_requests(hold, 10)
    client.close()
    stand.world.orders.wait_for(abandoned=10)


def it_is_stopped(stand: Stand) -> None:
    """As Ctrl-C does it."""
    stand.server.stop()


# What is to have happened, where the paragraph above a block has these words.
HAPPENS: dict[str, Callable[[Stand], None]] = {
    "Ask for a joke in two terminals": two_wait_for_a_joke,
    "End the world with Ctrl-C": the_world_is_gone,
    "end it with Ctrl-C after": a_client_gives_up,
    "and after them the server says": it_is_stopped,
}


# --- Comparing ------------------------------------------------------------------------------


def pattern_of(shown: str) -> str:
    """What a line that is shown may be: its date varies, and so does what is left out."""
    if shown.startswith("Date: "):
        return r"Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"
    if "Re-using" in shown:  # newer ones of curl say it in other words
        return r"\* Re-?using existing .*connection.* host 127\.0\.0\.1"
    return re.sub(r"(\\ )?\\\.\\\.\\\.", ".*", re.escape(shown.strip()))


def expect_shown(shown: list[str], printed: list[str], whose: str) -> None:
    """Exactly these lines; what ends in ... may go on."""
    patterns = [pattern_of(line) for line in shown]
    wrong = [
        (line, there)
        for line, pattern, there in zip(shown, patterns, printed)
        if not re.fullmatch(pattern, there.strip())
    ]
    assert not wrong, f"{whose}: shown and printed differ: {wrong}"
    assert len(shown) == len(printed), f"{whose} prints {printed}, shown is {shown}"


def expect_said(stand: Stand, shown: list[str]) -> None:
    """The server says these lines, whatever else it says."""
    for line in shown:
        pattern = re.compile(pattern_of(line).replace(r"\(", r"\(.*"))
        came = stand.server.process.wait_until(
            lambda: any(pattern.fullmatch(one) for one in stand.said())
        )
        assert came, f"the server has not said {line}, but {stand.said()}"


# --- The tests ------------------------------------------------------------------------------


def overlay_for(stage: Stage, block: Block) -> str:
    """The server as it is when the gap of the section has just been written, or, if that is
    said, before it. From the last green gap on that is the reference."""
    if not block.gap:
        return ""
    gaps = all_gaps(stage.number)
    green = [gap.number for gap in gaps if gap.colour == "green"]
    number = block.gap
    if block.before.startswith("Before,"):
        number = [gap.number for gap in gaps if order(gap.number) < order(number)][-1]
    elif number not in green[:-1]:
        return ""
    return build_as_far_as(number, [f"{stage.folder}/{block.program}"])


def what_brings_it_about(block: Block, earlier: list[Block]) -> list[str]:
    """The commands after which a server says what a block shows: those that the paragraph
    quotes, or else those before it in the section of which nothing is shown."""
    quoted = re.findall(r"`(curl [^`]+)`", block.before)
    return quoted or [
        step.command
        for other in earlier
        if other.gap == block.gap
        for step in other.steps
        if step.command and not step.shown
    ]


def play(stand: Stand, block: Block, earlier: list[Block], overlay: str) -> None:
    """Runs what a block shows, and compares."""
    for step in filter(plays_script, block.steps):
        name, *script = script_of(step)
        folder = Sources("solutions", overlay or None).built(stand.stage)
        run = Program(folder / name, prefer="").run(*script)
        expect_shown(step.shown, [*run.lines, *run.stderr_lines], step.command)
    if all(plays_script(step) for step in block.steps):
        return
    stand.programs = Sources("solutions", overlay or None).built(stand.stage)
    is_started = any(STARTED.search(step.command) for step in block.steps)
    if block.program and not is_started and (overlay, block.program) != stand.runs:
        stand.serve(overlay, block.program)
    above = " ".join(block.before.split())
    scenes = [happens for words, happens in HAPPENS.items() if words in above]
    for happens in scenes:
        happens(stand)
    for step in block.steps:
        program, *arguments = shlex.split(step.command)[:1] or [""]
        if program.startswith("./"):
            stand.serve(overlay, program[2:], *stand.here(step.command).split()[1:])
            expect_said(stand, step.shown)
        elif program in OTHERS_PROGRAMS:
            continue
        elif program:
            printed = stand.run(step.command)
            if step.shown:
                expect_shown(step.shown, printed, step.command)
        elif step.shown:
            for command in [] if scenes else what_brings_it_about(block, earlier):
                stand.start(command)
            expect_said(stand, step.shown)


def is_picture(block: Block) -> bool:
    """Whether it is drawn, and nobody prints it."""
    return any("|==" in line for step in block.steps for line in step.shown)


# From stage 3 on the programs are servers, and what is shown is what their clients see.
WITH_CLIENTS = STAGES[2:]


@pytest.mark.parametrize("stage", WITH_CLIENTS, ids=lambda stage: stage.folder)
def test_what_servers_and_clients_print_is_shown(stage, tmp_path):
    """Block by block, in the order of the README."""
    tool("curl")
    build_stage(stage, "solutions")
    blocks = [block for block in blocks_of(stage) if not is_picture(block)]
    stand = Stand(stage, tmp_path)
    try:
        for number, block in enumerate(blocks):
            if block.matters:
                play(stand, block, blocks[:number], overlay_for(stage, block))
    finally:
        stand.close()


def test_what_the_test_does_stands_in_a_readme():
    """What is to happen at certain words happens nowhere when they are not there."""
    blocks = [block for stage in WITH_CLIENTS for block in blocks_of(stage)]
    above = [" ".join(block.before.split()) for block in blocks]
    for words in HAPPENS:
        assert len([one for one in above if words in one]) == 1, words
