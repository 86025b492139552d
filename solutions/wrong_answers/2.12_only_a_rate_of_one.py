# mistake: tries a rate of 1 only, and misses a program that never multiplies
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: ignores the rate
    for amount, result in [("1.005", "1.01"), ("16777217.01", "16777217.01")]:
        lines = convert(program, world, 1, "USD", amount)
        expect(lines == [f"{result} USD"], saw=f"{lines}", expected=result)
