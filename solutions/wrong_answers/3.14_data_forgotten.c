/* mistake: does not note in the exchange whose items it waits for
 * caught by: test_orders_server.py::test_a_client_that_goes_away
 * says: followed a NULL pointer */
    struct app *app = app_of(exchange);
    struct items *items = xmalloc(sizeof *items);
    int status = order_query_start(&items->query, &app->client, &app->service, uuid, NULL,
                                   items_on_done);

    if (status != 0) {
        free(items);
        http_answer_error(exchange, status == UV_ENOBUFS ? 503 : 500,
                          "the service of orders cannot be asked");
        return;
    }
    items->exchange = exchange;
    http_on_gone(exchange, items_on_gone);
