/* mistake: takes its own time limit, whatever --timeout says
 * caught by: test_currency_server.py::test_it_waits_as_long_as_it_is_told
 * says: is the time limit of the request */
    int status =
        conversion_start(&convert->conversion, &app->client, upstream_url(UPSTREAM_RATES),
                         http_param(exchange, "currency"), amount,
                         DEFAULT_TIMEOUT_MS, convert_on_done);

    if (status != 0) {
        free(convert);
        http_answer_error(exchange, status == UV_ENOBUFS ? 503 : 500,
                          "the service of rates cannot be asked");
        return;
    }
    convert->exchange = exchange;
    exchange->data = convert;
    http_on_gone(exchange, convert_on_gone);
