/* mistake: says that it is closed before the timer is
 * caught by: test_curl_loop.py::test_it_closes_when_nothing_ever_ran
 * says: called inside curl_loop_close() */
    (void)timer_on_closed;
    curl_multi_cleanup(curl->multi);
    uv_close((uv_handle_t *)&curl->timer, NULL);
    curl_loop_finish(curl);
