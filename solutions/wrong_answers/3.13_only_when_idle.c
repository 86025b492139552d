/* mistake: does not read, nor notice that the client goes, while a handler works
 * caught by: test_http_server.py::test_a_client_that_goes
 * says: has gone */
    bool wanted = connection_is_idle(connection) && connection->unread == NULL;
