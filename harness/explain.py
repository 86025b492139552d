"""What a test says: which gap it judges, and what it saw where it expected something else.

Every failure has four parts, in the words of a learner: what was done, what was seen, what
was expected, and where to look. A test gives the middle two; the first is known from the
program that ran, the last from the gap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Sequence

if TYPE_CHECKING:
    from harness.running import Process
    from harness.sanitizer import Report


def gap(
    number: str, *, needs: Sequence[str] = (), rests_on: Sequence[str] | None = None
) -> Callable:
    """Marks a test: it judges gap `number`, and cannot pass before the gaps `needs` do.

    It passes while the gaps `rests_on` are unwritten, but not when they are wrong: then it
    waits for them. Without `rests_on` those of its file's RESTS_ON, if there is one.
    """
    import pytest  # here, so that the commands that need none start quicker

    return pytest.mark.gap(number, needs=tuple(needs), rests_on=rests_on)


class Failure(AssertionError):
    """A check that did not hold, told so that a learner can act on it.

    `picture` is drawn below the four parts; `report` is a sanitizer's, if there was one.
    """

    def __init__(
        self,
        saw: str,
        expected: str,
        *,
        did: str = "",
        picture: str = "",
        report: Report | None = None,
    ) -> None:
        self.did = did or did_last()
        self.saw = saw
        self.expected = expected
        self.picture = picture
        self.report = report
        super().__init__(f"{self.did}\n  saw: {saw}\n  expected: {expected}")


def expect(
    condition: object, *, saw: str, expected: str, did: str = "", picture: str = ""
) -> None:
    """Raises a Failure unless `condition` holds."""
    if not condition:
        raise Failure(saw, expected, did=did, picture=picture)


# The processes that the running test has started; harness/plugin.py empties it before each.
started: list[Process] = []


def did_last() -> str:
    """What the running test did last: the command line of the program it started."""
    return started[-1].did if started else "ran the test"
