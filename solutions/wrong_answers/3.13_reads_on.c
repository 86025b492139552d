/* mistake: reads from a client that does not read
 * caught by: test_http_server.py::test_who_does_not_read_is_not_read_from
 * says: was read already */
    bool wanted = connection_may_wait(connection);
