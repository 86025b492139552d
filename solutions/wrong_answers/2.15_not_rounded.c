/* mistake: does not round to two places
 * caught by: test_convert.py::test_half_a_cent_goes_up
 * says: it was not rounded to two places */
    if (decimal_multiply(conversion->amount, rate, DECIMAL_DIGITS,
                         &conversion->result) != 0 &&
        decimal_multiply(conversion->amount, rate, PLACES, &conversion->result) != 0)
        return fail(conversion, CONVERSION_OUT_OF_RANGE, "the result is too large");
    return CONVERSION_DONE;
