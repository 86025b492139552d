"""Rules: what happens to requests on their way through a service, and what was counted.

A rule is a pattern and a waiting room. A Hold keeps every request that matches in its
room until it is released: this is the rendezvous on which tests of concurrency stand. A
Fault takes the place of the service's answer (see faults.py); one that stalls keeps its
requests in the same kind of room. A Rulebook has the rules, counts and log of a service.

All of it may be used from any thread, and is the same for tests and for control.py.
"""

from __future__ import annotations

import asyncio
import collections
import itertools
import re
from dataclasses import asdict, dataclass
from typing import Any, Iterable, Union

from .faults import make_fault
from .http1 import Request
from .limits import LOG_BYTES_MAX, LOG_MAX, RULES_MAX, WAIT_LIMIT
from .watch import Watch, Watched, WorldError

LISTED_MAX = 20  # requests listed in a message


class Ticket:
    """One request's place in a waiting room. Made and waited for on the loop."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.number = -1
        self._loop = asyncio.get_running_loop()
        self._opened = self._loop.create_future()

    def open(self) -> None:
        """Let the request go on, from any thread. First opened, first to go on."""
        try:
            self._loop.call_soon_threadsafe(self._open)
        except RuntimeError:
            pass  # the world has stopped, and the request with it

    def _open(self) -> None:
        if not self._opened.done():
            self._opened.set_result(None)

    async def opened(self) -> None:
        """Wait until open()."""
        await self._opened


class Rule:
    """A pattern and a waiting room; see Hold and Fault for what it is used for."""

    def __init__(self, book: Rulebook, number: int, pattern: str, times: int | None):
        self.id = number
        self.pattern = pattern
        self.times = times  # how many requests it applies to; None: all
        self.taken = 0  # how many it has applied to
        self.lifted = False
        self._book = book
        self._regex = re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)
        self._entered = 0
        self._held: dict[int, Ticket] = {}

    def __str__(self) -> str:
        return f'hold on "{self.pattern}"'

    @property
    def held(self) -> dict[int, Request]:
        """The requests that wait here now, in order of arrival, by number.

        The first that ever came has the number 0; a number is never used again.
        """
        with self._book.lock:
            return {number: ticket.request for number, ticket in self._held.items()}

    def wait_for(self, count: int, limit: float = WAIT_LIMIT) -> None:
        """Block until at least `count` requests wait here at the same time.

        WorldTimeout after `limit` seconds (scaled), saying which came and which did not.
        """
        self.watch(count).wait(limit)

    def watch(self, count: int) -> Watch:
        """The condition of wait_for(), for a task on the loop."""
        return Watch(
            self._book,
            lambda: len(self._held) >= count,
            lambda: f"{count} held, saw {len(self._held)}: {self.describe()}",
        )

    def release(self, order: int | str | Iterable[int | str]) -> list[int]:
        """Let these go on, answered in this order. Returns their numbers.

        Each is a number in `held`, or a path ("/delay/1", or with its query): the
        earliest with that path. WorldError, and nobody is released, if one is not held.
        """
        wanted = [order] if isinstance(order, (int, str)) else list(order)
        with self._book.lock:
            numbers: dict[int, None] = {}  # an ordered set
            for item in wanted:
                numbers[self._find(item, numbers)] = None
            for number in numbers:
                self._held.pop(number).open()
            self._book.changed()
        return list(numbers)

    def release_next(self, count: int = 1) -> list[int]:
        """Let the `count` earliest go on. WorldError if fewer are held."""
        with self._book.lock:
            if not 0 <= count <= len(self._held):
                raise WorldError(f"{count} to release, but {self.describe()}")
            return self.release(list(self._held)[:count])

    def release_all(self) -> list[int]:
        """Let all that wait now go on, in order of arrival. Later ones are held again."""
        with self._book.lock:
            return self.release(list(self._held))

    def lift(self) -> None:
        """End the rule: let all go on, and let later ones pass."""
        with self._book.lock:
            self.lifted = True
            self._book.drop(self)
            self.release_all()

    def __enter__(self) -> Rule:
        return self

    def __exit__(self, *_: object) -> None:
        self.lift()

    def applies_to(self, request: Request) -> bool:
        """Whether the rule would take this request."""
        if self.times is not None and self.taken >= self.times:
            return False
        text = request.target if "?" in self.pattern else request.path
        return self._regex.fullmatch(text) is not None

    def enter(self, request: Request) -> Ticket:
        """Give `request` a place in the waiting room."""
        with self._book.lock:
            ticket = Ticket(request)
            ticket.number = self._entered
            self._entered += 1
            if self.lifted:
                ticket.open()
            else:
                self._held[ticket.number] = ticket
                self._book.changed()
            return ticket

    def leave(self, ticket: Ticket) -> None:
        """The request is gone, whether it was released or not."""
        with self._book.lock:
            if self._held.pop(ticket.number, None) is not None:
                self._book.changed()

    def describe(self) -> str:
        """What the rule has seen, for a message; the caller has the lock."""
        held = [f"  held {n}: {t.request}" for n, t in self._held.items()]
        return "\n".join([str(self), *shortened(held), self._book.describe()])

    def _find(self, item: int | str, taken: dict[int, None]) -> int:
        """The number that `item` of release() means, if it is not taken already."""
        if item in self._held and item not in taken:
            return item
        for number, ticket in self._held.items():
            paths = (ticket.request.path, ticket.request.target)
            if item in paths and number not in taken:
                return number
        raise WorldError(f"{item!r} is not held (any more): {self.describe()}")


class Hold(Rule):
    """Keeps every request that matches, until it is released."""


class Fault(Rule):
    """Takes the place of the service's answer: one of the table in faults.py."""

    def __init__(
        self,
        book: Rulebook,
        number: int,
        pattern: str,
        times: int | None,
        name: str,
        options: dict[str, Any],
    ) -> None:
        super().__init__(book, number, pattern, times)
        self.name = name
        self.options = options
        self.play = book.make_fault(name, options)

    def __str__(self) -> str:
        return f'fault "{self.name}" on "{self.pattern}"'


AnyRule = Union[Hold, Fault]


@dataclass
class Counts:
    """How many requests; arrived is always in_flight + finished + abandoned."""

    arrived: int = 0
    in_flight: int = 0
    most_in_flight: int = 0  # the most that ever were in flight at once
    finished: int = 0  # answered to the last byte, or cut off by a fault
    abandoned: int = 0  # the client closed before it had its answer

    def __str__(self) -> str:
        return (
            f"{self.arrived} arrived, {self.in_flight} in flight"
            f" (most: {self.most_in_flight}),"
            f" {self.finished} finished, {self.abandoned} abandoned"
        )


class Visit:
    """A request between its arrival and its end: what it was counted in, what took it."""

    def __init__(self, request: Request, counts: Counts) -> None:
        self.request = request
        self.counts = counts  # those of its time: a reset starts new ones
        self.hold: Hold | None = None
        self.ticket: Ticket | None = None
        self.fault: Fault | None = None
        self.over = False


class Rulebook(Watched):
    """The rules in force on a service, its counts, and its log of requests."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self._ids = itertools.count(1)
        self._rules: dict[int, AnyRule] = {}
        self._counts = Counts()
        self._log: collections.deque[Request] = collections.deque()
        self._log_bytes = 0

    # What tests and the control service use.

    def hold(self, pattern: str, times: int | None = None) -> Hold:
        """Hold every request whose path matches; only the first `times`, if given.

        In a pattern `*` stands for any characters. With a `?` in it, it is compared with
        path and query; without, with the path alone. Of several rules that match, the
        newest is taken. Being held takes the place of the service's own delay.
        """
        with self.lock:
            self._check(pattern, times)
            return self._add(Hold(self, next(self._ids), pattern, times))

    def fault(
        self, pattern: str, name: str, times: int | None = None, **options: Any
    ) -> Fault:
        """Play fault `name` instead of answering requests that match, as in hold().

        A request that is held first meets the fault once it is released. WorldError if
        there is no such fault or option; faults.py lists them.
        """
        with self.lock:
            self._check(pattern, times)
            fault = Fault(self, next(self._ids), pattern, times, name, options)
            return self._add(fault)

    def rule(self, number: int) -> AnyRule | None:
        """The rule in force with this id."""
        with self.lock:
            return self._rules.get(number)

    @property
    def rules(self) -> list[AnyRule]:
        """The rules in force, oldest first."""
        with self.lock:
            return list(self._rules.values())

    @property
    def counts(self) -> Counts:
        """A copy of the counts of this moment."""
        with self.lock:
            return Counts(**asdict(self._counts))

    @property
    def in_flight(self) -> int:
        """How many requests have arrived and are not over."""
        return self.counts.in_flight

    @property
    def requests(self) -> list[Request]:
        """The requests in order of arrival (the last LOG_MAX of them)."""
        with self.lock:
            return list(self._log)

    def wait_for(self, limit: float = WAIT_LIMIT, **counts: int) -> None:
        """Block until counts are reached: `wait_for(finished=4, in_flight=0)`.

        Those that only grow: at least so many. `in_flight`: exactly so many.
        WorldTimeout after `limit` seconds (scaled).
        """
        self.watch_counts(**counts).wait(limit)

    def watch_counts(self, **wanted: int) -> Watch:
        """The condition of wait_for(), for a task on the loop."""
        if unknown := set(wanted) - set(asdict(Counts())):
            raise WorldError(f"there is no count {sorted(unknown)[0]!r}")

        def done() -> bool:
            counts = asdict(self._counts)
            return all(
                counts[name] == number if name == "in_flight" else counts[name] >= number
                for name, number in wanted.items()
            )

        words = ", ".join(f"{n} {name}" for name, n in wanted.items()).replace("_", " ")
        return Watch(self, done, lambda: f"{words}, saw {self.describe()}")

    def reset(self) -> None:
        """Lift all rules, and start the counts and the log again from nothing.

        Requests still on their way finish, but are counted no more.
        """
        with self.lock:
            self._counts = Counts()
            self._log.clear()
            self._log_bytes = 0
            for rule in self.rules:
                rule.lift()
            self.changed()

    def describe(self) -> str:
        """The counts and what arrived last, for a message."""
        with self.lock:
            arrived = [f"  arrived {r.arrival}: {r}" for r in self._log]
            return "\n".join([f"{self.name}: {self._counts}", *shortened(arrived)])

    # What a service uses, on the loop.

    def arrive(self, request: Request) -> Visit:
        """Count and log a request, and find the rules that take it."""
        with self.lock:
            counts = self._counts
            request.arrival = counts.arrived
            counts.arrived += 1
            counts.in_flight += 1
            counts.most_in_flight = max(counts.most_in_flight, counts.in_flight)
            self._remember(request)
            visit = Visit(request, counts)
            visit.fault = self._take(Fault, request)
            visit.hold = self._take(Hold, request)
            if visit.hold is not None:
                visit.ticket = visit.hold.enter(request)
            self.changed()
            return visit

    def finish(self, visit: Visit) -> None:
        """The request has had its answer."""
        self._end(visit, "finished")

    def abandon(self, visit: Visit) -> None:
        """The client closed; nothing happens if the request was over already."""
        self._end(visit, "abandoned")

    def drop(self, rule: Rule) -> None:
        """The rule is no more in force."""
        self._rules.pop(rule.id, None)

    def make_fault(self, name: str, options: dict[str, Any]) -> Any:
        """What a Fault of this book plays. WorldError if there is no such fault."""
        return make_fault(name, options)

    def _end(self, visit: Visit, how: str) -> None:
        with self.lock:
            if visit.ticket is not None:
                visit.hold.leave(visit.ticket)
            if not visit.over:
                visit.over = True
                visit.counts.in_flight -= 1
                setattr(visit.counts, how, getattr(visit.counts, how) + 1)
            self.changed()

    def _add(self, rule: Any) -> Any:
        self._rules[rule.id] = rule
        return rule

    def _check(self, pattern: str, times: int | None) -> None:
        if not pattern.startswith(("/", "*")):
            raise WorldError(f"a pattern begins with / or *, unlike {pattern!r}")
        if times is not None and times < 1:
            raise WorldError(f"times is at least 1, not {times}")
        if len(self._rules) >= RULES_MAX:
            raise WorldError(f"{RULES_MAX} rules are in force: lift some, or reset")

    def _take(self, kind: type, request: Request) -> Any:
        for rule in reversed(self._rules.values()):
            if isinstance(rule, kind) and rule.applies_to(request):
                rule.taken += 1
                return rule
        return None

    def _remember(self, request: Request) -> None:
        self._log.append(request)
        self._log_bytes += request.size
        while len(self._log) > LOG_MAX or self._log_bytes > LOG_BYTES_MAX:
            self._log_bytes -= self._log.popleft().size


class Annex(Rulebook):
    """A Rulebook for what a service does by itself: nobody asks for it over a port.

    It has the lock of its service, and who waits for a change there hears of those here.
    """

    def __init__(self, name: str, service: Rulebook) -> None:
        super().__init__(name)
        self.lock = service.lock
        self._service = service

    def changed(self) -> None:
        """Say that something changed; the caller has the lock."""
        super().changed()
        self._service.changed()


def shortened(lines: list[str]) -> list[str]:
    """The last lines of a list, with a word on how many came before."""
    if len(lines) <= LISTED_MAX:
        return lines
    return [f"  ... {len(lines) - LISTED_MAX} before", *lines[-LISTED_MAX:]]
