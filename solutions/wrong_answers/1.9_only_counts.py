# mistake: counts what happened, but does not look at the order
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: your test passes, although
    expect(len(seen) == 6, saw=f"{len(seen)} events", expected="6")
