/* mistake: does not read again once the client has
 * caught by: test_http_server.py::test_who_does_not_read_is_not_read_from
 * says: nothing more came */
    static bool full;

    full = full || connection->write != NULL;
    bool wanted = !full && connection_may_wait(connection);
