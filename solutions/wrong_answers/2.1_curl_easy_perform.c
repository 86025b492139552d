/* mistake: fetches the page in the start function, with curl_easy_perform()
 * caught by: test_fetch_sites.py::test_four_sites_are_asked_at_once
 * says: curl_easy_perform() does that */
    CURL *easy = curl_easy_init();
    int status = page_file_open(&site->file, site->app->options.dir, site->name);

    (void)site_on_body, (void)site_on_done;
    curl_easy_setopt(easy, CURLOPT_URL, site->url);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, site->file.file);
    if (status == 0 && curl_easy_perform(easy) == CURLE_OK)
        status = page_file_keep(&site->file);
    page_file_discard(&site->file);
    curl_easy_cleanup(easy);
    gather_report(&site->app->gather, site->index, status, NULL);
    return 0;
