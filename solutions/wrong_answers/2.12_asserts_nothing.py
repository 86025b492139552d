# mistake: looks at nothing, so it passes on every program
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: your test passes, although
    convert(program, world, 1.22, "USD", "100")
