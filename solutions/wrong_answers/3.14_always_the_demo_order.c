/* mistake: asks for the order of the example, whatever was wanted
 * caught by: test_orders_server.py::test_an_empty_order
 * says: SKU-001 */
    (void)uuid;
    struct app *app = app_of(exchange);
    struct items *items = xmalloc(sizeof *items);
    int status = order_query_start(&items->query, &app->client, &app->service,
                                   "efb77dcf-d83c-4935-81ac-7be5f37e6cdc", NULL,
                                   items_on_done);

    if (status != 0) {
        free(items);
        http_answer_error(exchange, status == UV_ENOBUFS ? 503 : 500,
                          "the service of orders cannot be asked");
        return;
    }
    items->exchange = exchange;
    exchange->data = items;
    http_on_gone(exchange, items_on_gone);
