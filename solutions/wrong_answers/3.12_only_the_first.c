/* mistake: sends one answer, and forgets those behind it
 * caught by: test_http_server.py::test_an_answer_waits_for_those_before
 * says: nothing more came */
    struct list *first = list_first(&connection->exchanges);

    if (first == NULL)
        return true;
    struct http_exchange *exchange = container_of(first, struct http_exchange, link);

    buffer_append(out, exchange->answer.data, exchange->answer.length);
    buffer_clear(&exchange->answer);
    if (!exchange->answered)
        return true;
    bool more = !exchange->close;
    exchange_release(exchange);
    return more;
