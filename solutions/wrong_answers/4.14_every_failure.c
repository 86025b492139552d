/* mistake: repeats what will be refused again
 * caught by: test_call_command.py::test_what_is_wrong_with_the_command_stays_wrong
 * says: after 503 one more */
    if (command->tries > command->policy.max_retries)
        return false;
    if (response->error != 0)
        return call_error_may_pass(response->error);
    return true;
