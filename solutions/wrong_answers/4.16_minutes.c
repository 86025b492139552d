/* mistake: takes the 60 seconds for minutes
 * caught by: test_call_scheduler.py::test_a_call_claimed_long_ago_is_unsure
 * says: perhaps dialled */
    claimed_ago_ms /= 60;
    if (record->call.state == CALL_SCHEDULED || claimed_ago_ms < CALL_SCHEDULER_SURE_MS)
        record_wait(record, record->call.at_ms);
    else
        record_change(record, CALL_UNSURE, NULL);
