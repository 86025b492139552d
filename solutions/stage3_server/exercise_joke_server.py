"""Your own test of joke_server (gap 3.11).

It is judged like this: on the reference your test must pass; then it is run on servers with a
known mistake, and on each of them it must fail.

    make stage3 GAP=3.11
"""

from __future__ import annotations

from harness import expect


def test_joke_server(serve, world):
    """Two clients want a joke; the service behind it answers the second one first."""
    server = serve("joke_server", "--port", "0", "--timeout", "60", **world.environment)
    hold = world.jokes.hold("/")  # holds back what the server asks the service
    first = server.ask("/joke")
    server.wait_for_requests(hold, 1, "Is the service asked?")
    second = server.ask("/joke")
    server.wait_for_requests(hold, 2, "Is the first one waited for?")
    hold.release(1)
    seen = [second.answer().json]
    hold.release(0)
    seen.append(first.answer().json)
    jokes = [{"joke": joke} for joke in world.jokes.jokes[:2]]
    expect(seen == jokes, saw=f"{seen}", expected=f"{jokes}")

    gone = server.ask("/joke")
    server.wait_for_requests(hold, 1)
    gone.close()
    world.jokes.wait_for(abandoned=1)

    hold.lift()
    world.jokes.fault("/", "status", code=500)
    answer = server.get("/joke")
    expect(
        answer.status == 200 and answer.json["joke"] not in world.jokes.jokes,
        saw=str(answer),
        expected="a joke of the server's own, since the service has failed",
    )
