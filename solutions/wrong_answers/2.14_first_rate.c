/* mistake: takes the first rate there is
 * caught by: test_convert.py::test_a_missing_rate
 * says: Was another currency's rate taken */
    json_t *rates = json_object_get(answer, "rates");
    const json_t *number = json_object_iter_value(json_object_iter(rates));

    if (number == NULL)
        return fail(conversion, CONVERSION_NO_RATE, "there is no rate");
    if (!json_is_number(number) ||
        decimal_from_double(json_number_value(number), rate) != 0 ||
        rate->coefficient == 0)
        return fail(conversion, CONVERSION_BAD_RATE, "the rate is no number above 0");
    return CONVERSION_DONE;
