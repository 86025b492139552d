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
    answered = event("call.answered", call_control_id="v3:first")
    answer = deliver(server, answered)
    expect(answer.status == 200, saw=str(answer), expected="200, before there is a joke")
    server.wait_for_requests(hold, 1, "Is anything done for the event?")

    again = deliver(server, answered)
    expect(again.status == 200, saw=str(again), expected="200: it was taken already")
    other = deliver(server, event("call.answered", call_control_id="v3:other"))
    expect(other.status == 200, saw=str(other), expected="200")
    server.wait_for_requests(hold, 2, "Is the other call's event another one?")
    for _ in range(2):  # whoever answers this has done all that was there before
        server.get("/health")
    count = len(hold.held)
    expect(count == 2, saw=f"{count} jokes were fetched", expected="one for each call")

    broken = deliver(server, b"{")
    expect(broken.status == 400, saw=str(broken), expected="400")
