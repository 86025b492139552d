/* mistake: always waits for the default time
 * caught by: test_convert.py::test_it_waits_as_long_as_it_is_told
 * says: Was timeout_ms used? */
    static const char *const headers[] = {"Accept: application/json", NULL};
    char *url =
        xasprintf("%s/latest?base=EUR&symbols=%s", base_url, conversion->currency);
    struct http_request request = {
        .url = url,
        .headers = headers,
        .timeout_ms = timeout_ms > 0 ? DEFAULT_TIMEOUT_MS : DEFAULT_TIMEOUT_MS,
        .max_body = MAX_ANSWER,
    };
    int status =
        http_start(&conversion->call, client, &request, NULL, conversion_on_answer);

    free(url);
    return status;
