/* mistake: never asks what time it is
 * caught by: test_call_form.py::test_the_past
 * says: It was 2026-11-20T12:00:00Z */
    (void)now_ms, (void)too_late;
    int64_t unused;

    if (!utc_from_date(date, "00:00", &unused))
        form->problems[FORM_DATE] = no_date;
    if (!utc_from_date("1970-01-01", clock, &unused))
        form->problems[FORM_TIME] = no_time;
    if (!phone_is_valid(number))
        form->problems[FORM_NUMBER] = no_number;
    utc_from_date(date, clock, &form->at_ms);
