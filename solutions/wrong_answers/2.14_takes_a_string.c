/* mistake: does not look at what kind of value the rate is
 * caught by: test_convert.py::test_a_bad_rate
 * says: The rate was "1.22" */
    const json_t *number =
        json_object_get(json_object_get(answer, "rates"), conversion->currency);

    if (number == NULL)
        return fail(conversion, CONVERSION_NO_RATE, "there is no rate");
    if (json_is_string(number))
        return decimal_from_text(json_string_value(number), rate) == 0
                   ? CONVERSION_DONE
                   : fail(conversion, CONVERSION_BAD_RATE, "the rate is no number");
    if (decimal_from_double(json_number_value(number), rate) != 0 ||
        rate->coefficient == 0)
        return fail(conversion, CONVERSION_BAD_RATE, "the rate is no number above 0");
    return CONVERSION_DONE;
