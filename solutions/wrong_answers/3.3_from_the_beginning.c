/* mistake: feeds every request with the beginning of what was read
 * caught by: test_http_server.py::test_several_requests_in_one_read
 * says: [3, 3, 3] */
    if (count < 0)
        connection_close(connection);
    while (taken < length && !connection->last && connection_has_room(connection)) {
        struct http_exchange *exchange = exchange_being_read(connection);

        taken += request_parser_feed(&exchange->request, bytes, length - taken);
        exchange_advance(exchange);
    }
