/* mistake: takes 429 for a refusal
 * caught by: test_call_command.py::test_a_failure_that_may_pass
 * says: it ended after 0 of 1 such lines */
    if (command->tries > command->policy.max_retries)
        return false;
    if (response->error != 0)
        return call_error_may_pass(response->error);
    return response->status >= 500;
