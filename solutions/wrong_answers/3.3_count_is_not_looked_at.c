/* mistake: takes the number of an error for a number of bytes
 * caught by: test_http_server.py::test_who_goes_is_noticed
 * says: nobody noticed */
    while (taken < (size_t)count && !connection->last &&
           connection_has_room(connection)) {
        struct http_exchange *exchange = exchange_being_read(connection);
        size_t left = (size_t)count - taken;

        taken += request_parser_feed(&exchange->request, bytes + taken, left);
        exchange_advance(exchange);
    }
