/* mistake: releases an exchange that its handler has yet to answer
 * caught by: test_http_server.py::test_an_answer_waits_for_those_before
 * says: an assertion failed: exchange->answered */
    struct list *first;

    while ((first = list_first(&connection->exchanges)) != NULL) {
        struct http_exchange *exchange = container_of(first, struct http_exchange, link);

        buffer_append(out, exchange->answer.data, exchange->answer.length);
        buffer_clear(&exchange->answer);
        bool more = !exchange->close;
        exchange_release(exchange);
        if (!more)
            return false;
    }
    return true;
