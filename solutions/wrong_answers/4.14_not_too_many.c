/* mistake: takes 429 for a refusal
 * caught by: test_call_command.py::test_a_failure_that_may_pass
 * says: it ended after 0 of 1 such lines */
    if (command->tries > command->policy.max_retries)
        return false;
    switch (response->error) {
    case 0:
        return response->status >= 500;
    case UV_ECONNREFUSED:
    case UV_ECONNRESET:
    case UV_EOF:
    case UV_ETIMEDOUT:
        return true;
    default:
        return false;
    }
