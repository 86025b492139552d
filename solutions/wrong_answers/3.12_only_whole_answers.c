/* mistake: sends nothing of an answer before it is whole
 * caught by: test_http_server_limits.py::test_continue_is_sent_at_once
 * says: nothing more came */
    struct list *first;

    while ((first = list_first(&connection->exchanges)) != NULL) {
        struct http_exchange *exchange = container_of(first, struct http_exchange, link);

        if (!exchange->answered)
            return true;
        buffer_append(out, exchange->answer.data, exchange->answer.length);
        buffer_clear(&exchange->answer);
        bool more = !exchange->close;
        exchange_release(exchange);
        if (!more)
            return false;
    }
    return true;
