/* mistake: asks for euros in dollars instead of dollars in euros
 * caught by: test_convert.py::test_the_rate_is_asked_for
 * says: The two are swapped */
    static const char *const headers[] = {"Accept: application/json", NULL};
    char *url =
        xasprintf("%s/latest?base=%s&symbols=EUR", base_url, conversion->currency);
    struct http_request request = {
        .url = url,
        .headers = headers,
        .timeout_ms = timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS,
        .max_body = MAX_ANSWER,
    };
    int status =
        http_start(&conversion->call, client, &request, NULL, conversion_on_answer);

    free(url);
    return status;
