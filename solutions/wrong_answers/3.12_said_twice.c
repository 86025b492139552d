/* mistake: sends again what it has sent of an answer
 * caught by: test_http_server_limits.py::test_continue_is_sent_at_once
 * says: [100, 100] */
    struct list *first;

    while ((first = list_first(&connection->exchanges)) != NULL) {
        struct http_exchange *exchange = container_of(first, struct http_exchange, link);

        buffer_append(out, exchange->answer.data, exchange->answer.length);
        if (!exchange->answered)
            return true;
        bool more = !exchange->close;
        exchange_release(exchange);
        if (!more)
            return false;
    }
    return true;
