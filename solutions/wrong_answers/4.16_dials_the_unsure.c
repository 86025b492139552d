/* mistake: dials again what was claimed, however long ago
 * caught by: test_call_scheduler.py::test_a_call_claimed_long_ago_is_unsure
 * says: perhaps dialled */
    (void)claimed_ago_ms;
    record_wait(record, record->call.at_ms);
