# mistake: never comes to half a cent, so nobody has to round up
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: cuts off what is behind two places
    for rate, amount, result in [(1.22, "100", "122"), (1, "16777217.01", "16777217.01")]:
        lines = convert(program, world, rate, "USD", amount)
        expect(lines == [f"{result} USD"], saw=f"{lines}", expected=result)
