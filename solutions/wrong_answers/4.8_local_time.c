/* mistake: takes the time for one of the server's own zone
 * caught by: test_call_form.py::test_times_are_utc
 * says: Is a time of the server's own zone taken */
    int64_t unused;

    if (!utc_from_date(date, "00:00", &unused))
        form->problems[FORM_DATE] = no_date;
    if (!utc_from_date("1970-01-01", clock, &unused))
        form->problems[FORM_TIME] = no_time;
    if (!phone_is_valid(number))
        form->problems[FORM_NUMBER] = no_number;
    if (utc_from_date(date, clock, &form->at_ms)) {
        time_t seconds = (time_t)(form->at_ms / 1000);
        struct tm parts = *gmtime(&seconds);

        parts.tm_isdst = -1;
        form->at_ms = (int64_t)mktime(&parts) * 1000;
        if (form->at_ms <= now_ms)
            form->problems[FORM_TIME] = too_late;
    }
