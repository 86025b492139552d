/* mistake: repeats what will be refused again
 * caught by: test_call_command.py::test_what_is_wrong_with_the_command_stays_wrong
 * says: after 503 one more */
    if (command->tries > command->policy.max_retries)
        return false;
    switch (response->error) {
    case 0:
        return true;
    case UV_ECONNREFUSED:
    case UV_ECONNRESET:
    case UV_EOF:
    case UV_ETIMEDOUT:
        return true;
    default:
        return false;
    }
