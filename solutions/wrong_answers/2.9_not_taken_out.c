/* mistake: leaves the transfer with curl
 * caught by: test_curl_loop.py::test_a_transfer_may_be_added_again_at_its_end
 * says: curl still had it */
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(curl->multi, &left)) != NULL)
        curl->on_done(curl, message->easy_handle, message->data.result);
