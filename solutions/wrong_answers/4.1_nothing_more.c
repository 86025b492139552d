/* mistake: refuses an event that has more members than it knows
 * caught by: test_call_event.py::test_what_an_event_says
 * says: of { */
    if (json_unpack_ex((json_t *)json, &error, JSON_STRICT, "{s:{s:s, s:s}}", "data",
                       "event_type", &type, "id", &id) != 0)
        return bad_event(problem, size, error.text);
    event->type = type_of_name(type);
    if (event->type != EVENT_OTHER &&
        json_unpack_ex((json_t *)json, &error, JSON_STRICT,
                       "{s:{s:{s:s, s?:o, s?:o, s?:o, s?:o}}}", "data", "payload",
                       "call_control_id", &control_id, "hangup_cause", &cause,
                       "hangup_source", &source, "status", &status, "client_state",
                       &state) != 0)
        return bad_event(problem, size, error.text);
