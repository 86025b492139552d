/* mistake: does not note in the exchange whose conversion it waits for
 * caught by: test_currency_server.py::test_a_client_that_goes_away
 * says: followed a NULL pointer */
    int status =
        conversion_start(&convert->conversion, &app->client, upstream_url(UPSTREAM_RATES),
                         http_param(exchange, "currency"), amount,
                         app->program.timeout_ms, convert_on_done);

    if (status != 0) {
        free(convert);
        http_answer_error(exchange, status == UV_ENOBUFS ? 503 : 500,
                          "the service of rates cannot be asked");
        return;
    }
    convert->exchange = exchange;
    http_on_gone(exchange, convert_on_gone);
