/* mistake: does not return what http_start() says
 * caught by: test_fetch_sites.py::test_a_request_that_cannot_start_is_told
 * says: Is what http_start() says returned? */
    struct http_request request = {
        .url = site->url,
        .max_redirects = MAX_REDIRECTS,
        .max_body = MAX_PAGE,
    };

    http_start(&site->call, &site->app->client, &request, site_on_body, site_on_done);
    return 0;
