/* mistake: never gives up
 * caught by: test_call_command.py::test_enough_is_enough
 * says: still running */
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
