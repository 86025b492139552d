"""Waiting until something has happened in the world, with a limit and a good message.

The world runs on an asyncio loop in one thread; tests wait for it from another, and the
control service waits for it on the loop itself. Both use a Watch: a condition that is
looked at again after every change, and a future that is done once it has come true.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from typing import Callable

from harness.timeouts import scaled


class WorldError(Exception):
    """The world cannot do what was asked; the message says why."""


class WorldTimeout(WorldError):
    """What a call waited for did not happen; the message says what did."""


class Watch:
    """One condition that someone waits for."""

    def __init__(
        self, watched: Watched, done: Callable[[], bool], explain: Callable[[], str]
    ) -> None:
        """`done` and `explain` are called with the lock of `watched` taken."""
        self._watched = watched
        self._done = done
        self._explain = explain
        self._future: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._future.set_running_or_notify_cancel()  # so that a waiter cannot cancel it

    def check(self) -> None:
        """Look again; the caller has the lock."""
        if not self._future.done() and self._done():
            self._future.set_result(None)

    def fail(self, error: Exception) -> None:
        """End the wait with an error; the caller has the lock."""
        if not self._future.done():
            self._future.set_exception(error)

    def wait(self, limit: float) -> None:
        """Block until the condition holds, at most `limit` seconds before scaling."""
        self._watched.watch(self)
        try:
            self._future.result(scaled(limit))
        except concurrent.futures.TimeoutError:
            raise self._timeout(limit) from None
        finally:
            self._watched.unwatch(self)

    async def reached(self, limit: float) -> None:
        """The same for a task on the loop."""
        self._watched.watch(self)
        try:
            await asyncio.wait_for(asyncio.wrap_future(self._future), scaled(limit))
        except asyncio.TimeoutError:
            raise self._timeout(limit) from None
        finally:
            self._watched.unwatch(self)

    def _timeout(self, limit: float) -> WorldTimeout:
        with self._watched.lock:
            return WorldTimeout(f"waited {scaled(limit):g} s for {self._explain()}")


class Watched:
    """State with a lock, whose changes people wait for."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._watches: list[Watch] = []
        self._closed = False

    def watch(self, watch: Watch) -> None:
        """Look at `watch` now and after every change, until unwatch()."""
        with self.lock:
            self._watches.append(watch)
            watch.check()
            if self._closed:
                watch.fail(WorldError("the world has stopped"))

    def unwatch(self, watch: Watch) -> None:
        """Forget `watch`."""
        with self.lock:
            self._watches.remove(watch)

    def changed(self) -> None:
        """Say that something changed; the caller has the lock."""
        for watch in self._watches:
            watch.check()

    def end_watches(self) -> None:
        """Fail every wait, now and later: nothing will change any more."""
        with self.lock:
            self._closed = True
            for watch in self._watches:
                watch.fail(WorldError("the world stopped while this was waited for"))
