/* mistake: does not close a connection whose last answer is still being sent
 * caught by: test_http_server_limits.py::test_who_has_read_all_is_closed
 * says: stays open */
    if (connection_is_idle(connection))
        connection_close(connection);
