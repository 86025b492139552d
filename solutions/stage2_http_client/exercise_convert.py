"""Your own test of convert (gap 2.12), written before the program, as test-driven development
has it. It is to catch a program that converts wrongly.

It is judged like this: on the reference your test must pass; then it is run on programs with
a known mistake, and on each of them it must fail.

    make stage2 GAP=2.12
"""

from __future__ import annotations

from harness import expect


def convert(program, world, rate, currency, amount):
    """The lines that `convert CURRENCY AMOUNT` prints when the service has this rate."""
    world.rates.rates[currency] = rate
    return program("convert").run(currency, amount, **world.environment).lines


def test_convert_is_exact(program, world):
    """An amount is converted at the service's rate, to the cent."""
    for rate, currency, amount, result in [
        (1.22, "USD", "100", "122"),
        (0.884, "GBP", "100", "88.4"),
        (1, "USD", "1.005", "1.01"),
        (1, "USD", "16777217.01", "16777217.01"),
        (1.1, "USD", "123456789012.34", "135802467913.57"),
    ]:
        lines = convert(program, world, rate, currency, amount)
        expect(
            lines == [f"{result} {currency}"],
            saw=f"{amount} EUR at a rate of {rate} came out as {lines}",
            expected=f"{result} {currency}",
        )
