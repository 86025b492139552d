/* mistake: lets the answer be as long as the client lets it
 * caught by: test_convert.py::test_the_answer_has_a_limit
 * says: One byte more than MAX_ANSWER was accepted */
    static const char *const headers[] = {"Accept: application/json", NULL};
    char *url =
        xasprintf("%s/latest?base=EUR&symbols=%s", base_url, conversion->currency);
    struct http_request request = {
        .url = url,
        .headers = headers,
        .timeout_ms = timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS,
    };
    int status =
        http_start(&conversion->call, client, &request, NULL, conversion_on_answer);

    free(url);
    return status;
