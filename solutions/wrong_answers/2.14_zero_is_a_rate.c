/* mistake: takes 0 for a rate, and everything is for free
 * caught by: test_convert.py::test_a_bad_rate
 * says: The rate was 0 */
    const json_t *number =
        json_object_get(json_object_get(answer, "rates"), conversion->currency);

    if (number == NULL)
        return fail(conversion, CONVERSION_NO_RATE, "there is no rate");
    if (!json_is_number(number) ||
        decimal_from_double(json_number_value(number), rate) != 0)
        return fail(conversion, CONVERSION_BAD_RATE, "the rate is no number above 0");
    return CONVERSION_DONE;
