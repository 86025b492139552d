/* mistake: takes one message each time, and may not be told again
 * caught by: test_curl_loop.py::test_all_ends_are_reported
 * says: 1 of 5 transfers, which ended at once, were reported */
    int left;
    CURLMsg *message = curl_multi_info_read(curl->multi, &left);

    if (message != NULL) {
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result;

        curl_multi_remove_handle(curl->multi, easy);
        curl->on_done(curl, easy, code);
    }
