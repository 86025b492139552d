# mistake: looks at the answers only
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: answers, and does nothing
    answered = event("call.answered", call_control_id="v3:first")
    for one in (answered, answered, event("call.answered", call_control_id="v3:other")):
        answer = deliver(server, one)
        expect(answer.status == 200, saw=str(answer), expected="200")
