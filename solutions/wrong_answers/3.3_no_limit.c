/* mistake: lets any number of requests be under way on a connection
 * caught by: test_http_server.py::test_a_connection_has_so_many_under_way
 * says: MAX_UNDER_WAY */
    while (taken < length && !connection->last) {
        struct http_exchange *exchange = exchange_being_read(connection);

        taken += request_parser_feed(&exchange->request, bytes + taken, length - taken);
        exchange_advance(exchange);
    }
