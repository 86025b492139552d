"""The gap tool: taking skeletons apart, finding fillings, and finding the skeletons."""
from __future__ import annotations

import random
from pathlib import Path

import pytest

from harness import gaps, layout
from harness.gaps import GapError, markers, order, parse, place, split
from harness.layout import STAGES
from harness.tests import repository
from harness.tests.repository import GAPS, REFERENCE, SKELETONS

C = """\
#include "a.h"

static int one(void)
{
    /* TODO 1.1 (green) Do the first thing.
     * It is short. */
    return TODO("1.1");
    /* END 1.1 */
}

/* TODO 1.10 (red) Do the last thing. */
static int ten(void)
{
    return TODO("1.10");
}
/* END 1.10 */

int main(void)
{
    return one();
}
"""
PYTHON = """\
def test_it():
    # TODO 1.9 (orange) Write a test.
    # Any will do.
    TODO("1.9")
    # END 1.9
"""
FILE = Path("stage1_event_loop/a.c")
ONE = "    return 1;\n"
TEN = "static int ten(void)\n{\n    return 10;\n}\n"


def fillings(text: str, skeleton: str = C) -> dict[str, str]:
    return split(parse(FILE, skeleton), text)


# --- Taking apart ----------------------------------------------------------------------


def test_a_skeleton_is_taken_apart():
    one, ten = parse(FILE, C).gaps
    assert (one.number, one.colour, one.title) == ("1.1", "green", "Do the first thing.")
    assert (one.first_line, len(one.block)) == (5, 4)
    assert one.block[0].endswith("(green) Do the first thing.\n")
    assert one.block[-1] == "    /* END 1.1 */\n"
    assert (ten.number, ten.colour, ten.title) == ("1.10", "red", "Do the last thing.")
    assert (ten.first_line, len(ten.block)) == (11, 6)


def test_python_has_gaps_too():
    skeleton = parse(Path("exercise.py"), PYTHON)
    (nine,) = skeleton.gaps
    assert (nine.number, nine.colour, nine.title) == ("1.9", "orange", "Write a test.")
    assert (
        skeleton.fill({"1.9": "    assert True\n"}) == "def test_it():\n    assert True\n"
    )


@pytest.mark.parametrize("text", [C, PYTHON, "", "no gap\n", C.rstrip("\n")])
def test_nothing_is_lost(text):
    assert parse(FILE, text).text == text


@pytest.mark.parametrize(
    "old, new, complaint",
    [
        ("    /* END 1.1 */\n", "", "a.c:10: TODO 1.10 stands inside another gap"),
        ("/* END 1.10 */\n", "", "a.c: TODO 1.10 has no END"),
        ("(green)", "(blue)", "a.c:5: the colours are green, orange, red"),
        (
            "/* TODO 1.1 (green) Do the first thing.\n",
            "/* Do it.\n",
            "a.c:8: END 1.1 without its TODO",
        ),
        ("/* END 1.1 */", "/* END 1.2 */", "a.c:8: END of another gap than 1.1"),
    ],
)
def test_a_bad_skeleton_is_refused(old, new, complaint):
    assert old in C
    with pytest.raises(GapError) as refused:
        parse(FILE, C.replace(old, new, 1))
    assert str(refused.value) == f"stage1_event_loop/{complaint}"


def test_numbers_are_sorted_as_numbers():
    assert sorted(["1.10", "2.1", "1.9", "1.2"], key=order) == [
        "1.2",
        "1.9",
        "1.10",
        "2.1",
    ]


def test_a_number_that_is_used_twice_is_refused(monkeypatch):
    twice = {"a.c": parse(FILE, C), "b.c": parse(FILE.with_name("b.c"), C)}
    monkeypatch.setattr(gaps, "skeletons", lambda number: twice)
    with pytest.raises(GapError, match=r"gap 1\.1 is in .*a\.c and in .*b\.c"):
        gaps.all_gaps("1")


def test_an_unwritten_gap_is_known_by_its_call():
    assert gaps.unwritten(C) == ["1.1", "1.10"]
    assert gaps.unwritten('TODO("1.1"); TODO("1.1"); MYTODO("1.2"); TODO(1.3)') == ["1.1"]


# --- Finding what fills a gap -------------------------------------------------------------


def test_fillings_are_found():
    skeleton = parse(FILE, C)
    program = skeleton.fill({"1.1": ONE, "1.10": TEN})
    assert "TODO" not in program and "END" not in program
    assert split(skeleton, program) == {"1.1": ONE, "1.10": TEN}


def test_an_unfilled_gap_is_filled_with_itself():
    one, ten = parse(FILE, C).gaps
    assert fillings(C) == {"1.1": "".join(one.block), "1.10": "".join(ten.block)}


def test_a_gap_may_end_the_file():
    assert fillings("def test_it():\n    a\n    b\n", PYTHON) == {"1.9": "    a\n    b\n"}


def test_a_gap_may_begin_the_file():
    skeleton = '/* TODO 1.1 (green) A. */\nTODO("1.1");\n/* END 1.1 */\nint b;\n'
    assert fillings("int a;\nint b;\n", skeleton) == {"1.1": "int a;\n"}


def test_a_filling_may_hold_a_line_of_the_given_text():
    again = "    if (0)\n    {\n    }\n\n" + ONE  # "}", as after the gap, but indented
    assert fillings(parse(FILE, C).fill({"1.1": again}))["1.1"] == again


def test_what_is_ambiguous_is_refused():
    filling = (
        ONE + "}\n\n" + TEN.replace("ten", "two")
    )  # "}\n\n" stands after the gap, too
    with pytest.raises(GapError) as refused:
        fillings(parse(FILE, C).fill({"1.1": filling, "1.10": TEN}))
    assert str(refused.value) == (
        "stage1_event_loop/a.c: where gap 1.1 ends is ambiguous: the given text after it "
        "occurs again"
    )


@pytest.mark.parametrize(
    "old, new, after, text",
    [
        ('#include "a.h"', '#include "b.h"', "the beginning", '#include "a.h"'),
        ("}\n\n", "}\n", "gap 1.1", "}"),
        ("return one();", "return ten();", "gap 1.10", "int main(void)"),
        (
            '#include "a.h"',
            '/* mine */\n#include "a.h"',
            "the beginning",
            '#include "a.h"',
        ),
    ],
)
def test_given_text_that_was_changed_is_named(old, new, after, text):
    program = parse(FILE, C).fill({"1.1": ONE, "1.10": TEN})
    assert old in program
    with pytest.raises(GapError) as refused:
        fillings(program.replace(old, new))
    assert str(refused.value) == (
        f"stage1_event_loop/a.c: the given text after {after} is not there as it was: {text}"
    )


def test_an_empty_filling_is_refused():
    with pytest.raises(GapError, match="the given text after gap 1.10 is not there"):
        fillings(parse(FILE, C).fill({"1.1": ONE, "1.10": ""}))


def test_any_fillings_are_found_again():
    """Skeleton + fillings, taken apart, are the same fillings: for random ones."""
    rng = random.Random(1)
    skeleton = parse(FILE, C)
    for _ in range(200):
        chosen = {
            number: "".join(
                f"{rng.choice(['', '    ', '/* '])}{rng.choice(['x', 'y', 'TODO', ''])} {i}\n"
                for i in range(rng.randint(1, 6))
            )
            for number in ("1.1", "1.10")
        }
        assert split(skeleton, skeleton.fill(chosen)) == chosen


@pytest.mark.parametrize("name", SKELETONS)
def test_the_reference_is_the_skeleton_filled(name):
    skeleton = SKELETONS[name]
    reference = gaps.solution_path(skeleton.path).read_text(encoding="utf-8")
    assert skeleton.fill(gaps.reference_fillings(skeleton)) == reference
    assert skeleton.path.name in name and skeleton.gaps


# --- Where a gap is in a file ---------------------------------------------------------------


@pytest.fixture
def stage_of_one_file(monkeypatch, tmp_path):
    """One stage with one skeleton; returns the file in which a learner writes."""
    path = tmp_path / "a.c"
    skeleton = parse(path, C)
    monkeypatch.setattr(gaps, "STAGES", STAGES[:1])
    monkeypatch.setattr(gaps, "skeletons", lambda number: {"a.c": skeleton})
    return path


def lines_at(path: Path, number: str) -> str:
    """The text of the lines where a gap is found to be."""
    first, last = place(gaps.find(number), path)
    return "".join(path.read_text(encoding="utf-8").splitlines(True)[first - 1 : last])


def test_an_unfilled_gap_is_where_its_markers_are(stage_of_one_file):
    stage_of_one_file.write_text(C, encoding="utf-8")
    assert lines_at(stage_of_one_file, "1.1") == "".join(gaps.find("1.1").block)
    assert lines_at(stage_of_one_file, "1.10") == "".join(gaps.find("1.10").block)


def test_markers_are_looked_for_first(stage_of_one_file):
    text = C.replace('return TODO("1.1");', "int x = 1;\n\n    return x;")
    stage_of_one_file.write_text("/* mine */\n\n" + text, encoding="utf-8")
    assert place(gaps.find("1.1"), stage_of_one_file) == (7, 12)


def test_markers_of_a_longer_number_are_not_meant(stage_of_one_file):
    """1.1 is not 1.10, whatever they begin with."""
    text = parse(FILE, C).fill({"1.1": ONE})
    stage_of_one_file.write_text(text, encoding="utf-8")
    assert markers(gaps.find("1.1"), text.splitlines()) is None
    assert lines_at(stage_of_one_file, "1.1") == ONE


@pytest.mark.parametrize("index", [0, -1], ids=["TODO", "END"])
def test_one_marker_alone_is_none(stage_of_one_file, index):
    block = list(gaps.find("1.1").block)
    text = C.replace(block.pop(index), "")
    stage_of_one_file.write_text(text, encoding="utf-8")
    assert markers(gaps.find("1.1"), text.splitlines()) is None
    assert lines_at(stage_of_one_file, "1.1") == "".join(block)


def test_without_markers_the_file_is_lined_up(stage_of_one_file):
    program = parse(FILE, C).fill({"1.1": ONE, "1.10": TEN})
    stage_of_one_file.write_text(program, encoding="utf-8")
    assert lines_at(stage_of_one_file, "1.1") == ONE
    assert lines_at(stage_of_one_file, "1.10") == TEN


def test_given_text_that_was_changed_does_no_harm(stage_of_one_file):
    program = parse(FILE, C).fill({"1.1": ONE, "1.10": TEN})
    changed = program.replace('#include "a.h"', '#include "b.h"\n#include "c.h"')
    changed = changed.replace("return one();", "return one() + ten();")
    stage_of_one_file.write_text(changed, encoding="utf-8")
    assert lines_at(stage_of_one_file, "1.1") == ONE
    assert lines_at(stage_of_one_file, "1.10") == TEN


@pytest.mark.parametrize(
    "line, number",
    [
        (3, None),
        (4, None),
        (5, "1.1"),
        (6, None),
        (7, None),
        (8, "1.10"),
        (11, "1.10"),
        (12, None),
        (1000, None),
    ],
)
def test_whose_line_it_is(stage_of_one_file, line, number):
    program = parse(FILE, C).fill({"1.1": ONE, "1.10": TEN})
    stage_of_one_file.write_text(program, encoding="utf-8")
    found = gaps.gap_at("1", stage_of_one_file, line)
    assert (found and found.number) == number


def test_a_line_of_another_file_is_nobodys(stage_of_one_file):
    other = stage_of_one_file.with_name("b.c")
    for path in (stage_of_one_file, other):
        path.write_text(C, encoding="utf-8")
    assert gaps.gap_at("1", stage_of_one_file, 5) is not None
    assert gaps.gap_at("1", other, 5) is None


@pytest.mark.parametrize("number", ["9.9", "1.99", "1", "", "x", "1.1 ", "1.1\n"])
def test_a_gap_that_is_not_there_is_refused(stage_of_one_file, number):
    with pytest.raises(GapError, match=r"there is no such gap; there are 1\.1 to 1\.10$"):
        gaps.find(number)


# --- Where the skeletons are ----------------------------------------------------------------


@pytest.fixture
def in_copy(copy, monkeypatch):
    """A copy of the repository in which this process's gap tool works."""
    monkeypatch.setattr(layout, "ROOT", copy.path)
    monkeypatch.setattr(gaps, "ROOT", copy.path)
    monkeypatch.setattr(gaps, "SOLUTIONS", copy.path / "solutions")
    gaps.skeletons.cache_clear()
    yield copy
    gaps.skeletons.cache_clear()


def skeletons_now() -> dict[str, str]:
    """The texts of stage 1's skeletons, looked for afresh."""
    gaps.skeletons.cache_clear()
    return {
        f"stage1_event_loop/{name}": x.text for name, x in gaps.skeletons("1").items()
    }


TEXTS = {
    name: skeleton.text for name, skeleton in repository.skeletons_of(STAGES[0]).items()
}


def test_skeletons_are_the_files_themselves(in_copy):
    assert skeletons_now() == TEXTS


GATHER = "stage1_event_loop/gather.c"
FOUR = GAPS["1.4"]


def test_a_skeleton_that_is_not_committed_yet_counts(in_copy):
    in_copy.change(GATHER, FOUR.title, "Another title.")
    assert "Another title." in skeletons_now()[GATHER]


def test_skeletons_of_filled_files_are_in_git(in_copy):
    in_copy.fill_with_reference("1.1")
    assert skeletons_now() == TEXTS


def test_skeletons_of_filled_and_committed_files_are_in_git(in_copy):
    for number in ("1.1", "1.4", "1.9"):
        in_copy.fill_with_reference(number)
        in_copy.commit()
    in_copy.fill_with_reference("1.2")
    assert skeletons_now() == TEXTS


def test_the_newest_whole_skeleton_counts(in_copy):
    in_copy.change(GATHER, FOUR.title, "Another title.")
    in_copy.commit()
    in_copy.fill_with_reference("1.1")
    in_copy.commit()
    assert "Another title." in skeletons_now()[GATHER]


def test_a_file_that_is_gone_has_its_skeleton_in_git(in_copy):
    (in_copy.path / "stage1_event_loop" / "gather.c").unlink()
    assert skeletons_now() == TEXTS


def test_without_git_the_skeletons_are_put_aside(in_copy):
    (in_copy.path / ".git").rename(in_copy.path.parent / "git")
    assert skeletons_now() == TEXTS
    assert skeletons_now() == TEXTS
    in_copy.fill_with_reference()
    assert skeletons_now() == TEXTS


def test_with_git_nothing_is_put_aside(in_copy):
    assert skeletons_now() == TEXTS
    assert not (in_copy.path / ".skeletons").exists()


def test_skeletons_that_are_nowhere_are_refused(in_copy):
    (in_copy.path / ".git").rename(in_copy.path.parent / "git")
    in_copy.fill_with_reference("1.1")
    with pytest.raises(GapError, match="the skeletons of stage1_event_loop are nowhere"):
        skeletons_now()


def test_a_stage_that_was_handed_out_filled_has_no_known_gaps(in_copy):
    """No line of it is a gap's; and the gaps of the other stages are known as before."""
    (in_copy.path / ".git").rename(in_copy.path.parent / "git")
    in_copy.fill_with_reference(*[n for n in GAPS if n.startswith("1.")])
    gaps.skeletons.cache_clear()
    assert [gaps.handed_out_filled(one) for one in STAGES[:2]] == [True, False]
    assert gaps.gaps_in(STAGES[0], "gather.c") == []
    assert gaps.gap_at("1", in_copy.path / GATHER, FOUR.first_line) is None
    with pytest.raises(gaps.NoSkeletons):
        gaps.find("1.4")
    with pytest.raises(
        GapError, match="GAP=2.99: there is no such gap; there are 2.1 to"
    ):
        gaps.find("2.99")


def test_a_stage_that_cannot_be_read_was_not_handed_out_filled(in_copy):
    in_copy.change(GATHER, FOUR.block[-1], "")
    gaps.skeletons.cache_clear()
    assert not gaps.handed_out_filled(STAGES[0])
    assert gaps.gap_at("1", in_copy.path / GATHER, FOUR.first_line) is None


def test_skeletons_in_bytes_that_are_no_text_are_found(in_copy):
    path = in_copy.path / GATHER
    path.write_bytes(b"/* \xf6 */\n" + path.read_bytes())
    assert skeletons_now()[GATHER] == "/* \ufffd */\n" + TEXTS[GATHER]


@pytest.mark.parametrize(
    "old, new, complaint",
    [
        (FOUR.block[-1], "", r"\d+: TODO 1\.6 stands inside another gap"),
        (FOUR.block[0], "    /*\n", r"\d+: END 1\.4 without its TODO"),
    ],
    ids=["END", "TODO"],
)
def test_a_marker_that_is_gone_is_named_and_the_way_out(in_copy, old, new, complaint):
    in_copy.change(GATHER, old, new)
    way_out = "Put it back, or: make reset STAGE=1"
    with pytest.raises(
        GapError, match=f"^stage1_event_loop/gather.c:{complaint}. {way_out}$"
    ):
        skeletons_now()
    given = gaps.given("1")
    assert {f"stage1_event_loop/{name}": x.text for name, x in given.items()} == TEXTS


def test_both_markers_gone_are_named_too(in_copy):
    in_copy.change(GATHER, FOUR.block[-1], "")
    in_copy.change(GATHER, FOUR.block[0], "    /*\n")
    with pytest.raises(GapError) as refused:
        skeletons_now()
    assert str(refused.value) == (
        "stage1_event_loop: the TODO and END comments of gap 1.4 are gone. "
        "Put it back, or: make reset STAGE=1"
    )


def test_what_was_given_out_is_known_while_a_file_is_half_written(in_copy):
    """Given text changed, and every gap still unwritten: that is no skeleton to go back to."""
    in_copy.write(GATHER, "/* mine */\n" + in_copy.read(GATHER))
    given = gaps.given("1")
    assert {f"stage1_event_loop/{name}": x.text for name, x in given.items()} == TEXTS


def test_a_copy_without_solutions_says_so(in_copy):
    (in_copy.path / "solutions").rename(in_copy.path.parent / "solutions")
    with pytest.raises(
        GapError, match="solutions/.*gather.c is not here: this copy has no"
    ):
        gaps.reference_fillings(gaps.skeletons("1")["gather.c"])


def test_every_gap_is_found_in_a_file_filled_without_markers(in_copy):
    """Each gap's lines in the reference are the reference's filling."""
    in_copy.fill_with_reference()
    for number, gap in GAPS.items():
        copied = gaps.find(number)
        assert lines_at(copied.path, number) == REFERENCE[number]
