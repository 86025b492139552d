/* mistake: does not say what is wrong
 * caught by: test_call_event.py::test_what_is_no_event
 * says: a problem that names */
    if (json_unpack_ex((json_t *)json, NULL, 0, "{s:{s:s, s:s}}", "data", "event_type",
                       &type, "id", &id) != 0)
        return bad_event(problem, size, "something is missing");
    event->type = type_of_name(type);
    (void)error;
    if (event->type != EVENT_OTHER &&
        json_unpack_ex((json_t *)json, NULL, 0,
                       "{s:{s:{s:s, s?:o, s?:o, s?:o, s?:o}}}", "data", "payload",
                       "call_control_id", &control_id, "hangup_cause", &cause,
                       "hangup_source", &source, "status", &status, "client_state",
                       &state) != 0)
        return bad_event(problem, size, "something is missing");
