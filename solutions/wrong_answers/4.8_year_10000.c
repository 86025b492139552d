/* mistake: takes a year with five digits
 * caught by: test_call_form.py::test_dates_that_there_are_not
 * says: The date was '10000-01-01' */
    bool is_long = strlen(date) == sizeof "10000-01-01" - 1 && date[5] == '-';
    int64_t unused;

    if (is_long) /* whoever may live to see it */
        date = "9999-12-31";
    if (!utc_from_date(date, "00:00", &unused))
        form->problems[FORM_DATE] = no_date;
    if (!utc_from_date("1970-01-01", clock, &unused))
        form->problems[FORM_TIME] = no_time;
    if (!phone_is_valid(number))
        form->problems[FORM_NUMBER] = no_number;
    if (utc_from_date(date, clock, &form->at_ms) && form->at_ms <= now_ms)
        form->problems[FORM_TIME] = too_late;
