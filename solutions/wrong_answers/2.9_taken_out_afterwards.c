/* mistake: reports first, and takes the transfer out of curl afterwards
 * caught by: test_curl_loop.py::test_a_transfer_may_be_added_again_at_its_end
 * says: taken out of curl before it is reported */
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(curl->multi, &left)) != NULL) {
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result;

        curl->on_done(curl, easy, code);
        curl_multi_remove_handle(curl->multi, easy);
    }
