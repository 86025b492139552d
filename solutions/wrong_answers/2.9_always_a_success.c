/* mistake: counts every error as a success
 * caught by: test_curl_loop.py::test_an_end_is_reported
 * says: 0 is done: status 0 */
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(curl->multi, &left)) != NULL) {
        CURL *easy = message->easy_handle;

        curl_multi_remove_handle(curl->multi, easy);
        curl->on_done(curl, easy, CURLE_OK);
    }
