/* mistake: makes it SCHEDULED again, so that it is claimed anew: the 60 seconds begin again with each crash
 * caught by: test_call_scheduler.py::test_a_second_crash_does_not_begin_anew
 * says: may count from the first time */
    if (record->call.state == CALL_DIALLING && claimed_ago_ms < CALL_SCHEDULER_SURE_MS)
        record_change(record, CALL_SCHEDULED, NULL);
    if (record->call.state == CALL_SCHEDULED)
        record_wait(record, record->call.at_ms);
    else
        record_change(record, CALL_UNSURE, NULL);
