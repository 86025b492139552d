# mistake: delivers every event once
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: never remembers what it has seen
    answered = event("call.answered", call_control_id="v3:first")
    answer = deliver(server, answered)
    expect(answer.status == 200, saw=str(answer), expected="200")
    server.wait_for_requests(hold, 1)
    deliver(server, event("call.answered", call_control_id="v3:other"))
    server.wait_for_requests(hold, 2)
