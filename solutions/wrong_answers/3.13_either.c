/* mistake: reads as long as one of the two is empty
 * caught by: test_http_server.py::test_who_does_not_read_is_not_read_from
 * says: was read already */
    bool wanted = connection->write == NULL || connection_may_wait(connection);
