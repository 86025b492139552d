"""Gap 3.11: the test that the learner writes, judged."""

from __future__ import annotations

from harness import gap


@gap("3.11")
def test_your_test_tells_right_from_wrong(judge_exercise):
    """Your test passes on the reference and fails on every server with a known mistake."""
    judge_exercise("exercise_joke_server.py", "3.11")
