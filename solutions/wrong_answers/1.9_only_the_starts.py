# mistake: looks at the starts only, and misses a program whose start function sleeps
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: sleeps in the start function
    starts = [event for event, number in seen[:3]]
    expect(starts == ["starting"] * 3, saw=f"{seen}", expected="three starts first")
