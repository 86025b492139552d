/* mistake: runs the loop in the start function until the site has ended
 * caught by: test_fetch_sites.py::test_four_sites_are_asked_at_once
 * says: one after another */
    struct http_request request = {
        .url = site->url,
        .max_redirects = MAX_REDIRECTS,
        .max_body = MAX_PAGE,
    };
    size_t ended = site->app->ended;
    int status = http_start(&site->call, &site->app->client, &request, site_on_body,
                            site_on_done);

    while (status == 0 && site->app->ended == ended)
        uv_run(&site->app->loop, UV_RUN_ONCE);
    return status;
