"""The instructor's tools in tests: real clients and servers, which a learner need not have."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess

import pytest

from harness.commands.lint import nothing_may_be_left_out
from harness.running import WITHOUT_PROXY
from harness.timeouts import scaled

# Seconds after which a tool counts as hung. It decides nothing else.
HANG_SECONDS = 60.0


def tool(name: str) -> str:
    """Where a program is, also when only root has its folder in PATH. Without it the test is
    skipped, or fails where nothing may be left out."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if path is None:
        problem = f"{name} is missing: FULL=1 setup/confirm_environment --install"
        if nothing_may_be_left_out():
            pytest.fail(problem)
        pytest.skip(problem)
    return path


def run_tool(
    name: str, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs a tool to its end, which must be a good one; nothing that it started goes on."""
    what = " ".join([name, *arguments])
    process = subprocess.Popen(
        [tool(name), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **WITHOUT_PROXY, **environment},
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=scaled(HANG_SECONDS))
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"{what}: still running after {HANG_SECONDS:.0f} s") from None
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # as it should be: all have ended
        process.wait()
    assert process.returncode == 0, f"{what}:\n{out}{err}"
    return subprocess.CompletedProcess(process.args, 0, out, err)
