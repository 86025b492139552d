/* mistake: does not close a connection whose last answer is still being sent
 * caught by: test_http_server.py::test_stopping_sends_what_was_answered
 * says: was not closed */
    if (connection_is_idle(connection))
        connection_close(connection);
