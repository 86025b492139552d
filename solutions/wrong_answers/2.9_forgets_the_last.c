/* mistake: stops when no message is left after this one, and forgets this one
 * caught by: test_curl_loop.py::test_an_end_is_reported
 * says: no transfer was reported as done */
    int left = 0;
    CURLMsg *message = curl_multi_info_read(curl->multi, &left);

    while (left > 0) {
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result;

        curl_multi_remove_handle(curl->multi, easy);
        curl->on_done(curl, easy, code);
        message = curl_multi_info_read(curl->multi, &left);
    }
