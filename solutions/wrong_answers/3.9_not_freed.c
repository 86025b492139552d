/* mistake: does not free what it has allocated when the service cannot be asked
 * caught by: test_currency_server.py::test_a_service_whose_url_is_none
 * says: without freeing */
    int status =
        conversion_start(&convert->conversion, &app->client, upstream_url(UPSTREAM_RATES),
                         http_param(exchange, "currency"), amount,
                         app->program.timeout_ms, convert_on_done);

    if (status != 0) {
        http_answer_error(exchange, status == UV_ENOBUFS ? 503 : 500,
                          "the service of rates cannot be asked");
        return;
    }
    convert->exchange = exchange;
    exchange->data = convert;
    http_on_gone(exchange, convert_on_gone);
