/* mistake: does not free what it has allocated when the service cannot be asked
 * caught by: test_orders_server.py::test_a_server_that_was_started_wrongly
 * says: without freeing */
    struct app *app = app_of(exchange);
    struct items *items = xmalloc(sizeof *items);
    int status = order_query_start(&items->query, &app->client, &app->service, uuid, NULL,
                                   items_on_done);

    if (status != 0) {
        http_answer_error(exchange, status == UV_ENOBUFS ? 503 : 500,
                          "the service of orders cannot be asked");
        return;
    }
    items->exchange = exchange;
    exchange->data = items;
    http_on_gone(exchange, items_on_gone);
