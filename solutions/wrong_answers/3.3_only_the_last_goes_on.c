/* mistake: does what is to be done for the last request of a read only
 * caught by: test_http_server.py::test_several_requests_in_one_read
 * says: nothing more came */
    struct http_exchange *exchange = NULL;

    if (count < 0)
        connection_close(connection);
    while (taken < length && !connection->last && connection_has_room(connection)) {
        exchange = exchange_being_read(connection);
        taken += request_parser_feed(&exchange->request, bytes + taken, length - taken);
    }
    if (exchange != NULL)
        exchange_advance(exchange);
