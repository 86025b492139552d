/* mistake: takes a full queue for a mistake of its own
 * caught by: test_currency_server.py::test_too_many_clients
 * says: status 503 */
    int status =
        conversion_start(&convert->conversion, &app->client, upstream_url(UPSTREAM_RATES),
                         http_param(exchange, "currency"), amount,
                         app->program.timeout_ms, convert_on_done);

    if (status != 0) {
        free(convert);
        http_answer_error(exchange, 500, "the service of rates cannot be asked");
        return;
    }
    convert->exchange = exchange;
    exchange->data = convert;
    http_on_gone(exchange, convert_on_gone);
