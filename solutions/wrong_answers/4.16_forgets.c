/* mistake: does not look at what was promised before
 * caught by: test_call_scheduler.py::test_what_was_promised_is_due_after_a_restart
 * says: started again 5 seconds later */
    (void)claimed_ago_ms;
    if (record->call.state == CALL_DIALLING)
        record_change(record, CALL_UNSURE, NULL);
