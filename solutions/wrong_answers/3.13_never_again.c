/* mistake: does not read again once the client has
 * caught by: test_http_server.py::test_a_client_that_reads_again
 * says: nothing more came */
    static bool full;

    full = full || connection->write != NULL;
    bool wanted = !full && connection->unread == NULL;
