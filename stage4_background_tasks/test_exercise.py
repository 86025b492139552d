"""Gap 4.10: the test that the learner writes, judged."""

from __future__ import annotations

from harness import gap


@gap("4.10")
def test_your_test_tells_right_from_wrong(judge_exercise):
    """Your test passes on the reference and fails on every program with a known mistake."""
    judge_exercise("exercise_webhook.py", "4.10")
