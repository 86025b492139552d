# mistake: lets the jokes come at once
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: does the work, and answers then
    hold.lift()
    answered = event("call.answered", call_control_id="v3:first")
    answer = deliver(server, answered)
    expect(answer.status == 200, saw=str(answer), expected="200")
    deliver(server, answered)
    other = event("call.answered", call_control_id="v3:other")
    deliver(server, other)
    world.jokes.wait_for(finished=2)
    for _ in range(2):
        server.get("/health")
    count = world.jokes.counts.arrived
    expect(count == 2, saw=f"{count}", expected="one for each call")
