/* mistake: does not say that it wants JSON
 * caught by: test_convert.py::test_json_is_asked_for
 * says: its answer may be anything */
    char *url =
        xasprintf("%s/latest?base=EUR&symbols=%s", base_url, conversion->currency);
    struct http_request request = {
        .url = url,
        .timeout_ms = timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS,
        .max_body = MAX_ANSWER,
    };
    int status =
        http_start(&conversion->call, client, &request, NULL, conversion_on_answer);

    free(url);
    return status;
