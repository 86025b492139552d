/* mistake: ignores the rate
 * caught by: test_convert.py::test_a_hundred_euros
 * says: the rate was ignored
 * exercise: 2.12 */
    struct decimal one = {.coefficient = 1};

    (void)rate;
    if (decimal_multiply(conversion->amount, one, PLACES, &conversion->result) != 0)
        return fail(conversion, CONVERSION_OUT_OF_RANGE, "the result is too large");
    return CONVERSION_DONE;
