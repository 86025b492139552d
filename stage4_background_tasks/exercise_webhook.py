"""Your own test of the webhook (gap 4.10).

It is judged like this: on the reference your test must pass; then it is run on programs with
a known mistake, and on each of them it must fail.

    make stage4 GAP=4.10
"""

from __future__ import annotations

from harness import expect
from harness.calling import deliver, event


def test_webhook(serve, world):
    """Somebody answers his telephone, and the service of jokes takes its time."""
    options = ("--port", "0", "--stay", "--timeout", "60")  # it telephones nobody
    server = serve("dial_now", *options, **world.environment)
    hold = world.jokes.hold("/")  # holds back what the program asks that service
    # TODO 4.10 (orange) Write a test of the webhook. It must catch one that answers wrongly.
    # deliver(server, EVENT) tells the program an event, as the network does, and returns its
    # answer (answer.status); a Failure when none comes. event("call.answered",
    # call_control_id="v3:first") makes one, with an id of its own; the same one can be
    # delivered twice. server.wait_for_requests(hold, 2) waits until two requests for jokes
    # are held; len(hold.held) is how many there are. What is to come out: is the answer
    # there while the joke is not? Is a joke fetched at all? How many, when the event comes
    # again, and how many when another call's comes? What of bytes that are no event (b"{")?
    (hold, deliver, event, expect)
    TODO("4.10")
    # END 4.10
