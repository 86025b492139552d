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
    # TODO 2.12 (orange) Write a test of convert. It must catch one that computes wrongly.
    # Call convert() with rates and amounts of your choice, and say what must come out, with
    # expect(lines == [...], saw=..., expected=...), several times. Which rate shows that the
    # rate was used at all? Half a cent or more goes up: which amount shows it? And which one
    # shows that nobody computes in a float or a double, where 1.005 is a little less?
    TODO("2.12")
    # END 2.12
