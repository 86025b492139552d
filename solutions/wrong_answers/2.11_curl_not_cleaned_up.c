/* mistake: closes the timer only: the connections stay open, and curl's memory is lost
 * caught by: test_curl_loop.py::test_it_closes_when_nothing_ever_ran
 * says: leak */
    uv_close((uv_handle_t *)&curl->timer, timer_on_closed);
