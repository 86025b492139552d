"""The verdict: from what the tests came to, to a line for each gap and what to do next."""
from __future__ import annotations

import pytest

from harness import gaps, layout, verdict
from harness.gaps import COLOURS, parse
from harness.layout import Stage
from harness.tests import golden
from harness.verdict import Outcome, Sources, judge

STAGE = Stage("stage1_play", "a play", (), "It plays.", "play.c", lambda lines: [])
ALL = ("1.1", "1.2", "1.3", "1.10")
SKELETON = "".join(
    f"/* TODO {number} ({colour}) Write {'it' * (i + 1)}. Then go on.\n * It is short. */\n"
    f'TODO("{number}");\n/* END {number} */\nint given_{i};\n'
    for i, (number, colour) in enumerate(zip(ALL, ("green", "green", "orange", "red")))
)


@pytest.fixture
def play(monkeypatch, tmp_path):
    """play(WRITTEN, OUTCOME...) is the verdict on a stage of four gaps of which some are
    written; play.states(...) are the states alone."""
    monkeypatch.setattr(layout, "ROOT", tmp_path)
    path = tmp_path / "stage1_play" / "play.c"
    path.parent.mkdir()
    skeleton = parse(path, SKELETON)
    monkeypatch.setattr(gaps, "skeletons", lambda number: {"play.c": skeleton})

    def judged(written, *outcomes):
        text = skeleton.fill({number: f"int filled_{number};\n" for number in written})
        path.write_text(text, encoding="utf-8")
        return judge(STAGE, list(outcomes), Sources("learner"))

    def states(written, *outcomes):
        return {one.gap.number: one.state for one in judged(written, *outcomes).gaps}

    judged.states = states
    return judged


def outcome(
    gap,
    kind="passed",
    needs="",
    *,
    rests_on="",
    blamed="",
    unwritten="",
    saw="something else",
):
    """What a test of `gap` came to."""
    return Outcome(
        test=f"test_play.py::test_{gap}",
        about=f"Part {gap} works.",
        gap=gap,
        needs=needs.split(),
        kind=kind,
        rests_on=rests_on.split(),
        unwritten=unwritten.split(),
        blamed=blamed,
        did="ran build/play",
        saw=saw,
        expected=f"part {gap}",
        look="play.c:1",
    )


DONE, WRONG, UNWRITTEN, WAITS, UNJUDGED = (
    "done",
    "wrong",
    "unwritten",
    "waits",
    "unjudged",
)


@pytest.mark.parametrize(
    "written, outcomes, expected",
    [
        pytest.param(
            [],
            [
                outcome("1.1", "unwritten"),
                outcome("1.2", "waits", "1.1", unwritten="1.1"),
            ],
            {n: UNWRITTEN for n in ALL},
            id="nothing is written",
        ),
        pytest.param(
            ALL, [outcome(n) for n in ALL], {n: DONE for n in ALL}, id="everything holds"
        ),
        pytest.param(ALL, [], {n: UNJUDGED for n in ALL}, id="no test has said anything"),
        pytest.param(
            ALL,
            [
                outcome("1.1", "wrong"),
                outcome("1.2", "wrong", "1.1"),
                outcome("1.3", "wrong", "1.1 1.2"),
                outcome("1.10", "wrong", "1.3"),
            ],
            {"1.1": WRONG, "1.2": WAITS, "1.3": WAITS, "1.10": WAITS},
            id="one mistake is told once",
        ),
        pytest.param(
            ALL,
            [
                outcome("1.10", "wrong", "1.3"),
                outcome("1.3", "wrong", "1.2"),
                outcome("1.2", "wrong", "1.1"),
                outcome("1.1", "wrong"),
            ],
            {"1.1": WRONG, "1.2": WAITS, "1.3": WAITS, "1.10": WAITS},
            id="in whatever order the tests ran",
        ),
        pytest.param(
            ALL,
            [
                outcome("1.1"),
                outcome("1.2", "wrong"),
                outcome("1.3", "wrong"),
                outcome("1.10"),
            ],
            {"1.1": DONE, "1.2": WRONG, "1.3": WRONG, "1.10": DONE},
            id="two mistakes that have nothing to do with each other",
        ),
        pytest.param(
            ["1.1", "1.3", "1.10"],
            [
                outcome("1.1"),
                outcome("1.2", "unwritten", "1.1", unwritten="1.2"),
                outcome("1.3", "waits", "1.1 1.2", unwritten="1.2"),
                outcome("1.10"),
            ],
            {"1.1": DONE, "1.2": UNWRITTEN, "1.3": WAITS, "1.10": DONE},
            id="a gap waits for one that is not written",
        ),
        pytest.param(
            ["1.1", "1.3", "1.10"],
            [
                outcome("1.1"),
                outcome("1.2", "unwritten", unwritten="1.2"),
                outcome("1.3", "waits", "1.2", unwritten="1.2"),
                outcome("1.10", "wrong", "1.3"),
            ],
            {"1.1": DONE, "1.2": UNWRITTEN, "1.3": WAITS, "1.10": WAITS},
            id="whoever waits for a waiting one waits",
        ),
        pytest.param(
            ["1.1", "1.2"],
            [outcome("1.1"), outcome("1.2", "wrong", "1.1", unwritten="1.3 1.10")],
            {"1.1": DONE, "1.2": WRONG, "1.3": UNWRITTEN, "1.10": UNWRITTEN},
            id="an unwritten gap that the test does not need is no excuse",
        ),
        pytest.param(
            ALL,
            [
                outcome("1.1"),
                outcome("1.2"),
                outcome("1.2", "wrong"),
                outcome("1.3"),
                outcome("1.10"),
            ],
            {"1.1": DONE, "1.2": WRONG, "1.3": DONE, "1.10": DONE},
            id="one failing test is enough",
        ),
        pytest.param(
            ALL,
            [
                outcome("1.1"),
                outcome("1.2", "wrong", "1.3"),
                outcome("1.3", "wrong"),
                outcome("1.10"),
            ],
            {"1.1": DONE, "1.2": WAITS, "1.3": WRONG, "1.10": DONE},
            id="a late test speaks after the gap that it needs",
        ),
        pytest.param(
            ALL,
            [
                outcome("1.2"),
                outcome("1.2", "wrong", "1.3"),
                outcome("1.3"),
                outcome("1.1"),
                outcome("1.10"),
            ],
            {"1.1": DONE, "1.2": WRONG, "1.3": DONE, "1.10": DONE},
            id="and then it does speak",
        ),
        pytest.param(
            ["1.1", "1.2"],
            [
                outcome("1.1"),
                outcome("1.2"),
                outcome("1.2", "waits", "1.3", unwritten="1.3"),
            ],
            {"1.1": DONE, "1.2": DONE, "1.3": UNWRITTEN, "1.10": UNWRITTEN},
            id="what has passed stays done while another test waits",
        ),
        pytest.param(
            ["1.1", "1.2"],
            [
                outcome("1.1"),
                outcome("1.2", "waits", "1.1 1.3", unwritten="1.3"),
                outcome("1.2"),
            ],
            {"1.1": DONE, "1.2": DONE, "1.3": UNWRITTEN, "1.10": UNWRITTEN},
            id="whether it needs a later gap",
        ),
        pytest.param(
            ["1.1", "1.3"],
            [
                outcome("1.1"),
                outcome("1.3", "waits", "1.2", unwritten="1.2"),
                outcome("1.3"),
            ],
            {"1.1": DONE, "1.2": UNWRITTEN, "1.3": DONE, "1.10": UNWRITTEN},
            id="whichever of the two ran first",
        ),
        pytest.param(
            ALL,
            [
                outcome("1.1", "wrong", blamed="1.2"),
                outcome("1.2", "wrong", "1.1"),
                outcome("1.3"),
                outcome("1.10"),
            ],
            {"1.1": WAITS, "1.2": WRONG, "1.3": DONE, "1.10": DONE},
            id="a crash is blamed on the gap whose line it names",
        ),
        pytest.param(
            ALL,
            [
                outcome("1.1", "wrong", blamed="1.1"),
                outcome("1.2"),
                outcome("1.3"),
                outcome("1.10"),
            ],
            {"1.1": WRONG, "1.2": DONE, "1.3": DONE, "1.10": DONE},
            id="a crash in the gap itself",
        ),
        pytest.param(
            ["1.1"],
            [outcome("1.1", "wrong", blamed="1.2")],
            {"1.1": WAITS, "1.2": UNWRITTEN, "1.3": UNWRITTEN, "1.10": UNWRITTEN},
            id="what is not written is not wrong",
        ),
        pytest.param(
            ALL,
            [
                outcome("1.1"),
                outcome("1.2"),
                outcome("1.3", "skipped", saw="no solutions"),
                outcome("1.10"),
            ],
            {"1.1": DONE, "1.2": DONE, "1.3": UNJUDGED, "1.10": DONE},
            id="a skipped test is no judgement",
        ),
        pytest.param(
            ["1.1", "1.2"],
            [outcome("1.1"), outcome("1.2"), outcome("1.3", "skipped")],
            {"1.1": DONE, "1.2": DONE, "1.3": UNWRITTEN, "1.10": UNWRITTEN},
            id="a skipped test of an unwritten gap",
        ),
        pytest.param(
            ALL,
            [
                outcome("1.1"),
                outcome("1.2"),
                outcome("1.3"),
                outcome("1.10"),
                outcome("2.1", "wrong"),
            ],
            {n: DONE for n in ALL},
            id="a test of another stage is not asked",
        ),
        pytest.param(
            ALL,
            [
                outcome("1.1", "wrong", rests_on="1.3 1.10"),
                outcome("1.2", "wrong", "1.1", rests_on="1.3"),
                outcome("1.3", "wrong"),
                outcome("1.10"),
            ],
            {"1.1": WAITS, "1.2": WAITS, "1.3": WRONG, "1.10": DONE},
            id="what a test rests on is wrong",
        ),
        pytest.param(
            ALL,
            [outcome("1.1", "wrong", rests_on="1.3"), *map(outcome, ALL[1:])],
            {"1.1": WRONG, "1.2": DONE, "1.3": DONE, "1.10": DONE},
            id="what it rests on is right, so it is wrong itself",
        ),
        pytest.param(
            ["1.1", "1.2"],
            [
                outcome("1.1", "wrong", rests_on="1.3"),
                outcome("1.2"),
                outcome("1.3", "unwritten", unwritten="1.3"),
            ],
            {"1.1": WRONG, "1.2": DONE, "1.3": UNWRITTEN, "1.10": UNWRITTEN},
            id="what it rests on is not written, and that is no excuse",
        ),
        pytest.param(
            ALL,
            [
                outcome("1.1", "wrong", rests_on="1.3 1.10"),
                outcome("1.2"),
                outcome("1.3", "wrong", rests_on="1.10"),
                outcome("1.10", "wrong"),
            ],
            {"1.1": WAITS, "1.2": DONE, "1.3": WAITS, "1.10": WRONG},
            id="what it rests on rests on something itself",
        ),
        pytest.param(
            ALL,
            [
                outcome("1.1", "wrong", rests_on="1.3"),
                outcome("1.2", "wrong", "1.1"),
                outcome("1.3", "wrong"),
                outcome("1.10"),
            ],
            {"1.1": WAITS, "1.2": WAITS, "1.3": WRONG, "1.10": DONE},
            id="whoever needs one that waits so waits",
        ),
        pytest.param(
            ALL,
            [
                outcome("1.1", "wrong", rests_on="1.3"),
                outcome("1.2"),
                outcome("1.3", "wrong", rests_on="1.1"),
                outcome("1.10"),
            ],
            {"1.1": WRONG, "1.2": DONE, "1.3": WRONG, "1.10": DONE},
            id="two that rest on each other do not wait for each other forever",
        ),
        pytest.param(
            ALL,
            [
                outcome("1.1"),
                outcome("1.2", "wrong", rests_on="1.3 1.10", blamed="1.3"),
                outcome("1.1", "wrong", rests_on="1.3"),
                outcome("1.3"),
                outcome("1.10"),
            ],
            {"1.1": DONE, "1.2": WAITS, "1.3": WRONG, "1.10": DONE},
            id="a crash in what it rests on",
        ),
        pytest.param(
            ALL,
            [
                outcome("1.1", "wrong", blamed="0.4"),
                outcome("1.2", "wrong", "1.1"),
                outcome("1.3"),
                outcome("1.10", "wrong"),
            ],
            {"1.1": WAITS, "1.2": WAITS, "1.3": DONE, "1.10": WRONG},
            id="a crash in an earlier stage",
        ),
    ],
)
def test_states(play, written, outcomes, expected):
    assert play.states(written, *outcomes) == expected


def test_the_first_wrong_gap_is_the_lowest_number(play):
    judged = play(
        ALL,
        outcome("1.10", "wrong"),
        outcome("1.2", "wrong", saw="two"),
        outcome("1.1"),
        outcome("1.3"),
    )
    assert judged.first_wrong.gap.number == "1.2"
    assert judged.first_wrong.failure.saw == "two"


def test_the_first_failure_of_a_gap_is_told(play):
    judged = play(
        ALL, outcome("1.1", "wrong", saw="first"), outcome("1.1", "wrong", saw="later")
    )
    assert judged.first_wrong.failure.saw == "first"


def test_a_crash_is_told_with_the_test_that_met_it(play):
    judged = play(
        ALL, outcome("1.1", "wrong", blamed="1.2", saw="a crash"), outcome("1.2")
    )
    assert judged.first_wrong.gap.number == "1.2"
    # The test is another gap's: its name would mislead.
    assert judged.first_wrong.failure.text(colour=False).startswith(
        "gap 1.2: Write itit\n"
    )


def test_a_crash_in_an_earlier_stage_comes_first(play, monkeypatch):
    crash = outcome("1.2", "wrong", blamed="0.4", saw="a crash")
    crash.look = "stage0_before/before.c:70, make hint GAP=0.4"
    judged = play(ALL, outcome("1.1", "wrong"), crash, outcome("1.3"), outcome("1.10"))
    assert judged.earlier is crash and judged.first_failure is crash
    assert not judged.holds("green")
    assert verdict.advice(judged, "green", learner=True) == (
        "Next: gap 0.4 of stage 0, in stage0_before/before.c:70; make stage0 judges it.\n"
        "Stuck? make hint GAP=0.4"
    )
    assert verdict.advice_for_one(judged.gaps[1]) == (
        "Gap 1.2 waits for 0.4: first make stage0 GAP=0.4"
    )
    # Otherwise the first that is wrong is told.
    judged = play(ALL, outcome("1.2", "wrong"), outcome("1.1"))
    assert judged.earlier is None
    assert judged.first_failure is judged.first_wrong.failure is not None


def test_who_waits_knows_for_whom(play):
    judged = play(
        ["1.1", "1.3", "1.10"],
        outcome("1.1"),
        outcome("1.3", "waits", "1.1 1.2", unwritten="1.2"),
        outcome("1.10", "waits", "1.2 1.3", unwritten="1.2"),
        outcome("1.10", "wrong", "1.3"),
    )
    waits_for = {one.gap.number: one.waits_for for one in judged.gaps}
    assert waits_for == {"1.1": "", "1.2": "", "1.3": "1.2", "1.10": "1.2"}


LEVELS = [
    (["1.1"], [], ""),
    (["1.1", "1.2"], [], "green"),
    (["1.1", "1.2", "1.10"], [], "green"),
    (["1.1", "1.2", "1.3"], [], "green orange"),
    (ALL, [], "green orange red"),
    (ALL, [outcome("1.10", "wrong")], "green orange"),
    (ALL, [outcome("1.3", "wrong")], "green"),
    (ALL, [outcome("1.3", "skipped")], "green"),
    (ALL, [outcome("1.2", "wrong")], ""),
    (
        ALL,
        [outcome("1.2", "wrong", blamed="1.3")],
        "green",
    ),  # 1.2 has passed a test of its own
]


@pytest.mark.parametrize("written, failures, held", LEVELS)
def test_levels(play, written, failures, held):
    judged = play(written, *[outcome(number) for number in written], *failures)
    assert [level for level in COLOURS if judged.holds(level)] == held.split()


def test_what_a_gap_is_said_to_be(play):
    judged = play(
        ["1.1", "1.2", "1.10"],
        outcome("1.1"),
        outcome("1.1", "waits", "1.3", unwritten="1.3"),
        outcome("1.2", "skipped", saw="cannot be judged: no solutions"),
        outcome("1.3", "unwritten"),
        outcome("1.10", "waits", "1.3", unwritten="1.3"),
    )
    assert [verdict.describe(one) for one in judged.gaps] == [
        "so far; a test waits for 1.3",
        "cannot be judged: no solutions",
        "not written yet",
        "waits for 1.3",
    ]
    judged = play(ALL, outcome("1.1"), outcome("1.2", "wrong"))
    assert [verdict.describe(one) for one in judged.gaps] == [
        "",
        "wrong: see below",
        "no test has judged it",
        "no test has judged it",
    ]


def scenes(play):
    """A name, a level and a verdict for each piece of advice that there is."""
    passed = [outcome(number) for number in ALL]
    done = lambda *written: play(written, *[outcome(number) for number in written])
    yield "nothing", "green", play([])
    yield "one of two green", "green", done("1.1")
    yield "green", "green", done("1.1", "1.2")
    yield "green, orange wanted", "orange", done("1.1", "1.2")
    yield "green, red wanted", "red", done("1.1", "1.2")
    yield "orange", "orange", done("1.1", "1.2", "1.3")
    yield "orange, red wanted", "red", done("1.1", "1.2", "1.3")
    yield "red", "red", done(*ALL)
    yield "red, green wanted", "green", done(*ALL)
    yield "wrong", "green", play(ALL, *passed, outcome("1.2", "wrong"))
    yield "wrong, and unwritten", "green", play(["1.1"], outcome("1.1", "wrong"))
    yield "wrong above the level", "green", play(ALL, *passed, outcome("1.10", "wrong"))
    yield "not judged", "green", play(ALL, outcome("1.1", "skipped"))


def test_advice(play):
    texts = []
    for name, level, judged in scenes(play):
        for learner in (True, False):
            who = "a learner" if learner else "the reference"
            texts.append(
                f"--- {name} ({who})\n"
                + verdict.advice(judged, level, learner=learner)
                + "\n"
            )
    golden.check("verdict_advice.txt", "".join(texts))


def test_advice_for_one(play):
    judged = play(
        ["1.1", "1.2", "1.10"],
        outcome("1.1"),
        outcome("1.2", "wrong"),
        outcome("1.3", "unwritten"),
        outcome("1.10", "waits", "1.3"),
    )
    texts = [verdict.advice_for_one(one) + "\n" for one in judged.gaps]
    judged = play(["1.1"], outcome("1.1"), outcome("1.1", "waits", "1.3"))
    texts.append(verdict.advice_for_one(judged.gaps[0]) + "\n")
    judged = play(ALL, outcome("1.1", "skipped"))
    texts.append(verdict.advice_for_one(judged.gaps[0]) + "\n")
    golden.check("verdict_advice_for_one.txt", "".join(texts))


def test_table_and_failure(play):
    judged = play(
        ["1.1", "1.2", "1.10"],
        outcome("1.1"),
        outcome("1.2", "wrong", saw="much too long to stand in a line: " + "so " * 30),
        outcome("1.3", "unwritten"),
        outcome("1.10", "waits", "1.3"),
    )
    judged.first_wrong.failure.picture = "one  |==  |\ntwo  | == |\n"
    text = verdict.table(judged, colour=False) + "\n\n"
    text += judged.first_wrong.failure.text(colour=False) + "\n"
    golden.check("verdict_table.txt", text)
    painted = verdict.table(judged, colour=True) + "\n\n"
    painted += judged.first_wrong.failure.text(colour=True) + "\n"
    golden.check("verdict_table_colour.txt", painted)


def test_what_was_seen_may_have_several_lines(play):
    failure = outcome(
        "1.1", "wrong", saw="it fails on the reference:\n  saw: a\n  expected: b"
    )
    assert failure.text(colour=False) == (
        "gap 1.1: Part 1.1 works.\n"
        "  did       ran build/play\n"
        "  saw\n"
        "    it fails on the reference:\n"
        "      saw: a\n"
        "      expected: b\n"
        "  expected  part 1.1\n"
        "  look at   play.c:1"
    )


def test_an_outcome_survives_json(play):
    failure = outcome("1.1", "wrong", "1.2", rests_on="1.10", blamed="1.3")
    failure.programs = ["stage1_play/play"]
    assert Outcome(**failure.as_dict()) == failure


def test_where_the_judged_files_are(tmp_path, monkeypatch):
    monkeypatch.setattr(verdict, "ROOT", tmp_path)
    monkeypatch.setattr(layout, "ROOT", tmp_path)
    monkeypatch.setattr(verdict, "SOLUTIONS", tmp_path / "solutions")
    monkeypatch.delenv("BUILD_DIR", raising=False)
    for folder in ("stage1_play", "solutions/stage1_play", "build/prove/x/stage1_play"):
        (tmp_path / folder).mkdir(parents=True)
    for name in (
        "stage1_play/a.c",
        "stage1_play/given.c",
        "solutions/stage1_play/a.c",
        "solutions/stage1_play/b.c",
        "build/prove/x/stage1_play/b.c",
    ):
        (tmp_path / name).write_text("")

    def where(sources):
        files = [sources.file(STAGE, name) for name in ("a.c", "b.c", "given.c")]
        return [str(p.relative_to(tmp_path)) for p in [sources.built(STAGE), *files]]

    assert where(Sources("learner")) == [
        "build/stage1_play",
        "stage1_play/a.c",
        "stage1_play/b.c",
        "stage1_play/given.c",
    ]
    assert where(Sources("solutions")) == [
        "build/solutions/stage1_play",
        "solutions/stage1_play/a.c",
        "solutions/stage1_play/b.c",
        "stage1_play/given.c",
    ]
    assert where(Sources("solutions", "build/prove/x")) == [
        "build/prove/x/stage1_play",
        "solutions/stage1_play/a.c",
        "build/prove/x/stage1_play/b.c",
        "stage1_play/given.c",
    ]
    monkeypatch.setenv("BUILD_DIR", "elsewhere")
    assert where(Sources("learner"))[0] == "elsewhere/stage1_play"
