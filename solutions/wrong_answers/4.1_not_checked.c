/* mistake: reads what is not there
 * caught by: test_call_event.py::test_what_is_no_event
 * says: a problem */
    json_unpack_ex((json_t *)json, &error, 0, "{s:{s:s, s:s}}", "data", "event_type",
                   &type, "id", &id);
    event->type = type_of_name(type);
    if (event->type != EVENT_OTHER)
        json_unpack_ex((json_t *)json, &error, 0,
                       "{s:{s:{s:s, s?:o, s?:o, s?:o, s?:o}}}", "data", "payload",
                       "call_control_id", &control_id, "hangup_cause", &cause,
                       "hangup_source", &source, "status", &status, "client_state",
                       &state);
