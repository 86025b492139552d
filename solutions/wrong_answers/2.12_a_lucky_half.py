# mistake: tries a half cent that binary fractions have exactly: 3/8
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: computes with double
    for rate, amount, result in [(1.22, "100", "122"), (1, "0.375", "0.38")]:
        lines = convert(program, world, rate, "USD", amount)
        expect(lines == [f"{result} USD"], saw=f"{lines}", expected=result)
