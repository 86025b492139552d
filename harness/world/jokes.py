"""Jokes: each answer has another one, in turn, and after the last the first again.

    /    with Accept: application/json    {"id": "j01", "joke": "...", "status": 200}
         without                          the joke alone, as plain text

As with the public service, a client says who it is: without a User-Agent it gets 403 and
{"error": "..."}. So that every run is the same, the jokes come in the order of the table.
"""

from __future__ import annotations

import re

from .http1 import HttpError, Request, Response
from .service import JsonService, route

JOKES = [
    "My phone has been on hold so long that it asked me for a day off.",
    "Why did the callback never finish its story? It returned first.",
    "I asked the event loop how its day was. It said: same again, and again.",
    "The modem and the telephone broke up: too much noise, and no signal.",
    "Two threads walk into a bar. The bar walks into two threads.",
    "Your joke is important to us. Please wait; you are number four to laugh.",
    "A pointer goes home early. Nobody is there: the house was freed.",
    "Why do programmers whisper in a library? It is linked statically.",
    "My timer is very punctual: it never comes a moment too early, unless it does.",
    "I called the support line for patience. They will call me back.",
    "What did the socket say to the plug? You are just my type, but not my family.",
    "The queue was full of people who had come to complain about the queue.",
    "I told my compiler a secret. Now it warns everybody.",
    "Why was the telephone so good at school? It never missed a ring.",
    "A buffer goes to the tailor: 'Could you let it out by one byte?'",
    "My best friend is asynchronous: he always answers, only never now.",
    "The bug was not in my code. It was in my other code.",
    "Why did the operator marry the caller? There was a connection at once.",
    "A watched process never exits.",
    "I would tell you the one about the timeout, but",
]


class Jokes(JsonService):
    """The jokes. `jokes` is the table, which a test may change until reset()."""

    name = "jokes"

    def __init__(self) -> None:
        super().__init__()
        self._restore()

    def reset(self) -> None:
        """The table is as it was, too, and the first joke is next."""
        super().reset()
        self._restore()

    @route("GET", "/")
    def joke(self, request: Request) -> Response:
        """The next joke, as JSON for those who ask for it."""
        if not request.headers.get("user-agent"):
            raise HttpError(403, "who asks? the header User-Agent is missing")
        index = self._next % len(self.jokes)
        self._next += 1
        vary = {"Vary": "Accept"}
        if not takes_json(request):
            return Response.text(self.jokes[index], headers=vary)
        joke = {"id": f"j{index + 1:02}", "joke": self.jokes[index], "status": 200}
        return Response.json(joke, headers=vary)

    def _restore(self) -> None:
        self.jokes = list(JOKES)
        self._next = 0


def takes_json(request: Request) -> bool:
    """Whether Accept names application/json, and does not rule it out with q=0."""
    wishes = request.headers.get("accept", "").lower().replace(" ", "")
    wish = r"(^|,)application/json(;q=(1|0\.0*[1-9])[0-9.]*)?(,|$)"
    return re.search(wish, wishes) is not None
