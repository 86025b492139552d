/* mistake: takes whole numbers for no numbers
 * caught by: test_convert.py::test_a_rate_is_read
 * says: the rate 131 was refused */
    const json_t *number =
        json_object_get(json_object_get(answer, "rates"), conversion->currency);

    if (number == NULL)
        return fail(conversion, CONVERSION_NO_RATE, "there is no rate");
    if (!json_is_real(number) ||
        decimal_from_double(json_real_value(number), rate) != 0 ||
        rate->coefficient == 0)
        return fail(conversion, CONVERSION_BAD_RATE, "the rate is no number above 0");
    return CONVERSION_DONE;
