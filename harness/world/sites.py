"""The slow sites: pages that come after a while, so that waiting can overlap.

    /                 what is here
    /delay/N          a page after N seconds (fractions allowed, at most 60)
    /python-org ...   four sites for a demonstration, each with a delay of its own

`?bytes=N` makes any of these pages exactly N bytes long (at most PAGE_MAX, 8 MiB).
"""

from __future__ import annotations

import functools
import re

from .http1 import HttpError, Request, Response
from .limits import DELAY_MAX, PAGE_MAX
from .service import Service, route

SITES = {"python-org": 2.0, "libuv-org": 1.0, "curl-se": 3.0, "example-com": 0.5}


class Sites(Service):
    """The slow sites."""

    name = "sites"

    @property
    def urls(self) -> list[str]:
        """The four sites of the demonstration."""
        return [f"{self.url}/{site}" for site in SITES]

    @route("GET", "/")
    def index(self, request: Request) -> Response:
        """A list of what is here."""
        items = "".join(
            f'<li><a href="/{site}">/{site}</a>: after {delay:g} s</li>\n'
            for site, delay in SITES.items()
        )
        text = (
            f"<ul>\n{items}<li>/delay/N: after N seconds, at most {DELAY_MAX:g}</li>\n"
            f"</ul>\n<p>Add ?bytes=N for a page of N bytes, at most {PAGE_MAX}.</p>\n"
        )
        return Response.html(page("Slow sites", text, wanted_bytes(request)))

    @route("GET", "/delay/{seconds}")
    def delay(self, request: Request, seconds: str) -> Response:
        """A page after a chosen delay."""
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{0,9})?|\.[0-9]{1,9}", seconds):
            raise HttpError(400, "the delay is a number of seconds, as in /delay/1.5")
        if float(seconds) > DELAY_MAX:
            raise HttpError(400, f"the delay is at most {DELAY_MAX:g} seconds")
        return slow_page(request, f"delay {seconds}", float(seconds))

    @route("GET", "/{site}")
    def site(self, request: Request, site: str) -> Response:
        """One of the four."""
        if site not in SITES:
            raise HttpError(404, f"sites has nothing at {request.path}")
        return slow_page(request, site, SITES[site])


def slow_page(request: Request, title: str, delay: float) -> Response:
    """A page that comes after `delay` seconds."""
    text = f"<p>This page was {delay:g} s on its way.</p>\n"
    return Response.html(page(title, text, wanted_bytes(request)), delay=delay)


def wanted_bytes(request: Request) -> int | None:
    """The N of `?bytes=N`; None if it was not given. HttpError 400 if it is no good."""
    text = request.query.get("bytes")
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > PAGE_MAX:
        raise HttpError(400, f"bytes is a whole number, at most {PAGE_MAX}")
    return int(text)


@functools.lru_cache(maxsize=4)  # a thousand clients of one large page share its bytes
def page(title: str, text: str, size: int | None) -> bytes:
    """An HTML page, made exactly `size` bytes long if that is given."""
    begin = (
        f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8">'
        f"<title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n{text}"
    ).encode()
    end = b"</body>\n</html>\n"
    if size is None:
        return begin + end
    filler = b"<p>0123456789 0123456789 0123456789 0123456789 0123456789</p>\n"
    room = max(0, size - len(begin) - len(end))
    lines, rest = divmod(room, len(filler))
    return (begin + lines * filler + rest * b" " + end)[:size]
