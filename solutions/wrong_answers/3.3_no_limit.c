/* mistake: lets any number of requests be under way on a connection
 * caught by: test_http_server_limits.py::test_so_many_requests_are_under_way
 * says: at most MAX_UNDER_WAY */
    if (count < 0)
        connection_close(connection);
    while (taken < length && !connection->last) {
        struct http_exchange *exchange = exchange_being_read(connection);

        taken += request_parser_feed(&exchange->request, bytes + taken, length - taken);
        exchange_advance(exchange);
    }
