/* mistake: does not look at what decimal_multiply() returns
 * caught by: test_convert.py::test_a_result_that_is_too_large
 * says: what did decimal_multiply() return? */
    decimal_multiply(conversion->amount, rate, PLACES, &conversion->result);
    return CONVERSION_DONE;
