/* mistake: asks for the first URL, whatever the site
 * caught by: test_fetch_sites.py::test_four_sites_are_asked_at_once
 * says: always the same site */
    struct http_request request = {
        .url = site->app->options.urls[0],
        .max_redirects = MAX_REDIRECTS,
        .max_body = MAX_PAGE,
    };

    return http_start(&site->call, &site->app->client, &request, site_on_body,
                      site_on_done);
