/* mistake: ignores what curl says of its timer
 * caught by: test_curl_loop.py::test_a_transfer_begins
 * says: it has not begun */
    (void)curl, (void)timeout_ms, (void)loop_on_timer;
    return 0;
