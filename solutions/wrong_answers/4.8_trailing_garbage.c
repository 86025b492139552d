/* mistake: reads as far as it understands, and ignores the rest
 * caught by: test_call_form.py::test_dates_that_there_are_not
 * says: The date was '2026-11-21x' */
    char day[sizeof "2026-11-20"], hour[sizeof "12:30"];
    int64_t unused;

    snprintf(day, sizeof day, "%s", date);
    snprintf(hour, sizeof hour, "%s", clock);
    if (!utc_from_date(day, "00:00", &unused))
        form->problems[FORM_DATE] = no_date;
    if (!utc_from_date("1970-01-01", hour, &unused))
        form->problems[FORM_TIME] = no_time;
    if (!phone_is_valid(number))
        form->problems[FORM_NUMBER] = no_number;
    if (utc_from_date(day, hour, &form->at_ms) && form->at_ms <= now_ms)
        form->problems[FORM_TIME] = too_late;
