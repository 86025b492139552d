"""The instructor's tools: what happens without one, and that none goes on."""

from __future__ import annotations

import os
import select

import pytest

from harness.timeouts import scaled
from harness.tools import run_tool, tool


def test_without_a_tool_the_test_is_skipped(monkeypatch):
    """It says how to get it."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("FULL", raising=False)
    with pytest.raises(
        pytest.skip.Exception, match="no-such-tool is missing: FULL=1 setup/"
    ):
        tool("no-such-tool")


@pytest.mark.parametrize("name, value", [("CI", "true"), ("FULL", "1")])
def test_where_nothing_may_be_left_out_it_fails(monkeypatch, name, value):
    """It is not skipped in silence."""
    monkeypatch.setenv(name, value)
    with pytest.raises(pytest.fail.Exception, match="no-such-tool is missing"):
        run_tool("no-such-tool")


def test_what_a_tool_prints():
    """Both, as text; it has no input, and the environment that is wanted."""
    done = run_tool("sh", "-c", 'cat; echo "$WORD"; echo oh >&2', WORD="Grüße")
    assert (done.stdout, done.stderr) == ("Grüße\n", "oh\n")


def test_a_tool_that_fails():
    """What it has said is told."""
    with pytest.raises(AssertionError, match="sh -c .*\n.*bad luck"):
        run_tool("sh", "-c", "echo bad luck >&2; exit 3")


def test_nothing_that_it_started_goes_on(tmp_path):
    """A child that has closed its output would not be waited for."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    run_tool("sh", "-c", f"exec 3>{path}; echo alive >&3; sleep 1000 <&- >&- 2>&- &")
    seen = b""
    while not seen.endswith(b"the end"):
        ready, _, _ = select.select([reader], [], [], scaled(10))
        assert ready, "somebody is still there"
        seen += os.read(reader, 100) or b"the end"  # nobody can write to it any more
    assert seen == b"alive\nthe end"
    os.close(reader)


def test_a_tool_that_hangs(monkeypatch):
    """It is ended, whatever it does."""
    monkeypatch.setenv("WORKSHOP_TIMEOUT_SCALE", "0.002")
    with pytest.raises(TimeoutError, match="sh -c sleep 1000: still running after"):
        run_tool("sh", "-c", "sleep 1000")
