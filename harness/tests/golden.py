"""Golden files: where a text is the product, the test compares it with a file.

The files are in harness/tests/golden/. After a change that is meant, rewrite them and
read the difference before it is kept:

    UPDATE_GOLDEN=1 python3 -m pytest harness/tests
    git diff harness/tests/golden
"""
from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def check(name: str, text: str) -> None:
    """Asserts that golden/`name` holds `text`; with UPDATE_GOLDEN=1 makes it so."""
    file = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    expected = file.read_text(encoding="utf-8") if file.exists() else ""
    assert (
        text == expected
    ), f"not what {file.name} holds; if that is meant: UPDATE_GOLDEN=1, read the diff"
