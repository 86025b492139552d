/* mistake: starts a request for the first site only
 * caught by: test_fetch_sites.py::test_four_sites_are_asked_at_once
 * says: only the first site was ever asked */
    struct http_request request = {
        .url = site->url,
        .max_redirects = MAX_REDIRECTS,
        .max_body = MAX_PAGE,
    };

    if (site->index > 0)
        return 0;
    return http_start(&site->call, &site->app->client, &request, site_on_body,
                      site_on_done);
