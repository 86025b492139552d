/* mistake: computes with double
 * caught by: test_convert.py::test_every_digit_counts
 * says: a double was used on the way
 * exercise: 2.12 */
    char text[64];
    double amount = strtod(decimal_to_text(conversion->amount, text), NULL);
    double factor = strtod(decimal_to_text(rate, text), NULL);

    snprintf(text, sizeof text, "%.2f", amount * factor);
    if (decimal_from_text(text, &conversion->result) != 0)
        return fail(conversion, CONVERSION_OUT_OF_RANGE, "the result is too large");
    return CONVERSION_DONE;
