/* mistake: feeds the parser, and never looks what has come of it
 * caught by: test_http_server.py::test_a_request_is_taken
 * says: was exchange_advance() called */
    if (count < 0)
        connection_close(connection);
    while (taken < length && !connection->last && connection_has_room(connection)) {
        struct http_exchange *exchange = exchange_being_read(connection);

        taken += request_parser_feed(&exchange->request, bytes + taken, length - taken);
    }
