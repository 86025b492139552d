/* mistake: gives it a new command id: to the network that is another call
 * caught by: test_call_scheduler.py::test_a_claimed_call_is_due_again
 * says: that is another call */
    if (record->call.state == CALL_DIALLING)
        uuid_random(record->call.command_id);
    if (record->call.state == CALL_SCHEDULED || claimed_ago_ms < CALL_SCHEDULER_SURE_MS)
        record_wait(record, record->call.at_ms);
    else
        record_change(record, CALL_UNSURE, NULL);
