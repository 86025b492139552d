/* mistake: tries again after 500, too, which the next try does not mend
 * caught by: test_retry.py::test_which_answers
 * says: GET is sent again after 500 */
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
