"""A queue of tests for several sessions of pytest at once: each takes the next test when it is
about to be free, so that all processors are busy to the end.

It is a folder, new and empty at the beginning, in which all of them find the number of tests
that were taken. Other things that sessions share may stand in it, too: see `once`.
"""

from __future__ import annotations

import fcntl
import hashlib
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Iterator, Sequence


class OtherTests(Exception):
    """Two sessions do not have the same tests in the same order."""


class Queue:
    """A session's end of the queue in `folder`; `names` are its tests, in their order."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._folder = folder
        self._count = len(names)
        self._digest = hashlib.sha256("\n".join(names).encode()).hexdigest()

    def take(self) -> int | None:
        """The place of a test that nobody has taken, None when there is none any more.

        OtherTests when another session has others.
        """
        with locked(self._folder):
            path = self._folder / "taken"
            text = path.read_text() if path.exists() else f"{self._digest} 0"
            digest, taken = text.split()
            if digest != self._digest:
                raise OtherTests("the sessions of a queue must have the same tests")
            place = int(taken)
            if place == self._count:
                return None
            path.write_text(f"{digest} {place + 1}")
            return place


def once(folder: Path, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that all sessions share: the first one that comes makes it, the others wait."""
    path = folder / name
    with locked(folder, name):
        if not (folder / f"{name}.made").exists():
            make(path)
            (folder / f"{name}.made").touch()
    return path


@contextmanager
def locked(folder: Path, name: str = "queue") -> Iterator[None]:
    """Meanwhile no other session is here."""
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
