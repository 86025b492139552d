# mistake: looks at nothing, so it passes on every program that answers
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: your test passes, although
    answered = event("call.answered", call_control_id="v3:first")
    deliver(server, answered)
    hold.lift()
