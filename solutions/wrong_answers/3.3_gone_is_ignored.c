/* mistake: does not look whether the client has gone
 * caught by: test_http_server.py::test_who_goes_is_noticed
 * says: nobody noticed */
    while (taken < length && !connection->last && connection_has_room(connection)) {
        struct http_exchange *exchange = exchange_being_read(connection);

        taken += request_parser_feed(&exchange->request, bytes + taken, length - taken);
        exchange_advance(exchange);
    }
