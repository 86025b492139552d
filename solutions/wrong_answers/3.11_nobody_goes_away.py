# mistake: has clients that stay until they are answered
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: goes on asking when its client has gone away
    first = server.ask("/joke")
    server.wait_for_requests(hold, 1)
    second = server.ask("/joke")
    server.wait_for_requests(hold, 2)
    hold.release(1)
    seen = [second.answer().json["joke"]]
    hold.release(0)
    seen.append(first.answer().json["joke"])
    expect(seen == world.jokes.jokes[:2], saw=f"{seen}", expected="the first two jokes")
