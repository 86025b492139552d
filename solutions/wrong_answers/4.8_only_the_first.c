/* mistake: tells of one problem, and looks no further
 * caught by: test_call_form.py::test_all_problems_at_once
 * says: Is the rest looked at when one is wrong? */
    int64_t unused;

    if (!utc_from_date(date, "00:00", &unused))
        form->problems[FORM_DATE] = no_date;
    else if (!utc_from_date("1970-01-01", clock, &unused))
        form->problems[FORM_TIME] = no_time;
    else if (!phone_is_valid(number))
        form->problems[FORM_NUMBER] = no_number;
    else if (utc_from_date(date, clock, &form->at_ms) && form->at_ms <= now_ms)
        form->problems[FORM_TIME] = too_late;
