/* mistake: tries again when it was asked to end
 * caught by: test_call_command.py::test_stopped_between_two_tries
 * says: it was cancelled while */
    if (command->tries > command->policy.max_retries)
        return false;
    switch (response->error) {
    case 0:
        return response->status == 429 || response->status >= 500;
    case UV_ECONNREFUSED:
    case UV_ECONNRESET:
    case UV_EOF:
    case UV_ETIMEDOUT:
        return true;
    default:
        return false;
    }
