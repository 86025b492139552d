/* mistake: closes the handle, and leaves the connection and its exchanges behind
 * caught by: test_http_server.py::test_who_goes_is_noticed
 * says: nobody noticed */
    if (count < 0)
        uv_close((uv_handle_t *)&connection->tcp, NULL);
    while (taken < length && !connection->last && connection_has_room(connection)) {
        struct http_exchange *exchange = exchange_being_read(connection);

        taken += request_parser_feed(&exchange->request, bytes + taken, length - taken);
        exchange_advance(exchange);
    }
