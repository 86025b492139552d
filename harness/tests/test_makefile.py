"""The Makefile: what it lists, what it builds, and when it builds again."""
from __future__ import annotations

import json
import os
import re
import shutil

import pytest

from harness.layout import STAGES
from harness.tests import repository
from harness.tests.repository import REFERENCE

STAGE = STAGES[0].folder
PROGRAMS = ["future_demo", "future_lab", "gather_lab", "heavy_work", "sleep_gather"]
JOBS = f"-j{os.cpu_count() or 2}"
# Steps of other commands, and what the harness asks for.
INTERNAL = {
    "FORCE",
    "no-llhttp",
    "environment",
    "run-demo",
    "run-check",
    "programs",
    "learner-programs",
    "solution-programs",
    "overlay-programs",
    "bench-programs",
    "harness-programs",
    "fuzzers",
}


@pytest.fixture(scope="module")
def copy_to_read(template, tmp_path_factory):
    """A copy for tests that change nothing but build/."""
    return repository.copy_of(template, tmp_path_factory.mktemp("make") / "copy")


def phony(copy) -> set[str]:
    """The targets that are commands, as make itself understands the Makefile."""
    done = copy.run("make", "--print-data-base", "--question", "help")
    (line,) = re.findall(r"^\.PHONY: (.*)$", done.out, re.MULTILINE)
    return set(line.split())


# --- Commands -----------------------------------------------------------------------------


def test_help_lists_every_command(copy_to_read):
    done = copy_to_read.make("help")
    assert done.exit == 0 and done.err == ""
    listed = re.findall(r"^  make ([\w.-]+)", done.out, re.MULTILINE)
    later = {f"stage{one.number}" for one in STAGES[1:]}  # as stage1
    assert set(listed) == phony(copy_to_read) - INTERNAL - {"help"} - later
    learn, teach = done.out.index("Learn:"), done.out.index("Teach and maintain:")
    assert learn < done.out.index("make stage1 ") < teach < done.out.index("make check")
    for word in (
        "MINE=all",
        "WORKSHOP_TIMEOUT_SCALE",
        "JUNIT=",
        "CC=",
        "SAN=0",
        "BUILD=",
    ):
        assert word in done.out


def test_make_alone_is_help(copy_to_read):
    assert copy_to_read.make() == copy_to_read.make("help")


def test_every_stage_has_its_command(copy_to_read):
    assert {f"stage{one.number}" for one in STAGES} <= phony(copy_to_read)
    folders = copy_to_read.make("print-STAGES").out.split()
    assert folders == [one.folder for one in STAGES]


# --- Building -----------------------------------------------------------------------------


def test_where_programs_land(copy_to_read):
    done = copy_to_read.make("programs")
    assert done.exit == 0 and done.err == ""
    for folder in (f"build/{STAGE}", f"build/solutions/{STAGE}"):
        path = copy_to_read.path / folder
        built = sorted(p.name for p in path.iterdir() if p.suffix == "")
        assert built == PROGRAMS and all(
            os.access(path / name, os.X_OK) for name in built
        )
    mine = copy_to_read.run(f"build/{STAGE}/sleep_gather", "0")
    assert mine.exit == 1 and "TODO 1.1 is not written yet" in mine.err
    reference = copy_to_read.run(f"build/solutions/{STAGE}/sleep_gather", "0")
    assert reference.exit == 0 and "this is a task\n" in reference.out


def test_nothing_is_built_twice(copy_to_read):
    assert copy_to_read.make("programs").exit == 0
    assert " -o " not in copy_to_read.make("programs").out


def compiled(copy, *arguments: str, target: str = "programs") -> list[str]:
    """The sources that make compiles."""
    done = copy.make(target, JOBS, *arguments)
    assert done.exit == 0, done.err
    return sorted(re.findall(r" -c (\S+\.c)$", done.out, re.MULTILINE))


def test_a_header_is_a_reason_to_build_again(copy):
    with (copy.path / STAGE / "gather.h").open("a") as header:
        header.write("/* changed */\n")
    users = {"gather", "gather_lab", "heavy_work", "sleep_gather"}
    given = {"gather_lab"}  # stands once: there is no other in solutions/
    built = [name for name in compiled(copy) if STAGE in name]  # later stages use it, too
    assert built == sorted(
        [f"{STAGE}/{name}.c" for name in users]
        + [f"solutions/{STAGE}/{name}.c" for name in users - given]
    )
    assert compiled(copy) == []


def test_objects_mirror_their_sources(copy_to_read):
    objects = {
        str(p.relative_to(copy_to_read.path / "build"))[:-2]
        for p in (copy_to_read.path / "build").rglob("*.o")
    }
    assert f"{STAGE}/gather" in objects and f"solutions/{STAGE}/gather" in objects
    for name in objects:
        if name.startswith("llhttp/"):
            continue  # where it has no library, its sources are the system's
        assert (copy_to_read.path / f"{name}.c").exists()


def test_the_choice_of_flags_builds_anew_and_only_once(copy):
    target = f"build/solutions/{STAGE}/sleep_gather"

    def built(*choice: str) -> list[str]:
        return compiled(copy, *choice, target=target)

    def sanitized() -> bool:
        return b"__asan_" in (copy.path / target).read_bytes()

    everything = built("-B")
    assert (
        f"solutions/{STAGE}/gather.c" in everything and "lib/handle_guard.c" in everything
    )
    assert sanitized() and "-fsanitize=address,undefined" in copy.read("build/flags")
    unguarded = [name for name in everything if name != "lib/handle_guard.c"]
    assert built("SAN=0") == unguarded
    assert not sanitized() and built("SAN=0") == [] and "-O1" in copy.read("build/flags")
    assert built("BUILD=release") == unguarded
    assert not sanitized() and built("BUILD=release") == []
    assert "-O2" in copy.read("build/flags")
    assert built() == everything and sanitized()
    assert copy.run(target, "0").exit == 0


def test_clang_builds_everything_too(copy):
    if shutil.which("clang") is None:
        assert os.environ.get("CI") != "true", "clang is missing: apt-get install clang"
        pytest.skip("clang is missing: apt-get install clang")
    done = copy.make("programs", JOBS, "CC=clang", "SAN=0", "WERROR=1")
    assert done.exit == 0 and done.err == ""
    assert copy.read("build/flags").startswith("clang ")
    assert b"clang version" in (copy.path / f"build/{STAGE}/sleep_gather").read_bytes()


@pytest.mark.parametrize("choice", ["MINE=all", "MINE=1"])
def test_ones_own_earlier_stages(copy_to_read, choice):
    """In stage 1 there are none: the same sources make the same programs."""
    assert copy_to_read.make("learner-programs", JOBS, choice).exit == 0
    done = copy_to_read.make("learner-programs", choice)
    assert done.exit == 0 and done.err == "" and " -o " not in done.out
    done = copy_to_read.make("--dry-run", "--always-make", "programs", choice)
    links = re.findall(rf"-o build/{STAGE}/sleep_gather (.*)$", done.out, re.MULTILINE)
    assert len(links) == 1 and f"build/{STAGE}/gather.o" in links[0]
    assert "solutions" not in links[0]


@pytest.mark.parametrize(
    "mine, gather",
    [
        ("", "solutions/stage1_event_loop/gather"),
        ("all", "stage1_event_loop/gather"),
        ("1", "stage1_event_loop/gather"),
    ],
)
def test_whose_earlier_stage_a_later_one_uses(copy_to_read, mine, gather):
    """As if there were a stage 2 already that uses stage 1's gather."""
    done = copy_to_read.make(
        "print-learner",
        f"MINE={mine}",
        "USES_later=stage1_event_loop/gather",
        "learner=$(call learner_sources,stage2_http_client/later)",
    )
    assert done.out.split() == ["stage2_http_client/later.c", f"{gather}.c"]


# A stage of its own: a program that shows what glue() says, one that judges it, and the
# stand-in for as long as its gap is not written.
GLUE_STAGE = """\
STAGES += stage9_play
PROGRAMS += stage9_play/show stage9_play/glue_lab
USES_show := stage9_play/glue
USES_glue_lab := stage9_play/glue
STAND_IN_stage9_play/glue := stage9_play/paste
NO_STAND_IN += glue_lab

"""
SHOWS = '#include "stage9_play/glue.h"\n#include <stdio.h>\nint main(void)\n'
SHOWS += "{\n    puts(glue());\n}\n"


def glue(says: str) -> str:
    return f'#include "stage9_play/glue.h"\nconst char *glue(void)\n{{\n{says}\n}}\n'


UNWRITTEN = glue('    TODO("9.1");\n    return "nothing";')
WRITTEN = glue('    return "glue";')


@pytest.fixture(scope="module")
def copy_with_stand_in(template, tmp_path_factory):
    """A copy with that stage in it. Its glue.c is for each test to write."""
    copy = repository.copy_of(template, tmp_path_factory.mktemp("glue") / "copy")
    after = "# The number of a stage, for MINE."
    copy.change("Makefile", after, GLUE_STAGE + after)
    for folder in ("stage9_play", "solutions/stage9_play", "build/over/stage9_play"):
        (copy.path / folder).mkdir(parents=True)
    copy.write("stage9_play/glue.h", "const char *glue(void);\n")
    copy.write("stage9_play/show.c", SHOWS)
    copy.write("stage9_play/glue_lab.c", SHOWS)
    copy.write("stage9_play/paste.c", glue('    return "its stand-in";'))
    copy.write("solutions/stage9_play/glue.c", WRITTEN)
    return copy


def said_by(copy, folder: str, *arguments: str) -> dict[str, str]:
    """What the stage's programs say, once they are built."""
    programs = {name: f"{folder}/stage9_play/{name}" for name in ("show", "glue_lab")}
    done = copy.make(*programs.values(), JOBS, "WERROR=1", *arguments)
    assert done.exit == 0, done.err
    again = copy.make(*programs.values(), "WERROR=1", *arguments)
    assert again.exit == 0 and again.out == ""
    return {name: copy.run(path).out.strip() for name, path in programs.items()}


def test_a_stand_in_until_the_last_gap_is_written(copy_with_stand_in):
    copy = copy_with_stand_in
    path = copy.path / "stage9_play" / "glue.c"
    copy.write("stage9_play/glue.c", UNWRITTEN)
    as_given = path.stat()
    begin = {"show": "its stand-in", "glue_lab": "nothing"}
    assert said_by(copy, "build") == begin
    copy.write("stage9_play/glue.c", WRITTEN)
    assert said_by(copy, "build") == {"show": "glue", "glue_lab": "glue"}
    # Back again, and nothing is newer than the program: a file that was put aside.
    copy.write("stage9_play/glue.c", UNWRITTEN)
    os.utime(path, ns=(as_given.st_atime_ns, as_given.st_mtime_ns))
    assert said_by(copy, "build")["show"] == "its stand-in"
    path.touch()
    assert said_by(copy, "build") == begin


@pytest.mark.parametrize(
    "without, said", [("glue_lab:glue", "nothing"), ("glue_lab:other", "its stand-in")]
)
def test_a_program_may_do_without_one_stand_in(copy_with_stand_in, without, said):
    copy = copy_with_stand_in
    copy.write("stage9_play/glue.c", UNWRITTEN)
    copy.change("Makefile", "NO_STAND_IN += glue_lab\n", f"NO_STAND_IN += {without}\n")
    try:
        assert said_by(copy, "build") == {"show": "its stand-in", "glue_lab": said}
    finally:
        copy.change(
            "Makefile", f"NO_STAND_IN += {without}\n", "NO_STAND_IN += glue_lab\n"
        )


def test_the_reference_needs_no_stand_in(copy_with_stand_in):
    copy_with_stand_in.write("stage9_play/glue.c", UNWRITTEN)
    said = said_by(copy_with_stand_in, "build/solutions")
    assert said == {"show": "glue", "glue_lab": "glue"}


def test_a_blanked_reference_has_its_stand_in(copy_with_stand_in):
    copy_with_stand_in.write("build/over/stage9_play/glue.c", UNWRITTEN)
    said = said_by(copy_with_stand_in, "build/over", "OVERLAY=build/over")
    assert said == {"show": "its stand-in", "glue_lab": "nothing"}


@pytest.mark.parametrize(
    "mine, text, used",
    [
        ("", UNWRITTEN, "solutions/stage9_play/glue.c"),
        ("all", UNWRITTEN, "stage9_play/paste.c"),
        ("all", WRITTEN, "stage9_play/glue.c"),
    ],
    ids=["the reference", "not written", "written"],
)
def test_ones_own_earlier_stage_has_its_stand_in(copy_with_stand_in, mine, text, used):
    """As if there were a stage 10 that uses stage 9's glue."""
    copy_with_stand_in.write("stage9_play/glue.c", text)
    done = copy_with_stand_in.make(
        "print-learner",
        f"MINE={mine}",
        "USES_later=stage9_play/glue",
        "learner=$(call learner_sources,stage10_more/later)",
    )
    assert done.out.split() == ["stage10_more/later.c", used]


def test_a_stage_that_is_not_there_is_nobodys(copy_to_read):
    done = copy_to_read.run("make", "programs", "MINE=9")
    assert done.exit != 0 and "MINE=9: it can be all, or numbers of stages" in done.err


def test_a_name_that_nobody_defines_is_an_error(copy):
    copy.fill(g1_4="    gather_fly(gather);\n")
    header = copy.path / STAGE / "gather.h"
    header.write_text(header.read_text() + "void gather_fly(struct gather *gather);\n")
    done = copy.make("learner-programs", "--keep-going")
    assert done.exit != 0 and "undefined reference to `gather_fly'" in done.err
    assert (copy.path / f"build/{STAGE}/future_lab").exists()


def test_a_file_that_does_not_compile_leaves_no_program(copy):
    program = copy.path / f"build/{STAGE}/sleep_gather"
    copy.fill(g1_1=REFERENCE["1.1"] + "int broken(void) { return; no }\n")
    done = copy.make(f"build/{STAGE}/sleep_gather")
    assert done.exit != 0 and f"{STAGE}/sleep_gather.c:" in done.err
    copy.change(f"{STAGE}/sleep_gather.c", "int broken(void) { return; no }\n", "")
    assert copy.make(f"build/{STAGE}/sleep_gather").exit == 0 and program.exists()


def test_without_libuv_it_says_what_to_do(copy_to_read, tmp_path):
    done = copy_to_read.make(
        "programs",
        "BUILD_DIR=build/none",
        PKG_CONFIG_LIBDIR=str(tmp_path),
        PKG_CONFIG_PATH="",
    )
    assert done.exit != 0
    assert done.err == (
        "a library is not installed: setup/confirm_environment tells which, and how\n"
    )


# --- The rest -----------------------------------------------------------------------------


def test_clean_removes_what_was_built_and_nothing_else(copy):
    copy.fill_with_reference("1.1", "1.9")
    copy.write(f"{STAGE}/gather.c.mine-1", "mine")
    copy.write(f"{STAGE}/notes.txt", "mine, too")
    before = {
        p: p.read_bytes()
        for p in copy.path.rglob("*")
        if p.is_file() and (copy.path / "build") not in p.parents
    }
    assert len(before) > 50
    assert copy.make("clean").exit == 0
    assert not (copy.path / "build").exists()
    after = {p: p.read_bytes() for p in copy.path.rglob("*") if p.is_file()}
    assert after == before
    assert copy.make("clean").exit == 0


def test_compile_commands(copy):
    done = copy.make("compile_commands.json")
    assert done.exit == 0 and done.err == ""
    rows = json.loads(copy.read("compile_commands.json"))
    named = sorted(row["file"] for row in rows)
    folders = ["lib"]
    folders += [f"{root}{one.folder}" for root in ("", "solutions/") for one in STAGES]
    wanted = sorted(
        str(p.relative_to(copy.path))
        for folder in folders
        for p in (copy.path / folder).glob("*.c")
    )
    assert named == wanted and len(set(named)) == len(named)
    for row in rows:
        assert row["directory"] == str(copy.path)
        assert row["command"].split()[-1] == row["file"] and " -c " in row["command"]
    # One of them, followed to the letter, compiles.
    row = next(row for row in rows if row["file"] == f"{STAGE}/gather.c")
    (copy.path / f"build/{STAGE}/gather.o").unlink()
    assert copy.run(*row["command"].split()).exit == 0
    assert (copy.path / f"build/{STAGE}/gather.o").exists()


# --- llhttp -------------------------------------------------------------------------------


@pytest.mark.skipif(
    shutil.which("pkg-config") is not None
    and os.system("pkg-config --exists libllhttp") == 0,
    reason="this machine has llhttp as a library: make does not look for its sources",
)
def test_without_llhttp_only_its_programs_are_not_built(copy):
    """The message says what to do; nothing of it is compiled before."""
    nowhere = "LLHTTP_FOLDER=/nowhere"
    done = copy.make("harness-programs", JOBS, nowhere)
    assert done.exit != 0 and "request_parser.c" not in done.out
    assert "llhttp is not installed: setup/confirm_environment" in done.err
    assert "lib/request_parser.c" not in compiled(
        copy, nowhere, target=f"build/solutions/{STAGE}/sleep_gather"
    )


def test_llhttp_is_compiled_for_its_programs_only(copy):
    """Its sources, where there is no library, take a second that nobody else pays."""
    assert "llhttp" not in " ".join(
        compiled(copy, target=f"build/solutions/{STAGE}/sleep_gather")
    )
    assert compiled(copy, target="harness-programs") != []
    assert compiled(copy, target="harness-programs") == []
