/* mistake: refuses a request that has not come whole in one read
 * caught by: test_http_server.py::test_a_request_in_pieces
 * says: half a request */
    if (count < 0)
        connection_close(connection);
    while (taken < length && !connection->last && connection_has_room(connection)) {
        struct http_exchange *exchange = exchange_being_read(connection);

        taken += request_parser_feed(&exchange->request, bytes + taken, length - taken);
        if (exchange->request.state < REQUEST_BODY)
            exchange_refuse(exchange, 400, "half a request");
        else
            exchange_advance(exchange);
    }
