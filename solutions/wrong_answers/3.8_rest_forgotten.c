/* mistake: forgets what the socket does not take at once
 * caught by: test_http_server.py::test_a_large_answer_comes_whole
 * says: nothing more came */
    (void)connection, (void)bytes, (void)length, (void)memcpy;
    (void)connection_on_written;
    return 0;
