"""make demo: a telephone rings, and nothing leaves the machine."""

from __future__ import annotations

import re
import socket

import pytest

from harness.commands import telephone
from harness.layout import SOLUTIONS, stage
from harness.world import telephony

ABROAD = "http://192.0.2.1:9"  # nobody's: a request to it would not come back

pytestmark = pytest.mark.skipif(not SOLUTIONS.exists(), reason="it plays the reference")


@pytest.fixture
def played(monkeypatch):
    """played() is the demo's exit code and what it said, where nothing takes long and the
    person has keys of his own in the environment."""
    monkeypatch.setattr(telephony, "RING_SECONDS", 0.01)
    monkeypatch.setattr(telephony, "SPEAK_SECONDS_PER_WORD", 0.001)
    monkeypatch.setattr(telephone, "AHEAD", 1)
    for name in ("TELNYX_API_KEY", "TELNYX_CONNECTION_ID"):
        monkeypatch.setenv(name, "his-own")
    for name in ("TELEPHONY_URL", "JOKES_URL", "WEBHOOK_URL"):
        monkeypatch.setenv(name, ABROAD)

    def play():
        said = []
        code = telephone.demo(stage("4"), once=True, say=said.append)
        return code, said

    return play


def test_a_whole_call_in_order(played):
    code, said = played()
    text = "\n".join(said)
    steps = (
        r"The page: http://127\.0\.0\.1:\d+/",
        r"you +a joke, please, at .* UTC, to \+15550100123",
        r"dial_a_joke +call 1: promised to \+15\*\*\*23",
        r"telephone +\+15550100123 rings",
        r"telephone +\+15550100123 answers",
        r'telephone +\+15550100123 hears: "\w+',
        r"telephone +\+15550100123 is hung up on",
        r"dial_a_joke +call 1: done",
        r"Schedule another one: http://127\.0\.0\.1:\d+/",
    )
    at = 0
    for step in steps:
        match = re.compile(step).search(text, at)
        assert match, f"{step} did not come after {text[:at]!r}: {text}"
        at = match.start() if step.startswith("telephone") else at
    assert code == 0


def test_somebody_has_the_usual_port(played, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setattr(telephone, "PORT", port)
        code, said = played()
    assert code == 0
    assert f":{port}/" not in said[0]


def test_a_call_that_nobody_takes(played, monkeypatch):
    init = telephony.Person.__init__
    monkeypatch.setattr(
        telephony.Person,
        "__init__",
        lambda self, manner="busy", after=0.0: init(self, "busy"),
    )
    code, said = played()
    assert code == 1
    assert said[-1] == "The joke was not told."
