/* mistake: takes a full queue for a mistake of its own
 * caught by: test_orders_server.py::test_too_many_requests
 * says: status 503 */
    struct app *app = app_of(exchange);
    struct items *items = xmalloc(sizeof *items);
    int status = order_query_start(&items->query, &app->client, &app->service, uuid, NULL,
                                   items_on_done);

    if (status != 0) {
        free(items);
        http_answer_error(exchange, 500, "the service of orders cannot be asked");
        return;
    }
    items->exchange = exchange;
    exchange->data = items;
    http_on_gone(exchange, items_on_gone);
