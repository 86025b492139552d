# mistake: expects two places, always
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: it fails on the reference
    lines = convert(program, world, 1.22, "USD", "100")
    expect(lines == ["122.00 USD"], saw=f"{lines}", expected="122.00 USD")
