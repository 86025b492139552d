/* mistake: cuts off what is behind two places instead of rounding
 * caught by: test_convert.py::test_half_a_cent_goes_up
 * says: it was cut off, not rounded
 * exercise: 2.12 */
    struct decimal *result = &conversion->result;

    if (decimal_multiply(conversion->amount, rate, DECIMAL_DIGITS, result) != 0 &&
        decimal_multiply(conversion->amount, rate, PLACES, result) != 0)
        return fail(conversion, CONVERSION_OUT_OF_RANGE, "the result is too large");
    for (; result->scale > PLACES; result->scale--)
        result->coefficient /= 10;
    return CONVERSION_DONE;
