/* mistake: does not tell that the connection is to be closed
 * caught by: test_http_server.py::test_a_connection_is_closed_when_the_client_wants_it
 * says: was not closed */
    struct list *first;

    while ((first = list_first(&connection->exchanges)) != NULL) {
        struct http_exchange *exchange = container_of(first, struct http_exchange, link);

        buffer_append(out, exchange->answer.data, exchange->answer.length);
        buffer_clear(&exchange->answer);
        if (!exchange->answered)
            return true;
        exchange_release(exchange);
    }
    return true;
