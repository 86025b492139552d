/* mistake: frees the URL before http_start() has copied it
 * caught by: test_convert.py::test_the_url_is_freed
 * says: freed */
    static const char *const headers[] = {"Accept: application/json", NULL};
    char *url =
        xasprintf("%s/latest?base=EUR&symbols=%s", base_url, conversion->currency);
    struct http_request request = {
        .url = url,
        .headers = headers,
        .timeout_ms = timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS,
        .max_body = MAX_ANSWER,
    };

    free(url);
    return http_start(&conversion->call, client, &request, NULL, conversion_on_answer);
