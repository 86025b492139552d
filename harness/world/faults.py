"""The table of faults: what a service can do instead of answering well.

A fault is one function here, named as it is asked for. It checks its options (WorldError)
and returns a coroutine function that plays it on an Exchange (service.py). The playing
begins once the request is whole, and, if it was held, released. (A service that refuses
every connection is not a fault of an answer: see World.refused_url.) Add one:

    @fault
    def late(seconds: float = 1.0) -> Play:
        '''The answer, `seconds` later than it would have come.'''
        require(seconds >= 0, "late: seconds is at least 0")

        async def play(exchange: Exchange) -> None:
            await asyncio.sleep(seconds)
            await exchange.answer(await exchange.respond())

        return play

What has `after` and `body` cuts the answer at a place: after so many bytes; or, with
`body`, after the whole head and so many bytes of the body.
"""

from __future__ import annotations

import asyncio
import gzip
import inspect
import itertools
import re
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Optional, Sequence

from .http1 import Response
from .limits import PAGE_MAX, READ_SIZE
from .watch import WorldError

if TYPE_CHECKING:
    from .service import Exchange

Play = Callable[["Exchange"], Awaitable[None]]

FAULTS: dict[str, Callable[..., Play]] = {}


def fault(function: Callable[..., Play]) -> Callable[..., Play]:
    """Put a fault into the table."""
    FAULTS[function.__name__] = function
    return function


def make_fault(
    name: str, options: dict[str, Any], table: Optional[dict[str, Any]] = None
) -> Any:
    """Fault `name` with these options, ready to play. WorldError if they are wrong.

    It is looked up in FAULTS, or in another `table` of such functions.
    """
    faults = FAULTS if table is None else table
    if name not in faults:
        raise WorldError(f"there is no fault {name!r}; there are: {', '.join(faults)}")
    try:
        inspect.signature(faults[name]).bind(**options)
    except TypeError:
        known = ", ".join(inspect.signature(faults[name]).parameters) or "none"
        given = ", ".join(options)
        message = f"fault {name}: its options are: {known}; not: {given}"
        raise WorldError(message) from None
    return faults[name](**options)


def require(condition: bool, message: str) -> None:
    """Refuse bad options."""
    if not condition:
        raise WorldError(message)


def is_count(value: object) -> bool:
    """Whether an option is a whole number from 0 up (True and False are not)."""
    return type(value) is int and value >= 0


def check_cut(name: str, after: int, body: Optional[int]) -> None:
    """Refuse a bad place to cut an answer at."""
    require(is_count(after), f"{name}: after is a number of bytes")
    require(body is None or is_count(body), f"{name}: body is a number of bytes")


async def cut(
    exchange: Exchange, after: int, body: Optional[int] = None
) -> tuple[bytes, bytes]:
    """The service's answer in two parts, once it is due."""
    head, content = exchange.encode(await exchange.respond())
    whole = head + content
    place = after if body is None else len(head) + body
    return whole[:place], whole[place:]


def as_chunk(piece: bytes | memoryview) -> bytes:
    """A piece of a body as chunked transfer coding has it; an empty one ends the body."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)


@fault
def status(code: int = 500) -> Play:
    """Answer at once with status `code`, as the service words its errors."""
    require(is_count(code) and 200 <= code <= 599, "status: code is from 200 to 599")

    async def play(exchange: Exchange) -> None:
        await exchange.answer(exchange.service.error(code, "a fault set by the test"))

    return play


@fault
def reset(after: int = 0, body: Optional[int] = None) -> Play:
    """Break the connection (TCP RST): at once, or when a part of the answer was sent."""
    check_cut("reset", after, body)

    async def play(exchange: Exchange) -> None:
        if after > 0 or body is not None:
            await exchange.send((await cut(exchange, after, body))[0])
        exchange.reset()

    return play


@fault
def stall(after: int = 0, body: Optional[int] = None) -> Play:
    """Send a part of the answer, and the rest when released.

    The stalled requests wait in the fault's own room: `fault.wait_for(1)`,
    `fault.release_all()`.
    """
    check_cut("stall", after, body)

    async def play(exchange: Exchange) -> None:
        part, rest = await cut(exchange, after, body)
        await exchange.send(part)
        await exchange.stay()
        await exchange.send(rest, last=True)

    return play


@fault
def close(after: int = 0, body: Optional[int] = None) -> Play:
    """Close the connection properly: at once, or when a part of the answer was sent."""
    check_cut("close", after, body)

    async def play(exchange: Exchange) -> None:
        exchange.close()
        if after > 0 or body is not None:
            await exchange.send((await cut(exchange, after, body))[0], last=True)

    return play


@fault
def lose_answer(code: Optional[int] = None) -> Play:
    """Do what was asked, and lose the answer: the connection closes without a byte of it.

    With `code`, that status comes instead, as from a gateway that lost it.
    """
    require(
        code is None or is_count(code) and 200 <= code <= 599,
        "lose_answer: code is from 200 to 599",
    )

    async def play(exchange: Exchange) -> None:
        await exchange.respond()
        if code is not None:
            await exchange.answer(exchange.service.error(code, "the answer was lost"))
        else:
            exchange.close()

    return play


@fault
def slow_headers() -> Play:
    """Send the head a line at a time, and then the body: after each line, until released.

    They wait in the fault's own room, as in `stall`: `fault.wait_for(1)` means that the
    next line was sent, and `fault.release_all()` lets one more come.
    """

    async def play(exchange: Exchange) -> None:
        head, content = exchange.encode(await exchange.respond())
        for line in head.splitlines(keepends=True):
            await exchange.send(line)
            await exchange.stay()
        await exchange.send(content, last=True)

    return play


@fault
def byte_at_a_time() -> Play:
    """The answer, right but in single bytes, each a write of its own."""

    async def play(exchange: Exchange) -> None:
        head, content = exchange.encode(await exchange.respond())
        left = len(head) + len(content)
        for byte in head + content:
            left -= 1
            await exchange.send(bytes([byte]), last=left == 0)
            await asyncio.sleep(0)  # let others have their turn

    return play


@fault
def chunked(sizes: Sequence[int] = (1, 7, 3, 64, 2, 1000)) -> Play:
    """The answer, right but in chunks of these sizes, over and over, each on its own."""
    require(
        isinstance(sizes, (list, tuple))
        and len(sizes) > 0
        and all(is_count(size) and size > 0 for size in sizes),
        "chunked: sizes is a list of numbers of bytes, each at least 1",
    )

    async def play(exchange: Exchange) -> None:
        answer = await exchange.respond()
        answer.headers["Transfer-Encoding"] = "chunked"
        head, content = exchange.encode(answer)
        is_bare = exchange.is_bare(answer)
        await exchange.send(head, last=is_bare)
        if is_bare:
            return
        rest, size = memoryview(content), itertools.cycle(sizes)
        while rest:
            start = next(size)
            await exchange.send(as_chunk(rest[:start]))
            await asyncio.sleep(0)  # let others have their turn
            rest = rest[start:]
        await exchange.send(as_chunk(b""), last=True)

    return play


@fault
def huge(size: int = 2**40, chunked: bool = False) -> Play:
    """The answer with a body of `size` spaces: a tebibyte, which is as good as endless.

    The head tells its length, unless it is sent `chunked`.
    """
    require(is_count(size) and size > 0, "huge: size is a number of bytes, at least 1")
    require(type(chunked) is bool, "huge: chunked is true or false")
    spaces = b" " * READ_SIZE

    async def play(exchange: Exchange) -> None:
        answer = await exchange.respond()
        length = ("Transfer-Encoding", "chunked") if chunked else ("Content-Length", size)
        answer.headers.update([length])
        head, _ = exchange.encode(answer)
        is_bare = exchange.is_bare(answer)
        await exchange.send(head, last=is_bare)
        if is_bare:
            return
        for start in range(0, size, READ_SIZE):
            piece = spaces[: size - start]
            is_last = not chunked and start + READ_SIZE >= size
            await exchange.send(as_chunk(piece) if chunked else piece, last=is_last)
            await asyncio.sleep(0)  # let others have their turn
        if chunked:
            await exchange.send(as_chunk(b""), last=True)

    return play


@fault
def wrong_length(by: int = 1) -> Play:
    """The answer with a Content-Length that is `by` too large, or, below 0, too small.

    When it is too large, the connection closes; when it is too small, the rest of the
    answer stands where the client expects the next one.
    """
    require(type(by) is int and by != 0, "wrong_length: by is a number other than 0")

    async def play(exchange: Exchange) -> None:
        answer = await exchange.respond()
        answer.headers["Content-Length"] = str(max(0, len(answer.body) + by))
        if by > 0:
            exchange.close()
        await exchange.answer(answer)

    return play


@fault
def garbage(count: int = 100) -> Play:
    """`count` bytes that are not HTTP, then the end of the connection."""
    require(
        is_count(count) and count <= PAGE_MAX,
        f"garbage: count is a number of bytes, at most {PAGE_MAX}",
    )

    async def play(exchange: Exchange) -> None:
        exchange.close()
        every_byte = bytes(range(256))
        await exchange.send((every_byte * (count // 256 + 1))[:count], last=True)

    return play


@fault
def body(text: str = "", content_type: str = "application/json", code: int = 200) -> Play:
    """Answer at once with `text` as the body, whatever was asked.

    Half a surrogate pair in it is sent as bytes that are no UTF-8.
    """
    require(type(text) is str, "body: text is a string")
    require(
        type(content_type) is str and re.fullmatch(r"[\x20-\x7e]+", content_type),
        "body: content_type is a line of ASCII",
    )
    require(is_count(code) and 200 <= code <= 599, "body: code is from 200 to 599")
    content = text.encode("utf-8", "surrogatepass")

    async def play(exchange: Exchange) -> None:
        await exchange.answer(Response(code, content, content_type))

    return play


@fault
def not_json() -> Play:
    """Answer at once with 200 and a page of HTML that says it is JSON."""
    return body("<!DOCTYPE html>\n<title>Welcome</title>\n<p>Please sign in.</p>\n")


@fault
def bad_gzip(truncated: bool = False) -> Play:
    """The answer as gzip that cannot be read; or, `truncated`, the first half of it.

    It comes whether the client takes gzip or not.
    """
    require(type(truncated) is bool, "bad_gzip: truncated is true or false")

    async def play(exchange: Exchange) -> None:
        answer = await exchange.respond()
        answer.headers["Content-Encoding"] = "gzip"
        data = gzip.compress(answer.body, mtime=0)
        # After gzip's head of ten bytes, 0xff begins a block of no kind that there is.
        answer.body = (
            data[: len(data) // 2] if truncated else data[:10] + b"\xff" + data[11:]
        )
        await exchange.answer(answer)

    return play
