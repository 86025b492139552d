# mistake: expects a joke for each delivery
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: it fails on the reference
    answered = event("call.answered", call_control_id="v3:first")
    deliver(server, answered)
    deliver(server, answered)
    server.wait_for_requests(hold, 2)
