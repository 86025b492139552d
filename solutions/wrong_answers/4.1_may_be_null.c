/* mistake: uses a member without looking whether it is there
 * caught by: test_call_event.py::test_what_is_no_event
 * says: NULL was passed */
    const json_t *data = json_object_get(json, "data");
    const json_t *payload = json_object_get(data, "payload");

    (void)error;
    type = json_string_value(json_object_get(data, "event_type"));
    id = json_string_value(json_object_get(data, "id"));
    event->type = type_of_name(type);
    if (event->type != EVENT_OTHER) {
        control_id = json_string_value(json_object_get(payload, "call_control_id"));
        state = json_object_get(payload, "client_state");
        cause = json_object_get(payload, "hangup_cause");
        source = json_object_get(payload, "hangup_source");
        status = json_object_get(payload, "status");
    }
