/* mistake: throws away what is no digit, and dials what is left
 * caught by: test_call_form.py::test_numbers_that_there_are_not
 * says: The number was '+1 555 0100' */
    int64_t unused;
    char repaired[PHONE_SIZE] = "+";
    size_t length = 1;

    for (; *number != '\0' && length < PHONE_SIZE - 1; number++)
        if (*number >= '0' && *number <= '9')
            repaired[length++] = *number;
    if (!utc_from_date(date, "00:00", &unused))
        form->problems[FORM_DATE] = no_date;
    if (!utc_from_date("1970-01-01", clock, &unused))
        form->problems[FORM_TIME] = no_time;
    if (!phone_is_valid(repaired))
        form->problems[FORM_NUMBER] = no_number;
    if (utc_from_date(date, clock, &form->at_ms) && form->at_ms <= now_ms)
        form->problems[FORM_TIME] = too_late;
