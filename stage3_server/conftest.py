"""To be removed with the first skeleton of this stage: until there is one the harness does
not know the stage, and so does not build its programs or find its gaps. Here they are built
and judged as the reference, whatever --impl says."""

from __future__ import annotations

import pytest

from harness.build import first_complaint, make
from harness.layout import Stage
from harness.plugin import Programs
from harness.verdict import Sources

STAGE = Stage("stage3_server", "the server", (), "", "joke_server.c", lambda lines: [])

_look = Sources.look
Sources.look = lambda self, number, line=0: (
    STAGE.folder if number.startswith("3.") else _look(self, number, line)
)


@pytest.fixture(scope="session")
def _built() -> None:
    names = make("print-COMING_PROGRAMS").stdout.split()
    done = make(*[f"build/solutions/{name}" for name in names])
    if done.returncode != 0:
        raise pytest.UsageError(first_complaint(done.stderr))


@pytest.fixture
def program(_built: None) -> Programs:
    """The programs under test: program(NAME).start(ARGUMENT, ...)."""
    return Programs(STAGE, Sources("solutions"))
