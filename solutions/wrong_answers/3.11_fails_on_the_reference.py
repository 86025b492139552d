# mistake: expects the first joke for the first client, who is answered last
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: it fails on the reference
    first = server.ask("/joke")
    server.wait_for_requests(hold, 1)
    second = server.ask("/joke")
    server.wait_for_requests(hold, 2)
    hold.release(1)
    seen = [second.answer().json["joke"]]
    hold.release(0)
    seen = [first.answer().json["joke"], *seen]
    expect(seen == world.jokes.jokes[:2], saw=f"{seen}", expected="the first two jokes")
