# mistake: tries a half cent that binary fractions happen to get right
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: computes with double
    for rate, amount, result in [(1.22, "100", "122"), (1, "1.115", "1.12")]:
        lines = convert(program, world, rate, "USD", amount)
        expect(lines == [f"{result} USD"], saw=f"{lines}", expected=result)
