/* mistake: refuses events of a type that it does not know
 * caught by: test_call_event.py::test_events_that_nobody_knows
 * says: another event, and no error */
    if (json_unpack_ex((json_t *)json, &error, 0,
                       "{s:{s:s, s:s, s:{s:s, s?:o, s?:o, s?:o, s?:o}}}", "data",
                       "event_type", &type, "id", &id, "payload", "call_control_id",
                       &control_id, "hangup_cause", &cause, "hangup_source", &source,
                       "status", &status, "client_state", &state) != 0)
        return bad_event(problem, size, error.text);
    event->type = type_of_name(type);
