/* mistake: computes with float
 * caught by: test_convert.py::test_every_digit_counts
 * says: a float was used on the way
 * exercise: 2.12 */
    char text[64];
    float amount = strtof(decimal_to_text(conversion->amount, text), NULL);
    float factor = strtof(decimal_to_text(rate, text), NULL);
    float product = amount * factor;

    snprintf(text, sizeof text, "%.2f", (double)product);
    if (decimal_from_text(text, &conversion->result) != 0)
        return fail(conversion, CONVERSION_OUT_OF_RANGE, "the result is too large");
    return CONVERSION_DONE;
