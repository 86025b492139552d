/* mistake: wants to claim a second time what was claimed, and the store refuses
 * caught by: test_call_scheduler.py::test_a_claimed_call_is_due_again
 * says: less than 60 seconds ago */
    if (record->call.state == CALL_DIALLING && claimed_ago_ms < CALL_SCHEDULER_SURE_MS)
        record->call.state = CALL_SCHEDULED;
    if (record->call.state == CALL_SCHEDULED)
        record_wait(record, record->call.at_ms);
    else
        record_change(record, CALL_UNSURE, NULL);
