/* mistake: reads from a client that does not read
 * caught by: test_http_server.py::test_a_client_that_does_not_read
 * says: was read */
    bool wanted = connection->unread == NULL;
