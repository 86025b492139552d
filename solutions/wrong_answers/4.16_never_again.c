/* mistake: takes every call that was claimed for unsure
 * caught by: test_call_scheduler.py::test_a_claimed_call_is_due_again
 * says: less than 60 seconds ago */
    (void)claimed_ago_ms;
    if (record->call.state == CALL_SCHEDULED)
        record_wait(record, record->call.at_ms);
    else
        record_change(record, CALL_UNSURE, NULL);
