/* mistake: goes on asking when its client has gone away
 * caught by: test_currency_server.py::test_a_client_that_goes_away
 * says: a client has gone away, and its request to the service goes on */
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
    exchange->data = convert;
    (void)convert_on_gone;
