/* mistake: sends an answer as soon as it is there
 * caught by: test_http_server.py::test_answers_come_in_the_order_of_the_requests
 * says: answered: late b, late a */
    struct list *link, *next;
    bool more = true;

    for (link = connection->exchanges.next; more && link != &connection->exchanges;
         link = next) {
        struct http_exchange *exchange = container_of(link, struct http_exchange, link);
        next = link->next;
        buffer_append(out, exchange->answer.data, exchange->answer.length);
        buffer_clear(&exchange->answer);
        more = !exchange->answered || !exchange->close;
        if (exchange->answered)
            exchange_release(exchange);
    }
    return more;
