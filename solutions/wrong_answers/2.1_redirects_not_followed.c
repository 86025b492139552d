/* mistake: does not say that redirects are to be followed
 * caught by: test_fetch_sites.py::test_redirects_are_followed
 * says: the redirect was not followed */
    struct http_request request = {
        .url = site->url,
        .max_body = MAX_PAGE,
    };

    return http_start(&site->call, &site->app->client, &request, site_on_body,
                      site_on_done);
