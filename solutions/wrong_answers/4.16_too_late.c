/* mistake: leaves out what should have been dialled while it did not run
 * caught by: test_call_scheduler.py::test_what_has_passed_is_due_at_once
 * says: for yesterday */
    if (record->call.state == CALL_SCHEDULED &&
        record->call.at_ms < record->scheduler->clock())
        return;
    if (record->call.state == CALL_SCHEDULED || claimed_ago_ms < CALL_SCHEDULER_SURE_MS)
        record_wait(record, record->call.at_ms);
    else
        record_change(record, CALL_UNSURE, NULL);
