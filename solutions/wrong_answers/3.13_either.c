/* mistake: reads as long as one of the two is empty
 * caught by: test_http_server.py::test_a_client_that_does_not_read
 * says: was read */
    bool wanted = connection->write == NULL || connection->unread == NULL;
