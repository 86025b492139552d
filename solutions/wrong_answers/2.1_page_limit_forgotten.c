/* mistake: leaves the limit of the page to the client: 1 MiB
 * caught by: test_fetch_sites.py::test_a_large_page_is_allowed
 * says: was max_body given */
    struct http_request request = {
        .url = site->url,
        .max_redirects = MAX_REDIRECTS,
    };

    return http_start(&site->call, &site->app->client, &request, site_on_body,
                      site_on_done);
