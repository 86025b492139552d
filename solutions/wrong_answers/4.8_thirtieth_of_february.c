/* mistake: knows of no month with fewer than 31 days
 * caught by: test_call_form.py::test_dates_that_there_are_not
 * says: The date was '2026-02-30' */
    int year = 0, month = 0, day = 0, length = 0;
    bool has_day = sscanf(date, "%4d-%2d-%2d%n", &year, &month, &day, &length) == 3 &&
                   date[length] == '\0' && length == 10 && date[0] != ' ' && month >= 1 &&
                   month <= 12 && day >= 1 && day <= 31;
    struct tm parts = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    char real[sizeof "2026-11-20"] = "1970-01-01";
    time_t seconds = has_day ? mktime(&parts) : 0;
    int64_t unused;

    if (!has_day)
        form->problems[FORM_DATE] = no_date;
    else
        strftime(real, sizeof real, "%Y-%m-%d", localtime(&seconds));
    if (!utc_from_date("1970-01-01", clock, &unused))
        form->problems[FORM_TIME] = no_time;
    if (!phone_is_valid(number))
        form->problems[FORM_NUMBER] = no_number;
    if (has_day && utc_from_date(real, clock, &form->at_ms) && form->at_ms <= now_ms)
        form->problems[FORM_TIME] = too_late;
