/* mistake: converts to dollars, whatever was wanted
 * caught by: test_currency_server.py::test_a_hundred_euros_in_pounds
 * says: USD 122 */
    int status =
        conversion_start(&convert->conversion, &app->client, upstream_url(UPSTREAM_RATES),
                         "USD", amount, app->program.timeout_ms, convert_on_done);

    if (status != 0) {
        free(convert);
        http_answer_error(exchange, status == UV_ENOBUFS ? 503 : 500,
                          "the service of rates cannot be asked");
        return;
    }
    convert->exchange = exchange;
    exchange->data = convert;
    http_on_gone(exchange, convert_on_gone);
