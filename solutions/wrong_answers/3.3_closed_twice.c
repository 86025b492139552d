/* mistake: closes the handle, and then the connection, which closes it again
 * caught by: test_http_server.py::test_who_goes_is_noticed
 * says: uv_close() was called twice */
    if (count < 0) {
        uv_close((uv_handle_t *)&connection->tcp, NULL);
        connection_close(connection);
    }
    while (taken < length && !connection->last && connection_has_room(connection)) {
        struct http_exchange *exchange = exchange_being_read(connection);

        taken += request_parser_feed(&exchange->request, bytes + taken, length - taken);
        exchange_advance(exchange);
    }
