"""The slow sites: pages that come after a while, so that waiting can overlap; and others.

    /                      what is here
    /python-org ...        four sites for a demonstration, each with a delay of its own
    /delay/N               a page after N seconds (fractions allowed, at most 60)
    /redirect/N            N redirects (302), one to the next, and then a page
    /redirect-loop         a redirect to itself
    /redirect-to?url=URL   a redirect to URL, as it is given
    /status/CODE           a page with that status, whatever the method
    /gzip                  a page, compressed if the client says that it takes gzip
    /headers               the request's headers, as JSON
    /echo                  the request, whatever its method, as JSON: {"method": "POST",
                           "target": "/echo", "headers": {...}, "body": "..."}

`?bytes=N` makes any page exactly N bytes long (at most PAGE_MAX, 8 MiB).
"""

from __future__ import annotations

import functools
import gzip
import re

from .http1 import HttpError, Request, Response
from .limits import DELAY_MAX, PAGE_MAX
from .service import Service, route

SITES = {"python-org": 2.0, "libuv-org": 1.0, "curl-se": 3.0, "example-com": 0.5}
OTHERS = {
    "/delay/N": f"after N seconds, at most {DELAY_MAX:g}",
    "/redirect/N": "N redirects, then a page",
    "/redirect-loop": "redirects without end",
    "/redirect-to?url=URL": "a redirect to URL",
    "/status/CODE": "a page with that status",
    "/gzip": "compressed, if you take gzip",
    "/headers": "the headers you sent, as JSON",
    "/echo": "what you sent, as JSON",
}


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
        sites = "".join(
            f'<li><a href="/{site}">/{site}</a>: after {delay:g} s</li>\n'
            for site, delay in SITES.items()
        )
        others = "".join(f"<li>{path}: {words}</li>\n" for path, words in OTHERS.items())
        text = (
            f"<ul>\n{sites}{others}</ul>\n"
            f"<p>Add ?bytes=N for a page of N bytes, at most {PAGE_MAX}.</p>\n"
        )
        return Response.html(page("Slow sites", text, wanted_bytes(request)))

    @route("GET", "/{site}")
    def site(self, request: Request, site: str) -> Response:
        """One of the four."""
        if site not in SITES:
            raise HttpError(404, f"sites has nothing at {request.path}")
        return slow_page(request, site, SITES[site])

    @route("GET", "/delay/{seconds}")
    def delay(self, request: Request, seconds: str) -> Response:
        """A page after a chosen delay."""
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{0,9})?|\.[0-9]{1,9}", seconds):
            raise HttpError(400, "the delay is a number of seconds, as in /delay/1.5")
        if float(seconds) > DELAY_MAX:
            raise HttpError(400, f"the delay is at most {DELAY_MAX:g} seconds")
        return slow_page(request, f"delay {seconds}", float(seconds))

    @route("GET", "/redirect/{count}")
    def redirect(self, request: Request, count: str) -> Response:
        """The first of some redirects, or the page behind the last."""
        if not re.fullmatch(r"[0-9]{1,4}", count):
            raise HttpError(400, "redirect how many times? as in /redirect/3")
        if int(count) == 0:
            return Response.html(page("At the end", "", wanted_bytes(request)))
        return redirect_to(f"/redirect/{int(count) - 1}")

    @route("GET", "/redirect-loop")
    def redirect_loop(self, request: Request) -> Response:
        """A redirect to itself."""
        return redirect_to("/redirect-loop")

    @route("GET", "/redirect-to")
    def redirect_elsewhere(self, request: Request) -> Response:
        """A redirect to a chosen place."""
        url = request.query.get("url")
        if url is None or not re.fullmatch(r"[\x20-\x7e]*", url):
            raise HttpError(400, "to which URL? as in /redirect-to?url=/gzip, in ASCII")
        return redirect_to(url)

    @route("*", "/status/{code}")
    def status(self, request: Request, code: str) -> Response:
        """A page with a chosen status."""
        if not re.fullmatch(r"[2-5][0-9]{2}", code):
            raise HttpError(400, "the status is a number from 200 to 599")
        return Response.html(page(f"Status {code}", "", wanted_bytes(request)), int(code))

    @route("GET", "/gzip")
    def gzip(self, request: Request) -> Response:
        """A page, compressed for those who can read it."""
        response = Response.html(page("gzip", "", wanted_bytes(request)))
        response.headers["Vary"] = "Accept-Encoding"
        if takes_gzip(request):
            response.headers["Content-Encoding"] = "gzip"
            response.body = gzip.compress(response.body, mtime=0)
        return response

    @route("GET", "/headers")
    def headers(self, request: Request) -> Response:
        """The headers that came."""
        return Response.json(dict(request.headers))

    @route("*", "/echo")
    def echo(self, request: Request) -> Response:
        """All that came; bytes of the body that are not UTF-8 become U+FFFD."""
        return Response.json(
            {
                "method": request.method,
                "target": request.target,
                "headers": dict(request.headers),
                "body": request.body.decode("utf-8", "replace"),
            }
        )


def slow_page(request: Request, title: str, delay: float) -> Response:
    """A page that comes after `delay` seconds."""
    text = f"<p>This page was {delay:g} s on its way.</p>\n"
    return Response.html(page(title, text, wanted_bytes(request)), delay=delay)


def redirect_to(url: str) -> Response:
    """A redirect."""
    return Response.html(page("Elsewhere", "", None), 302, headers={"Location": url})


def takes_gzip(request: Request) -> bool:
    """Whether Accept-Encoding names gzip, and does not rule it out with q=0."""
    wishes = request.headers.get("accept-encoding", "").lower().replace(" ", "")
    return re.search(r"(^|,)gzip(;q=(1|0\.0*[1-9])[0-9.]*)?(,|$)", wishes) is not None


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
