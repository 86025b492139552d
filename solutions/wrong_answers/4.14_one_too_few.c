/* mistake: counts the first try as a retry
 * caught by: test_call_command.py::test_enough_is_enough
 * says: the first one, and */
    if (command->tries >= command->policy.max_retries)
        return false;
    if (response->error != 0)
        return call_error_may_pass(response->error);
    return response->status == 429 || response->status >= 500;
