"""The table of faults: what a service can do instead of answering well.

A fault is one function here, named as it is asked for. It checks its options (WorldError)
and returns a coroutine function that plays it on an Exchange (service.py). The playing
begins once the request is whole, and, if it was held, released. Add one:

    @fault
    def garbage(count: int = 100) -> Play:
        '''`count` bytes that are not HTTP, then the end of the connection.'''
        require(count >= 0, "garbage: count is at least 0")

        async def play(exchange: Exchange) -> None:
            exchange.close()
            await exchange.send(bytes(count), last=True)

        return play
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Optional

from .http1 import Response
from .watch import WorldError

if TYPE_CHECKING:
    from .service import Exchange

Play = Callable[["Exchange"], Awaitable[None]]

FAULTS: dict[str, Callable[..., Play]] = {}


def fault(function: Callable[..., Play]) -> Callable[..., Play]:
    """Put a fault into the table."""
    FAULTS[function.__name__] = function
    return function


def make_fault(name: str, options: dict[str, Any]) -> Play:
    """Fault `name` with these options, ready to play. WorldError if they are wrong."""
    if name not in FAULTS:
        raise WorldError(f"there is no fault {name!r}; there are: {', '.join(FAULTS)}")
    try:
        inspect.signature(FAULTS[name]).bind(**options)
    except TypeError:
        known = ", ".join(inspect.signature(FAULTS[name]).parameters) or "none"
        given = ", ".join(options)
        message = f"fault {name}: its options are: {known}; not: {given}"
        raise WorldError(message) from None
    return FAULTS[name](**options)


def require(condition: bool, message: str) -> None:
    """Refuse bad options."""
    if not condition:
        raise WorldError(message)


def is_count(value: object) -> bool:
    """Whether an option is a whole number from 0 up (True and False are not)."""
    return type(value) is int and value >= 0


@fault
def status(code: int = 500) -> Play:
    """Answer at once with status `code`, as the service words its errors."""
    require(is_count(code) and 200 <= code <= 599, "status: code is from 200 to 599")

    async def play(exchange: Exchange) -> None:
        await exchange.answer(exchange.service.error(code, "a fault set by the test"))

    return play


@fault
def reset() -> Play:
    """Break the connection (TCP RST) while the request waits for its answer."""

    async def play(exchange: Exchange) -> None:
        exchange.reset()

    return play


@fault
def stall(after: int = 0, body: Optional[int] = None) -> Play:
    """Send the first `after` bytes of the answer, then nothing until released.

    With `body` instead: the whole head, and so many bytes of the body. The stalled
    requests wait in the fault's own room: `fault.wait_for(1)`, `fault.release_all()`.
    """
    require(is_count(after), "stall: after is a number of bytes")
    require(body is None or is_count(body), "stall: body is a number of bytes")

    async def play(exchange: Exchange) -> None:
        answer: Response = await exchange.respond()
        head, content = exchange.encode(answer)
        whole = head + content
        cut = after if body is None else len(head) + body
        await exchange.send(whole[:cut])
        await exchange.stay()
        await exchange.send(whole[cut:], last=True)

    return play
