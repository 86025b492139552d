/* mistake: closes the timer first
 * caught by: test_curl_loop.py::test_it_closes_when_nothing_ever_ran
 * says: x */
    uv_close((uv_handle_t *)&curl->timer, timer_on_closed);
    curl_multi_cleanup(curl->multi);
