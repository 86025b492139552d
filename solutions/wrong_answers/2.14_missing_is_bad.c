/* mistake: does not tell a rate that is not there from a bad one
 * caught by: test_convert.py::test_a_missing_rate
 * says: A rate that is not there is no bad rate */
    const json_t *number =
        json_object_get(json_object_get(answer, "rates"), conversion->currency);

    if (!json_is_number(number) ||
        decimal_from_double(json_number_value(number), rate) != 0 ||
        rate->coefficient == 0)
        return fail(conversion, CONVERSION_BAD_RATE, "the rate is no number above 0");
    return CONVERSION_DONE;
