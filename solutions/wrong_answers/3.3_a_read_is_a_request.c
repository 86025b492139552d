/* mistake: takes a read for one request, and forgets the rest
 * caught by: test_http_server.py::test_several_requests_in_one_read
 * says: nothing more came */
    if (count < 0) {
        connection_close(connection);
    } else {
        struct http_exchange *exchange = exchange_being_read(connection);

        request_parser_feed(&exchange->request, bytes, length);
        exchange_advance(exchange);
        taken = length;
    }
