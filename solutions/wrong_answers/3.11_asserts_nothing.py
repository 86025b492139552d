# mistake: looks at nothing, so it passes on every server that answers
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: your test passes, although
    hold.lift()
    server.get("/joke")
