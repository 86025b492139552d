/* mistake: makes a new command of each try
 * caught by: test_call_command.py::test_a_failure_that_may_pass
 * says: the same one each time */
    json_t *body = json_loads(command->body, 0, NULL);
    char id[UUID_LENGTH + 1];

    uuid_random(id);
    json_object_set_new(body, "command_id", json_string(id));
    free(command->body);
    ((struct call_command *)command)->body = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    if (command->tries > command->policy.max_retries)
        return false;
    if (response->error != 0)
        return call_error_may_pass(response->error);
    return response->status == 429 || response->status >= 500;
