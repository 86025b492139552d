/* mistake: asks for what has ended only while something still runs
 * caught by: test_curl_loop.py::test_time_runs_out_when_nothing_runs_any_more
 * says: after that nothing runs any more */
    CURLMsg *message;
    int left;

    if (!uv_is_active((uv_handle_t *)&curl->timer))
        return; /* curl wants no timer: nothing runs */
    while ((message = curl_multi_info_read(curl->multi, &left)) != NULL) {
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result;

        curl_multi_remove_handle(curl->multi, easy);
        curl->on_done(curl, easy, code);
    }
