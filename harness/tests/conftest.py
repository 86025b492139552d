"""Fixtures of the harness's own tests."""
from __future__ import annotations

from pathlib import Path

import pytest

from harness.queue import once


@pytest.fixture(scope="session")
def template(request, tmp_path_factory):
    """A copy of the repository, skeletons unfilled, committed and built. Do not change it."""
    from harness.tests import repository

    folder = request.config.getoption("--queue")
    if not folder:
        return repository.build_template(tmp_path_factory.mktemp("template"))
    return repository.Copy(once(Path(folder), "template", repository.build_template))


@pytest.fixture
def copy(template, tmp_path):
    """A copy of the repository to do as one likes with."""
    from harness.tests import repository

    return repository.copy_of(template, tmp_path / "copy")
