/* mistake: takes requests after the connection's last
 * caught by: test_http_server_limits.py::test_nothing_after_the_last_request
 * says: after the connection's last */
    if (count < 0)
        connection_close(connection);
    while (taken < length && connection_has_room(connection)) {
        struct http_exchange *exchange = exchange_being_read(connection);

        taken += request_parser_feed(&exchange->request, bytes + taken, length - taken);
        exchange_advance(exchange);
    }
