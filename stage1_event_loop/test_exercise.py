"""Gap 1.9: the test that the learner writes, judged on programs that are right and wrong."""

from __future__ import annotations

from harness import gap


@gap("1.9")
def test_your_test_tells_right_from_wrong(judge_exercise):
    """Your test passes on the reference, and fails on programs with a known mistake."""
    judge_exercise("exercise_sleep_gather.py", "1.9")
