/* mistake: never gives up
 * caught by: test_call_command.py::test_enough_is_enough
 * says: still running */
    if (response->error != 0)
        return call_error_may_pass(response->error);
    return response->status == 429 || response->status >= 500;
