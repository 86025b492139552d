"""The control interface: rules, counts and reset over HTTP, for programs not in Python.

It calls the same methods that a test calls; `GET /` answers with the package's docstring,
which lists its routes.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from .http1 import HttpError, Request, Response
from .limits import WAIT_LIMIT
from .rules import AnyRule, Fault, Rulebook
from .service import JsonService, Service, route
from .telephony import Call, Telephony
from .watch import WorldError, WorldTimeout


class Control(JsonService):
    """The control service over some others; it is not subject to rules itself."""

    name = "control"

    def __init__(self) -> None:
        super().__init__()
        self.services: dict[str, Service] = {}
        self.annexes: dict[str, Rulebook] = {}  # they have rules, and no URL

    async def handle(self, request: Request) -> Response:
        """Turn what the world refuses into an answer."""
        try:
            return await super().handle(request)
        except WorldTimeout as error:
            raise HttpError(504, str(error)) from None
        except WorldError as error:
            raise HttpError(400, str(error)) from None

    @route("GET", "/")
    def manual(self, request: Request) -> Response:
        """The package's docstring."""
        from . import __doc__ as text

        return Response.text(text)

    @route("GET", "/services")
    def list_services(self, request: Request) -> Response:
        """Where every service listens."""
        return Response.json({name: s.url for name, s in self.services.items()})

    @route("POST", "/reset")
    def reset_all(self, request: Request) -> Response:
        """All services as new."""
        for service in self.services.values():
            service.reset()
        return Response.json({})

    @route("POST", "/{service}/reset")
    def reset_one(self, request: Request, service: str) -> Response:
        """One service as new."""
        self._book(service).reset()
        return Response.json({})

    @route("GET", "/{service}/counts")
    def show_counts(self, request: Request, service: str) -> Response:
        """The counts."""
        return Response.json(asdict(self._book(service).counts))

    @route("GET", "/{service}/counts/wait")
    async def wait_counts(self, request: Request, service: str) -> Response:
        """The counts, once they are as wanted."""
        book = self._book(service)
        limit, wanted = wait_query(request)
        await book.watch_counts(**wanted).reached(limit)
        return Response.json(asdict(book.counts))

    @route("GET", "/{service}/requests")
    def list_requests(self, request: Request, service: str) -> Response:
        """The log."""
        return Response.json([show_request(r) for r in self._book(service).requests])

    @route("GET", "/{service}/rules")
    def list_rules(self, request: Request, service: str) -> Response:
        """The rules in force."""
        return Response.json([show_rule(rule) for rule in self._book(service).rules])

    @route("POST", "/{service}/holds")
    def add_hold(self, request: Request, service: str) -> Response:
        """A new hold."""
        given = fields(request, pattern=str, times=int)
        return created(self._book(service).hold(**needing(given, "pattern")))

    @route("POST", "/{service}/faults")
    def add_fault(self, request: Request, service: str) -> Response:
        """A new fault."""
        given = fields(request, pattern=str, name=str, times=int, options=dict)
        options = given.pop("options", {})
        if clash := set(options) & {"pattern", "name", "times"}:
            raise HttpError(400, f"{clash.pop()} is not an option of a fault")
        given = needing(given, "pattern", "name")
        return created(self._book(service).fault(**given, **options))

    @route("GET", "/{service}/rules/{number}")
    def show_one(self, request: Request, service: str, number: str) -> Response:
        """A rule, and who waits in its room."""
        return Response.json(show_rule(self._rule(service, number)))

    @route("GET", "/{service}/rules/{number}/wait")
    async def wait_rule(self, request: Request, service: str, number: str) -> Response:
        """A rule, once enough requests wait in its room."""
        rule = self._rule(service, number)
        limit, wanted = wait_query(request)
        if set(wanted) != {"count"}:
            raise HttpError(400, "say for how many: ?count=4")
        await rule.watch(wanted["count"]).reached(limit)
        return Response.json(show_rule(rule))

    @route("POST", "/{service}/rules/{number}/release")
    def release(self, request: Request, service: str, number: str) -> Response:
        """Let some or all of those who wait go on."""
        rule = self._rule(service, number)
        given = fields(request, order=list, count=int)
        if len(given) > 1:
            raise HttpError(400, "give order or count, not both")
        if "order" in given:
            if not all(type(item) in (int, str) for item in given["order"]):
                raise HttpError(400, "order is a list of numbers and paths")
            released = rule.release(given["order"])
        elif "count" in given:
            released = rule.release_next(given["count"])
        else:
            released = rule.release_all()
        return Response.json({"released": released})

    @route("DELETE", "/{service}/rules/{number}")
    def lift(self, request: Request, service: str, number: str) -> Response:
        """End a rule."""
        self._rule(service, number).lift()
        return Response.json({})

    @route("POST", "/telephony/people")
    def set_person(self, request: Request) -> Response:
        """What somebody does when called."""
        given = needing(fields(request, number=str, manner=str, after=int), "number")
        self._telephony().person(**needing(given, "manner"))
        return Response.json({})

    @route("GET", "/telephony/calls")
    def list_calls(self, request: Request) -> Response:
        """The calls, and what became of them."""
        return Response.json([show_call(call) for call in self._telephony().calls])

    def _telephony(self) -> Telephony:
        telephony = self.services["telephony"]
        assert isinstance(telephony, Telephony)
        return telephony

    def _book(self, service: str) -> Rulebook:
        books = {**self.services, **self.annexes}
        if service not in books:
            names = ", ".join(books)
            raise HttpError(404, f"there is no service {service!r}; there are: {names}")
        return books[service]

    def _rule(self, service: str, number: str) -> AnyRule:
        book = self._book(service)
        is_number = number.isascii() and number.isdigit() and len(number) < 10
        rule = book.rule(int(number)) if is_number else None
        if rule is None:
            raise HttpError(404, f"{service} has no rule {number} (any more)")
        return rule


def fields(request: Request, **types: type) -> dict[str, Any]:
    """The fields of a JSON body; null is as good as absent. HttpError 400 if unknown."""
    given = request.json()
    if not isinstance(given, dict):
        raise HttpError(400, "the body is a JSON object")
    given = {name: value for name, value in given.items() if value is not None}
    for name, value in given.items():
        if name not in types:
            known = ", ".join(types)
            raise HttpError(400, f"unknown field {name!r}; known are: {known}")
        if type(value) is not types[name]:
            raise HttpError(400, f"{name} is of the wrong type ({types[name].__name__})")
    return given


def needing(given: dict[str, Any], *names: str) -> dict[str, Any]:
    """`given`, if these fields are in it; HttpError 400 otherwise."""
    for name in names:
        if name not in given:
            raise HttpError(400, f"{name} is missing")
    return given


def wait_query(request: Request) -> tuple[float, dict[str, int]]:
    """The limit and the wanted numbers of `?count=4&limit=5`; HttpError 400 if wrong."""
    wanted = dict(request.query)
    limit = wanted.pop("limit", str(WAIT_LIMIT))
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", limit):
        raise HttpError(400, "limit is a number of seconds, less than 10000")
    for name, text in wanted.items():
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise HttpError(400, f"{name} is a whole number")
    return float(limit), {name: int(text) for name, text in wanted.items()}


def created(rule: AnyRule) -> Response:
    """A new rule as an answer."""
    return Response.json(show_rule(rule), 201)


def show_rule(rule: AnyRule) -> dict[str, Any]:
    """A rule as JSON."""
    shown: dict[str, Any] = {"id": rule.id, "pattern": rule.pattern, "times": rule.times}
    if isinstance(rule, Fault):
        shown.update(fault=rule.name, options=rule.options)
    held = [{"number": n, **show_request(r)} for n, r in rule.held.items()]
    return {**shown, "taken": rule.taken, "held": held}


def show_request(request: Request) -> dict[str, Any]:
    """A request as JSON; bytes of its body that are not UTF-8 come out as U+FFFD."""
    return {
        "arrival": request.arrival,
        "connection": request.connection,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": dict(request.headers),
        "body": request.body.decode("utf-8", "replace"),
    }


def show_call(call: Call) -> dict[str, Any]:
    """A call as JSON."""
    return {
        "number": call.number,
        **call.ids(),
        "from": call.from_,
        "to": call.to,
        "state": call.state,
        "hangup_cause": call.hangup_cause,
        "hangup_source": call.hangup_source,
        "said": call.said,
        "events": [
            {"type": event.type, "id": event.id, "delivered": event.delivered}
            for event in call.events
        ],
    }
